"""claims(experiment): what a paper says, held against what the experiment measured."""

from tickertone.catalog.claims import BestOfPool, ComparisonSpec, WithLabels
from tickertone.catalog.models import base_of
from tickertone.dag.claim_sides import System, comparisons, name_of, parts, systems
from tickertone.dag.expected import is_unknown
from tickertone.dag.may_leave import check_may_leave
from tickertone.dag.planner import CANNOT_PLAN, Node, Results
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Output, Step


def subjects(scope: Scope) -> list[str]:
    """The experiment, if it tests claims."""
    return [scope.name] if scope.spec.claims else []


def needs(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: what was not measured is told as that."""
    return []


def wants(scope: Scope, _subject: str) -> list[Node]:
    """The evaluation of each target that is spoken of, the systems, the sweeps, the trainings."""
    nodes: dict[Node, None] = {}
    for comparison in comparisons(scope):
        if comparison.target in scope.targets:
            nodes[Node("evaluate", f"{scope.name}/{comparison.target}")] = None
        for system in systems(scope, comparison):
            if node := _made_by(scope, comparison, system):
                nodes[node] = None
    return list(nodes)


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads predictions, sweeps, which rows are clean where that is asked for, training times."""
    inputs: dict[str, Output] = {}
    absent: dict[str, JSON] = {}
    contaminated: dict[str, JSON] = {}
    for comparison in comparisons(scope):
        target = comparison.target
        if target:
            inputs |= _of_target(scope, target, comparison.split, results)
            if reason := _why_not_measured(scope, target, results):
                absent[f"{target}/"] = reason
        for system in systems(scope, comparison):
            key = f"{target}/{name_of(system)}" if target else name_of(system)
            if reason := _why_absent(scope, comparison, system, results):
                absent[key] = reason
                continue
            inputs |= _of_system(scope, comparison, system, results)
            if target and (source := _contaminated(scope, target, system)):
                contaminated[key] = source
    named = {comparison.target for comparison in comparisons(scope)}
    targets = [name for name in sorted(scope.targets) if name in named]
    made_of = parts_of(
        "claims",
        settings={
            "claims": {
                f"{claim.claim} of {claim.paper}": {
                    "paper": claim.paper,
                    "claim": claim.claim,
                    "statement": claim.statement,
                    "parts": parts(scope, claim),
                }
                for claim in scope.spec.claims
            },
            "labels": {name: scope.target_task(name)["labels"] for name in targets},
            "absent": absent,
            "contaminated": contaminated,
            "bootstrap_draws": scope.spec.bootstrap_draws,
            "seed": scope.spec.seed,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.claims"],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=made_of, inputs=inputs)


def _made_by(scope: Scope, comparison: ComparisonSpec, system: System) -> Node | None:
    """The step without which there is no figure; None for one that the experiment has not."""
    target = comparison.target
    if target in scope.left_out or isinstance(system, BestOfPool):
        return None
    if isinstance(system, WithLabels):
        return Node("sweep", f"{scope.name}/{target}/{system.combiner}")
    if system in scope.spec.combiners:
        return Node("combine", f"{scope.name}/{target}/{system}")
    if system not in scope.spec.models:
        return None
    if target is None:
        return Node("finetune", system)
    if system not in scope.systems(target):
        return None
    return Node("extract", f"{system}/{scope.targets[target].test.dataset}")


def _why_absent(
    scope: Scope, comparison: ComparisonSpec, system: System, results: Results
) -> str | None:
    """Why there is no figure of a system, in words without a path; None where there is one."""
    target = comparison.target
    if target is not None and target in scope.left_out:
        return _why_not_measured(scope, target, results)
    if isinstance(system, BestOfPool):
        return "no member of the pool knows every label of the target"
    node = _made_by(scope, comparison, system)
    if node is None:
        if (name := name_of(system)) in scope.without:
            return f"the model is left out: {scope.without[name]}"
        if name not in scope.spec.models:
            return "not in this experiment"
        return "sits out this target: it was trained on its texts"
    if not results.has(node):
        return _why_not_made(scope, system, node)
    return _why_not_measured(scope, target, results) if target else None


def _why_not_measured(scope: Scope, target: str, results: Results) -> str | None:
    """Why there is no figure at all on a target; None where there are some."""
    if target in scope.left_out:
        return f"the target is left out: {scope.left_out[target]}"
    if not results.has(Node("evaluate", f"{scope.name}/{target}")):
        return "the target was not evaluated"
    return None


def _of_system(
    scope: Scope, comparison: ComparisonSpec, system: System, results: Results
) -> dict[str, Output]:
    """What is read of a system besides the predictions of its target."""
    if isinstance(system, WithLabels):
        sweep = Node("sweep", f"{scope.name}/{comparison.target}/{system.combiner}")
        return {f"hits:{comparison.target}/{system.combiner}": results.output(*sweep, "hits")}
    if comparison.target is None:
        return {f"measurements:{system}": _measurements(name_of(system), results)}
    return {}


def _measurements(system: str, results: Results) -> Output:
    """Known by what was measured: a fit that leaves the same weights may take another time."""
    output = results.output("finetune", system, "measurements")
    if is_unknown(output):
        return output
    return output.model_copy(update={"content": output.files[0].sha256})


def _why_not_made(scope: Scope, system: System, node: Node) -> str:
    name = name_of(system)
    spec = scope.model(name) if name in scope.spec.models else None
    if spec is not None and node.stage == "extract":
        try:
            check_may_leave(scope, *node.subject.split("/"))
        except ConfigError:
            return "texts may not leave this machine"
    base = base_of(spec) if spec is not None else None
    if base is not None:
        try:
            scope.base_identity(name)
        except CANNOT_PLAN:
            return f"no checkpoint of {base.name}"
    return "it, or what it needs, failed or was not chosen"


def _of_target(scope: Scope, target: str, split: str, results: Results) -> dict[str, Output]:
    evaluated = Node("evaluate", f"{scope.name}/{target}")
    if not results.has(evaluated):
        return {}
    test = scope.targets[target].test
    found = {f"predictions:{target}": results.output(*evaluated, "predictions")}
    if split == "clean":
        found[f"test:{target}"] = results.output("validate", test.dataset, test.split)
    return found


def _contaminated(scope: Scope, target: str, system: System) -> str | None:
    """Why the figures of a model prove little; of a combiner, if one of its members' do."""
    alone = isinstance(system, str) and system not in scope.spec.combiners
    members = (name_of(system),) if alone else scope.pool(target)
    dataset = scope.targets[target].test.dataset
    sources = (scope.contaminated(model, dataset) for model in members)
    return next(filter(None, sources), None)

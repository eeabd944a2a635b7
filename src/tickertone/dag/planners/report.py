"""report(experiment): one page of all that is known."""

from functools import partial
from importlib.resources import files

from tickertone.catalog.lineage import base_model
from tickertone.catalog.models import ModelSpec
from tickertone.dag import graph
from tickertone.dag.planner import Node, Results
from tickertone.dag.recipes import placeless
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.identity.canonical import digest
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Output, Step

# Stages whose subject ends in the target, and their outputs that the page shows.
_BY_TARGET = {
    "transfer": ("transfer", "agreement"),
    "uncertainty": ("prediction_sets", "selective"),
    "frontier": ("frontier",),
    "evaluate": ("leaderboard", "evaluations", "confusion", "reliability"),
}
# What the page says of a stanza; the rest shows in what came of it, or makes no difference.
_OF_A_DATASET = {"title", "source", "licence"}
_TUNED = {"family", "trained_on", "base", "tuning", "lora", "seed"}
_OF_A_MODEL = {
    "linear": {"family", "trained_on", "features"},
    "encoder": _TUNED,
    "classifier": {"family", "trained_on", "base", "tuning"},
    "seq2seq": {*_TUNED, "shots"},
    "causal": {*_TUNED, "shots"},
    "endpoint": {"family", "trained_on", "url", "model", "scores", "shots", "seed"},
}


def subjects(scope: Scope) -> list[str]:
    """The experiment."""
    return [scope.name]


def needs(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: a page that says what is missing is better than none."""
    return []


def wants(scope: Scope, _subject: str) -> list[Node]:
    """Everything that can be shown."""
    nodes = [Node("ingest", name) for name in scope.validated]
    nodes += [Node("validate", name) for name in scope.validated]
    nodes += [Node("finetune", name) for name in scope.spec.models]
    nodes += [Node("extract", f"{m}/{d}") for m in scope.spec.models for d in scope.scored(m)]
    for target in scope.targets:
        nodes += [Node("combine", f"{scope.name}/{target}/{c}") for c in scope.spec.combiners]
    for stage in ("sweep", *_BY_TARGET):
        nodes += graph.nodes(scope, stage)
    nodes += [Node("budgets", scope.name)] * (scope.spec.budgets is not None)
    return nodes + [Node("claims", scope.name)] * bool(scope.spec.claims)


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the outcomes of every stage before it, as far as they are there."""
    inputs: dict[str, Output] = {}
    missing: list[JSON] = []
    for node in wants(scope, subject):
        if results.has(node):
            inputs |= _shown(scope, node, results)
        else:
            missing.append(str(node))
    parts = parts_of(
        "report",
        settings={
            "experiment": scope.name,
            "title": scope.spec.title,
            "targets": {name: t.model_dump(mode="json") for name, t in scope.targets.items()},
            "datasets": {
                name: scope.dataset(name).model_dump(mode="json", include=_OF_A_DATASET)
                for name in scope.validated
            },
            "models": {name: _described(scope.model(name)) for name in scope.spec.models},
            "order": {"targets": [*scope.targets], "models": [*scope.spec.models]},
            "published": [
                row.model_dump(mode="json")
                for row in scope.catalog.published
                if row.target in scope.targets
            ],
            "published_training": [
                row.model_dump(mode="json")
                for row in scope.catalog.published_training
                if row.model in scope.spec.models
            ],
            "groups": {name: [*systems] for name, systems in scope.spec.groups.items()},
            "compared": scope.spec.budgets.compare if scope.spec.budgets else None,
            "combiners": {name: spec.kind for name, spec in scope.spec.combiners.items()},
            "pools": {name: [*scope.pool(name)] for name in scope.targets},
            "missing": missing,
            "templates": _templates(),
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.report"],
        libraries=["jinja2", "matplotlib", "numpy", "pyarrow"],
    )
    seconds: JSON = {
        str(node): results.manifests[node].facts.get("seconds")
        for node in wants(scope, subject)
        if results.has(node)
    }
    return Step(subject=subject, parts=parts, inputs=inputs, notes={"seconds": seconds})


def _described(recipe: ModelSpec) -> JSON:
    told: dict[str, JSON] = placeless(recipe).model_dump(
        mode="json", include=_OF_A_MODEL[recipe.family]
    )
    if (below := base_model(recipe)) is not None:
        told["base"] = {"model": below}
    return told


def _shown(scope: Scope, node: Node, results: Results) -> dict[str, Output]:
    output = partial(results.output, *node)
    last = node.subject.split("/")[-1]
    if node.stage == "ingest":
        return {f"quarantine:{last}": output("quarantine")}
    if node.stage == "extract":
        return {}  # nothing of it is on the page, but one that failed is named there
    if node.stage == "validate":
        splits = scope.dataset(last).split_names
        return {f"checks:{last}": output("checks")} | {
            f"split:{last}/{name}": output(name) for name in splits
        }
    if node.stage == "finetune":
        return {f"measurements:{last}": output("measurements")}
    if node.stage == "claims":
        return {"claims": output("claims")}
    if node.stage == "budgets":
        return {name: output(name) for name in ("budget_curves", "budget_contrasts")}
    if node.stage == "combine":
        return {f"weights:{node.subject.split('/', 1)[1]}": output("weights")}
    if node.stage == "sweep":
        return {f"budget_weights:{node.subject.split('/', 1)[1]}": output("weights")}
    return {f"{name}:{last}": output(name) for name in _BY_TARGET[node.stage]}


def _templates() -> str:
    """The hash of the page's templates, which are no Python and so no part of the code's."""
    folder = files("tickertone.report") / "templates"
    return digest(
        {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}
    )

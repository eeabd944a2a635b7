"""frontier(target): the compared combiner on ever larger ensembles, accuracy against cost."""

from tickertone.dag.planner import Node, Results
from tickertone.dag.planners import uncertainty
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.store.manifest import Step

# Below, loading the model is most of what was timed.
_FEWEST_TEXTS = 100


def subjects(scope: Scope) -> list[str]:
    """Every target that has members, if the experiment's budgets ask for it."""
    if scope.spec.budgets is None or scope.spec.budgets.frontier is None:
        return []
    return uncertainty.subjects(scope)


def needs(scope: Scope, subject: str) -> list[Node]:
    """The target's data sets, and the logits of its pool on them."""
    return uncertainty.needs(scope, subject)


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing. How long members took on other data sets is told where it is known (`step`)."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labelled part and the labels of test; what members cost is in the notes."""
    budgets = scope.spec.budgets
    assert budgets is not None
    target = subject.split("/")[1]
    inputs = uncertainty.inputs_of(scope, target, results)
    asked: dict[str, JSON] = {"per_class": budgets.frontier}
    parts = uncertainty.parts_of_compared("frontier", scope, target, inputs, asked)
    milliseconds: JSON = {
        member: milliseconds_a_text(scope, member, results) for member in scope.pool(target)
    }
    return Step(subject=subject, parts=parts, inputs=inputs, notes={"milliseconds": milliseconds})


def milliseconds_a_text(scope: Scope, member: str, results: Results) -> float | None:
    """What a model took for a text where it was fastest; None where that was never measured.

    Of its extractions in this experiment, those that scored few texts left out, where texts whose
    embedding was kept from elsewhere do not count. The seconds of an extraction may hold a wait for
    others that scored at the same time, so that a mean would charge a member for its neighbours.
    """
    rates = []
    for dataset in scope.scored(member):
        node = Node("extract", f"{member}/{dataset}")
        facts = results.manifests[node].facts if results.has(node) else {}
        rows = facts.get("texts_embedded", facts.get("rows_scored"))
        seconds = facts.get("scoring_seconds")
        if isinstance(seconds, int | float) and isinstance(rows, int) and rows >= _FEWEST_TEXTS:
            rates.append(1000 * seconds / rows)
    return min(rates, default=None)

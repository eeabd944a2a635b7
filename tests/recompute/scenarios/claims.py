"""Claims: what they say, what they are held against, and what they read."""

from typing import Any

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Change, Scenario
from tests.recompute.scenarios.models import combiner, experiment, model, nothing

THEIRS = ("claims small",)
PAGE = ("report small",)


def claim(at: int, **changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("experiments/small.yaml", lambda c: c["claims"][at].update(changes))

    return change


def comparison(at: int, **changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        def put(content: Any) -> None:
            content["claims"][at]["comparisons"][0].update(changes)

        bench.edit("experiments/small.yaml", put)

    return change


def renamed_group(bench: Bench, _around: Around) -> None:
    def rename(content: Any) -> None:
        content["groups"] = {"pair": content["groups"]["both"]}
        content["claims"][1]["comparisons"][0]["comparable"] = ["pair"]

    bench.edit("experiments/small.yaml", rename)


def no_claims(bench: Bench, _around: Around) -> None:
    bench.edit("experiments/small.yaml", lambda content: content.pop("claims"))


SCENARIOS = [
    Scenario("nothing, where claims are tested", nothing, same_data=True),
    Scenario(
        "a claim's wording",
        claim(0, statement="Letters tell more"),
        will=THEIRS,
        may=PAGE,
        why=("claims small", "statement Letters say more than words -> Letters tell more"),
    ),
    Scenario(
        "a claim's margin",
        comparison(1, within=0.4),
        will=THEIRS,
        may=PAGE,
        why=("claims small", "margin 0.5 -> 0.4"),
    ),
    Scenario("a group's name", renamed_group, will=THEIRS, may=PAGE),
    Scenario("the claims are gone", no_claims, will=PAGE),
    Scenario(
        "a model that claims are about",
        model("words", c=3.0),
        will=("finetune words",),
        may=("extract words/*", "combine *", "evaluate *", *THEIRS, *PAGE),
    ),
    Scenario(
        "how often the bootstrap draws, also behind claims",
        experiment(bootstrap_draws=200),
        will=("evaluate *",),
        may=(*THEIRS, *PAGE),
    ),
    Scenario(
        "a combiner that no claim names: its predictions stand in the same table",
        combiner("stacking", c=0.5),
        will=("combine small/*/stacking",),
        may=("evaluate *", *THEIRS, *PAGE),
        needless=THEIRS,
    ),
]

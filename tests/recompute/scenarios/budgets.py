"""Label budgets and transferability: what is asked of combiners, and what that reads."""

from typing import Any

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Change, Scenario
from tests.recompute.scenarios.code import CODE, added_to
from tests.recompute.scenarios.data import relabelled_row
from tests.recompute.scenarios.models import (
    combiner,
    experiment,
    fitted_on_calls,
    new_combiner,
    new_model,
    nothing,
    one_target_less,
)

CURVES = ("budgets small",)
PAGE = ("report small",)
COMPARED = ("uncertainty *", "frontier *")  # what is known of the compared combiner alone


def budgets(**changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(changes))

    return change


def nothing_of_these(bench: Bench, _around: Around) -> None:
    def drop(content: Any) -> None:
        del content["budgets"], content["transfer"]

    bench.edit("experiments/small.yaml", drop)


SCENARIOS = [
    Scenario("nothing, where there are budgets", nothing, same_data=True),
    Scenario(
        "other budgets, which mean nothing to a rule that learns nothing",
        budgets(per_class=[0, 2]),
        will=("sweep small/*/stacking", "uncertainty *"),
        may=(*CURVES, *PAGE),
        why=("sweep small/wires/stacking", "per_class"),
    ),
    Scenario(
        "how often the few are drawn",
        budgets(draws=5),
        will=("sweep small/*/stacking", *COMPARED),
        may=(*CURVES, *PAGE),
        why=("sweep small/wires/stacking", "draws 4 -> 5"),
    ),
    Scenario(
        "how often sets are to hold the true label",
        budgets(coverage=0.8),
        will=("uncertainty *",),
        may=PAGE,
        why=("uncertainty small/wires", "coverage 0.9 -> 0.8"),
    ),
    Scenario(
        "another combiner is compared",
        budgets(compare="mean"),
        will=(*COMPARED, *CURVES),
        may=PAGE,
        why=("budgets small", "compare stacking -> mean"),
    ),
    Scenario(
        "ensembles of every size are fitted on more labels",
        budgets(frontier=8),
        will=("frontier *",),
        may=PAGE,
        why=("frontier small/wires", "per_class 2 -> 8"),
    ),
    Scenario("nobody asks for ensembles of every size any more", budgets(frontier=None), will=PAGE),
    Scenario(
        "no combiner is compared any more",
        budgets(compare=None, frontier=None),
        will=CURVES,
        may=PAGE,
    ),
    Scenario(
        "a combiner's setting, where there are budgets",
        combiner("stacking", c=0.5),
        will=("combine small/*/stacking", "sweep small/*/stacking", *COMPARED),
        may=("evaluate *", *CURVES, *PAGE),
        why=("sweep small/wires/stacking", "combiner.c 0.1 -> 0.5"),
    ),
    Scenario(
        "a new combiner, where there are budgets",
        new_combiner,
        will=("combine small/*/best", "sweep small/*/best"),
        may=("evaluate *", *CURVES, *PAGE),
    ),
    Scenario(
        "a new member, where there are budgets",
        new_model,
        will=("finetune long_letters",),
        may=(
            "extract long_letters/*",
            "transfer *",
            "combine *",
            "sweep *",
            *COMPARED,
            "evaluate *",
            *CURVES,
            *PAGE,
        ),
    ),
    Scenario(
        "a test row is relabelled, where there are budgets: the other target stays",
        relabelled_row,
        will=("ingest demo_headlines",),
        may=(
            "validate demo_headlines",
            "transfer small/headlines",
            "sweep small/headlines/*",
            "uncertainty small/headlines",
            "frontier small/headlines",
            "evaluate small/headlines",
            *CURVES,
            *PAGE,
        ),
        spared=("extract */demo_headlines", "combine small/headlines/*"),
    ),
    Scenario(
        "a target draws its few from other labels",
        fitted_on_calls,
        will=("validate demo_earnings_calls",),
        may=(
            "extract */demo_earnings_calls",
            "transfer small/wires",
            "combine small/wires/stacking",
            "sweep small/wires/stacking",
            "uncertainty small/wires",
            "frontier small/wires",
            "evaluate small/wires",
            *CURVES,
            *PAGE,
        ),
    ),
    Scenario(
        "an experiment with budgets is given another title",
        experiment(title="Little"),
        will=PAGE,
        same_data=True,
    ),
    Scenario(
        "how often the bootstrap draws, where there are budgets",
        experiment(bootstrap_draws=200),
        will=("transfer *", "evaluate *"),
        may=(*CURVES, *PAGE),
        needless=CURVES,  # it reads leaderboards, and of these the figures without intervals
    ),
    Scenario("a target with budgets is dropped", one_target_less, will=CURVES, may=PAGE),
    Scenario(
        "budgets and scores are gone: the page without them is in the store", nothing_of_these
    ),
    Scenario(
        "code of the sweep alone",
        added_to("stages.sweep", CODE),
        will=("sweep *",),
        spared=(*CURVES, *PAGE),
        same_data=True,
    ),
    Scenario(
        "code of one score of transferability",
        added_to("metrics.transfer.leep", CODE),
        will=("transfer *",),
        spared=PAGE,
        same_data=True,
    ),
]

"""Claims about label budgets in whole runs of the small workspace."""

import pytest

from tests.dag.claiming import make_claims
from tests.dag.test_budgets import BUDGETS
from tickertone.cli.show_plan import plan_as_text
from tickertone.dag.plan import plan_experiment
from tickertone.dag.verify import verify

GIVEN = [{"combiner": "stacking", "labels": 8}]
WITHOUT = [{"combiner": "mean", "labels": 0}]
BEST = [{"best_of_pool": True}]
BOTH = ["headlines", "wires"]
SHOWN = "SELECT target, comparison, verdict, why FROM claims WHERE part > 0 ORDER BY part"


def claims_of(*comparisons):
    return [{"paper": "p", "claim": "1", "statement": "s", "comparisons": [*comparisons]}]


CLAIMS = claims_of(
    {"targets": BOTH, "better": GIVEN, "than": WITHOUT, "by": -0.9},
    {"targets": BOTH, "over": "mean", "comparable": WITHOUT, "to": BEST, "within": 0.9},
    {"target": "wires", "better": WITHOUT, "than": [{"combiner": "mean", "labels": 8}]},
)


@pytest.fixture(scope="module")
def claimed(ran_once, tmp_path_factory):
    """The small experiment with budgets, and claims about them."""
    bench = ran_once.copied_to(tmp_path_factory.mktemp("claimed") / "copy")
    bench.edit("experiments/small.yaml", lambda c: c.update(budgets=BUDGETS))
    bench.run()
    make_claims(bench, CLAIMS, {})
    bench.computed_then = bench.computed()
    return bench


def test_claims_about_budgets_cost_themselves_and_the_page(claimed):
    assert claimed.computed_then == {"claims small", "report small"}
    assert claimed.computed() == set()
    assert verify(claimed.workspace).findings == ()


def test_each_target_is_a_part_and_a_mean_over_them_is_one(claimed):
    given, without = "stacking with 8 labels per class", "mean without labels"
    rows = claimed.ask(SHOWN)
    assert [row[:3] for row in rows] == [
        ("headlines", f"{given} less than 90 points below {without}", "holds"),
        ("wires", f"{given} less than 90 points below {without}", "holds"),
        (
            None,
            f"{without} within 90 points of the best single member, on average over 2 targets",
            "holds",
        ),
        ("wires", f"{without} better than {without}", "undecided"),  # so few texts
    ]
    assert rows[0][3] == f"the interval is over texts and draws of labels, {given} in 4"


def test_figures_are_those_of_the_budgets_and_of_the_leaderboard(claimed):
    ((left, right),) = claimed.ask("SELECT left_value, right_value FROM claims WHERE part = 1")
    curve = "SELECT accuracy_mean FROM budget_curves WHERE target = 'headlines' AND combiner = ?"
    ((given,),) = claimed.ask(f"{curve} AND k = 8", "stacking")
    ((without,),) = claimed.ask(f"{curve} AND k = 0", "mean")
    assert (left, right) == pytest.approx((given, without))
    ((best,),) = claimed.ask(
        "SELECT avg(best) FROM (SELECT max(accuracy) AS best FROM leaderboard WHERE split = 'full' "
        "AND system IN ('words', 'letters') GROUP BY target)"
    )
    ((oracle,),) = claimed.ask("SELECT right_value FROM claims WHERE part = 3")
    assert oracle == pytest.approx(best)


def test_the_interval_on_one_target_is_that_of_the_contrasts(claimed, tmp_path):
    bench = claimed.copied_to(tmp_path / "copy")
    make_claims(bench, claims_of({"target": "wires", "better": GIVEN, "than": WITHOUT}), {})
    bench.run()
    found = bench.ask("SELECT measured, low, high FROM claims WHERE part = 1")
    told = bench.ask(
        "SELECT difference, low, high FROM budget_contrasts "
        "WHERE target = 'wires' AND than = 'mean' AND k = 8"
    )
    assert found[0] == pytest.approx(told[0])


def test_another_number_of_draws_is_read_again(claimed, tmp_path):
    bench = claimed.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(draws=3))
    told = plan_as_text(plan_experiment(bench.workspace, "small")).partition("claims small")[2]
    assert "depends on what comes out of sweep small/headlines/stacking" in told
    assert "claims small" in bench.computed()
    assert bench.ask(SHOWN)[0][3].endswith(" in 3")


@pytest.mark.slow
def test_what_models_of_few_labels_come_to_varies_with_their_draw(claimed, tmp_path):
    bench = claimed.copied_to(tmp_path / "copy")
    bench.edit(
        "datasets.yaml", lambda c: c["datasets"]["demo_headlines"]["carve"].update(labels=0.3)
    )
    bench.edit(
        "models.yaml",
        lambda c: c["models"].update(
            tuned={**c["models"]["words"], "few": {"per_class": [4], "draws": 2}}
        ),
    )
    bench.edit(
        "experiments/small.yaml",
        lambda c: c.update(models=["words", "letters", "tuned"], members=["words", "letters"]),
    )
    compared = {"target": "headlines", "better": GIVEN, "than": ["tuned_k4"], "by": -0.9}
    make_claims(bench, claims_of(compared), {})
    bench.run()
    ((_, _, verdict, why),) = bench.ask(SHOWN)
    assert why.endswith("stacking with 8 labels per class in 4 and tuned_k4 in 2")
    assert verdict in {"holds", "undecided"}  # of two draws little is known


def test_a_sweep_that_is_not_there_leaves_its_comparisons_unmeasured(claimed, tmp_path):
    bench = claimed.copied_to(tmp_path / "copy")
    (bench.data / "demo" / "wires.txt").unlink()
    bench.run()
    rows = bench.ask(SHOWN)
    assert [row[2] for row in rows] == ["holds", *["not measurable"] * 3]
    failed = "it, or what it needs, failed or was not chosen"
    both = "stacking with 8 labels per class, mean without labels"
    assert rows[1][3] == f"{both}: {failed}"
    assert rows[2][3].startswith(f"on wires, mean without labels, the best single member: {failed}")

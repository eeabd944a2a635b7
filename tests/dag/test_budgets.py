"""An experiment with label budgets, from its logits to the view of people."""

from csv import DictReader

import pytest

from tests.cli.conftest import Command
from tests.dag.bench import Bench
from tickertone.catalog.load import load_catalog
from tickertone.cli.show_plan import plan_as_text
from tickertone.dag.mend import mend
from tickertone.dag.plan import plan_experiment
from tickertone.dag.planners.budgets import options
from tickertone.dag.scope import Scope
from tickertone.dag.verify import verify as verify_all
from tickertone.store.verify import verify

BUDGETS = {"per_class": [0, 2, 8], "draws": 4, "compare": "stacking"}
TARGETS = ("headlines", "wires")
# Of the compared combiner on each target.
UNCERTAINTY = {f"uncertainty small/{target}" for target in TARGETS}
FRONTIER = {f"frontier small/{target}" for target in TARGETS}


@pytest.fixture(scope="module")
def swept(ran_once, tmp_path_factory):
    """The small experiment, run once before it had budgets and once after."""
    bench = ran_once.copied_to(tmp_path_factory.mktemp("swept") / "copy")
    bench.edit("experiments/small.yaml", lambda c: c.update(budgets=BUDGETS))
    bench.computed_then = bench.computed()
    return bench


def test_budgets_cost_their_own_steps_and_the_page(swept):
    assert swept.computed_then == {
        *(f"sweep small/{t}/{c}" for t in TARGETS for c in ("mean", "stacking")),
        *UNCERTAINTY,
        "budgets small",
        "report small",
    }


def test_the_view_has_every_budget_of_what_learns_and_one_of_what_does_not(swept):
    found = swept.ask(
        "SELECT combiner, option, k, draws FROM budget_curves WHERE target = 'headlines' "
        "AND option LIKE 'DAFT-E%' ORDER BY ALL"
    )
    assert found == (
        ("mean", "DAFT-E^Z", 0, 1),
        ("stacking", "DAFT-E", 2, 4),
        ("stacking", "DAFT-E", 8, 4),
        ("stacking", "DAFT-E^Z", 0, 1),
    )


def test_a_member_that_was_tuned_twice_is_told_as_that_on_the_target_of_its_second_tuning(tmp_path):
    bench = Bench(tmp_path)
    tuned = {"family": "encoder", "tuning": "full"}
    ground = {**tuned, "trained_on": ["demo_economy"], "base": {"hub": "owner/base"}}
    twice = {**tuned, "trained_on": ["demo_headlines"], "base": {"model": "ground"}}
    bench.write("models.yaml", {"models": {"ground": ground, "twice": twice}})
    bench.edit("experiments/small.yaml", lambda c: c.update(models=["ground", "twice"]))
    scope = Scope.of(load_catalog(bench.data), "small")
    told = {
        target: {at["system"]: (at["option"], at["k"]) for at in options(scope, target)}
        for target in TARGETS
    }
    assert told == {
        "headlines": {"ground": ("DAFT^Z", 0), "twice": ("DA(FT)^2", None)},
        "wires": {"ground": ("DAFT^Z", 0), "twice": ("DAFT^Z", 0)},
    }


def test_the_mean_is_as_right_as_on_the_leaderboard(swept):
    ((same,),) = swept.ask(
        "SELECT bool_and(b.accuracy_mean = l.accuracy) FROM budget_curves b JOIN leaderboard l "
        "ON l.system = b.combiner AND l.target = b.target AND l.experiment = b.experiment "
        "WHERE l.split = 'full' AND b.combiner = 'mean'"
    )
    assert same


def test_members_stand_beside_their_ensembles_as_what_they_are_on_that_target(swept):
    """They have learnt from the data set of one of the two targets."""
    found = swept.ask(
        "SELECT target, option, combiner, k FROM budget_curves "
        "WHERE option NOT LIKE 'DAFT-E%' ORDER BY ALL"
    )
    assert found == (
        ("headlines", "FT", "letters", None),
        ("headlines", "FT", "words", None),
        ("wires", "DAFT^Z", "letters", 0),
        ("wires", "DAFT^Z", "words", 0),
    )


def test_contrasts_are_of_each_target_and_of_all(swept):
    found = swept.ask("SELECT target, k FROM budget_contrasts ORDER BY ALL")
    assert found == tuple((target, k) for target in (*TARGETS, None) for k in (0, 2, 8, None))


@pytest.mark.parametrize(
    ("per_class", "compare", "compared_at"),
    [
        ([0, 8], "mean", (0, 8, None)),
        ([1, 8], "mean", (1, 8, None)),
        ([0], "stacking", (0,)),
        ([0], "mean", (0,)),
    ],
)
def test_any_combiner_is_compared_at_any_budgets(swept, tmp_path, per_class, compare, compared_at):
    bench = swept.copied_to(tmp_path / "copy")
    changed = {"per_class": per_class, "draws": 2, "compare": compare}
    bench.edit("experiments/small.yaml", lambda c: c.update(budgets=changed))
    assert "budgets small" in bench.computed()
    found = bench.ask("SELECT k FROM budget_contrasts WHERE target IS NULL ORDER BY k")
    assert found == tuple((k,) for k in compared_at)


def test_another_draw_count_costs_the_sweeps_of_what_learns(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    more = {**BUDGETS, "draws": 5}
    bench.edit("experiments/small.yaml", lambda c: c.update(budgets=more))
    assert bench.computed() == {
        *(f"sweep small/{t}/stacking" for t in TARGETS),
        *UNCERTAINTY,
        "budgets small",
        "report small",
    }


def test_without_budgets_they_leave_the_view(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c.pop("budgets"))
    bench.computed()
    assert bench.ask("SELECT * FROM budget_curves") == ()
    assert bench.ask("SELECT * FROM prediction_sets") == ()
    assert bench.ask("SELECT * FROM selective") == ()
    assert verify(bench.workspace).findings == ()


def test_prediction_sets_are_there_at_every_budget_with_labels(swept):
    found = swept.ask(
        "SELECT target, combiner, k, draws, asked, all_labels FROM prediction_sets ORDER BY ALL"
    )
    assert found == tuple((t, "stacking", k, 4, 0.9, 1.0) for t in TARGETS for k in (2, 8))


def test_all_texts_are_as_right_as_in_the_sweep(swept):
    found = swept.ask(
        "SELECT count(*), bool_and(abs(s.accuracy_mean - b.accuracy_mean) < 1e-9) "
        "FROM selective s JOIN budget_curves b USING (experiment, target, combiner, k) "
        "WHERE s.share = 1"
    )
    assert found == ((6, True),)


def test_another_coverage_costs_its_own_steps(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(coverage=0.8))
    told = plan_as_text(plan_experiment(bench.workspace, "small"))
    assert "coverage 0.9 -> 0.8" in told
    assert bench.computed() - {"report small"} == UNCERTAINTY
    assert bench.ask("SELECT DISTINCT asked FROM prediction_sets") == ((0.8,),)


def test_a_frontier_costs_its_own_steps_and_leaves_with_the_field(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(frontier=8))
    assert bench.computed() - {"report small"} == FRONTIER
    rows = bench.ask(
        "SELECT target, combiner, k, draws, members, milliseconds_per_text > 0 FROM frontier "
        "ORDER BY ALL"
    )
    assert rows == tuple((t, "stacking", 8, 4, size, True) for t in TARGETS for size in (1, 2))
    assert verify(bench.workspace).findings == ()
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].pop("frontier"))
    bench.computed()
    assert bench.ask("SELECT * FROM frontier") == ()
    assert verify(bench.workspace).findings == ()


def test_another_measure_of_speed_recomputes_no_frontier(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(frontier=8))
    bench.computed()
    before = bench.ask("SELECT milliseconds_per_text FROM frontier ORDER BY ALL")
    assert not bench.computed(refresh=["extract"]) & FRONTIER
    assert bench.ask("SELECT milliseconds_per_text FROM frontier ORDER BY ALL") == before


def test_the_command_shows_a_column_a_budget(swept):
    command = Command(swept.workspace.root)
    answer = command("budgets", "small")
    assert answer.code == 0, answer.err
    assert "stacking" in answer.out
    assert "DAFT-E" in answer.out
    wires = command("budgets", "small", "--target", "wires")
    assert wires.code == 0
    assert wires.out != answer.out


def test_the_command_says_where_budgets_go(ran_once):
    answer = Command(ran_once.workspace.root)("budgets", "small")
    assert answer.code == 1
    assert "add budgets to data/experiments/small.yaml" in answer.err


def test_transfer_costs_its_own_steps_and_leaves_with_the_field(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c.update(transfer=True))
    assert bench.computed() == {
        "transfer small/headlines",
        "transfer small/wires",
        "report small",
    }
    ((rows,),) = bench.ask("SELECT count(*) FROM transfer")
    assert rows == 2 * 2 * 3  # targets, members, scores
    assert verify(bench.workspace).findings == ()
    bench.edit("experiments/small.yaml", lambda c: c.update(transfer=False))
    bench.computed()
    assert bench.ask("SELECT * FROM transfer") == ()
    assert verify(bench.workspace).findings == ()


def test_tables_stand_beside_the_page_with_the_figures_of_the_database(swept):
    folder = swept.workspace.reports / "small" / "tables"
    with (folder / "budget_curves.csv").open(newline="") as file:
        written = [
            (r["target"], r["combiner"], r["k"], r["accuracy_mean"]) for r in DictReader(file)
        ]
    known = swept.ask(
        "SELECT target, combiner, coalesce(k::TEXT, ''), accuracy_mean::TEXT FROM budget_curves"
    )
    assert sorted(written) == sorted(known)
    names = {path.stem for path in folder.iterdir()}
    assert {"budget_weights", "budget_goal", "relative_improvement", "source_target"} <= names
    page = (folder.parent / "index.html").read_text()
    assert all(f'href="tables/{name}.csv"' in page for name in names)


def test_tables_that_were_changed_are_published_again(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    table = bench.workspace.reports / "small" / "tables" / "budget_curves.csv"
    before = table.read_bytes()
    table.write_text("nothing")
    (finding,) = verify_all(bench.workspace).findings
    assert (finding.kind, finding.where) == ("page", "reports/small/tables")
    mend(bench.workspace, load_catalog(bench.data))
    assert table.read_bytes() == before
    assert verify_all(bench.workspace).findings == ()


def test_a_plan_says_why_a_sweep_will_run(swept, tmp_path):
    bench = swept.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["budgets"].update(per_class=[0, 2]))
    told = plan_as_text(plan_experiment(bench.workspace, "small"))
    assert "per_class" in told
    assert "depends on what comes out of sweep small/headlines/stacking" in told

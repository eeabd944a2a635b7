"""Claims in whole runs: what stays out, what fails beside them, and what the store keeps."""

import pytest

from tests.dag.claiming import CLAIMS, GROUPS, make_claims
from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.plan import plan_experiment
from tickertone.dag.verify import verify
from tickertone.errors import ConfigError
from tickertone.store.rebuild import rebuild

pytestmark = pytest.mark.slow

VERDICTS = "SELECT claim, part, verdict, why FROM claims ORDER BY ALL"


def compare(bench, *comparisons, groups=None):
    """Let the experiment test one claim and run it; verdict and reason of each comparison."""
    claim = {"paper": "p", "claim": "1", "statement": "s", "comparisons": [*comparisons]}
    make_claims(bench, [claim], groups or {})
    bench.run()
    return bench.ask("SELECT verdict, why FROM claims WHERE part > 0 ORDER BY part")


def test_an_experiment_without_claims_has_no_such_step(copy):
    steps = [step.step for step in plan_experiment(copy.workspace, "small").steps]
    assert not [step for step in steps if step.startswith("claims")]


def test_claims_cost_themselves_and_the_page(copy):
    make_claims(copy)
    assert copy.computed() == {"claims small", "report small"}
    assert copy.computed() == set()
    rows = copy.ask("SELECT claim, part, verdict FROM claims ORDER BY ALL")
    assert rows == (
        ("1", 0, "does not hold"),
        ("1", 1, "holds"),
        ("1", 2, "does not hold"),
        ("2", 0, "holds"),
        ("2", 1, "holds"),
    )
    page = copy.workspace.reports / "small" / "index.html"
    assert "Letters say more than words" in page.read_text()


def test_a_figure_of_a_claim_is_that_of_the_leaderboard(copy):
    make_claims(copy)
    copy.run()
    (row,) = copy.ask(
        "SELECT left_value, right_value, n FROM claims WHERE claim = '1' AND part = 1"
    )
    board = "SELECT accuracy, n FROM leaderboard WHERE split = 'full' AND target = 'headlines'"
    letters, words = (copy.ask(f"{board} AND system = ?", s)[0] for s in ("letters", "words"))
    assert row == (pytest.approx(letters[0]), pytest.approx(words[0]), letters[1])


def test_a_model_that_cannot_be_had_leaves_its_comparisons_unmeasured(copy):
    unpinned = {
        "family": "seq2seq",
        "base": {"hub": "owner/base", "revision": None},
        "tuning": "none",
        "task": "financial_sentiment",
        "prompt": "plain",
    }
    copy.edit("models.yaml", lambda c: c["models"].update(asked=unpinned, other=unpinned))
    copy.edit("experiments/small.yaml", lambda c: c.update(models=["words", "letters", "asked"]))
    found = compare(
        copy,
        {"target": "headlines", "better": ["letters"], "than": ["words"]},
        {"target": "headlines", "better": ["asked"], "than": ["other"]},
        {"target": "headlines", "better": ["all"], "than": ["stacking"]},
        {"cheaper": ["words"], "than": ["asked", 65.0]},
        groups={"all": ["words", "asked"]},
    )
    assert found[0] == ("holds", None)
    none = "asked: no checkpoint of owner/base"
    assert found[1] == ("not measurable", f"{none}; other: not in this experiment")
    assert found[2] == (
        "not measurable",
        f"{none}; stacking: it, or what it needs, failed or was not chosen",
    )
    assert found[3] == ("not measurable", none)
    assert found[4][0] == "holds"


def test_a_model_whose_server_may_not_see_the_texts_is_told_as_that(copy):
    remote = {
        "family": "endpoint",
        "url": "https://models.example/v1",
        "model": "m",
        "prompt": "plain",
        "task": "financial_sentiment",
        "service": {"price_in": 0, "price_out": 0, "spend_at_most": 0},
    }
    copy.edit("models.yaml", lambda c: c["models"].update(remote=remote))
    copy.edit(
        "datasets.yaml",
        lambda c: c["datasets"]["demo_wires"]["licence"].update(may_leave=False),
    )
    copy.edit("experiments/small.yaml", lambda c: c["models"].append("remote"))
    copy.edit("experiments/small.yaml", lambda c: c["targets"].pop("headlines"))
    found = compare(copy, {"target": "wires", "better": ["remote"], "than": ["words"]})
    assert found == (("not measurable", "remote: texts may not leave this machine"),)


def test_a_target_whose_data_are_gone_leaves_its_comparisons_unmeasured(copy):
    (copy.data / "demo" / "wires.txt").unlink()
    figures = {"target": "wires", "better": [0.9], "than": [0.8]}
    third = {**CLAIMS[1], "claim": "3", "comparisons": [figures]}
    make_claims(copy, [*CLAIMS, third])
    copy.run()
    rows = copy.ask(VERDICTS)
    assert [row[2] for row in rows if row[0] == "1"] == ["does not hold", "holds", "does not hold"]
    assert rows[-1][2:] == ("not measurable", "wires: the target was not evaluated")
    (whole, part) = (row for row in rows if row[0] == "2")
    assert whole[2:] == part[2:]
    assert part[2] == "not measurable"


def test_a_fit_that_leaves_the_same_weights_has_minutes_of_its_own(copy):
    found = compare(copy, {"cheaper": ["words"], "than": [65.0]})
    assert found[0][0] == "holds"
    minutes = "SELECT left_value FROM claims WHERE part = 1"
    before = copy.ask(minutes)
    computed = copy.computed(refresh=["finetune"])
    assert "claims small" in computed
    assert not any(step.startswith("extract") for step in computed)
    assert copy.ask(minutes) != before


def test_a_published_figure_has_no_interval_of_its_own_and_may_lack_a_metric(copy):
    row = {"target": "headlines", "system": "theirs", "accuracy": 0.99, "source": "a page"}
    copy.write("published.yaml", {"published": [row]})
    theirs = [{"published": "theirs"}]
    found = compare(
        copy,
        {"target": "headlines", "better": ["words"], "than": theirs},
        {"target": "headlines", "better": ["words"], "than": theirs, "metric": "macro_f1"},
    )
    assert found[0] == ("does not hold", "the interval is of our figure alone")
    assert found[1] == ("not measurable", "theirs (published): its source gives no macro_f1")


def test_taken_out_of_an_experiment_claims_and_groups_leave_the_views(copy):
    make_claims(copy)
    copy.run()
    assert copy.ask('SELECT DISTINCT "group" FROM groups') == (("both",),)
    make_claims(copy, [], {})
    assert copy.computed() == set()  # the page is the one that there was before
    assert copy.ask("FROM claims") == copy.ask("FROM groups") == ()
    assert verify(copy.workspace).findings == ()


def test_a_rebuilt_database_has_the_same_claims_and_groups(copy):
    make_claims(copy)
    copy.run()
    views = [copy.ask(f"FROM {view} ORDER BY ALL") for view in ("claims", "groups")]
    assert all(views)
    assert verify(copy.workspace).findings == ()
    rebuild(copy.workspace, catalog_rows(load_catalog(copy.data)))
    assert [copy.ask(f"FROM {view} ORDER BY ALL") for view in ("claims", "groups")] == views
    assert verify(copy.workspace).findings == ()


@pytest.mark.parametrize(
    ("comparison", "unknown"),
    [
        ({"target": "headline", "better": ["letters"], "than": ["words"]}, "headline"),
        ({"target": "headlines", "better": ["letter"], "than": ["words"]}, "letter"),
        ({"target": "headlines", "better": ["words"], "than": [{"published": "x"}]}, "x"),
        ({"cheaper": ["words"], "than": ["stacking"]}, "stacking"),
    ],
)
def test_a_name_that_nothing_has_is_a_mistake(bench, comparison, unknown):
    make_claims(bench, [{**CLAIMS[0], "comparisons": [comparison]}], GROUPS)
    with pytest.raises(ConfigError) as error:
        load_catalog(bench.data)
    assert error.value.place.startswith("data/experiments/small.yaml, claims.0.comparisons.0")
    assert repr(unknown) in error.value.found

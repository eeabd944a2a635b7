import json

import pytest

from tests.cli.conftest import Command
from tests.dag.claiming import make_claims

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(ran_once, tmp_path_factory):
    """The command in a workspace whose experiment has tested claims."""
    bench = ran_once.copied_to(tmp_path_factory.mktemp("told") / "copy")
    make_claims(bench)
    summary, _ = bench.run()
    assert summary.failures == ()
    return Command(bench.workspace.root)


def test_claims_are_told_with_their_verdicts(told):
    answer = told("claims", "small")
    assert answer.code == 0, answer.err
    assert "Letters say more than words" in answer.out
    assert "letters better than words" in answer.out
    assert "does not hold" in answer.out


def test_programs_get_every_column(told):
    rows = json.loads(told("claims", "small", "--json").out)
    assert [(row["claim"], row["part"]) for row in rows] == [
        ("1", 0), ("1", 1), ("1", 2), ("2", 0), ("2", 1),
    ]  # fmt: skip
    assert {"statement", "measured", "low", "high", "verdict", "why"} <= rows[0].keys()


def test_the_leaderboard_ends_with_the_means_of_groups(told):
    answer = told("leaderboard", "small")
    assert answer.code == 0, answer.err
    assert "both" in answer.out


def test_an_experiment_without_claims_says_where_they_go(tickertone):
    answer = tickertone("claims", "demo")
    assert answer.code == 1
    assert "data/experiments/demo.yaml" in answer.err or "run an experiment first" in answer.err

"""The table in scenarios/: each change costs exactly the steps that it names, as was planned."""

import shutil

import pytest

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.content import content, fingerprints
from tests.recompute.observed import Observed, observe, observe_in_process
from tests.recompute.scenario import Scenario, named
from tests.recompute.scenarios import (
    budgets,
    claims,
    code,
    data,
    encoder,
    lineage,
    models,
    store,
    surroundings,
)
from tests.recompute.tally import TALLY

pytestmark = pytest.mark.slow

LINEAR = [
    *data.SCENARIOS,
    *models.SCENARIOS,
    *code.SCENARIOS,
    *store.SCENARIOS,
    *surroundings.SCENARIOS,
]


def test_no_change_is_told_twice():
    others = [encoder, lineage, claims, budgets]
    names = [s.name for s in [*LINEAR, *(s for table in others for s in table.SCENARIOS)]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("scenario", LINEAR, ids=lambda s: s.name)
def test_linear(scenario, ran_once, tmp_path, monkeypatch):
    play(scenario, ran_once, Around(tmp_path, monkeypatch))


@pytest.mark.parametrize("scenario", encoder.SCENARIOS, ids=lambda s: s.name)
def test_encoder(scenario, ran_encoder, tmp_path, monkeypatch):
    play(scenario, ran_encoder, Around(tmp_path, monkeypatch))


@pytest.mark.parametrize("scenario", lineage.SCENARIOS, ids=lambda s: s.name)
def test_lineage(scenario, ran_lineage, tmp_path, monkeypatch):
    play(scenario, ran_lineage, Around(tmp_path, monkeypatch))


@pytest.mark.parametrize("scenario", claims.SCENARIOS, ids=lambda s: s.name)
def test_claims(scenario, ran_claims, tmp_path, monkeypatch):
    play(scenario, ran_claims, Around(tmp_path, monkeypatch))


@pytest.mark.parametrize("scenario", budgets.SCENARIOS, ids=lambda s: s.name)
def test_budgets(scenario, ran_budgets, tmp_path, monkeypatch):
    play(scenario, ran_budgets, Around(tmp_path, monkeypatch))


def play(scenario: Scenario, start: Bench, around: Around) -> None:
    bench = start.copied_to(around.folder / "copy")
    scenario.change(bench, around)
    seen = observed(scenario, bench, around)

    steps = seen.verdicts
    will, may, spared, blocked, needless = (
        named(patterns, steps)
        for patterns in (
            scenario.will, scenario.may, scenario.spared, scenario.blocked, scenario.needless
        )
    )  # fmt: skip
    assert needless <= will | may
    TALLY.add(scenario.name, seen.computed, needless, seen.unchanged)

    expected = dict.fromkeys(steps, "cached")
    expected |= dict.fromkeys(may | spared, "may run")
    expected |= dict.fromkeys(will, "will run") | dict.fromkeys(blocked, "blocked")
    assert seen.verdicts == expected
    assert seen.computed == will | may
    lost = {step for step, outcome in seen.outcomes.items() if outcome in {"failed", "blocked"}}
    assert lost == blocked
    assert {step: seen.scored.get(step) for step in scenario.scored} == scenario.scored
    if scenario.why:
        step, phrase = scenario.why
        assert any(phrase in reason for reason in seen.reasons[step]), seen.reasons[step]

    assert {step for step, verdict in seen.afterwards.items() if verdict != "cached"} == blocked
    nothing_is_stale(scenario, bench, seen, start, around)


def observed(scenario: Scenario, bench: Bench, around: Around) -> Observed:
    if scenario.own_process:
        return observe_in_process(bench, scenario.experiment, around)
    return observe(bench.workspace, scenario.experiment, scenario.options)


def nothing_is_stale(
    scenario: Scenario, bench: Bench, seen: Observed, start: Bench, around: Around
) -> None:
    """All that the database holds is what a workspace has that computed this state from nothing.

    Rows that hang on what is blocked are kept as they were: see `tests/dag/test_broken_inputs.py`.
    """
    stands = {step: name for step, name in fingerprints(bench).items() if step in seen.verdicts}
    done = {s: name for s, name in seen.fingerprints.items() if seen.afterwards[s] == "cached"}
    assert {step: stands[step] for step in done} == done
    if scenario.blocked:
        return
    fresh = start if scenario.same_data else computed_anew(scenario, bench, around)
    if not scenario.same_data:
        assert {step: fingerprints(fresh)[step] for step in done} == done
    mine, its = content(bench, scenario.experiment), content(fresh, scenario.experiment)
    for view in mine:
        assert mine[view] == its[view], view


def computed_anew(scenario: Scenario, bench: Bench, around: Around) -> Bench:
    """A workspace with the same data and catalog, and an empty store."""
    fresh = bench.at(around.folder / "fresh")
    shutil.copytree(bench.data, fresh.data)
    for path in bench.workspace.root.iterdir():
        if path.name not in {"data", "var"}:
            shutil.copytree(path, fresh.workspace.root / path.name)
    observed(scenario, fresh, around)
    return fresh

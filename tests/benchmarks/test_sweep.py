"""The benchmark of sweeps, on little."""

import json

import pytest

from benchmarks.sweep import LOOPS, main, measure


def test_both_sides_find_the_same_and_are_timed(capsys):
    assert (
        main(["--targets", "1", "--texts", "200", "--draws", "2", "--rounds", "1", "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["learners"].keys() == LOOPS.keys()
    for row in found["learners"].values():
        assert row["ours"] > 0
        assert row["times_as_fast"] == pytest.approx(row["scikit_learn"] / row["ours"])
    assert found["all_combiners"]["kinds"] > 10


def test_sides_that_differ_are_not_timed(monkeypatch):
    monkeypatch.setattr("benchmarks.sweep.AGREE", -1.0)
    with pytest.raises(SystemExit, match="apart"):
        measure(targets=1, texts=50, draws=2, number=1)

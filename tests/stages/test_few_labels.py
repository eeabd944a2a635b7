"""The few labels of a draw."""

import importlib

import numpy as np
import pytest

from tests.stages.few_labels_work import FIT, few_labels_work, known_and_test, told_to_combiners
from tickertone.draws import drawn

STACKING = {"kind": "stacking", "c": 0.1}


def test_a_draw_knows_the_rows_that_a_model_of_the_same_few_learns_from(tmp_path):
    known, _ = known_and_test(few_labels_work(tmp_path))

    draws = known.draws(5, 3)

    ids = [f"e{i:03}" for i in range(len(FIT))]
    assert draws.tolist() == [drawn(ids, FIT.tolist(), 5, draw) for draw in range(3)]
    assert known.evidence.labels.tolist() == FIT.tolist()


def test_of_no_label_there_is_one_draw(tmp_path):
    known, _ = known_and_test(few_labels_work(tmp_path))

    assert known.draws(0, 3).shape == (1, 0)


def test_all_of_a_rare_label_are_drawn(tmp_path):
    known, _ = known_and_test(few_labels_work(tmp_path))

    draws = known.draws(10_000, 2)

    assert draws.tolist() == [np.arange(len(FIT)).tolist()] * 2


@pytest.mark.parametrize(
    ("stage", "settings"),
    [
        ("sweep", {"per_class": [8]}),
        ("uncertainty", {"per_class": [12], "coverage": 0.9}),
        ("frontier", {"per_class": 8}),
    ],
)
def test_combiners_are_told_that_draws_are_even(tmp_path, monkeypatch, stage, settings):
    """Also where a fold is left out, or members are."""
    told = told_to_combiners(monkeypatch, stage)
    importlib.import_module(f"tickertone.stages.{stage}").run(
        few_labels_work(tmp_path, combiner=STACKING, **settings)
    )
    assert told
    assert all(evenly for evenly, _ in told)

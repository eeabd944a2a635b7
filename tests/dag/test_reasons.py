"""Inputs of steps as people call them."""

import pytest

from tickertone.dag.planner import Node
from tickertone.dag.reasons import named


@pytest.mark.parametrize("stage", ["transfer", "combine", "sweep", "uncertainty", "frontier"])
def test_what_is_read_of_a_target_is_called_by_its_name(stage):
    node = Node(stage, "small/wires")
    assert named(node, "fit") == ("", "wires fitting rows")
    assert named(node, "test") == ("", "wires test")
    assert named(node, "unlabelled") == ("", "wires unlabelled texts")
    assert named(node, "fit:words") == ("logits of", "words")


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("prediction_sets:wires", ("prediction sets of", "wires")),
        ("selective:wires", ("accuracy where it is surest on", "wires")),
        ("frontier:wires", ("costs of", "wires")),
        ("curve:wires/mean", ("sweep of", "wires/mean")),
        ("budget_weights:wires/mean", ("weights by labels of", "wires/mean")),
        ("transfer:wires", ("scores of transfer to", "wires")),
        ("agreement:wires", ("how scores of transfer rank the members on", "wires")),
    ],
)
def test_what_a_page_reads_is_called_by_what_it_shows(role, told):
    assert named(Node("report", "small"), role) == told

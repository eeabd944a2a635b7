import json
import typing

import numpy as np
import pytest

from benchmarks.synthetic_pools import (
    BEST,
    PLAIN,
    POOLS,
    curve,
    drawn,
    main,
    plain,
    specs,
    trial,
)
from tickertone.catalog.combiners import CombinerSpec

# As another implementation of the generator and of the rules measured them, with 8 and 128 labels
# of each class: best member, uniform mean, the paper's learner, ordinary least squares, greedy.
MEASURED = {
    "weak to strong": (0.918, 0.863, (0.879, 0.935), (0.797, 0.962), (0.911, 0.935)),
    "all similar": (0.868, 0.918, (0.917, 0.919), (0.746, 0.910), (0.874, 0.909)),
    "one strong": (0.945, 0.712, (0.731, 0.886), (0.699, 0.945), (0.944, 0.945)),
}
NOISE = 0.015  # of another test set of about 2,000 texts and 20 draws
NOISE_WHERE_IT_BREAKS_DOWN = 0.05  # 16 texts, 16 coefficients: a draw more or less is 0.01


@pytest.mark.parametrize("name", POOLS)
def test_combiners_come_out_as_another_implementation_measured_them(name):
    best, uniform, paper_s, least_squares, greedy = MEASURED[name]
    of = trial(name, texts=10_000)
    budgets = (8, 128)

    def measured(kind):
        return curve(specs()[kind], of, budgets, draws=60)

    alone = (of.test.votes.argmax(axis=2) == of.truth).mean(axis=1).max()
    assert alone == pytest.approx(best, abs=NOISE)
    assert measured("mean") == pytest.approx([uniform] * 2, abs=NOISE)
    assert measured("least_squares_sgd") == pytest.approx(paper_s, abs=NOISE)
    assert measured("greedy") == pytest.approx(greedy, abs=NOISE)
    few, many = plain(of, budgets, draws=60)
    assert few == pytest.approx(least_squares[0], abs=NOISE_WHERE_IT_BREAKS_DOWN)
    assert many == pytest.approx(least_squares[1], abs=NOISE)


def test_members_err_alike_and_by_their_skill():
    of = trial("weak to strong", texts=8000)
    odds = of.test.logits[:, :, 1] - of.test.logits[:, :, 0]
    sign = 2 * of.truth - 1
    skills = (odds * sign).mean(axis=1) / 2
    assert np.allclose(skills, POOLS["weak to strong"], atol=0.05)
    left = odds / 2 - POOLS["weak to strong"][:, None] * sign
    shared = np.corrcoef(left)[np.triu_indices(15, 1)]
    assert np.allclose(left.std(axis=1), 1, atol=0.05)
    assert np.allclose(shared, 0.5, atol=0.05)


def test_draws_have_as_many_rows_of_each_label_and_grow():
    labels = np.arange(50) % 2
    few, more = drawn(labels, 3, 4), drawn(labels, 5, 4)
    assert labels[few].sum(axis=1).tolist() == [3] * 4
    assert all({*a} < {*b} for a, b in zip(few.tolist(), more.tolist(), strict=True))


def test_every_kind_of_the_catalog_is_there():
    kinds = typing.get_args(typing.get_args(CombinerSpec)[0])
    assert len(specs()) == len(kinds)


def test_the_table_has_a_row_for_each_and_a_column_for_each_budget(capsys):
    assert main(["--draws", "2", "--texts", "40", "--per-class", "0", "4", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["per_class"] == [0, 4]
    for rows in printed["pools"].values():
        assert {*rows} == {BEST, PLAIN, *specs()}
        assert all(len(found) == 2 for found, _ in rows.values())
    main(["--draws", "2", "--texts", "40", "--per-class", "4"])
    assert "all similar, 2 draws, 40 texts" in capsys.readouterr().out

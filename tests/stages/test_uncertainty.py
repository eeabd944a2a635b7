"""Prediction sets of a combiner from few labels, and its accuracy where it is sure."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.stages.few_labels_work import FIT, TEST, few_labels_work, known_and_test
from tickertone.combiners.registry import make_combiner
from tickertone.metrics.prediction_sets import cv_plus
from tickertone.stages.uncertainty import fold_of_rows, run

STACKING = {"kind": "stacking", "c": 0.1}


def work_of(folder, *, per_class=(0, 1, 8, 16), coverage=0.9, combiner=STACKING, **more):
    settings = {"per_class": list(per_class), "coverage": coverage, "combiner": combiner}
    return few_labels_work(folder, **settings, **more)


def uncertainty(folder, **options):
    product = run(work_of(folder, **options))
    read = {
        name: pq.read_table(made.files[0]).to_pylist() for name, made in product.outputs.items()
    }
    return read["prediction_sets"], read["selective"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return uncertainty(tmp_path_factory.mktemp("uncertainty"))


def test_every_budget_with_labels_has_a_row_of_sets(made):
    sets, _ = made
    assert [(row["combiner"], row["k"], row["draws"], row["asked"]) for row in sets] == [
        ("chosen", k, 4, 0.9) for k in (1, 8, 16)
    ]


def test_too_few_labels_give_sets_of_all_labels_and_say_so(made):
    sets, _ = made
    for row in sets[:2]:  # 1 and 8 labels: nine are needed for 0.9
        assert (row["all_labels"], row["guarantee"], row["size_mean"]) == (1, 1, 3)
        assert (row["coverage_min"], row["empty_mean"]) == (1, 0)


def test_enough_labels_give_smaller_sets_that_still_hold_the_true_label(made):
    row = made[0][-1]
    assert row["all_labels"] == 0
    assert 0.5 < row["guarantee"] < 0.9
    assert row["size_mean"] < 2
    assert row["coverage_min"] <= row["coverage_mean"] <= row["coverage_max"]
    assert row["coverage_mean"] > 0.85


def test_less_coverage_needs_fewer_labels_and_gives_smaller_sets(made, tmp_path):
    sets, _ = uncertainty(tmp_path, coverage=0.7, per_class=[8, 16])
    assert [row["all_labels"] for row in sets] == [0, 0]
    assert sets[-1]["size_mean"] < made[0][-1]["size_mean"]
    assert sets[-1]["coverage_mean"] < made[0][-1]["coverage_mean"]


def test_sets_are_those_of_fits_without_a_fold_each(tmp_path):
    work = work_of(tmp_path, per_class=[12])
    known, test = known_and_test(work)
    combiner, covered, sizes = make_combiner(STACKING), [], []
    for rows in known.draws(12, 4):
        folds = fold_of_rows(FIT[rows])
        fits = [combiner.fit(known.evidence, rows[None, folds != fold]) for fold in range(4)]
        out_of_fold = np.empty((len(rows), 3))
        for fold, fitted in enumerate(fits):
            own = folds == fold
            out_of_fold[own] = fitted.predict(known.evidence.pool.rows(rows[own]))[0]
        of_test = np.concatenate([fitted.predict(test) for fitted in fits])
        found = cv_plus(out_of_fold, FIT[rows], folds, of_test, alpha=0.1)
        covered.append(found.holds[np.arange(len(TEST)), TEST].mean())
        sizes.append(found.holds.sum(axis=1).mean())

    (path,) = run(work).outputs["prediction_sets"].files

    (row,) = pq.read_table(path).to_pylist()
    assert row["coverage_mean"] == pytest.approx(np.mean(covered))
    assert row["size_mean"] == pytest.approx(np.mean(sizes))


@pytest.mark.parametrize(
    ("counts", "folds", "left_over"), [((16, 16), 4, 0), ((3, 3), 3, 0), ((7, 16), 4, 3)]
)
def test_folds_hold_as_many_rows_of_each_label(counts, folds, left_over):
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1], counts))
    found = fold_of_rows(labels)
    assert set(found.tolist()) - {-1} == {*range(folds)}
    assert (found == -1).sum() == left_over
    for label in (0, 1):
        sizes = [((found == fold) & (labels == label)).sum() for fold in range(folds)]
        assert len(set(sizes)) == 1


def test_a_label_that_no_row_has_is_in_every_set_and_stops_no_fold():
    assert set(fold_of_rows(np.array([0, 2, 0, 2])).tolist()) == {0, 1}


def test_accuracy_is_higher_where_the_combiner_is_surer(made):
    rows = [row for row in made[1] if row["k"] == 16]
    assert [row["share"] for row in rows] == [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    assert rows[-1]["accuracy_mean"] > rows[0]["accuracy_mean"]
    assert rows[0]["accuracy_min"] <= rows[0]["accuracy_mean"] <= rows[0]["accuracy_max"]
    assert {row["k"] for row in made[1]} == {0, 1, 8, 16}


def test_labels_of_test_change_what_is_measured_and_no_set(tmp_path):
    honest, _ = uncertainty(tmp_path / "honest")
    other, _ = uncertainty(tmp_path / "other", test_labels=(TEST + 1) % 3)
    assert honest[-1]["coverage_mean"] != other[-1]["coverage_mean"]
    assert honest[-1]["size_mean"] == other[-1]["size_mean"]


def test_a_rule_that_learns_nothing_has_sets_too(tmp_path):
    sets, selective = uncertainty(tmp_path, combiner={"kind": "mean"})
    assert sets[-1]["size_mean"] < 3
    assert len({row["accuracy_mean"] for row in selective if row["share"] == 1.0}) == 1


def test_a_member_that_knows_some_labels_takes_part(tmp_path):
    sets, _ = uncertainty(tmp_path, partial=["binary"], per_class=[16])
    assert sets[0]["coverage_mean"] > 0.85


def test_equal_inputs_give_equal_bytes(tmp_path):
    one, other = (run(work_of(tmp_path / name)) for name in ("a", "b"))
    for name in ("prediction_sets", "selective"):
        (first,), (second,) = one.outputs[name].files, other.outputs[name].files
        assert first.read_bytes() == second.read_bytes()

"""One table of every option by how many labels it was given."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.stages.scored_split import work_for
from tickertone.stages.budgets import run
from tickertone.stages.evaluation_tables import LEADERBOARD
from tickertone.stages.hits import HITS, hit_rows
from tickertone.stages.sweep import CURVE

TEXTS = 400
KS = (0, 4, 16)


def right(rng, accuracy, draws):
    return rng.random((draws, TEXTS)) < accuracy


def write_sweep(folder, hits):
    """The files of a sweep that was right where `hits` says, k -> (draw, text)."""
    folder.mkdir(parents=True)
    curve = [
        {"k": k, "draw": draw, "n": TEXTS, "accuracy": row.mean(), "macro_f1": row.mean() / 2}
        | {"log_loss": 0.5, "ece": 0.1}
        for k, found in hits.items()
        for draw, row in enumerate(found)
    ]
    rows = [row for k, found in hits.items() for row in hit_rows(k, found)]
    pq.write_table(pa.Table.from_pylist(curve, CURVE), folder / "curve.parquet")
    pq.write_table(pa.Table.from_pylist(rows, HITS), folder / "hits.parquet")
    return {name: (folder / f"{name}.parquet",) for name in ("curve", "hits")}


@pytest.fixture
def made(tmp_path):
    """Two targets: a learner that gets better with labels, and a mean that knows none."""
    rng = np.random.default_rng(0)
    inputs, hits = {}, {}
    for target in ("one", "two"):
        mean = right(rng, 0.7, 1)
        learner = {k: right(rng, 0.7 + k / 100, 1 if k == 0 else 20) for k in KS}
        for name, found in (("mean", {0: mean}), ("learner", learner)):
            hits[target, name] = found
            for kind, files in write_sweep(tmp_path / target / name, found).items():
                inputs[f"{kind}:{target}/{name}"] = files
    board = [
        {"split": split, "system": system, "n": TEXTS, "accuracy": accuracy, "macro_f1": 0.5}
        | {"log_loss": 0.5, "ece": 0.1}
        for split in ("full", "clean")
        for system, accuracy in (("other", 0.75), ("ft_k4_d0", 0.6), ("ft_k4_d1", 0.64))
    ]
    pq.write_table(pa.Table.from_pylist(board, LEADERBOARD), tmp_path / "board.parquet")
    inputs["leaderboard:one"] = (tmp_path / "board.parquet",)
    options = [
        {"system": "other", "option": "DAFT^Z", "combiner": "other", "k": 0},
        {"system": "ft_k4_d0", "option": "FT", "combiner": "ft", "k": 4},
        {"system": "ft_k4_d1", "option": "FT", "combiner": "ft", "k": 4},
        {"system": "ft_k4_d2", "option": "FT", "combiner": "ft", "k": 4},  # it failed
    ]
    settings = {
        "targets": {"one": {"options": options}, "two": {"options": []}},
        "combiners": ["learner", "mean"],
        "compare": "learner",
    }
    product = run(work_for(tmp_path, settings, inputs))
    read = {n: pq.read_table(o.files[0]).to_pylist() for n, o in product.outputs.items()}
    return read["budget_curves"], read["budget_contrasts"], hits


def test_draws_of_a_combiner_become_one_row_a_budget(made):
    curves, _, hits = made

    rows = {
        row["k"]: row for row in curves if (row["target"], row["combiner"]) == ("one", "learner")
    }
    accuracy = hits["one", "learner"][16].mean(axis=1)
    assert [*rows] == [0, 4, 16]
    assert (rows[0]["option"], rows[16]["option"]) == ("DAFT-E^Z", "DAFT-E")
    assert (rows[0]["draws"], rows[16]["draws"]) == (1, 20)
    assert rows[16]["accuracy_mean"] == pytest.approx(accuracy.mean())
    assert rows[16]["accuracy_min"] == accuracy.min()
    assert rows[16]["accuracy_max"] == accuracy.max()
    assert rows[16]["accuracy_se"] == pytest.approx(accuracy.std(ddof=1) / np.sqrt(20))
    assert rows[0]["accuracy_se"] is None


def test_models_scored_alone_stand_beside_them_and_a_failed_draw_is_left_out(made):
    curves, _, _ = made

    (tuned,) = [row for row in curves if row["option"] == "FT"]
    assert (tuned["combiner"], tuned["k"], tuned["draws"]) == ("ft", 4, 2)
    assert tuned["accuracy_mean"] == pytest.approx(0.62)
    (member,) = [row for row in curves if row["option"] == "DAFT^Z"]
    assert (member["k"], member["accuracy_mean"]) == (0, 0.75)


def test_the_chosen_combiner_is_held_against_the_others_on_the_same_texts(made):
    _, contrasts, hits = made

    (row,) = [r for r in contrasts if (r["target"], r["k"]) == ("one", 16)]
    difference = hits["one", "learner"][16].mean() - hits["one", "mean"][0].mean()
    assert (row["combiner"], row["than"]) == ("learner", "mean")
    assert row["difference"] == pytest.approx(difference)
    assert row["low"] < difference < row["high"]


def test_contrasts_are_also_averaged_over_targets_and_over_budgets_with_labels(made):
    _, contrasts, hits = made

    def difference(target, k):
        return hits[target, "learner"][k].mean() - hits[target, "mean"][0].mean()

    of = {(row["target"], row["k"]): row for row in contrasts}
    assert of[None, 4]["difference"] == pytest.approx(
        (difference("one", 4) + difference("two", 4)) / 2
    )
    assert of["two", None]["difference"] == pytest.approx(
        (difference("two", 4) + difference("two", 16)) / 2
    )
    whole = of[None, None]
    assert whole["high"] - whole["low"] < of["one", None]["high"] - of["one", None]["low"]


def test_a_combiner_without_a_sweep_leaves_a_gap(tmp_path):
    found = {k: right(np.random.default_rng(1), 0.7, 1 if k == 0 else 3) for k in KS}
    files = write_sweep(tmp_path / "sweep", found)
    settings = {
        "targets": {"one": {"options": []}},
        "combiners": ["learner", "mean"],
        "compare": "learner",
    }

    product = run(work_for(tmp_path, settings, {f"{k}:one/learner": f for k, f in files.items()}))

    assert len(pq.read_table(product.outputs["budget_curves"].files[0])) == 3
    assert len(pq.read_table(product.outputs["budget_contrasts"].files[0])) == 0


def contrasts_of(folder, compare, sweeps):
    """(other combiner, k) -> difference, on one target; `sweeps` has the hits of each combiner."""
    inputs = {}
    for name, found in sweeps.items():
        for kind, files in write_sweep(folder / name, found).items():
            inputs[f"{kind}:one/{name}"] = files
    settings = {
        "targets": {"one": {"options": []}},
        "combiners": sorted(sweeps),
        "compare": compare,
    }
    product = run(work_for(folder, settings, inputs))
    rows = pq.read_table(product.outputs["budget_contrasts"].files[0]).to_pylist()
    return {(row["than"], row["k"]): row["difference"] for row in rows}


@pytest.fixture
def drawn():
    rng = np.random.default_rng(2)
    return lambda *ks: {k: right(rng, 0.6 + k / 100, 3 if k else 1) for k in ks}


def test_a_rule_that_learns_nothing_is_compared_at_the_budgets_of_those_that_learn(tmp_path, drawn):
    sweeps = {"mean": drawn(0), "votes": drawn(0), "learner": drawn(0, 8)}
    found = contrasts_of(tmp_path, "mean", sweeps)
    assert {*found} == {(than, k) for than in ("learner", "votes") for k in (0, 8, None)}
    mean = sweeps["mean"][0].mean()
    assert found["learner", 0] == pytest.approx(mean - sweeps["learner"][0].mean())
    assert found["learner", 8] == pytest.approx(mean - sweeps["learner"][8].mean())
    assert found["learner", None] == found["learner", 8]
    assert found["votes", 8] == found["votes", 0]


def test_where_no_rule_is_fitted_without_labels_none_is_compared_there(tmp_path, drawn):
    sweeps = {"mean": drawn(0), "votes": drawn(0), "learner": drawn(1, 8)}
    found = contrasts_of(tmp_path, "mean", sweeps)
    assert {*found} == {(than, k) for than in ("learner", "votes") for k in (1, 8, None)}


def test_without_a_budget_with_labels_there_is_no_mean_over_them(tmp_path, drawn):
    learner = contrasts_of(tmp_path / "learner", "learner", {"learner": drawn(0), "mean": drawn(0)})
    rules = contrasts_of(tmp_path / "rules", "mean", {"mean": drawn(0), "votes": drawn(0)})
    assert {*learner} == {("mean", 0)}
    assert {*rules} == {("votes", 0)}

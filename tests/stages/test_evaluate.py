import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, f1_score

from tests.stages.scored_split import LABELS, skilled_logits, work_for, write_logits, write_split
from tickertone.errors import DataError, StoreError
from tickertone.stages.combine import PREDICTIONS
from tickertone.stages.evaluate import run

TRUTH = np.random.default_rng(2).integers(3, size=120)
CLEAN = [i % 4 != 0 for i in range(120)]
MODELS = {"strong": 2.5, "weak": 0.4}
SYSTEMS = [
    {"name": "strong", "kind": "model", "contaminated": None},
    {"name": "weak", "kind": "model", "contaminated": "its base has seen this data set"},
    {"name": "mean", "kind": "combiner", "contaminated": None},
]


def probabilities_of(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


MEAN = np.mean([probabilities_of(skilled_logits(TRUTH, s, 0)) for s in MODELS.values()], axis=0)


def write_predictions(path, example_ids, probabilities):
    rows = {
        "example_id": example_ids,
        "predicted": [LABELS[i] for i in probabilities.argmax(axis=1)],
        "probabilities": probabilities.tolist(),
    }
    pq.write_table(pa.table(rows, schema=PREDICTIONS), path)
    return path


def evaluate(folder, *, systems=SYSTEMS, clean=CLEAN, truth=TRUTH, ids=None, order=(0, 1, 2)):
    """Run the stage; the tables that it made, by name. `order` is that of the models' labels."""
    data = folder / "data"
    inputs = {"test": (write_split(data / "test.parquet", truth, clean=clean),)}
    for seed, (model, strength) in enumerate(MODELS.items()):
        logits = skilled_logits(TRUTH, strength, seed)
        texts = [f"test-t{i:03}" for i in range(len(TRUTH))]
        inputs[f"model:{model}"] = write_logits(data / model, texts, logits[:, order])
    ids = ids or [f"e{i:03}" for i in range(len(TRUTH))]
    inputs["combiner:mean"] = (write_predictions(data / "mean.parquet", ids, MEAN),)
    settings = {
        "labels": LABELS,
        "bootstrap_draws": 200,
        "seed": 0,
        "systems": systems,
        "labels_of": {model: [LABELS[i] for i in order] for model in MODELS},
    }
    product = run(work_for(folder, settings, inputs))
    return {name: made.files[0] for name, made in product.outputs.items()}


def rows_of(made, name, **where):
    rows = pq.read_table(made[name]).to_pylist()
    return [row for row in rows if all(row[key] == value for key, value in where.items())]


def test_the_leaderboard_has_every_system_on_the_full_and_on_the_clean_split(tmp_path):
    made = evaluate(tmp_path)
    board = rows_of(made, "leaderboard")
    assert {(row["split"], row["system"]) for row in board} == {
        (split, system["name"]) for split in ("full", "clean") for system in SYSTEMS
    }
    assert {row["n"] for row in board if row["split"] == "full"} == {120}
    assert {row["n"] for row in board if row["split"] == "clean"} == {90}


@pytest.mark.parametrize("split", ["full", "clean"])
def test_figures_are_those_of_scikit_learn_on_the_rows_of_the_split(tmp_path, split):
    chosen = np.array(CLEAN) if split == "clean" else np.ones(120, dtype=bool)
    made = evaluate(tmp_path)
    predicted = {"mean": MEAN.argmax(axis=1)}
    for seed, (model, strength) in enumerate(MODELS.items()):
        predicted[model] = skilled_logits(TRUTH, strength, seed).argmax(axis=1)
    for name, decisions in predicted.items():
        (row,) = rows_of(made, "leaderboard", split=split, system=name)
        truth, decided = TRUTH[chosen], decisions[chosen]
        assert row["accuracy"] == pytest.approx(accuracy_score(truth, decided))
        assert row["macro_f1"] == pytest.approx(f1_score(truth, decided, average="macro"))
        assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]


def test_the_best_system_stands_first_and_has_no_p_value(tmp_path):
    for split in ("full", "clean"):
        best, *others = rows_of(evaluate(tmp_path / split), "leaderboard", split=split)
        assert best["accuracy"] == max(row["accuracy"] for row in [best, *others])
        assert best["p_vs_best"] is None
        assert best["difference_to_best"] is None
        for row in others:
            assert row["difference_to_best"] == pytest.approx(row["accuracy"] - best["accuracy"])
            assert row["difference_low"] <= row["difference_to_best"] <= row["difference_high"]
            assert 0 < row["p_vs_best"] <= row["p_holm"] <= 1
            assert 0 < row["p_bootstrap_vs_best"] <= 1


def test_a_contaminated_leader_is_compared_with_the_best_of_the_others(tmp_path):
    systems = [{**system, "contaminated": None} for system in SYSTEMS]
    leader = rows_of(evaluate(tmp_path / "a", systems=systems), "leaderboard", split="full")[0]
    for system in systems:
        if system["name"] == leader["system"]:
            system["contaminated"] = "its base has seen this data set"
    first, second, third = rows_of(
        evaluate(tmp_path / "b", systems=systems), "leaderboard", split="full"
    )
    assert first["system"] == leader["system"]
    assert second["p_vs_best"] is None
    assert first["difference_to_best"] == pytest.approx(first["accuracy"] - second["accuracy"])
    assert third["difference_to_best"] == pytest.approx(third["accuracy"] - second["accuracy"])


def test_contamination_is_said_on_every_row_of_the_system(tmp_path):
    rows = rows_of(evaluate(tmp_path), "leaderboard")
    reasons = {row["system"]: row["contaminated"] for row in rows}
    assert reasons == {system["name"]: system["contaminated"] for system in SYSTEMS}


def test_the_long_form_repeats_the_leaderboard_and_adds_metrics_of_each_label(tmp_path):
    made = evaluate(tmp_path)
    (board,) = rows_of(made, "leaderboard", split="clean", system="weak")
    long = rows_of(made, "evaluations", split="clean", system="weak")
    together = {row["metric"]: row["value"] for row in long if row["label"] is None}
    assert together == {name: board[name] for name in together}
    of_labels = {(row["metric"], row["label"]) for row in long if row["label"] is not None}
    assert of_labels == {(m, label) for m in ("precision", "recall", "f1") for label in LABELS}
    assert {row["kind"] for row in long} == {"model"}


def test_confusion_counts_every_text_once(tmp_path):
    cells = rows_of(evaluate(tmp_path), "confusion", split="full", system="mean")
    assert len(cells) == 9
    assert sum(cell["n"] for cell in cells) == 120
    right = sum(cell["n"] for cell in cells if cell["label"] == cell["predicted"])
    assert right == (MEAN.argmax(axis=1) == TRUTH).sum()


def test_reliability_counts_every_text_in_one_bin(tmp_path):
    bins = rows_of(evaluate(tmp_path), "reliability", split="clean", system="weak")
    assert sum(row["n"] for row in bins) == 90
    assert all(row["above"] < row["confidence"] <= row["up_to"] for row in bins)
    assert all(0 <= row["accuracy"] <= 1 for row in bins)


def test_predictions_hold_label_decision_and_probabilities_of_every_example(tmp_path):
    rows = rows_of(evaluate(tmp_path), "predictions", system="mean")
    assert [row["example_id"] for row in rows] == [f"e{i:03}" for i in range(120)]
    assert [LABELS.index(row["label"]) for row in rows] == TRUTH.tolist()
    assert [row["probabilities"] for row in rows] == MEAN.tolist()


def test_a_test_split_without_a_clean_row_has_no_clean_leaderboard(tmp_path):
    made = evaluate(tmp_path, clean=[False] * 120)
    assert {row["split"] for row in rows_of(made, "leaderboard")} == {"full"}


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    first, second = evaluate(tmp_path / "first"), evaluate(tmp_path / "second")
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes()


def test_predictions_for_other_examples_are_refused(tmp_path):
    with pytest.raises(StoreError, match="not those of the test split"):
        evaluate(tmp_path, ids=[f"x{i:03}" for i in range(120)])


def test_nothing_to_evaluate_is_an_error(tmp_path):
    with pytest.raises(DataError, match="120 examples and 0 systems"):
        evaluate(tmp_path, systems=[])


def test_a_model_s_logits_are_read_by_the_names_of_its_labels(tmp_path):
    straight, turned = evaluate(tmp_path / "a"), evaluate(tmp_path / "b", order=[2, 0, 1])
    assert rows_of(straight, "leaderboard") == rows_of(turned, "leaderboard")

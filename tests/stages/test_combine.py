import json
from typing import get_args

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.combiners.pools import fit, predict
from tests.stages.few_labels_work import told_to_combiners
from tests.stages.scored_split import LABELS, skilled_logits, work_for, write_logits, write_split
from tickertone.catalog.combiners import CombinerSpec
from tickertone.combiners.pool import Pool
from tickertone.combiners.registry import make_combiner
from tickertone.errors import ConfigError, StoreError
from tickertone.stages.combine import run

FIT = np.random.default_rng(1).integers(3, size=60)
TEST = np.random.default_rng(2).integers(3, size=40)
MEMBERS = {"strong": 2.5, "weak": 0.4}
GREEDY = {"kind": "greedy", "rounds": 10}


def combine(folder, *, combiner=GREEDY, fit_labels=FIT, test_labels=TEST, without=()):
    """Run the stage on two members that know FIT and TEST; the files say what they are told to.

    With `test_labels` None the test split has no label column, with `fit_labels` None there is no
    split to fit on.
    """
    data = folder / "data"
    test = write_split(data / "test.parquet", TEST if test_labels is None else test_labels)
    if test_labels is None:
        pq.write_table(pq.read_table(test).drop_columns(["label"]), test)
    inputs = {"test.examples": (test,)}
    if fit_labels is not None:
        inputs["fit"] = (write_split(data / "dev.parquet", fit_labels),)
    for seed, (member, strength) in enumerate(MEMBERS.items()):
        for role, split, labels in (("fit", "dev", FIT), ("test", "test", TEST)):
            texts = [f"{split}-t{i:03}" for i in range(len(labels))]
            scored = [i for i, text in enumerate(texts) if text not in without]
            logits = skilled_logits(labels, strength, seed)
            inputs[f"{role}:{member}"] = write_logits(
                data / member / split, [texts[i] for i in scored], logits[scored]
            )
    members = [{"name": name, "labels": LABELS} for name in MEMBERS]
    settings = {"combiner": combiner, "labels": LABELS, "members": members}
    return run(work_for(folder, settings, inputs))


def read(product, name):
    (path,) = product.outputs[name].files
    return path


def test_predictions_are_sorted_and_say_what_the_best_member_says(tmp_path):
    product = combine(tmp_path, combiner={"kind": "pick_best"})
    table = pq.read_table(read(product, "predictions"))
    assert table.column_names == ["example_id", "predicted", "probabilities"]
    assert table["example_id"].to_pylist() == [f"e{i:03}" for i in range(40)]
    strong = skilled_logits(TEST, MEMBERS["strong"], 0)
    expected = np.exp(strong) / np.exp(strong).sum(axis=1, keepdims=True)
    assert np.allclose(table["probabilities"].to_pylist(), expected, atol=1e-6)
    assert table["predicted"].to_pylist() == [LABELS[i] for i in expected.argmax(axis=1)]


def test_weights_are_a_list_of_members_and_their_shares(tmp_path):
    weights = json.loads(read(combine(tmp_path), "weights").read_text())
    assert [set(row) for row in weights] == [{"member", "weight"}] * 2
    assert {row["member"] for row in weights} == set(MEMBERS)
    assert sum(row["weight"] for row in weights) == pytest.approx(1)
    assert max(weights, key=lambda row: row["weight"])["member"] == "strong"


@pytest.mark.parametrize(
    "combiner",
    [{"kind": "mean"}, {"kind": "pick_best"}, {"kind": "stacking", "c": 0.1}, GREEDY],
    ids=lambda spec: spec["kind"],
)
def test_changed_test_labels_change_no_prediction(tmp_path, combiner):
    honest = combine(tmp_path / "honest", combiner=combiner)
    other = combine(tmp_path / "other", combiner=combiner, test_labels=(TEST + 1) % 3)
    for name in ("predictions", "weights"):
        assert read(honest, name).read_bytes() == read(other, name).read_bytes()


def test_it_needs_no_label_column_in_the_test_split(tmp_path):
    labelled = combine(tmp_path / "labelled")
    unlabelled = combine(tmp_path / "unlabelled", test_labels=None)
    assert (
        read(labelled, "predictions").read_bytes() == read(unlabelled, "predictions").read_bytes()
    )


def test_changed_fitting_labels_do_change_predictions(tmp_path):
    stacking = {"kind": "stacking", "c": 0.1}
    honest = combine(tmp_path / "honest", combiner=stacking)
    other = combine(tmp_path / "other", combiner=stacking, fit_labels=(FIT + 1) % 3)
    assert read(honest, "predictions").read_bytes() != read(other, "predictions").read_bytes()


def test_no_labelled_text_to_fit_on_is_told_with_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match=r"(?s)no labelled text to fit on.*name a labelled split"):
        combine(tmp_path, fit_labels=FIT[:0])


def test_all_labelled_texts_are_no_even_draw(tmp_path, monkeypatch):
    told = told_to_combiners(monkeypatch, "combine")
    combine(tmp_path)
    assert told == [(False, (1, len(FIT)))]


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    for combiner in ({"kind": "stacking", "c": 1.0}, GREEDY):
        first = combine(tmp_path / combiner["kind"] / "first", combiner=combiner)
        second = combine(tmp_path / combiner["kind"] / "second", combiner=combiner)
        for name in ("predictions", "weights"):
            assert read(first, name).read_bytes() == read(second, name).read_bytes()


@pytest.mark.parametrize("text", ["dev-t003", "test-t003"])
def test_a_text_without_logits_stops_the_step(tmp_path, text):
    with pytest.raises(StoreError, match=f"the first is {text}"):
        combine(tmp_path, without={text})


def test_an_empty_fitting_split_is_refused_by_a_combiner_that_learns(tmp_path):
    with pytest.raises(ConfigError, match="no labelled text"):
        combine(tmp_path, fit_labels=[])


@pytest.mark.parametrize("spec", get_args(get_args(CombinerSpec)[0]), ids=lambda s: s.__name__)
def test_the_catalog_knows_which_combiners_need_labels(tmp_path, spec):
    combiner = spec(kind=get_args(spec.model_fields["kind"].annotation)[0]).model_dump()
    with_labels = combine(tmp_path / "with", combiner=combiner)
    without = combine(tmp_path / "without", combiner=combiner, fit_labels=None)
    assert without.facts["texts_fitted_on"] == 0
    same = read(with_labels, "weights").read_bytes() == read(without, "weights").read_bytes()
    assert same == (not spec.learns)


def test_the_stage_gives_what_the_combiner_alone_gives(tmp_path):
    product = combine(tmp_path)
    as_stored = {
        split: {
            member: skilled_logits(labels, strength, seed).astype(np.float32)
            for seed, (member, strength) in enumerate(MEMBERS.items())
        }
        for split, labels in (("fit", FIT), ("test", TEST))
    }
    pools = {split: Pool.gather(tuple(LABELS), rows) for split, rows in as_stored.items()}
    expected = predict(fit(make_combiner(GREEDY), pools["fit"], FIT), pools["test"])
    table = pq.read_table(read(product, "predictions"))
    assert table["probabilities"].to_pylist() == expected.tolist()


def test_a_member_of_another_label_set_is_read_by_the_names_of_its_labels(tmp_path):
    data = tmp_path / "data"
    inputs = {"test.examples": (write_split(data / "test.parquet", TEST),)}
    texts = [f"test-t{i:03}" for i in range(len(TEST))]
    logits = skilled_logits(TEST, 2.0, 0)
    members = []
    for name, order in (("same", [0, 1, 2]), ("turned", [2, 0, 1]), ("fewer", [2, 0])):
        inputs[f"test:{name}"] = write_logits(data / name, texts, logits[:, order])
        members.append({"name": name, "labels": [LABELS[i] for i in order]})
    settings = {"combiner": {"kind": "mean"}, "labels": LABELS, "members": members}
    product = run(work_for(tmp_path, settings, inputs))
    table = pq.read_table(read(product, "predictions"))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(table["probabilities"].to_pylist(), expected, atol=1e-6)
    weights = {r["member"]: r["weight"] for r in json.loads(read(product, "weights").read_text())}
    assert weights == {"fewer": 0, "same": 0.5, "turned": 0.5}

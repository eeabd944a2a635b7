"""What a combine step reads of a target, from the catalog to the rule that is fitted."""

import json

from tests.dag.bench import EXPERIMENT

UNSEEN = {"dataset": "demo_economy", "split": "dev"}


def parts_of_steps(bench, combiners, **target):
    """Run the small experiment with other combiners; the parts of its combine steps, by name."""
    targets = {"headlines": EXPERIMENT["targets"]["headlines"] | target}
    bench.write("experiments/small.yaml", EXPERIMENT | {"targets": targets, "combiners": combiners})
    summary, _ = bench.run()
    assert summary.failures == ()
    found = {}
    for path in bench.workspace.var.glob("artifacts/combine/*/manifest.json"):
        manifest = json.loads(path.read_text())
        _, target_name, combiner = manifest["subject"].split("/")
        if target_name == "headlines":
            found[combiner] = manifest["parts"]
    return found


def test_each_combiner_reads_what_it_learns_from_and_no_more(copy):
    kinds = ("mean", "greedy", "dawid_skene")
    found = parts_of_steps(copy, {kind: {"kind": kind} for kind in kinds}, unlabelled=UNSEEN)
    scored = {"test.examples", "test:letters", "test:words"}
    fitted = {"fit", "fit:letters", "fit:words"}
    looked_at = {"unlabelled", "unlabelled:letters", "unlabelled:words"}
    assert {*found["mean"]["inputs"]} == scored
    assert {*found["greedy"]["inputs"]} == scored | fitted
    assert {*found["dawid_skene"]["inputs"]} == scored | fitted | looked_at


def test_of_unlabelled_texts_the_ids_are_read_and_not_the_labels(copy):
    inputs = parts_of_steps(copy, {"ds": {"kind": "dawid_skene"}}, unlabelled=UNSEEN)["ds"][
        "inputs"
    ]
    (manifest,) = (
        json.loads(path.read_text())
        for path in copy.workspace.var.glob("artifacts/validate/*/manifest.json")
        if json.loads(path.read_text())["subject"] == "demo_economy"
    )
    assert inputs["unlabelled"] == manifest["outputs"]["dev.examples"]["content"]
    assert inputs["unlabelled"] != manifest["outputs"]["dev"]["content"]


def test_a_target_without_unlabelled_texts_has_its_labelled_ones_alone(copy):
    inputs = parts_of_steps(copy, {"ds": {"kind": "dawid_skene"}})["ds"]["inputs"]
    assert "fit" in inputs
    assert "unlabelled" not in inputs


def test_a_step_knows_the_labels_of_each_member(copy):
    parts = parts_of_steps(copy, {"mean": {"kind": "mean"}})["mean"]
    labels = parts["settings"]["labels"]
    assert parts["settings"]["members"] == [
        {"name": "words", "labels": labels},
        {"name": "letters", "labels": labels},
    ]

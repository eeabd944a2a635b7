from dataclasses import replace

from tickertone.report.cost import describe, model_costs
from tickertone.report.render import render


def test_a_recipe_is_described_in_words(findings):
    lora, tfidf = findings.model_specs["minilm"], findings.model_specs["tfidf"]
    assert describe(lora) == "some-base, LoRA of rank 8, seed 3"
    assert describe({**lora, "tuning": "full"}) == "some-base, fully fine-tuned, seed 3"
    assert describe({**lora, "tuning": "qlora"}) == "some-base, QLoRA of rank 8, seed 3"
    assert describe({**lora, "tuning": "none", "shots": 0}) == "some-base, zero-shot"
    assert describe({**lora, "tuning": "none", "shots": 5}) == "some-base, 5-shot, seed 3"
    assert describe(tfidf) == "TF-IDF and logistic regression"


def test_frozen_embeddings_name_their_base():
    features = {"kind": "embedding", "base": {"hub": "owner/base"}}
    recipe = {"family": "linear", "features": features}
    assert describe(recipe) == "frozen owner/base embeddings and logistic regression"


def test_a_model_that_was_not_trained_has_no_measurements(findings):
    measured = {cost.name: cost.measured for cost in model_costs(findings)}
    assert measured["tfidf"] is None
    assert measured["minilm"] is not None


def test_times_that_others_published_stand_beside_ours_with_their_source(findings):
    row = {"model": "minilm", "system": "theirs", "minutes": 28.0, "device": "one A100"}
    told = [{**row, "source": "their paper"}, {**row, "model": "tfidf", "source": "another"}]
    found = replace(findings, published_training=told)
    assert [[r["source"] for r in cost.published] for cost in model_costs(found)] == [
        ["their paper"],
        [],
        ["another"],
    ]
    page = render(found)
    assert "Training times that others published" in page
    assert "their paper" in page
    assert "Training times that others published" not in render(findings)

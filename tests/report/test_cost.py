from tickertone.report.cost import describe, model_costs


def test_a_recipe_is_described_in_words(findings):
    lora, tfidf = findings.model_specs.values()
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

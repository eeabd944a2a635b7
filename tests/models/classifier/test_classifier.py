import json
import shutil

import numpy as np
import pytest
from pydantic import ValidationError

from tests.models.tiny import LABELS, job, packaged, texts
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.errors import ModelError
from tickertone.models.classifier import fitting

pytestmark = pytest.mark.slow

HEAD = {"Up": "positive", "Flat": "neutral", "Down": "negative"}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A random classifier whose labels stand in an order of its own."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(1)
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("published")
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        id2label={0: "Up", 1: "Down", 2: "Flat"},
        label2id={"Up": 0, "Down": 1, "Flat": 2},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copyfile(packaged(name), folder / name)
    return folder


def recipe(folder, **changes):
    fields = {
        "family": "classifier",
        "task": "financial_sentiment",
        "base": BaseSpec(folder=str(folder)),
        "head": HEAD,
        "max_length": 32,
        **changes,
    }
    return ClassifierSpec(**fields)


def scorer(folder, spec):
    from tickertone.models.classifier.scoring import load

    return load(folder, form_of(spec), LABELS, project=folder)


def form_of(spec):
    from tickertone.catalog.models import form_of

    return form_of(spec)


def test_its_own_outputs_stand_in_the_order_of_our_labels(published, tmp_path):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    found = scorer(tmp_path, recipe(published)).logits(texts()[:5])
    tokenizer = AutoTokenizer.from_pretrained(published)
    model = AutoModelForSequenceClassification.from_pretrained(published).eval()
    for text, row in zip(texts()[:5], found, strict=True):
        own = model(**tokenizer(text, return_tensors="pt")).logits[0].detach().numpy()
        assert row == pytest.approx(own[[1, 2, 0]], abs=1e-5)  # down, flat, up


def test_no_text_has_no_row(published, tmp_path):
    assert scorer(tmp_path, recipe(published)).logits([]).shape == (0, 3)


def test_what_is_kept_is_which_output_is_which_label(published, tmp_path):
    fit_job = job(tmp_path, recipe(published), train=(), dev=())
    fitted = fitting.fit(fit_job)
    assert json.loads((fit_job.out / fitting.HEAD).read_text()) == [1, 2, 0]
    assert fitted.trainable_parameters == 0
    assert fitted.parameters > 0


@pytest.mark.parametrize(
    "head",
    [
        {"LABEL_0": "positive", "LABEL_1": "neutral", "LABEL_2": "negative"},
        {"Up": "positive", "Down": "negative"},
    ],
)
def test_labels_that_the_checkpoint_does_not_have_are_refused(published, tmp_path, head):
    with pytest.raises(ModelError) as error:
        fitting.fit(job(tmp_path, recipe(published, head=head), train=(), dev=()))
    assert "Down, Flat, Up" in error.value.found
    with pytest.raises(ModelError):
        scorer(tmp_path, recipe(published, head=head))


def test_a_base_without_a_head_is_refused(published, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "headless"
    shutil.copytree(published, folder)
    tensors = load_file(folder / "model.safetensors")
    kept = {name: np.array(t) for name, t in tensors.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="classifier"):
        scorer(tmp_path, recipe(folder))


def test_two_outputs_for_one_label_are_refused(published):
    with pytest.raises(ValidationError, match="stand for one"):
        recipe(published, head={"Up": "positive", "Down": "positive", "Flat": "neutral"})

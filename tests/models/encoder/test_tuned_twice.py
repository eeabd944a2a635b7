"""An encoder that starts from one that was tuned here before: DA(FT)^2 of arXiv 2406.13720."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.models.tiny import LABELS, examples, job, snapshot, texts, tiny_recipe
from tickertone.catalog.bases import BaseSpec
from tickertone.draws import drawn
from tickertone.identity.text import text_id
from tickertone.models.encoder import fitting, loading, scoring

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.mark.parametrize("below", ["default", "mean"])
@pytest.mark.parametrize("above", ["default", "mean"])
def test_an_encoder_goes_on_from_every_weight_of_another_but_its_head(
    tmp_path: Path, base: BaseSpec, below: str, above: str
) -> None:
    first = job(tmp_path / "first", tiny_recipe(base, epochs=1, pooling=below))
    fitting.fit(first)
    tuned = BaseSpec(folder=str(first.out))
    form = tiny_recipe(tuned, pooling=above)
    stored = load_file(first.out / "model.safetensors")
    started = loading.untrained(first.out, form, LABELS).base_model.state_dict()
    name = "encoder.layer.0.attention.self.query.weight"
    prefix = "encoder." if below == "mean" else "bert."
    torch.testing.assert_close(started[name], stored[prefix + name], rtol=0, atol=0)


def test_an_encoder_that_was_tuned_twice_scores(tmp_path: Path, base: BaseSpec) -> None:
    first = job(tmp_path / "first", tiny_recipe(base, epochs=1, pooling="mean"))
    fitting.fit(first)
    recipe = tiny_recipe(BaseSpec(folder=str(first.out)), epochs=1, pooling="mean", tuning="lora")
    second = job(tmp_path / "second", recipe)
    fitting.fit(second)
    scorer = scoring.load(second.out, recipe, LABELS, project=tmp_path)
    assert scorer.logits(texts()).shape == (45, 3)


def test_a_kept_head_goes_on_where_it_was(tmp_path: Path, base: BaseSpec) -> None:
    """With a learning rate next to nothing the second model still says what the first one does."""
    first = job(tmp_path / "first", tiny_recipe(base, pooling="mean"))
    fitting.fit(first)
    tuned = BaseSpec(folder=str(first.out))
    said = scoring.load(first.out, first.recipe, LABELS, project=tmp_path).logits(texts())
    for head, same in (("kept", True), ("new", False)):
        recipe = tiny_recipe(tuned, pooling="mean", head=head, epochs=1, learning_rate=1e-12)
        second = job(tmp_path / head, recipe)
        fitting.fit(second)
        says = scoring.load(second.out, recipe, LABELS, project=tmp_path).logits(texts())
        assert np.allclose(says, said, atol=1e-4) == same


def test_without_dev_the_end_alone_is_saved_and_with_it_each_epoch(
    tmp_path: Path, base: BaseSpec
) -> None:
    for name, dev, saved in (("alone", {"dev": ()}, 1), ("measured", {}, 3)):
        work = job(tmp_path / name, tiny_recipe(base, epochs=3), **dev)
        fitting.fit(work)
        kept = [*(work.scratch / "checkpoints").glob("checkpoint-*/complete.json")]
        assert len(kept) == saved


def test_a_few_labels_are_all_that_a_model_of_few_learns_from(
    tmp_path: Path, base: BaseSpec
) -> None:
    """The weights are those of a fit on just these rows, whatever else is in the part."""
    few = {"per_class": 2, "draw": 1}
    drawing = job(tmp_path / "drawing", tiny_recipe(base, few=few), dev=())
    fitting.fit(drawing)
    rows = [row for i, row in enumerate(examples()) if i % 3]
    chosen = drawn([text_id(text) for text, _ in rows], [label for _, label in rows], 2, 1)
    assert len(chosen) == 6
    alone = snapshot(tmp_path / "alone.parquet", [rows[i] for i in chosen])
    given = job(tmp_path / "given", tiny_recipe(base), train=(alone,), dev=())
    fitting.fit(given)
    one, other = (load_file(of.out / "model.safetensors") for of in (drawing, given))
    assert all(torch.equal(one[name], other[name]) for name in other)

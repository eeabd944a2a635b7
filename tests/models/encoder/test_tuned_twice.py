"""An encoder that starts from one that was tuned here before: DA(FT)^2 of arXiv 2406.13720."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.models.tiny import LABELS, job, texts, tiny_recipe
from tickertone.catalog.bases import BaseSpec
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

"""Recipes of language models that answer a prompt: zero-shot, k-shot, or tuned."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.forms.causal import CausalForm
from tickertone.catalog.forms.prompted import PromptedForm
from tickertone.catalog.forms.seq2seq import Seq2SeqForm
from tickertone.catalog.identifiers import Name
from tickertone.catalog.recipes.recipe import Recipe


class PromptedRecipe(PromptedForm, Recipe):
    """How such a model comes to answer."""

    trained_on: tuple[Name, ...] = ()  # of tuning, and the source of the examples in the prompt
    task: Name | None = Field(None, description="of a model without trained_on: what it is asked")
    shots: int = Field(0, ge=0, description="examples in the prompt")
    draw: Literal["random", "nearest"] = Field(
        "random",
        description="random: the same for every text, balanced, by the seed; nearest: for each "
        "text those most like it, by `features`",
    )
    loss: Literal["labels", "language_model"] = Field(
        "labels",
        description="labels: cross-entropy over the label scores; language_model: over the "
        "vocabulary, at each token of the right word",
    )
    batch_size: int = Field(16, ge=1)
    epochs: int = Field(2, ge=1)
    learning_rate: float = Field(2e-4, gt=0)
    warmup: float = Field(0.03, ge=0, lt=1, description="share of all steps")
    weight_decay: float = Field(0.0, ge=0)
    keep: Literal["best", "last"] = "last"
    rows: int | None = Field(
        None, ge=1, description="train on so many rows at most, drawn by the seed"
    )
    balanced: bool = Field(
        False, description="of those rows as many of each label, not each label in its share"
    )

    @model_validator(mode="after")
    def _says_what_it_learns_from(self) -> Self:
        learns = self.tuning != "none" or self.shots > 0
        if learns and not self.trained_on:
            raise ValueError("trained_on: needed for tuning and for examples in the prompt")
        if not learns and self.trained_on:
            raise ValueError("trained_on: a model without tuning and shots learns from nothing")
        if bool(self.trained_on) == (self.task is not None):
            raise ValueError("task: give it exactly where trained_on is empty")
        if self.tuning != "none" and self.shots:
            raise ValueError("shots: examples in the prompt are for tuning: none")
        if self.tuning == "full" and self.precision != "float32":
            raise ValueError("precision: tuning: full trains in float32")
        if self.rows is not None and self.tuning == "none":
            raise ValueError("rows: a model without tuning is trained on none")
        if self.balanced and self.rows is None:
            raise ValueError("balanced: it is of the rows that are drawn, so give rows as well")
        return self

    @model_validator(mode="after")
    def _calibrated_prompts_differ_in_the_text_alone(self) -> Self:
        if self.scoring.calibration != "none" and self.prompt.rationale is not None:
            raise ValueError("scoring.calibration: contextual is for prompts without a rationale")
        return self

    @model_validator(mode="after")
    def _nearest_is_said_in_full(self) -> Self:
        nearest = self.draw == "nearest"
        if nearest and not self.shots:
            raise ValueError("draw: nearest needs shots, the number of examples")
        if nearest != (self.features is not None):
            raise ValueError("features: give embeddings exactly where draw is nearest")
        if nearest and self.scoring.calibration != "none":
            raise ValueError(
                "scoring.calibration: contextual needs examples that are the same for every text"
            )
        return self


class Seq2SeqSpec(Seq2SeqForm, PromptedRecipe):
    """How an encoder-decoder comes to answer."""


class CausalSpec(CausalForm, PromptedRecipe):
    """How a decoder comes to answer."""

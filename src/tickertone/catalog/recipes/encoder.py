"""Recipes of encoders."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.forms.encoder import EncoderForm
from tickertone.catalog.recipes.recipe import LearnsFromRows, Recipe


class EncoderSpec(EncoderForm, LearnsFromRows, Recipe):
    """How an encoder is tuned."""

    head: Literal["new", "kept"] = Field(
        "new", description="kept: go on from the head of base.model too, whose labels are the same"
    )
    batch_size: int = Field(32, ge=1)
    epochs: int = Field(4, ge=1)
    learning_rate: float = Field(1e-4, gt=0)
    warmup: float = Field(0.06, ge=0, lt=1, description="share of all steps")
    weight_decay: float = Field(0.01, ge=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="of training; auto: bfloat16 where the device has instructions for it"
    )
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better dev log loss"
    )
    keep: Literal["best", "last"] = Field(
        "best", description="weights of the epoch with the lowest dev log loss, or of the last"
    )

    @model_validator(mode="after")
    def _a_kept_head_is_tuned_whole(self) -> Self:
        if self.head == "kept" and self.tuning != "full":
            raise ValueError("head: kept needs tuning: full")
        return self

"""The form of encoders: the architecture, and what of a text it sees."""

from typing import Literal

from pydantic import Field

from tickertone.catalog.bases import BaseSpec
from tickertone.frozen import Frozen


class LoraSpec(Frozen):
    """Low-rank adapters (Hu et al. 2021) on the named linear layers."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.05, ge=0, lt=1)
    targets: tuple[str, ...] | Literal["all-linear"] = "all-linear"


class EncoderForm(Frozen):
    """An AutoModelForSequenceClassification base, fully tuned or through LoRA."""

    family: Literal["encoder"]
    base: BaseSpec
    tuning: Literal["full", "lora"]
    lora: LoraSpec = LoraSpec()
    pooling: Literal["default", "mean"] = Field(
        "default", description="default: the architecture's own head; mean: over all real tokens"
    )
    max_length: int = Field(96, ge=8, description="in tokens; longer texts are cut")

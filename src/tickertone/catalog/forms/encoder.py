"""The form of encoders: the architecture, and what of a text it sees."""

from typing import Literal

from pydantic import Field

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.lora import LoraSpec
from tickertone.frozen import Frozen


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

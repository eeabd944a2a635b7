"""Low-rank adapters, as encoders and language models take them."""

from typing import Literal

from pydantic import Field

from tickertone.frozen import Frozen


class LoraSpec(Frozen):
    """Low-rank adapters (Hu et al. 2021) on the named linear layers."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.05, ge=0, lt=1)
    targets: tuple[str, ...] | Literal["all-linear"] = "all-linear"

"""data/networks.yaml: the shapes of published networks, so that a plan can tell what they take.

For estimates before a checkpoint is here, and no more: nothing is loaded by them, and no identity
has them.
"""

from typing import Literal

from pydantic import Field

from tickertone.frozen import Frozen


class NetworkSpec(Frozen):
    """What the config.json of a published checkpoint says of its size."""

    architecture: Literal["bert", "t5", "llama"] = Field(
        description="bert: encoders; t5: version 1.1, with gates; llama: decoders with gates"
    )
    width: int = Field(ge=1, description="of the hidden states")
    ff: int = Field(ge=1, description="width inside the feed-forward layers")
    layers: int = Field(ge=1, description="of a t5 in its encoder, and as many in its decoder")
    heads: int = Field(ge=1)
    head_width: int | None = Field(None, ge=1, description="width / heads where it is not said")
    kv_heads: int | None = Field(None, ge=1, description="of keys and values, where fewer")
    vocabulary: int = Field(ge=1)
    head: bool = Field(True, description="a matrix of its own over the vocabulary; no bert has one")

    @property
    def inner(self) -> int:
        """Width of all heads together."""
        return self.heads * (self.head_width or self.width // self.heads)

    @property
    def inner_kv(self) -> int:
        """Width of all keys, and of all values."""
        return self.inner * (self.kv_heads or self.heads) // self.heads


class NetworksFile(Frozen):
    """The whole of data/networks.yaml: Hub id -> shape."""

    networks: dict[str, NetworkSpec] = Field(default_factory=dict)

"""Where the weights that a model starts from come from."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Commit, Name, Sha256
from tickertone.frozen import Frozen


class FilesSpec(Frozen):
    """Published files, in exactly one of three places."""

    hub: str | None = Field(None, description="Hub model id")
    revision: Commit | None = Field(None, description="Hub commit; null until `tickertone lock`")
    folder: str | None = Field(None, description="local folder, absolute or below the project")
    package: str | None = Field(None, description="installed distribution that carries the files")
    sha256: dict[str, Sha256] = Field(
        default_factory=dict, description="file name -> sha256, checked before anything is loaded"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = self._places()
        if len([place for place in places.values() if place is not None]) != 1:
            raise ValueError(f"give exactly one of {', '.join(places)}")
        if self.package is not None and not self.sha256:
            raise ValueError("a package base needs the sha256 of each file that is read")
        return self

    def _places(self) -> dict[str, object]:
        return {"hub": self.hub, "folder": self.folder, "package": self.package}

    @property
    def name(self) -> str:
        """What people call it: the Hub id, the folder's own name or the distribution."""
        return self.hub or self.package or Path(self.folder or "").name

    @property
    def files(self) -> "FilesSpec | None":
        """What is to be found and read; None if it comes out of another step."""
        return self


class ShapeSpec(Frozen):
    """A network to be drawn at random, by the seed of the model that is trained from it."""

    architecture: Literal["t5", "llama"]
    width: int = Field(ge=8, description="of the hidden states")
    layers: int = Field(ge=1, description="of a t5 in its encoder, and as many in its decoder")
    heads: int = Field(ge=1)
    ff: int = Field(ge=8, description="width inside the feed-forward layers")
    positions: int = Field(
        1024, ge=16, description="tokens that a llama can see; a t5 has no limit"
    )
    tokenizer: FilesSpec = Field(description="where the tokenizer's files are")
    embeddings: bool = Field(
        False,
        description="begin with the word embeddings of the tokenizer's own model, of equal width",
    )

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % self.heads or self.width // self.heads % 2:
            raise ValueError(f"width {self.width} is no even multiple of {self.heads} heads")
        return self

    @property
    def name(self) -> str:
        """What people call it, such as "t5 384 x 3, drawn at random"."""
        return f"{self.architecture} {self.width} x {self.layers}, drawn at random"


class BaseSpec(FilesSpec):
    """What a model starts from: published weights, another model here, or a shape drawn at random.

    A model as a base is one of data/models.yaml whose fit leaves a whole checkpoint.
    """

    model: Name | None = Field(None, description="another stanza of data/models.yaml")
    made: ShapeSpec | None = Field(None, description="a shape, whose weights are drawn at random")

    def _places(self) -> dict[str, object]:
        return {**super()._places(), "model": self.model, "made": self.made}

    @property
    def name(self) -> str:
        """What people call it: where the files come from, the other model, or the shape."""
        return self.model or (self.made.name if self.made else super().name)

    @property
    def files(self) -> FilesSpec | None:
        """Of a shape, those of its tokenizer."""
        if self.model is not None:
            return None
        return self.made.tokenizer if self.made else self

"""The form of linear models: their features."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.bases import FilesSpec
from tickertone.frozen import Frozen


class TfidfSpec(Frozen):
    """Word and character n-grams, weighted by inverse document frequency."""

    kind: Literal["tfidf"]
    word_ngrams: tuple[int, int] = (1, 2)
    char_ngrams: tuple[int, int] | None = (2, 5)
    min_df: int = Field(2, ge=1)

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        for field, ngrams in (("word_ngrams", self.word_ngrams), ("char_ngrams", self.char_ngrams)):
            if ngrams is not None and not 1 <= ngrams[0] <= ngrams[1]:
                raise ValueError(f"{field}: {list(ngrams)} is not [low, high], 1 <= low <= high")
        return self


class EmbeddingSpec(Frozen):
    """Mean-pooled, unit-length sentence embeddings of a frozen base; computed once, shared."""

    kind: Literal["embedding"]
    base: FilesSpec
    max_length: int = Field(128, ge=8)


class LinearForm(Frozen):
    """One linear layer on features of a text."""

    family: Literal["linear"]
    features: Annotated[TfidfSpec | EmbeddingSpec, Field(discriminator="kind")]

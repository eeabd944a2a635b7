"""The stanzas of data/models.yaml: recipes, one class a family."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.datasets import Commit, Name, Sha256
from tickertone.frozen import Frozen


class BaseSpec(Frozen):
    """The pretrained weights that a model starts from: exactly one of three places."""

    hub: str | None = Field(None, description="Hub model id")
    revision: Commit | None = Field(None, description="Hub commit; null until `tickertone lock`")
    folder: str | None = Field(None, description="local folder, absolute or below the project")
    package: str | None = Field(None, description="installed distribution that carries the files")
    sha256: dict[str, Sha256] = Field(
        default_factory=dict, description="file name -> sha256, checked before anything is loaded"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [p for p in (self.hub, self.folder, self.package) if p is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of hub, folder, package")
        if self.package is not None and not self.sha256:
            raise ValueError("a package base needs the sha256 of each file that is read")
        return self

    @property
    def name(self) -> str:
        """What people call it: the Hub id, the folder or the distribution."""
        return self.hub or self.folder or self.package or ""


class LoraSpec(Frozen):
    """Low-rank adapters (Hu et al. 2021) on the named linear layers."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.05, ge=0, lt=1)
    targets: tuple[str, ...] | Literal["all-linear"] = "all-linear"


class Recipe(Frozen):
    """What every model says: the data sets it is trained on, and its seed."""

    trained_on: tuple[Name, ...] = Field(min_length=1)
    seed: int = 0

    @model_validator(mode="after")
    def _data_sets_differ(self) -> Self:
        if len(set(self.trained_on)) != len(self.trained_on):
            raise ValueError(f"trained_on names a data set twice: {', '.join(self.trained_on)}")
        return self


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
    base: BaseSpec
    max_length: int = Field(128, ge=8)


class LinearSpec(Recipe):
    """Logistic regression on TF-IDF or on frozen embeddings: the baseline to beat."""

    family: Literal["linear"]
    features: Annotated[TfidfSpec | EmbeddingSpec, Field(discriminator="kind")]
    c: float = Field(1.0, gt=0, description="inverse of the L2 penalty")
    balanced: bool = Field(False, description="weight classes by the inverse of their share")


class EncoderSpec(Recipe):
    """An AutoModelForSequenceClassification base, fully tuned or through LoRA."""

    family: Literal["encoder"]
    base: BaseSpec
    tuning: Literal["full", "lora"]
    lora: LoraSpec = LoraSpec()
    pooling: Literal["default", "mean"] = Field(
        "default", description="default: the architecture's own head; mean: over all real tokens"
    )
    max_length: int = Field(96, ge=8, description="in tokens; longer texts are cut")
    batch_size: int = Field(32, ge=1)
    epochs: int = Field(4, ge=1)
    learning_rate: float = Field(1e-4, gt=0)
    warmup: float = Field(0.06, ge=0, lt=1, description="share of all steps")
    weight_decay: float = Field(0.01, ge=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better dev log loss"
    )
    keep: Literal["best", "last"] = Field(
        "best", description="weights of the epoch with the lowest dev log loss, or of the last"
    )


ModelSpec = Annotated[LinearSpec | EncoderSpec, Field(discriminator="family")]


def base_of(recipe: ModelSpec) -> BaseSpec | None:
    """The pretrained weights that a recipe starts from, if it does."""
    if isinstance(recipe, EncoderSpec):
        return recipe.base
    return recipe.features.base if isinstance(recipe.features, EmbeddingSpec) else None


class ModelsFile(Frozen):
    """The whole of data/models.yaml."""

    models: dict[Name, ModelSpec]

"""Which modules and libraries a recipe's numbers come from: the table behind fingerprints.

Families are named, never imported, so that reading this table costs nothing and the fingerprint
of one family does not contain the code of another.
"""

from dataclasses import dataclass

from tickertone.catalog.models import ModelSpec
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.catalog.recipes.prompted import CausalSpec, Seq2SeqSpec

_WORKER = "tickertone.training.worker"
_EMBEDDINGS = "tickertone.training.embeddings"
_TORCH = ("numpy", "tokenizers", "torch", "transformers")
_QLORA = ("bitsandbytes", "peft")
_LINEAR = ("numpy", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Family:
    """Names only. The `*_libraries` are the distributions that change numbers."""

    fit: str  # module with a function `fit` (models.protocol.Fit)
    score: str  # module with a function `load` (models.protocol.Load)
    embeddings: str | None  # module with a function `remembering_embed`, where the recipe needs it
    # In the fit and in the scores themselves; embeddings look after themselves.
    fits_with_torch: bool
    uses_torch: bool
    fit_libraries: tuple[str, ...]
    score_libraries: tuple[str, ...]

    @property
    def fit_entry_points(self) -> tuple[str, ...]:
        """Modules that the stage finetune names at run time, for its fingerprint."""
        return (_WORKER, self.fit, *self._embedding_modules)

    @property
    def score_entry_points(self) -> tuple[str, ...]:
        """Modules that the stage extract names at run time, for its fingerprint."""
        return (self.score, *self._embedding_modules)

    @property
    def _embedding_modules(self) -> tuple[str, ...]:
        return (self.embeddings,) if self.embeddings else ()


def family_of(recipe: ModelSpec) -> Family:
    """The family of a recipe."""
    if isinstance(recipe, EncoderSpec):
        return _encoder(recipe)
    if isinstance(recipe, ClassifierSpec):
        return _CLASSIFIER
    if isinstance(recipe, Seq2SeqSpec | CausalSpec):
        return _prompted(recipe)
    return _ENDPOINT if isinstance(recipe, EndpointSpec) else _linear(recipe)


def _encoder(recipe: EncoderSpec) -> Family:
    libraries = (*_TORCH, "peft") if recipe.tuning == "lora" else _TORCH
    return Family(
        fit="tickertone.models.encoder.fitting",
        score="tickertone.models.encoder.scoring",
        embeddings=None,
        fits_with_torch=True,
        uses_torch=True,
        fit_libraries=("accelerate", *libraries),
        score_libraries=libraries,
    )


def _prompted(recipe: Seq2SeqSpec | CausalSpec) -> Family:
    package = f"tickertone.models.{recipe.family}"
    tuned = recipe.tuning != "none"
    nearest = recipe.draw == "nearest"
    libraries = {"none": _TORCH, "full": _TORCH, "lora": (*_TORCH, "peft")}.get(
        recipe.tuning, (*_TORCH, *_QLORA)
    )
    untuned_libraries = _TORCH if nearest else ("numpy",)
    return Family(
        fit=f"{package}.fitting" if tuned else "tickertone.models.generative.untuned",
        score=f"{package}.scoring",
        embeddings=_EMBEDDINGS if nearest else None,
        fits_with_torch=tuned,
        uses_torch=True,
        fit_libraries=("accelerate", *libraries) if tuned else untuned_libraries,
        score_libraries=(*libraries, "scipy") if nearest else libraries,
    )


def _linear(recipe: LinearSpec) -> Family:
    embedded = recipe.features.kind == "embedding"
    libraries = (*_LINEAR, *_TORCH[1:]) if embedded else _LINEAR
    return Family(
        fit="tickertone.models.linear.fitting",
        score="tickertone.models.linear.scoring",
        embeddings=_EMBEDDINGS if embedded else None,
        fits_with_torch=False,
        uses_torch=False,
        fit_libraries=libraries,
        score_libraries=libraries,
    )


_CLASSIFIER = Family(
    fit="tickertone.models.classifier.fitting",
    score="tickertone.models.classifier.scoring",
    embeddings=None,
    fits_with_torch=False,
    uses_torch=True,
    fit_libraries=(),
    score_libraries=_TORCH,
)
_ENDPOINT = Family(
    fit="tickertone.endpoint.examples",
    score="tickertone.endpoint.scoring",
    embeddings=None,
    fits_with_torch=False,
    uses_torch=False,
    fit_libraries=("numpy",),
    score_libraries=("numpy",),
)

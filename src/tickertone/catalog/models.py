"""The stanzas of data/models.yaml, of whatever family."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tickertone.catalog.bases import FilesSpec
from tickertone.catalog.datasets import DatasetSpec
from tickertone.catalog.forms.causal import CausalForm
from tickertone.catalog.forms.classifier import ClassifierForm
from tickertone.catalog.forms.encoder import EncoderForm
from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.catalog.forms.linear import EmbeddingSpec, LinearForm
from tickertone.catalog.forms.seq2seq import Seq2SeqForm
from tickertone.catalog.identifiers import Name
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.catalog.recipes.prompted import CausalSpec, PromptedRecipe, Seq2SeqSpec
from tickertone.frozen import Frozen

ModelSpec = Annotated[
    LinearSpec | EncoderSpec | ClassifierSpec | Seq2SeqSpec | CausalSpec | EndpointSpec,
    Field(discriminator="family"),
]
Form = LinearForm | EncoderForm | ClassifierForm | Seq2SeqForm | CausalForm | EndpointForm
_FORMS: dict[str, type[Form]] = {
    "linear": LinearForm,
    "encoder": EncoderForm,
    "classifier": ClassifierForm,
    "seq2seq": Seq2SeqForm,
    "causal": CausalForm,
    "endpoint": EndpointForm,
}


def base_of(recipe: ModelSpec) -> FilesSpec | None:
    """What a recipe starts from, if it does; a BaseSpec unless its features are embeddings."""
    if isinstance(recipe, EndpointSpec):
        return None
    if not isinstance(recipe, LinearSpec):
        return recipe.base
    return recipe.features.base if isinstance(recipe.features, EmbeddingSpec) else None


def with_base(recipe: ModelSpec, base: FilesSpec) -> ModelSpec:
    """The same recipe from another base; it must have one."""
    if not isinstance(recipe, LinearSpec):
        return recipe.model_copy(update={"base": base})
    features = recipe.features.model_copy(update={"base": base})
    return recipe.model_copy(update={"features": features})


def similarity_base_of(recipe: ModelSpec) -> FilesSpec | None:
    """The pretrained weights by which a recipe finds the examples nearest to a text, if it does."""
    if not isinstance(recipe, PromptedRecipe) or recipe.features is None:
        return None
    return recipe.features.base


def with_similarity_base(recipe: ModelSpec, base: FilesSpec) -> ModelSpec:
    """The same recipe with another base to find examples by, if it has one."""
    if not isinstance(recipe, PromptedRecipe) or recipe.features is None:
        return recipe
    features = recipe.features.model_copy(update={"base": base})
    return recipe.model_copy(update={"features": features})


def task_of(recipe: ModelSpec, datasets: Mapping[str, DatasetSpec]) -> str:
    """The task that a model is for: of what it learns from, or the one that its stanza names."""
    if isinstance(recipe, ClassifierSpec):
        return recipe.task
    if isinstance(recipe, PromptedRecipe | EndpointSpec) and recipe.task is not None:
        return recipe.task
    return datasets[recipe.trained_on[0]].task


def form_of(recipe: ModelSpec) -> Form:
    """The part of a recipe that scoring reads."""
    form = _FORMS[recipe.family]
    return form.model_construct(**{name: getattr(recipe, name) for name in form.model_fields})


class ModelsFile(Frozen):
    """The whole of data/models.yaml."""

    models: dict[Name, ModelSpec]

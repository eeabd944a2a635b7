"""The stanzas of data/models.yaml, of whatever family."""

from typing import Annotated

from pydantic import Field

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.encoder import EncoderForm
from tickertone.catalog.forms.linear import EmbeddingSpec, LinearForm
from tickertone.catalog.identifiers import Name
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.frozen import Frozen

ModelSpec = Annotated[LinearSpec | EncoderSpec, Field(discriminator="family")]


def base_of(recipe: ModelSpec) -> BaseSpec | None:
    """The pretrained weights that a recipe starts from, if it does."""
    if isinstance(recipe, EncoderSpec):
        return recipe.base
    return recipe.features.base if isinstance(recipe.features, EmbeddingSpec) else None


def with_base(recipe: ModelSpec, base: BaseSpec) -> ModelSpec:
    """The same recipe from another base; it must have one."""
    if isinstance(recipe, EncoderSpec):
        return recipe.model_copy(update={"base": base})
    features = recipe.features.model_copy(update={"base": base})
    return recipe.model_copy(update={"features": features})


def form_of(recipe: ModelSpec) -> EncoderForm | LinearForm:
    """The part of a recipe that scoring reads."""
    form: type[EncoderForm | LinearForm]
    form = EncoderForm if isinstance(recipe, EncoderSpec) else LinearForm
    return form.model_construct(**{name: getattr(recipe, name) for name in form.model_fields})


class ModelsFile(Frozen):
    """The whole of data/models.yaml."""

    models: dict[Name, ModelSpec]

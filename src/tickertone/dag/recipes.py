"""A recipe as the identity of a step sees it, and as the body of the step does.

They differ in the base: what it holds is part of the identity (`Scope.base_identity`), where it
lies is not.
"""

from pathlib import Path

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.models import (
    ModelSpec,
    base_of,
    similarity_base_of,
    with_base,
    with_similarity_base,
)
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.frozen import JSON


def placeless(recipe: ModelSpec) -> ModelSpec:
    """The recipe without the place of its base, for settings: a folder is known by its name.

    Of an endpoint, without what it costs and how its server is treated.
    """
    if isinstance(recipe, EndpointSpec):
        return recipe.for_identity()
    if (similar := similarity_base_of(recipe)) is not None:
        recipe = with_similarity_base(recipe, _nowhere(similar))
    base = base_of(recipe)
    return recipe if base is None else with_base(recipe, _nowhere(base))


def checked(recipe: ModelSpec, identity: JSON, similarity: JSON = None) -> ModelSpec:
    """The recipe with the hashes that its bases had at planning, for loading to hold them to it.

    `similarity`: the identity of the base by which examples are found, where there is one.
    """
    similar, base = similarity_base_of(recipe), base_of(recipe)
    if similar is not None and similar.folder is not None:
        hashed = similar.model_copy(update={"sha256": similarity})
        recipe = with_similarity_base(recipe, hashed)
    if base is None or base.folder is None:
        return recipe
    return with_base(recipe, base.model_copy(update={"sha256": identity}))


def _nowhere(base: BaseSpec) -> BaseSpec:
    name = Path(base.folder).name if base.folder else None
    return base.model_copy(update={"folder": name, "sha256": {}})

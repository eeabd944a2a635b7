"""A recipe as the identity of a step sees it, and as the body of the step does.

They differ in the base: what it holds is part of the identity (`Scope.base_identity`), where it
lies is not.
"""

from pathlib import Path

from tickertone.catalog.models import ModelSpec, base_of, with_base
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.frozen import JSON


def placeless(recipe: ModelSpec) -> ModelSpec:
    """The recipe without the place of its base, for settings: a folder is known by its name.

    Of an endpoint, without what it costs and how its server is treated.
    """
    if isinstance(recipe, EndpointSpec):
        return recipe.for_identity()
    base = base_of(recipe)
    if base is None:
        return recipe
    name = Path(base.folder).name if base.folder else None
    return with_base(recipe, base.model_copy(update={"folder": name, "sha256": {}}))


def checked(recipe: ModelSpec, identity: JSON) -> ModelSpec:
    """The recipe with the hashes that its base had at planning, for loading to hold it to them."""
    base = base_of(recipe)
    if base is None or base.folder is None:
        return recipe
    return with_base(recipe, base.model_copy(update={"sha256": identity}))

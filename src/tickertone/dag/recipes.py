"""A recipe as the identity of a step sees it, and as the body of the step does.

They differ in the base: what it holds is part of the identity (`Scope.base_identity`, or an input
of the step where another model is the base), where it lies and what it is called is not.
"""

from pathlib import Path

from tickertone.catalog.bases import BaseSpec, FilesSpec, ShapeSpec
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
        recipe = with_similarity_base(recipe, _placeless(similar))
    base = base_of(recipe)
    return recipe if base is None else with_base(recipe, _placeless(base))


def checked(recipe: ModelSpec, identity: JSON, similarity: JSON = None) -> ModelSpec:
    """The recipe with the hashes that its bases had at planning, for loading to hold them to it.

    `similarity`: the identity of the base by which examples are found, where there is one.
    """
    similar = similarity_base_of(recipe)
    if similar is not None and similar.folder is not None:
        hashed = similar.model_copy(update={"sha256": similarity})
        recipe = with_similarity_base(recipe, hashed)
    base = base_of(recipe)
    files = base.files if base else None
    if base is None or files is None or files.folder is None:
        return recipe
    held = files.model_copy(update={"sha256": identity})
    if isinstance(base, BaseSpec) and base.made is not None:
        held = base.model_copy(update={"made": _with_tokenizer(base.made, held)})
    return with_base(recipe, held)


def _placeless(base: FilesSpec) -> FilesSpec:
    if isinstance(base, BaseSpec) and base.made is not None:
        tokenizer = _placeless(base.made.tokenizer)
        return base.model_copy(update={"made": _with_tokenizer(base.made, tokenizer)})
    folder = Path(base.folder).name if base.folder else None
    nameless: dict[str, JSON] = {"folder": folder, "sha256": {}}
    if isinstance(base, BaseSpec) and base.model is not None:
        nameless["model"] = None
    return base.model_copy(update=nameless)


def _with_tokenizer(shape: ShapeSpec, tokenizer: FilesSpec) -> ShapeSpec:
    return shape.model_copy(update={"tokenizer": tokenizer})

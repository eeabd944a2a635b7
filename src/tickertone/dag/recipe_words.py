"""A recipe in a line, for a plan: what it is, its base and whether that is pinned, its prompt."""

from tickertone.catalog.bases import FilesSpec
from tickertone.catalog.load import Catalog
from tickertone.catalog.models import ModelSpec, base_of
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.catalog.recipes.prompted import PromptedRecipe


def in_words(catalog: Catalog, recipe: ModelSpec) -> str:
    """Such as "seq2seq, qlora, google/flan-t5-base not pinned, prompt plain"."""
    words: list[str] = [recipe.family]
    if isinstance(recipe, EndpointSpec):
        words.append(f"{recipe.model} at {recipe.url}")
    elif not isinstance(recipe, LinearSpec):
        words.append(recipe.tuning)
    if base := base_of(recipe):
        words.append(f"{base.name}{_pin(base)}")
    if isinstance(recipe, EndpointSpec | PromptedRecipe):
        named = (n for n, p in catalog.prompts.items() if p.template == recipe.prompt)
        words.append(f"prompt {next(named, 'of its own')}")
        if recipe.shots:
            nearest = isinstance(recipe, PromptedRecipe) and recipe.draw == "nearest"
            drawn = "nearest to the text" if nearest else f"by seed {recipe.seed}"
            words.append(f"{recipe.shots} examples {drawn}")
    return ", ".join(words)


def _pin(base: FilesSpec) -> str:
    """Where published files are; of another model, or a shape, the name says all."""
    if base.hub is not None:
        return f" at {base.revision[:12]}" if base.revision else " not pinned"
    if base.package is not None:
        return " from a package"
    return " from a folder" if base.folder is not None else ""

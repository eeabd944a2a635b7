"""What a base must be for the model that starts from it: checks between the stanzas of models.

Each raises ConfigError naming the file and the field.
"""

from collections.abc import Mapping

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.datasets import DatasetsFile
from tickertone.catalog.known import require_known
from tickertone.catalog.lineage import base_model, stands_on
from tickertone.catalog.models import ModelSpec, base_of, task_of
from tickertone.errors import ConfigError

_FAMILY_OF = {"t5": "seq2seq", "llama": "causal"}


def check_bases(shown: str, models: Mapping[str, ModelSpec], datasets: DatasetsFile) -> None:
    """A base is a whole checkpoint of the same family; what is drawn at random is tuned whole.

    A head that is kept is one for the same labels.
    """
    for name, recipe in models.items():
        place = f"{shown}, models.{name}.base"
        base = base_of(recipe)
        if isinstance(base, BaseSpec) and base.made is not None:
            _check_shape(f"{place}.made", recipe, base.made.architecture)
        if (below := base_model(recipe)) is not None:
            require_known(f"{place}.model", "model", below, models)
            _check_checkpoint(f"{place}.model", recipe, below, models[below])
        if getattr(recipe, "head", "new") == "kept":
            _check_head(f"{shown}, models.{name}.head", recipe, below, models, datasets)
    for name in models:
        lineage = stands_on(name, models)
        if name in lineage:
            raise ConfigError(
                f"{shown}, models.{name}.base.model",
                found=f"{name} stands on itself: {' -> '.join([name, *lineage])}",
                expected="models that end in published weights or a shape",
                remedy="give one of them another base",
            )


def _check_shape(place: str, recipe: ModelSpec, architecture: str) -> None:
    family = _FAMILY_OF[architecture]
    if recipe.family != family:
        raise ConfigError(
            place,
            found=f"architecture {architecture} for the family {recipe.family}",
            expected=f"family {family}",
            remedy=f"set family: {family}, or take a base from a package, a folder or the Hub",
        )
    if _tuning(recipe) != "full":
        raise ConfigError(
            place,
            found=f"weights drawn at random, and tuning {_tuning(recipe)}",
            expected="tuning: full, since adapters on frozen random weights learn nothing",
            remedy="train a model from this shape with tuning: full, and name it as base.model",
        )


def _check_checkpoint(place: str, recipe: ModelSpec, name: str, below: ModelSpec) -> None:
    if below.family != recipe.family:
        raise ConfigError(
            place,
            found=f"{name}, of family {below.family}",
            expected=f"a model of family {recipe.family}",
            remedy="start from a model of the same family",
        )
    if _tuning(below) != "full":
        raise ConfigError(
            place,
            found=f"{name}, whose tuning is {_tuning(below)}: it leaves no whole checkpoint",
            expected="a model with tuning: full",
            remedy="start from such a model, or from the same base as this one",
        )


def _check_head(
    place: str,
    recipe: ModelSpec,
    base: str | None,
    models: Mapping[str, ModelSpec],
    datasets: DatasetsFile,
) -> None:
    if base is None:
        raise ConfigError(
            place,
            found="head: kept, and a base that is no model of this file",
            expected="base.model, the model whose head it is",
            remedy="name such a model as base.model, or draw the head anew (head: new)",
        )
    below = models[base]
    own, kept = (datasets.tasks[task_of(r, datasets.datasets)].labels for r in (recipe, below))
    if own != kept:
        raise ConfigError(
            place,
            found=f"a head for {', '.join(kept)}, and the labels {', '.join(own)}",
            expected="the same labels in the same order",
            remedy="start from a model for these labels, or draw the head anew (head: new)",
        )
    if getattr(recipe, "pooling", None) != getattr(below, "pooling", None):
        raise ConfigError(
            place,
            found="another pooling than that of the base",
            expected="the pooling on which the head was trained",
            remedy="set pooling as the base has it, or draw the head anew (head: new)",
        )


def _tuning(recipe: ModelSpec) -> str:
    return str(getattr(recipe, "tuning", "none"))

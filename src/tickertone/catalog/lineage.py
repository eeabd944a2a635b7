"""Which models a model stands on, and so all that it has learnt."""

from collections.abc import Mapping

from tickertone.catalog.bases import BaseSpec, FilesSpec
from tickertone.catalog.experiments import SplitRef
from tickertone.catalog.models import ModelSpec, base_of
from tickertone.catalog.recipes.recipe import LearnsFromRows


def base_model(recipe: ModelSpec) -> str | None:
    """The model that a recipe starts from, where its base is one."""
    base = base_of(recipe)
    return base.model if isinstance(base, BaseSpec) else None


def stands_on(name: str, models: Mapping[str, ModelSpec]) -> tuple[str, ...]:
    """The models below a model, the nearest first; one that is there twice ends it."""
    below: list[str] = []
    while (base := base_model(models[name])) is not None and base not in below:
        below.append(base)
        name = base
    return tuple(below)


def learnt_by(name: str, models: Mapping[str, ModelSpec]) -> tuple[str, ...]:
    """The data sets that a model is trained on, and those that the models below it are."""
    lineage = (name, *stands_on(name, models))
    return tuple(dict.fromkeys(d for model in lineage for d in models[model].trained_on))


def learnt_splits(name: str, models: Mapping[str, ModelSpec]) -> tuple[SplitRef, ...]:
    """The splits of those data sets whose texts it has learnt: train, or labels for the few.

    Dev splits, which only choose an epoch, do not count.
    """
    lineage = (name, *stands_on(name, models))
    refs = (
        SplitRef(dataset=dataset, split=learns_from(models[model]))
        for model in lineage
        for dataset in models[model].trained_on
    )
    return tuple(dict.fromkeys(refs))


def learns_from(recipe: ModelSpec) -> str:
    """The split of its data sets that a recipe learns from."""
    few = isinstance(recipe, LearnsFromRows) and recipe.few is not None
    return "labels" if few else "train"


def first_base(name: str, models: Mapping[str, ModelSpec]) -> FilesSpec | None:
    """What the lowest model starts from: published weights, or a shape."""
    return base_of(models[(name, *stands_on(name, models))[-1]])

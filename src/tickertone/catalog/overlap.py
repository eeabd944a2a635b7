"""Which splits may share texts, and so which models may be scored on which target."""

from collections.abc import Mapping

from tickertone.catalog.datasets import DatasetSpec
from tickertone.catalog.experiments import SplitRef, TargetSpec
from tickertone.catalog.models import ModelSpec

_TRAIN = "train"


def share_texts(one: SplitRef, other: SplitRef, datasets: Mapping[str, DatasetSpec]) -> bool:
    """May two splits share texts? Two of one data set do not; `related` data sets do."""
    if one.dataset == other.dataset:
        return one.split == other.split
    related = datasets[one.dataset].related
    return related is not None and related == datasets[other.dataset].related


def pool(
    target: TargetSpec, models: Mapping[str, ModelSpec], datasets: Mapping[str, DatasetSpec]
) -> tuple[str, ...]:
    """The models that may take part in a target: those that were trained on none of its texts."""
    return tuple(
        name
        for name, recipe in models.items()
        if not any(
            share_texts(SplitRef(dataset=learnt, split=_TRAIN), ref, datasets)
            for learnt in recipe.trained_on
            for ref in (target.test, target.fit_on)
        )
    )

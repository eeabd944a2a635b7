"""Which splits may share texts, and so which models may be scored on which target."""

from collections.abc import Iterable, Mapping

from tickertone.catalog.datasets import DatasetSpec
from tickertone.catalog.experiments import SplitRef, TargetSpec
from tickertone.catalog.lineage import learnt_by
from tickertone.catalog.models import ModelSpec

_TRAIN = "train"


def share_texts(one: SplitRef, other: SplitRef, datasets: Mapping[str, DatasetSpec]) -> bool:
    """May two splits share texts? Those of `related` data sets do, and a sample with the whole."""
    if one.dataset == other.dataset:
        spec = datasets[one.dataset]
        return spec.whole(one.split) == spec.whole(other.split)
    related = datasets[one.dataset].related
    return related is not None and related == datasets[other.dataset].related


def pool(
    target: TargetSpec,
    members: Iterable[str],
    models: Mapping[str, ModelSpec],
    datasets: Mapping[str, DatasetSpec],
) -> tuple[str, ...]:
    """The members that may take part in a target: those that have learnt none of its texts.

    `models` are all of the catalog: what a model stands on has learnt as well.
    """
    return tuple(
        name
        for name in members
        if not any(
            share_texts(SplitRef(dataset=learnt, split=_TRAIN), ref, datasets)
            for learnt in learnt_by(name, models)
            for ref in (target.test, target.fit_on)
        )
    )

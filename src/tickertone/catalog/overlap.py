"""Which splits may share texts, and so which models take part in which target, and how."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from tickertone.catalog.datasets import DatasetSpec, TaskSpec
from tickertone.catalog.experiments import SplitRef, TargetSpec
from tickertone.catalog.lineage import learnt_splits
from tickertone.catalog.models import ModelSpec, task_of

FEWEST_LABELS = 2  # that a member must share with a target: one alone says nothing of a text


class Declared(Protocol):
    """What datasets.yaml declares, be it the file or the catalog."""

    @property
    def tasks(self) -> Mapping[str, TaskSpec]:
        """The tasks by name."""
        ...

    @property
    def datasets(self) -> Mapping[str, DatasetSpec]:
        """The data sets by name."""
        ...


def share_texts(one: SplitRef, other: SplitRef, datasets: Mapping[str, DatasetSpec]) -> bool:
    """May two splits share texts? Those of `related` data sets do, and a sample with the whole."""
    if one.dataset == other.dataset:
        spec = datasets[one.dataset]
        return spec.whole(one.split) == spec.whole(other.split)
    return _related(one.dataset, other.dataset, datasets)


def pool(
    target: TargetSpec,
    members: Iterable[str],
    models: Mapping[str, ModelSpec],
    declared: Declared,
) -> tuple[str, ...]:
    """The members that may take part in a target.

    They have learnt none of its texts (of an `adjacent` target: nothing of its data set), and know
    two of its labels at least. `models` are all of the catalog: what a model stands on has learnt
    as well.
    """
    return tuple(
        name
        for name in members
        if not _has_learnt(name, target, models, declared.datasets)
        and len(shared_labels(name, target, models, declared)) >= FEWEST_LABELS
    )


def alone(
    target: TargetSpec,
    names: Iterable[str],
    models: Mapping[str, ModelSpec],
    declared: Declared,
) -> tuple[str, ...]:
    """The models that are scored on a target by themselves, whether or not they are members.

    They are made for its data set, know all its labels, and have learnt no text of its test split.
    """
    return tuple(
        name
        for name in names
        if target.test.dataset in models[name].trained_on
        and not _learnt_texts(name, (target.test,), models, declared.datasets)
        and knows_all(name, target, models, declared)
    )


def knows_all(
    model: str, target: TargetSpec, models: Mapping[str, ModelSpec], declared: Declared
) -> bool:
    """Whether a model can give every label of a target."""
    known = shared_labels(model, target, models, declared)
    return len(known) == len(_task(target, declared).labels)


def shared_labels(
    model: str, target: TargetSpec, models: Mapping[str, ModelSpec], declared: Declared
) -> tuple[str, ...]:
    """The labels of a target that a model knows, by name; none where only one is for pairs."""
    own = declared.tasks[task_of(models[model], declared.datasets)]
    task = _task(target, declared)
    return tuple(x for x in task.labels if x in own.labels and own.pairs == task.pairs)


def _task(target: TargetSpec, declared: Declared) -> TaskSpec:
    return declared.tasks[declared.datasets[target.test.dataset].task]


def _has_learnt(
    name: str,
    target: TargetSpec,
    models: Mapping[str, ModelSpec],
    datasets: Mapping[str, DatasetSpec],
) -> bool:
    if target.adjacent:
        of = target.test.dataset
        learnt = {ref.dataset for ref in learnt_splits(name, models)}
        if of in learnt or any(_related(of, other, datasets) for other in learnt):
            return True
    return _learnt_texts(name, target.refs, models, datasets)


def _learnt_texts(
    name: str,
    refs: Iterable[SplitRef],
    models: Mapping[str, ModelSpec],
    datasets: Mapping[str, DatasetSpec],
) -> bool:
    learnt = learnt_splits(name, models)
    return any(share_texts(one, ref, datasets) for ref in refs for one in learnt)


def _related(one: str, other: str, datasets: Mapping[str, DatasetSpec]) -> bool:
    related = datasets[one].related
    return related is not None and related == datasets[other].related

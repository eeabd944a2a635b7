"""That the targets of an experiment can be scored, and that nothing is scored on what it learnt.

Raises ConfigError naming the file, the field and the allowed names.
"""

from collections.abc import Iterable, Mapping

from tickertone.catalog.datasets import DatasetsFile, DatasetSpec
from tickertone.catalog.experiments import ExperimentSpec, SplitRef, TargetSpec
from tickertone.catalog.known import require_known
from tickertone.catalog.lineage import learnt_by
from tickertone.catalog.models import ModelSpec, task_of
from tickertone.catalog.overlap import FEWEST_LABELS, alone, pool, share_texts, shared_labels
from tickertone.errors import ConfigError


def check_experiment(
    shown: str,
    experiment: ExperimentSpec,
    models: Mapping[str, ModelSpec],
    datasets: DatasetsFile,
) -> None:
    """Names resolve, tasks agree, no combiner has learnt what it is scored on, no pool is empty."""
    for model in experiment.models:
        require_known(f"{shown}, models", "model", model, models)
    for name, target in experiment.targets.items():
        place = f"{shown}, targets.{name}"
        _check_splits(place, target, datasets.datasets)
        _check_task(f"{place}.fit_on", target.fit_on, target, datasets.datasets)
        _check_fit(f"{place}.fit_on", target, datasets.datasets)
        _check_unlabelled(f"{place}.unlabelled", target, datasets.datasets)
        in_pool = pool(target, experiment.combined, models, datasets)
        for scored in (*in_pool, *alone(target, experiment.models, models, datasets)):
            learnt = learnt_by(scored, models)
            _check_compared(f"{place}, model {scored}", target, learnt, datasets.datasets)
        if not in_pool:
            raise ConfigError(
                f"{place}.test",
                found=f"{target.test.dataset}.{target.test.split}, whose texts every model of "
                "the experiment is trained on",
                expected="at least one model that has not seen the target's texts",
                remedy=f"add such a model to models, or take {name} out of targets",
            )
    _check_labels(shown, experiment, models, datasets)


def _check_splits(place: str, target: TargetSpec, datasets: Mapping[str, DatasetSpec]) -> None:
    fields = {"test": target.test, "fit_on": target.fit_on, "unlabelled": target.unlabelled}
    for field, ref in fields.items():
        if ref is None:
            continue
        require_known(f"{place}.{field}.dataset", "data set", ref.dataset, datasets)
        splits = datasets[ref.dataset].split_names
        require_known(f"{place}.{field}.split", f"split of {ref.dataset}", ref.split, splits)
    spec = datasets[target.test.dataset]
    if not spec.is_test(target.test.split):
        raise ConfigError(
            f"{place}.test",
            found=f"split {target.test.split!r}, whose role is not test",
            expected="one of " + ", ".join(n for n in spec.split_names if spec.is_test(n)),
            remedy="name a split with role test",
        )


def _check_labels(
    shown: str,
    experiment: ExperimentSpec,
    models: Mapping[str, ModelSpec],
    datasets: DatasetsFile,
) -> None:
    """Every model shares labels enough with some target to take part in it."""
    for name in experiment.models:
        shared = [
            shared_labels(name, target, models, datasets) for target in experiment.targets.values()
        ]
        if all(len(labels) < FEWEST_LABELS for labels in shared):
            task = task_of(models[name], datasets.datasets)
            wanted = {datasets.datasets[t.test.dataset].task for t in experiment.targets.values()}
            raise ConfigError(
                f"{shown}, models, model {name}",
                found=f"task {task}",
                expected=f"one with two labels at least of a target's task: "
                f"{', '.join(sorted(wanted))}",
                remedy="take the model out, or add a target for it",
            )


def _check_task(
    place: str, ref: SplitRef, target: TargetSpec, datasets: Mapping[str, DatasetSpec]
) -> None:
    task, found = datasets[target.test.dataset].task, datasets[ref.dataset].task
    if found != task:
        raise ConfigError(
            f"{place}, data set {ref.dataset}",
            found=f"task {found}",
            expected=f"task {task}, as the test split's",
            remedy="use data sets of one task for each target",
        )


def _check_fit(place: str, target: TargetSpec, datasets: Mapping[str, DatasetSpec]) -> None:
    """Labels are read of no split that is scored, and of none that is called unlabelled."""
    fit_on = target.fit_on
    shown = f"{fit_on.dataset}.{fit_on.split}"
    if datasets[fit_on.dataset].is_test(fit_on.split):
        raise ConfigError(
            place,
            found=f"{shown}, whose role is test",
            expected="dev, or a split with role train",
            remedy="fit on labels that are never scored, such as those of dev",
        )
    if not datasets[fit_on.dataset].has_labels(fit_on.split):
        raise ConfigError(
            place,
            found=f"{shown}, whose labels nobody may read",
            expected="dev, labels, or a split with role train",
            remedy="fit on labels, and name this split as unlabelled",
        )
    if share_texts(fit_on, target.test, datasets):
        raise ConfigError(
            place,
            found=f"{shown}, which shares texts with {target.test.dataset}.{target.test.split}",
            expected="labels of texts that are not scored",
            remedy="fit on another split, such as dev",
        )


def _check_unlabelled(place: str, target: TargetSpec, datasets: Mapping[str, DatasetSpec]) -> None:
    """What is looked at is of the target's task, and scored nowhere, be it on another target."""
    seen = target.unlabelled
    if seen is None:
        return
    _check_task(place, seen, target, datasets)
    shown = f"{seen.dataset}.{seen.split}"
    if any(share_texts(seen, other, datasets) for other in (target.test, target.fit_on)):
        raise ConfigError(
            place,
            found=f"{shown}, which shares texts with test or fit_on",
            expected="texts that are neither scored nor fitted on",
            remedy="name the part unlabelled of the data set",
        )
    if datasets[seen.dataset].is_test(seen.split):
        raise ConfigError(
            place,
            found=f"{shown}, whose role is test",
            expected="unlabelled, dev, or a split with role train",
            remedy="look at texts that are never scored, such as the part unlabelled",
        )


def _check_compared(
    place: str, target: TargetSpec, learnt: Iterable[str], datasets: Mapping[str, DatasetSpec]
) -> None:
    """The clean view is honest only if test rows are compared with all that members learnt."""
    test = target.test.dataset
    unseen = sorted({*learnt} - {test, *datasets[test].check_against})
    if unseen:
        raise ConfigError(
            place,
            found=f"trained on {', '.join(unseen)}, which the rows of {test} are not compared with",
            expected="each data set that a member is trained on in check_against of the test's",
            remedy=f"add {', '.join(unseen)} to datasets.{test}.check_against in datasets.yaml",
        )

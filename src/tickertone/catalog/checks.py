"""What no single stanza can know: that names resolve, and that data sets fit models.

Each check raises ConfigError naming the file, the field and the allowed names.
"""

from collections.abc import Iterable, Mapping

from tickertone.catalog.datasets import DatasetsFile, DatasetSpec
from tickertone.catalog.experiments import ExperimentSpec
from tickertone.catalog.known import require_known
from tickertone.catalog.lineage import learns_from
from tickertone.catalog.models import ModelSpec, task_of
from tickertone.catalog.published import PublishedRow, PublishedTraining
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.catalog.recipes.prompted import PromptedRecipe
from tickertone.errors import ConfigError


def check_models(
    shown: str, models: Mapping[str, ModelSpec], datasets: Mapping[str, DatasetSpec]
) -> None:
    """Every model is trained on known data sets of one task that have a train split."""
    for name, model in models.items():
        place = f"{shown}, models.{name}.trained_on"
        for dataset in model.trained_on:
            require_known(place, "data set", dataset, datasets)
            if not datasets[dataset].has_train:
                raise ConfigError(
                    place,
                    found=f"{dataset}, which has no split 'train' with role train",
                    expected="one of " + ", ".join(_trainable(datasets)),
                    remedy="train on another data set, or declare that split in datasets.yaml",
                )
            if learns_from(model) not in datasets[dataset].split_names:
                raise ConfigError(
                    f"{shown}, models.{name}.few",
                    found=f"{dataset}, which has no part called labels",
                    expected="data sets with labels under carve",
                    remedy=f"add labels to datasets.{dataset}.carve, a share of train",
                )
        tasks = {datasets[dataset].task for dataset in model.trained_on}
        if len(tasks) > 1:
            raise ConfigError(
                place,
                found="data sets of several tasks: " + ", ".join(sorted(tasks)),
                expected="data sets of one task",
                remedy="make one model for each task",
            )


def check_prompted(shown: str, models: Mapping[str, ModelSpec], datasets: DatasetsFile) -> None:
    """Models that answer a prompt are of a known task, and have different words for its labels."""
    for name, model in models.items():
        if not isinstance(model, PromptedRecipe | EndpointSpec):
            continue
        place = f"{shown}, models.{name}"
        if model.task is not None:
            require_known(f"{place}.task", "task", model.task, datasets.tasks)
        _answered_at_once(f"{place}.prompt", model)
        labels = datasets.tasks[task_of(model, datasets.datasets)].labels
        for label in model.words:
            require_known(f"{place}.words", "label", label, labels)
        words = model.words_for(labels)
        if len({word.strip() for word in words}) < len(words) or not all(map(str.strip, words)):
            raise ConfigError(
                f"{place}.words",
                found=f"the words {', '.join(map(repr, words))}",
                expected="another word for each label",
                remedy="give each label of the task a word of its own",
            )


def _answered_at_once(place: str, model: PromptedRecipe | EndpointSpec) -> None:
    """Rationales are written by models that run here, and are not trained on."""
    untuned = isinstance(model, PromptedRecipe) and model.tuning == "none"
    if model.prompt.rationale is not None and not untuned:
        raise ConfigError(
            place,
            found="a prompt that asks for a rationale",
            expected="one that asks for the label alone, such as plain or analyst",
            remedy="take such a prompt; rationales are for seq2seq and causal with tuning: none",
        )


def check_classifiers(shown: str, models: Mapping[str, ModelSpec], datasets: DatasetsFile) -> None:
    """The outputs of a published classifier stand for the labels of a known task, all of them."""
    for name, model in models.items():
        if isinstance(model, ClassifierSpec):
            place = f"{shown}, models.{name}"
            require_known(f"{place}.task", "task", model.task, datasets.tasks)
            labels = datasets.tasks[model.task].labels
            if {*model.head.values()} != {*labels}:
                raise ConfigError(
                    f"{place}.head",
                    found=", ".join(model.head.values()),
                    expected=f"each label of {model.task} once: {', '.join(labels)}",
                    remedy="map every label of the checkpoint to one of the task",
                )


def check_contamination(shown: str, datasets: DatasetsFile) -> None:
    """Every base that has seen something has seen data sets that are declared."""
    words = dict.fromkeys(spec.related for spec in datasets.datasets.values() if spec.related)
    for at, stanza in enumerate(datasets.contamination):
        require_known(f"{shown}, contamination.{at}.related", "related word", stanza.related, words)
        for name in stanza.except_for:
            place = f"{shown}, contamination.{at}.except_for"
            require_known(place, "data set", name, datasets.datasets)


def check_published(
    shown: str, published: Iterable[PublishedRow], experiments: Iterable[ExperimentSpec]
) -> None:
    """Every published figure stands next to a target that some experiment has."""
    targets = dict.fromkeys(name for experiment in experiments for name in experiment.targets)
    for at, row in enumerate(published):
        require_known(f"{shown}, published.{at}.target", "target", row.target, targets)


def check_published_training(
    shown: str, training: Iterable[PublishedTraining], models: Mapping[str, ModelSpec]
) -> None:
    """Every published time of a training stands next to a model of ours."""
    for at, row in enumerate(training):
        require_known(f"{shown}, training.{at}.model", "model", row.model, models)


def _trainable(datasets: Mapping[str, DatasetSpec]) -> list[str]:
    return [name for name, spec in datasets.items() if spec.has_train]

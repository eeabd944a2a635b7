"""The catalog: everything that people edit under data/, read, typed and checked as a whole.

A mistake is a ConfigError that names file, stanza and field, what was found and what is allowed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from tickertone.catalog.base_checks import check_bases
from tickertone.catalog.bases import FilesSpec
from tickertone.catalog.checks import (
    check_classifiers,
    check_contamination,
    check_models,
    check_prompted,
    check_published,
    check_published_training,
)
from tickertone.catalog.claim_checks import check_claims
from tickertone.catalog.datasets import ContaminationSpec, DatasetsFile, DatasetSpec, TaskSpec
from tickertone.catalog.experiments import ExperimentSpec
from tickertone.catalog.mistakes import explain, nearest
from tickertone.catalog.models import ModelsFile, ModelSpec
from tickertone.catalog.networks import NetworksFile, NetworkSpec
from tickertone.catalog.prompts import PromptFile, with_templates
from tickertone.catalog.published import PublishedFile, PublishedRow, PublishedTraining
from tickertone.catalog.seed_checks import check_seeds
from tickertone.catalog.seeds import Groups, with_groups
from tickertone.catalog.stanzas import written_out
from tickertone.catalog.target_checks import check_experiment
from tickertone.catalog.yaml_files import read_yaml
from tickertone.errors import ConfigError
from tickertone.frozen import Frozen

_File = TypeVar("_File", bound=BaseModel)


class Catalog(Frozen):
    """What data/ declares; names in it are known to resolve."""

    folder: Path
    tasks: dict[str, TaskSpec]
    datasets: dict[str, DatasetSpec]
    models: dict[str, ModelSpec]
    prompts: dict[str, PromptFile]
    experiments: dict[str, ExperimentSpec]
    contamination: tuple[ContaminationSpec, ...]
    published: tuple[PublishedRow, ...]
    published_training: tuple[PublishedTraining, ...] = ()
    networks: dict[str, NetworkSpec] = Field(default_factory=dict)

    def experiment(self, name: str) -> ExperimentSpec:
        """The experiment called `name`; raises ConfigError, listing the known ones."""
        if name not in self.experiments:
            raise ConfigError(
                f"experiment {name!r}",
                found=f"no {self.folder.name}/experiments/{name}.yaml",
                expected="one of " + ", ".join(self.experiments),
                remedy=nearest(name, self.experiments) or "take one of these, or write that file",
            )
        return self.experiments[name]

    def contaminated(self, base: FilesSpec, dataset: str) -> str | None:
        """Where it is known from that a base model has seen a data set, or None if it is not."""
        related = self.datasets[dataset].related
        known = (c for c in self.contamination if _is(base, c.base) and c.related == related)
        return next((c.source for c in known if dataset not in c.except_for), None)


def load_catalog(data_folder: Path) -> Catalog:
    """Read and check datasets, models, published and networks.yaml, experiments/ and prompts/.

    All but the first two may be absent. Raises ConfigError for the first mistake found.
    """
    datasets = _read(data_folder, "datasets.yaml", DatasetsFile)
    prompts = {
        path.stem: _read(data_folder, f"prompts/{path.name}", PromptFile)
        for path in sorted((data_folder / "prompts").glob("*.yaml"))
    }
    models, seeds = _models(data_folder, prompts)
    experiments = {
        path.stem: _experiment(data_folder, f"experiments/{path.name}", seeds)
        for path in sorted((data_folder / "experiments").glob("*.yaml"))
    }
    figures = _read_if_there(data_folder, "published.yaml", PublishedFile)
    networks = _read_if_there(data_folder, "networks.yaml", NetworksFile)
    published = figures.published
    check_contamination(_shown(data_folder, "datasets.yaml"), datasets)
    check_models(_shown(data_folder, "models.yaml"), models, datasets.datasets)
    check_seeds(_shown(data_folder, "models.yaml"), models, seeds)
    check_bases(_shown(data_folder, "models.yaml"), models, datasets)
    check_prompted(_shown(data_folder, "models.yaml"), models, datasets)
    check_classifiers(_shown(data_folder, "models.yaml"), models, datasets)
    for name, experiment in experiments.items():
        shown = _shown(data_folder, f"experiments/{name}.yaml")
        check_experiment(shown, experiment, models, datasets)
        check_claims(shown, experiment, models, published)
    shown = _shown(data_folder, "published.yaml")
    check_published(shown, published, experiments.values())
    check_published_training(shown, figures.training, models)
    return Catalog(
        folder=data_folder,
        tasks=dict(datasets.tasks),
        datasets=dict(datasets.datasets),
        models=dict(models),
        prompts=prompts,
        experiments=experiments,
        contamination=datasets.contamination,
        published=published,
        published_training=figures.training,
        networks=networks.networks,
    )


def _is(base: FilesSpec, name: str) -> bool:
    """Whether a base is called so, or is a copy in a folder of the name that it has on the Hub.

    In the Hub's cache that name is not the last part of the path, and the owner stands before it.
    """
    own = name.rpartition("/")[2].casefold()
    parts = Path(base.folder).parts if base.folder else ()
    return base.name == name or own in {part.rpartition("--")[2].casefold() for part in parts}


def _shown(data_folder: Path, name: str) -> str:
    return f"{data_folder.name}/{name}"


def _models(
    data_folder: Path, prompts: Mapping[str, PromptFile]
) -> tuple[Mapping[str, ModelSpec], Groups]:
    """The models, and which of them are one stanza with several seeds or draws."""
    shown = _shown(data_folder, "models.yaml")
    raw: Any = read_yaml(data_folder / "models.yaml", shown)
    groups: Groups = {}
    if isinstance(raw, Mapping):
        raw, groups = written_out(shown, raw)
        raw = with_templates(shown, raw, prompts)
    return _checked(raw, shown, ModelsFile).models, groups


def _experiment(data_folder: Path, name: str, seeds: Groups) -> ExperimentSpec:
    shown = _shown(data_folder, name)
    raw: Any = read_yaml(data_folder / name, shown)
    return _checked(
        with_groups(raw, seeds) if isinstance(raw, Mapping) else raw, shown, ExperimentSpec
    )


def _read_if_there(data_folder: Path, name: str, kind: type[_File]) -> _File:
    return _read(data_folder, name, kind) if (data_folder / name).exists() else kind()


def _read(data_folder: Path, name: str, kind: type[_File]) -> _File:
    shown = _shown(data_folder, name)
    return _checked(read_yaml(data_folder / name, shown), shown, kind)


def _checked(raw: Any, shown: str, kind: type[_File]) -> _File:
    if not isinstance(raw, Mapping):
        raise ConfigError(
            shown,
            found=f"a {type(raw).__name__}, not a mapping",
            expected="fields: " + ", ".join(kind.model_fields),
            remedy="write `name: value` lines",
        )
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        raise explain(error, shown, raw, kind) from None

"""What an experiment asks for: data sets, models, targets and combiners, names resolved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tickertone.catalog.datasets import DatasetSpec
from tickertone.catalog.experiments import ExperimentSpec, SplitRef, TargetSpec
from tickertone.catalog.lineage import first_base, learnt_by, stands_on
from tickertone.catalog.load import Catalog
from tickertone.catalog.mistakes import nearest
from tickertone.catalog.models import ModelSpec, base_of, similarity_base_of, task_of
from tickertone.catalog.overlap import alone, knows_all, pool
from tickertone.datasets.sources.exclusions import lacking
from tickertone.errors import ConfigError
from tickertone.frozen import JSON
from tickertone.models.bases import base_identity


@dataclass(frozen=True)
class Scope:
    """One experiment of one catalog, of which perhaps only a few models may be computed."""

    catalog: Catalog
    name: str
    spec: ExperimentSpec
    chosen: tuple[str, ...]  # the others are taken from the store, where they are there
    left_out: Mapping[str, str] = field(default_factory=dict)  # target -> what it lacks
    without: Mapping[str, str] = field(default_factory=dict)  # model -> what its training lacks

    @classmethod
    def of(cls, catalog: Catalog, name: str, models: Iterable[str] = ()) -> "Scope":
        """The experiment called `name`; of `models`, if any, only those. Raises ConfigError.

        `models` may name groups of the experiment, such as the seeds of one stanza.

        A target that needs a data set whose list of exclusions is not there is left out: to be
        scored, to fit combiners, to compare rows with, or to train a model that takes part in it.
        Such a model is left out as well.
        """
        spec = catalog.experiment(name)
        chosen = _chosen(name, spec, models)
        without = {m: why for m in spec.models if (why := _lack_of_model(catalog, m))}
        left_out = {t: why for t in spec.targets if (why := _lack_of_target(catalog, spec, t))}
        targets = {target: refs for target, refs in spec.targets.items() if target not in left_out}
        members = tuple(model for model in spec.models if model not in without)
        spec = spec.model_copy(update={"targets": targets, "models": members})
        return cls(catalog, name, spec, chosen or spec.models, left_out, without)

    def dataset(self, name: str) -> DatasetSpec:
        """The stanza of a data set."""
        return self.catalog.datasets[name]

    def model(self, name: str) -> ModelSpec:
        """The stanza of a model."""
        return self.catalog.models[name]

    def base_identity(self, model: str) -> JSON:
        """What pins the base of a model, as it goes into settings; raises ModelError.

        None where there is none, and where it comes out of another step.
        """
        base = base_of(self.model(model))
        files = base.files if base else None
        return base_identity(files, self.catalog.folder.parent) if files else None

    def similarity_identity(self, model: str) -> JSON:
        """What pins the base by which a model finds the nearest examples; raises ModelError."""
        base = similarity_base_of(self.model(model))
        return base_identity(base, self.catalog.folder.parent) if base else None

    def contaminated(self, model: str, dataset: str) -> str | None:
        """Where it is known from that what a model starts from has seen a data set, if it is."""
        base = first_base(model, self.catalog.models)
        return self.catalog.contaminated(base, dataset) if base else None

    def task(self, dataset: str) -> dict[str, JSON]:
        """The task of a data set, as it goes into settings."""
        return self._task(self.dataset(dataset).task)

    def model_task(self, model: str) -> dict[str, JSON]:
        """The task that a model is for, as it goes into settings."""
        return self._task(task_of(self.model(model), self.catalog.datasets))

    def _task(self, name: str) -> dict[str, JSON]:
        spec = self.catalog.tasks[name]
        return {"name": name, "labels": list(spec.labels), "pairs": spec.pairs}

    def target_task(self, target: str) -> dict[str, JSON]:
        """The task of a target, as it goes into settings."""
        return self.task(self.spec.targets[target].test.dataset)

    @property
    def warnings(self) -> list[str]:
        """What was left out, and why."""
        lacks = [("target", self.left_out), ("model", self.without)]
        return [f"{what} {n} is left out: {why}" for what, some in lacks for n, why in some.items()]

    @property
    def targets(self) -> Mapping[str, TargetSpec]:
        """The targets by name."""
        return self.spec.targets

    def computes(self, stage: str, subject: str) -> bool:
        """Whether this run may compute a step; a model that was not chosen is only taken over.

        What a chosen model stands on is made with it.
        """
        if stage == "finetune":
            return subject in self._with_bases(self.chosen)
        return stage != "extract" or subject.split("/")[0] in self.chosen

    @cached_property
    def fitted(self) -> tuple[str, ...]:
        """The models of the experiment and those that they stand on, each after its base."""
        return self._with_bases(self.spec.models)

    def _with_bases(self, models: Iterable[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in models:
            for model in (*reversed(stands_on(name, self.catalog.models)), name):
                found.setdefault(model)
        return tuple(found)

    def pool(self, target: str) -> tuple[str, ...]:
        """The members of the experiment that take part in a target (`catalog.overlap`)."""
        return self._parts[target][0]

    def systems(self, target: str) -> tuple[str, ...]:
        """The models that are scored on a target by themselves, in the experiment's order.

        Those of its pool that know all its labels, and those that are made for its data set.
        """
        return self._parts[target][1]

    @cached_property
    def _parts(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Target -> its pool, and the models that are scored on it."""
        catalog, parts = self.catalog, {}
        for name, target in self.spec.targets.items():
            members = pool(target, self.spec.combined, catalog.models, catalog)
            scored = {m for m in members if knows_all(m, target, catalog.models, catalog)}
            scored |= {*alone(target, self.spec.models, catalog.models, catalog)}
            parts[name] = (members, tuple(m for m in self.spec.models if m in scored))
        return parts

    def scored(self, model: str) -> dict[str, tuple[str, ...]]:
        """Data set -> its splits that a model scores: those of the targets it takes part in."""
        refs: list[SplitRef] = []
        for name, target in self.spec.targets.items():
            if model in self.pool(name):
                refs += target.refs
            elif model in self.systems(name):
                refs.append(target.test)
        names = sorted({ref.dataset for ref in refs})
        return {
            name: tuple(sorted({ref.split for ref in refs if ref.dataset == name}))
            for name in names
        }

    @cached_property
    def validated(self) -> tuple[str, ...]:
        """The data sets that are scored or trained on."""
        models = self.catalog.models
        trained_on = {d for model in self.spec.models for d in learnt_by(model, models)}
        scored = {ref.dataset for target in self.spec.targets.values() for ref in target.refs}
        return tuple(sorted(trained_on | scored))

    @cached_property
    def ingested(self) -> tuple[str, ...]:
        """The validated data sets, and those whose train rows they are checked against."""
        others = {o for name in self.validated for o in self.dataset(name).check_against}
        return tuple(sorted(others | set(self.validated)))


def _chosen(name: str, spec: ExperimentSpec, asked: Iterable[str]) -> tuple[str, ...]:
    """The models that are asked for, each once, groups resolved; raises ConfigError."""
    found: dict[str, None] = {}
    for word in asked:
        models = [m for m in spec.groups.get(word, (word,)) if m in spec.models]
        if not models:
            known = [*spec.models, *spec.groups]
            raise ConfigError(
                f"models of experiment {name}",
                found=f"{word!r}",
                expected=f"some of {', '.join(known)}",
                remedy=nearest(word, known)
                or f"add it to data/experiments/{name}.yaml, or correct the name",
            )
        found.update(dict.fromkeys(models))
    return tuple(found)


def _lack_of_target(catalog: Catalog, spec: ExperimentSpec, name: str) -> str | None:
    target = spec.targets[name]
    datasets = _lack(catalog, [ref.dataset for ref in target.refs])
    members = pool(target, spec.combined, catalog.models, catalog)
    return datasets or next(filter(None, (_lack_of_model(catalog, m) for m in members)), None)


def _lack_of_model(catalog: Catalog, name: str) -> str | None:
    return _lack(catalog, learnt_by(name, catalog.models))


def _lack(catalog: Catalog, datasets: Iterable[str]) -> str | None:
    """What is said of the first list that some data sets, or those they are checked against, lack.

    None where all lists are there.
    """
    for dataset in datasets:
        for name in (dataset, *catalog.datasets[dataset].check_against):
            exclude = catalog.datasets[name].exclude
            if exclude and (why := lacking(exclude, catalog.folder)):
                return why
    return None

"""The stanzas of data/datasets.yaml: tasks, data sets, and who has seen what."""

from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Name
from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.frozen import Frozen


class TaskSpec(Frozen):
    """What is predicted: an ordered label set over a text or a pair of texts."""

    labels: tuple[str, ...] = Field(min_length=2)
    pairs: bool = False

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels repeat: {', '.join(self.labels)}")
        return self


class LicenceSpec(Frozen):
    """The licence, which every artifact derived from the data carries on."""

    name: str
    commercial: bool
    may_leave: bool = Field(False, description="may its texts be sent to a remote endpoint?")


class DriftLimits(Frozen):
    """How far a label's share may drift from the last accepted snapshot, in absolute share."""

    warn: float = Field(0.05, gt=0, le=1)
    stop: float = Field(0.2, gt=0, le=1)


class SampleSpec(Frozen):
    """So many rows of a split: always the same, each label in its share."""

    of: Name = Field(description="a split, or dev")
    rows: int = Field(ge=1)
    balanced: bool = Field(False, description="as many of each label, as far as there are")


class CarveSpec(Frozen):
    """Shares of train that become splits of their own, near-twins kept together; the rest stays.

    They are carved in this order, so that a share that changes moves no row of those before it.
    """

    dev: float = Field(0.0, ge=0, lt=1, description="to choose epochs, or to fit combiners on")
    labels: float = Field(0.0, ge=0, lt=1, description="from which the few labels are drawn")
    unlabelled: float = Field(0.0, ge=0, lt=1, description="whose labels nobody reads")
    test: float = Field(0.0, ge=0, lt=1, description="only ever scored")

    @model_validator(mode="after")
    def _train_is_left(self) -> Self:
        if sum(self.shares.values()) >= 1:
            raise ValueError(f"shares {self.shares} leave nothing of train")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """Part -> share, of the parts that there are, in the order in which they are carved."""
        return {part: share for part in type(self).model_fields if (share := getattr(self, part))}


class DatasetSpec(SnapshotSpec):
    """A named, pinned source with a reader, a label map and roles for its splits."""

    title: str
    licence: LicenceSpec
    carve: CarveSpec = CarveSpec()
    related: str | None = Field(
        None, description="data sets of one origin, which share texts, carry the same word here"
    )
    check_against: tuple[Name, ...] = Field(
        (), description="data sets whose train rows must not be near-twins of our test rows"
    )
    drift: DriftLimits = DriftLimits()
    samples: dict[Name, SampleSpec] = Field(
        default_factory=dict, description="name -> rows drawn from a split, a split of its own"
    )

    @model_validator(mode="after")
    def _carved_from_a_train(self) -> Self:
        if self.carve.shares and not self.has_train:
            raise ValueError("carve needs a split called train, with role train")
        for part in self.carve.shares:
            if part in self.splits:
                raise ValueError(f"carve.{part}: there is a split of that name")
        return self

    @model_validator(mode="after")
    def _samples_are_of_splits(self) -> Self:
        whole = (*self.splits, *self.carve.shares)
        for name, sample in self.samples.items():
            if name in {*whole, *CarveSpec.model_fields}:
                raise ValueError(f"samples.{name}: there is a split of that name")
            if sample.of not in whole:
                raise ValueError(
                    f"samples.{name}.of: {sample.of!r} is not one of {', '.join(whole)}"
                )
        return self

    @property
    def has_train(self) -> bool:
        """Is there a split to learn from?"""
        train = self.splits.get("train")
        return train is not None and train.role == "train"

    @property
    def snapshot(self) -> SnapshotSpec:
        """What ingest is told."""
        fields = {name: getattr(self, name) for name in SnapshotSpec.model_fields}
        return SnapshotSpec.model_construct(**fields)

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits after validation: those of the files, those carved from train, samples."""
        return (*self.splits, *self.carve.shares, *self.samples)

    def whole(self, split: str) -> str:
        """The split that a sample is drawn from; of another split the split itself."""
        sample = self.samples.get(split)
        return sample.of if sample else split

    def is_test(self, split: str) -> bool:
        """Whether a split may only be scored, never learnt from."""
        whole = self.whole(split)
        if whole in self.carve.shares:
            return whole == "test"
        found = self.splits.get(whole)
        return found is not None and found.role == "test"

    def has_labels(self, split: str) -> bool:
        """Whether the labels of a split may be read by anyone."""
        return self.whole(split) != "unlabelled"


class ContaminationSpec(Frozen):
    """A base model that is known to have seen a data set."""

    base: str
    related: str = Field(description="the `related` word of the data sets it has seen")
    source: str = Field(description="where that is known from")
    except_for: tuple[Name, ...] = Field(
        (), description="data sets of that word which leave out what it has seen"
    )


class DatasetsFile(Frozen):
    """The whole of data/datasets.yaml."""

    tasks: dict[Name, TaskSpec]
    datasets: dict[Name, DatasetSpec]
    contamination: tuple[ContaminationSpec, ...] = ()

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        for name, spec in self.datasets.items():
            if spec.task not in self.tasks:
                raise ValueError(
                    f"datasets.{name}.task: {spec.task!r} is not one of {', '.join(self.tasks)}"
                )
            allowed = self.tasks[spec.task].labels
            for label in spec.labels.values():
                if label is not None and label not in allowed:
                    raise ValueError(
                        f"datasets.{name}.labels: {label!r} is not one of {', '.join(allowed)}"
                    )
            for other in spec.check_against:
                if other not in self.datasets:
                    raise ValueError(
                        f"datasets.{name}.check_against: {other!r} is not one of "
                        f"{', '.join(self.datasets)}"
                    )
                if not self.datasets[other].has_train:
                    raise ValueError(
                        f"datasets.{name}.check_against: {other!r} has no split called train, "
                        "with role train"
                    )
        return self

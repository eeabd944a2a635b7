"""The stanzas of data/datasets.yaml: tasks, data sets, and who has seen what."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tickertone.frozen import Frozen

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Role = Literal["train", "test"]


class TaskSpec(Frozen):
    """What is predicted: an ordered label set over a text or a pair of texts."""

    labels: tuple[str, ...] = Field(min_length=2)
    pairs: bool = False

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels repeat: {', '.join(self.labels)}")
        return self


class SourceSpec(Frozen):
    """Where the files of a data set come from; a local mirror is tried before the Hub."""

    hub: str | None = Field(None, description="Hub data set id, such as owner/name")
    revision: Commit | None = Field(None, description="Hub commit; null until `tickertone lock`")
    mirror: str | None = Field(None, description="folder below TICKERTONE_MIRROR")
    local: str | None = Field(None, description="folder below data/, for files that we ship")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.hub is None and self.mirror is None and self.local is None:
            raise ValueError("names no source: give at least one of hub, mirror, local")
        return self


class FileSpec(Frozen):
    """One file of a split. The sha256 is that of the text file itself, also inside an archive."""

    file: str = Field(description="name in the mirror's or the local folder")
    hub_file: str | None = Field(None, description="path on the Hub, if it differs")
    member: str | None = Field(None, description="path inside hub_file, where that is a zip")
    sha256: Sha256 | None = None
    rows: int | None = Field(None, ge=1, description="rows that the reader is known to find")

    @property
    def on_hub(self) -> str:
        """The path to ask the Hub for."""
        return self.hub_file or self.file


class SplitSpec(Frozen):
    """One split: its files, and what it may be used for."""

    role: Role
    files: tuple[FileSpec, ...] = Field(min_length=1)


class DelimitedReader(Frozen):
    """Comma or tab separated fields with a header, quoted, line breaks allowed inside quotes."""

    kind: Literal["delimited"]
    text: str = "text"
    label: str = "label"
    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: str = "utf-8"


class PhraseBankReader(Frozen):
    """`sentence@label`, one a line, split at the last `@`."""

    kind: Literal["phrasebank"]
    encoding: str = "latin-1"


class FiqaReader(Frozen):
    """FiQA task 1 JSON: one row a (text, target); the mean score of a target becomes a label.

    score < -threshold is negative, > threshold positive, the rest neutral.
    """

    kind: Literal["fiqa"]
    threshold: float = Field(gt=0, lt=1)


ReaderSpec = Annotated[DelimitedReader | PhraseBankReader | FiqaReader, Field(discriminator="kind")]


class LicenceSpec(Frozen):
    """The licence, which every artifact derived from the data carries on."""

    name: str
    commercial: bool
    may_leave: bool = Field(False, description="may its texts be sent to a remote endpoint?")


class DriftLimits(Frozen):
    """How far a label's share may drift from the last accepted snapshot, in absolute share."""

    warn: float = Field(0.05, gt=0, le=1)
    stop: float = Field(0.2, gt=0, le=1)


class SnapshotSpec(Frozen):
    """The part of a data set that decides what its snapshots say: all that ingest looks at."""

    task: Name
    source: SourceSpec
    reader: ReaderSpec
    labels: dict[str, str] = Field(min_length=1, description="label in the file -> task label")
    splits: dict[Name, SplitSpec] = Field(min_length=1)
    max_characters: int = Field(10_000, ge=1)

    @model_validator(mode="after")
    def _dev_is_carved(self) -> Self:
        if "dev" in self.splits:
            raise ValueError("a split may not be called dev: dev is carved from train")
        return self


class DatasetSpec(SnapshotSpec):
    """A named, pinned source with a reader, a label map and roles for its splits."""

    title: str
    licence: LicenceSpec
    dev_fraction: float = Field(0.0, ge=0, lt=0.5, description="share of train carved as dev")
    related: str | None = Field(
        None, description="data sets of one origin, which share texts, carry the same word here"
    )
    check_against: tuple[Name, ...] = Field(
        (), description="data sets whose train rows must not be near-twins of our test rows"
    )
    drift: DriftLimits = DriftLimits()

    @model_validator(mode="after")
    def _dev_has_a_train(self) -> Self:
        if self.dev_fraction and not self.has_train:
            raise ValueError("dev_fraction needs a split called train, with role train")
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
        """The splits after validation: those of the file, and dev where one is carved."""
        return (*self.splits, "dev") if self.dev_fraction else tuple(self.splits)


class ContaminationSpec(Frozen):
    """A base model that is known to have seen a data set."""

    base: str
    related: str = Field(description="the `related` word of the data sets it has seen")
    source: str = Field(description="where that is known from")


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
                if label not in allowed:
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

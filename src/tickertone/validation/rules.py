"""What validation needs to know of a data set and its task: a part of their catalog stanzas."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    """Some fields of a stanza, the others ignored: they make no difference here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SplitRules(_Part):
    """What it may be used for, and the rows of its files, if the catalog knows them all."""

    role: Literal["train", "test"]
    rows: int | None = None


class SampleRules(_Part):
    """So many rows of a split."""

    of: str
    rows: int
    balanced: bool = False


class DatasetRules(_Part):
    """The part of a data set's stanza; `labels` are those of the task that it can have."""

    labels: tuple[str, ...]
    splits: dict[str, SplitRules]
    carve: tuple[tuple[str, float], ...] = ()  # part and share of train, in the order of carving
    related: tuple[str, ...] = ()  # data sets to compare with that are known to share texts
    max_characters: int
    samples: dict[str, SampleRules] = {}

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that are judged: those of the files, and what is carved from train."""
        return (*self.splits, *self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """What is carved from train."""
        return tuple(part for part, _ in self.carve)

    def is_test(self, split: str) -> bool:
        """May it only be scored? Of what is carved, the part called test."""
        return split == "test" if split in self.parts else self.splits[split].role == "test"


class TaskRules(_Part):
    """The part of a task's stanza."""

    name: str
    labels: tuple[str, ...]
    pairs: bool = False


class Rules(_Part):
    """A data set, the name it goes by, and its task."""

    name: str
    dataset: DatasetRules
    task: TaskRules
    unchecked: tuple[str, ...] = ()  # data sets to compare with that are not there

    @property
    def known_labels(self) -> list[str]:
        """The task's labels that the data set can have, in the task's order."""
        return [label for label in self.task.labels if label in self.dataset.labels]

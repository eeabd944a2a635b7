"""Of a data set's stanza: where its files are, and how they are read."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Commit, Name, Sha256
from tickertone.frozen import Frozen

Role = Literal["train", "test"]


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
    label: str | None = Field(None, description="of all its rows, where the reader has one a file")
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
    at_most: int | None = Field(
        None, ge=1, description="rows that are kept: those with the smallest hashes of their ids"
    )


class DelimitedReader(Frozen):
    """Comma or tab separated fields with a header, quoted, line breaks allowed inside quotes."""

    kind: Literal["delimited"]
    text: str = "text"
    label: str = "label"
    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: str = "utf-8"


class ColumnsReader(Frozen):
    """Columns by their number, from 1 on; no header, and no quoting: a quote is part of the text.

    With a threshold the column `label` is a score, and the labels are `reached` and `below`.
    """

    kind: Literal["columns"]
    text: int = Field(ge=1)
    text_b: int | None = Field(None, ge=1, description="of pairs: the second text")
    label: int = Field(ge=1)
    skip: int = Field(0, ge=0, description="lines before the first row")
    delimiter: str = Field("\t", min_length=1, max_length=1)
    encoding: str = "utf-8"
    threshold: float | None = Field(None, description="a score of at least this is `reached`")
    leave_out: dict[Annotated[int, Field(ge=1)], tuple[str, ...]] = Field(
        default_factory=dict, description="column -> values of it whose rows are not wanted"
    )

    @property
    def width(self) -> int:
        """How many columns a row has at least."""
        return max(self.text, self.text_b or 1, self.label, *self.leave_out)


class ParquetReader(Frozen):
    """Columns of a Parquet file, as the Hub keeps data sets."""

    kind: Literal["parquet"]
    text: str = "text"
    text_b: str | None = Field(None, description="of pairs: the second text")
    label: str = "label"


class LabelledFilesReader(Frozen):
    """One text a line; all lines of a file have the label that its entry in the stanza says."""

    kind: Literal["labelled_files"]
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


class ParallelLinesReader(Frozen):
    """One text a line, and in the file after it in the stanza one label a line, in that order."""

    kind: Literal["parallel_lines"]
    encoding: str = "utf-8"


ReaderSpec = Annotated[
    DelimitedReader
    | ColumnsReader
    | ParquetReader
    | LabelledFilesReader
    | PhraseBankReader
    | FiqaReader
    | ParallelLinesReader,
    Field(discriminator="kind"),
]


class SnapshotSpec(Frozen):
    """The part of a data set that decides what its snapshots say: all that ingest looks at."""

    task: Name
    source: SourceSpec
    reader: ReaderSpec
    labels: dict[str, str | None] = Field(
        min_length=1, description="label in the file -> task label; null: rows that are left out"
    )
    splits: dict[Name, SplitSpec] = Field(min_length=1)
    max_characters: int = Field(10_000, ge=1)
    exclude: str | None = Field(
        None, description="file below data/ with one text_id per line: these rows are set aside"
    )

    @model_validator(mode="after")
    def _dev_is_carved(self) -> Self:
        if "dev" in self.splits:
            raise ValueError("a split may not be called dev: dev is carved from train")
        return self

    @model_validator(mode="after")
    def _files_have_labels(self) -> Self:
        wanted = isinstance(self.reader, LabelledFilesReader)
        for name, split in self.splits.items():
            for at, file in enumerate(split.files):
                if wanted != (file.label is not None):
                    raise ValueError(
                        f"splits.{name}.files.{at}.label: give it exactly where reader.kind is "
                        "labelled_files"
                    )
        return self

    @model_validator(mode="after")
    def _texts_have_labels(self) -> Self:
        if isinstance(self.reader, ParallelLinesReader):
            for name, split in self.splits.items():
                if len(split.files) % 2:
                    raise ValueError(f"splits.{name}.files: give texts and labels in turns")
        return self

"""Which reader a stanza asks for. A new format is a reader file, a spec class and a line here."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tickertone.catalog.snapshots import (
    ColumnsReader,
    DelimitedReader,
    FiqaReader,
    LabelledFilesReader,
    ParallelLinesReader,
    ParquetReader,
    PhraseBankReader,
    ReaderSpec,
)
from tickertone.datasets.examples import Reader
from tickertone.datasets.ingest import SourceRows
from tickertone.datasets.readers.columns import read_columns
from tickertone.datasets.readers.delimited import read_delimited
from tickertone.datasets.readers.fiqa import read_fiqa
from tickertone.datasets.readers.labelled_files import read_labelled_file
from tickertone.datasets.readers.parallel_lines import read_parallel_lines
from tickertone.datasets.readers.parquet import read_parquet
from tickertone.datasets.readers.phrasebank import read_phrasebank


class SourceFile(NamedTuple):
    """A file of a split: its name in the stanza, how errors call it, and what is in it.

    `label` is that of all its rows, where its entry in the stanza says one.
    """

    name: str
    place: str
    data: bytes
    label: str | None = None


def read_split(spec: ReaderSpec, files: Sequence[SourceFile]) -> Iterator[SourceRows]:
    """The rows of a split, file by file; where labels are in files of their own, by the texts'."""
    if isinstance(spec, ParallelLinesReader):
        for texts, labels in zip(files[::2], files[1::2], strict=True):
            rows = read_parallel_lines(spec, texts.data, labels.data, texts.place)
            yield SourceRows(texts.name, tuple(rows))
        return
    if isinstance(spec, LabelledFilesReader):
        for file in files:
            rows = read_labelled_file(spec, file.data, file.label or "", file.place)
            yield SourceRows(file.name, tuple(rows))
        return
    read = _reader_for(spec)
    for file in files:
        yield SourceRows(file.name, tuple(read(file.data, file.place)))


def _reader_for(
    spec: DelimitedReader | ColumnsReader | ParquetReader | PhraseBankReader | FiqaReader,
) -> Reader:
    match spec:
        case ColumnsReader():
            return partial(read_columns, spec)
        case ParquetReader():
            return partial(read_parquet, spec)
        case DelimitedReader():
            return partial(read_delimited, spec)
        case PhraseBankReader():
            return partial(read_phrasebank, spec)
        case FiqaReader():
            return partial(read_fiqa, spec)

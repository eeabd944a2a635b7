"""Which reader a stanza asks for. A new format is a reader file, a spec class and a line here."""

from functools import partial

from tickertone.catalog.snapshots import DelimitedReader, FiqaReader, PhraseBankReader, ReaderSpec
from tickertone.datasets.examples import Reader
from tickertone.datasets.readers.delimited import read_delimited
from tickertone.datasets.readers.fiqa import read_fiqa
from tickertone.datasets.readers.phrasebank import read_phrasebank


def reader_for(spec: ReaderSpec) -> Reader:
    """The reader of `spec.kind`, set up as the stanza says."""
    match spec:
        case DelimitedReader():
            return partial(read_delimited, spec)
        case PhraseBankReader():
            return partial(read_phrasebank, spec)
        case FiqaReader():
            return partial(read_fiqa, spec)

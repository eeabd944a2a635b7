import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tickertone.catalog.snapshots import ParquetReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.parquet import read_parquet
from tickertone.errors import DataError


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def read(data: bytes, **spec: str) -> list[Row | Rejected]:
    return list(read_parquet(ParquetReader(kind="parquet", **spec), data, "train.parquet"))


def test_a_number_as_a_label_is_its_digits():
    data = parquet(text=["up\nwe go", "down"], label=[1, 0])
    assert read(data) == [Row(1, "up\nwe go", "1"), Row(2, "down", "0")]


def test_both_texts_of_a_pair_are_read():
    data = parquet(q1=["when?"], q2=["at what time?"], label=[1], idx=[7])
    assert read(data, text="q1", text_b="q2") == [Row(1, "when?", "1", text_b="at what time?")]


def test_an_empty_cell_sets_its_row_aside():
    rows = read(parquet(text=["up", None, "down"], label=[1, 0, None]))
    assert rows[1:] == [Rejected(2, "an empty cell", "0"), Rejected(3, "an empty cell", "down")]


def test_a_missing_column_is_told_with_those_there_are():
    with pytest.raises(DataError, match="no column 'text'; columns: sentence, label"):
        read(parquet(sentence=["up"], label=[1]))


def test_what_is_no_parquet_file_is_refused():
    with pytest.raises(DataError, match="cannot be read"):
        read(b"text,label\nup,1\n")

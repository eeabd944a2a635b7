"""Parquet files, as the Hub keeps data sets: texts, and labels as numbers or words.

A label that is a number is known by its digits, as in "0". `line` is the row's number, from 1 on.
"""

import io
from collections.abc import Iterator

from tickertone.catalog.snapshots import ParquetReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.errors import DataError


def read_parquet(spec: ParquetReader, data: bytes, place: str) -> Iterator[Row | Rejected]:
    """Rows of a Parquet file; raises DataError for what is none, and for a missing column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = [spec.text, *([spec.text_b] if spec.text_b else []), spec.label]
    try:
        file = pq.ParquetFile(io.BytesIO(data))
    except pa.ArrowException as error:
        raise DataError(
            place,
            found=f"cannot be read: {error}",
            expected="a Parquet file",
            remedy="fetch the file again",
        ) from None
    names = file.schema_arrow.names
    if missing := [name for name in wanted if name not in names]:
        raise DataError(
            place,
            found=f"no column {missing[0]!r}; columns: {', '.join(names)}",
            expected=f"columns {', '.join(wanted)}",
            remedy="set reader.text, reader.text_b and reader.label in data/datasets.yaml",
        )
    line = 0
    for batch in file.iter_batches(columns=wanted):
        columns = [batch.column(name).to_pylist() for name in wanted]
        for values in zip(*columns, strict=True):
            line += 1
            yield _row(line, values)


def _row(line: int, values: tuple[object, ...]) -> Row | Rejected:
    if any(value is None for value in values):
        return Rejected(line, "an empty cell", " ".join(str(v) for v in values if v is not None))
    *texts, label = map(str, values)
    return Row(line, texts[0], label.strip(), text_b=texts[1] if len(texts) > 1 else None)

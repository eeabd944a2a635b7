"""Which test texts a combiner got right, at each budget and in each draw: a bit a text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Booleans = npt.NDArray[np.bool_]
Hits = dict[int, Booleans]  # labels per class -> shape (draw, text)

HITS = pa.schema([("k", pa.int64()), ("draw", pa.int64()), ("hits", pa.binary())])


def hit_rows(per_class: int, right: Booleans) -> Iterator[dict[str, Any]]:
    """Rows of HITS for one budget; `right` has shape (draw, text).

    The first text is the highest bit of the first byte (numpy.packbits).
    """
    for draw, row in enumerate(right):
        yield {"k": per_class, "draw": draw, "hits": np.packbits(row).tobytes()}


def read_hits(path: Path, texts: int) -> Hits:
    """The hits of every budget in a file, draws in their order."""
    found: dict[int, list[npt.NDArray[np.uint8]]] = {}
    for row in pq.read_table(path).sort_by([("k", "ascending"), ("draw", "ascending")]).to_pylist():
        found.setdefault(row["k"], []).append(np.frombuffer(row["hits"], dtype=np.uint8))
    return {
        k: np.unpackbits(np.stack(rows), axis=1, count=texts).astype(np.bool_)
        for k, rows in found.items()
    }

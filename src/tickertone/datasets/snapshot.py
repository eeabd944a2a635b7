"""A snapshot on disk: one Parquet file a split.

`datasets.load_dataset("parquet", data_files=...)` opens it as it is. Equal tables give equal bytes
with one version of pyarrow.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_table(table: pa.Table, path: Path) -> Path:
    """Write a table as one Parquet file, and return its path."""
    pq.write_table(table, path, compression="zstd", version="2.6")
    return path

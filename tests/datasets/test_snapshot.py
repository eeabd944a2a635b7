import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tickertone.datasets.examples import SNAPSHOT
from tickertone.datasets.snapshot import write_table


def table(*texts: str) -> pa.Table:
    rows = [
        {"example_id": f"e{t}", "text_id": f"t{t}", "text": t, "label": "neutral"} for t in texts
    ]
    return pa.Table.from_pylist(rows, schema=SNAPSHOT)


def test_a_table_comes_back_as_it_was(tmp_path):
    written = table("up\nand down", "caf\u00e9")
    assert pq.read_table(write_table(written, tmp_path / "s.parquet")).equals(written)


def test_equal_tables_give_equal_bytes(tmp_path):
    one = write_table(table("a", "b"), tmp_path / "one.parquet")
    two = write_table(table("a", "b"), tmp_path / "two.parquet")
    assert one.read_bytes() == two.read_bytes()


def test_the_datasets_library_opens_a_snapshot(tmp_path):
    datasets = pytest.importorskip("datasets")
    path = write_table(table("up\nand down", "flat"), tmp_path / "train.parquet")
    loaded = datasets.load_dataset(
        "parquet", data_files={"train": str(path)}, cache_dir=str(tmp_path / "cache")
    )["train"]
    assert loaded.column_names == SNAPSHOT.names
    assert loaded["text"][:] == ["up\nand down", "flat"]
    assert loaded["entity"][:] == [None, None]

"""Shared rows in immutable Parquet shards: each (key, row) is computed once, whoever asks.

A set of shards is a folder; a shard's name is the sha256 of its bytes, so a shard under its final
name is whole or detectably not. Rows have the columns `text_id` and `value`.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.identity.canonical import digest
from tickertone.store.files import locked, sha256_file, sync_file

Matrix = npt.NDArray[np.float32]
Row = TypeVar("Row")
SCHEMA = pa.schema([("text_id", pa.string()), ("value", pa.list_(pa.float32()))])


class Shards(ABC, Generic[Row]):
    """A set of shards, whatever the rows are."""

    schema: ClassVar[pa.Schema]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    @abstractmethod
    def read(path: Path) -> tuple[list[str], Sequence[Row]]:
        """The ids of a shard and its rows."""

    def files(self) -> list[Path]:
        """The finished shards, in order of name."""
        return sorted(self.folder.glob("*.parquet"))

    def drop(self) -> None:
        """Forget every row, so that each is made anew when it is next asked for."""
        if self.folder.is_dir():
            with locked(self.folder / ".lock"):
                for path in self.files():
                    path.unlink()

    def forget(self, text_ids: Collection[str]) -> None:
        """Drop the rows of some texts; the other rows of their shards go into new shards."""
        if text_ids and self.folder.is_dir():  # to look for them is to read every shard
            with locked(self.folder / ".lock"):
                for path in {shard for shard, _ in self._locate(set(text_ids)).values()}:
                    self._forget(path, text_ids)

    def _forget(self, path: Path, text_ids: Collection[str]) -> None:
        ids, rows = self.read(path)
        staying = [i for i, text_id in enumerate(ids) if text_id not in text_ids]
        if staying:  # before the old one goes: who is killed here has rows twice, not never
            self._write([ids[i] for i in staying], [rows[i] for i in staying])
        path.unlink()

    def _locate(self, wanted: set[str]) -> dict[str, tuple[Path, Row]]:
        known: dict[str, tuple[Path, Row]] = {}
        for path in self.files():
            if sha256_file(path) != path.stem:  # torn or rotten: its rows are made again
                path.unlink()
                continue
            rows = zip(*self.read(path), strict=True)
            known |= {text_id: (path, row) for text_id, row in rows if text_id in wanted}
        return known

    def _write(self, text_ids: Sequence[str], rows: Sequence[Row]) -> Path:
        order = sorted(range(len(text_ids)), key=text_ids.__getitem__)
        table = pa.table(
            {"text_id": [text_ids[i] for i in order], "value": [rows[i] for i in order]},
            schema=self.schema,
        )
        for left_behind in self.folder.glob(".*.part"):  # by a writer that was killed
            left_behind.unlink()
        temporary = self.folder / f".{os.getpid()}.part"
        pq.write_table(table, temporary)
        sync_file(temporary)
        final = self.folder / f"{sha256_file(temporary)}.parquet"
        temporary.rename(final)
        sync_file(self.folder)
        return final


class ShardSet(Shards[Matrix]):
    """The shards of one key whose rows are vectors, such as one model's logits."""

    schema = SCHEMA

    @staticmethod
    def read(path: Path) -> tuple[list[str], list[Matrix]]:
        """The ids of a shard and its rows, each of shape (width,)."""
        ids, values = read_shard(path)
        return ids, [*values]

    def fill(
        self, text_ids: Sequence[str], compute: Callable[[list[int]], Matrix]
    ) -> tuple[Matrix, list[Path], int]:
        """Rows for `text_ids` (distinct), shape (len(text_ids), width).

        `compute` is called, under this set's lock, with the positions of the rows that no shard
        has. Returns the rows, the shards that hold them, and how many rows were computed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / ".lock"):
            known = self._locate(set(text_ids))
            missing = [i for i, t in enumerate(text_ids) if t not in known]
            if missing:
                values = np.asarray(compute(missing), dtype=np.float32)
                shard = self._write([text_ids[i] for i in missing], [*values])
                known |= {text_ids[i]: (shard, row) for row, i in zip(values, missing, strict=True)}
        shards = sorted({known[t][0] for t in text_ids})
        rows = [known[t][1] for t in text_ids]
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32), shards, len(missing)


def read_shard(path: Path) -> tuple[list[str], Matrix]:
    """The ids of a shard and its rows, shape (rows, width)."""
    table = pq.read_table(path, schema=SCHEMA)
    width = len(table) and len(table["value"][0])
    flat = table["value"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return table["text_id"].to_pylist(), flat.reshape(len(table), width)


def rows_content(text_ids: Sequence[str], values: Matrix) -> str:
    """Identity of rows: a hash that depends neither on their order nor on their shards."""
    order = np.argsort(np.array(text_ids))
    return digest([[text_ids[i] for i in order], values[order].tobytes().hex()])

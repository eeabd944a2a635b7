"""What models wrote before they answered, in immutable Parquet shards: once about each text.

Writing takes long, so it is put down in parts: whoever is killed has lost one part at most.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.identity.canonical import digest_rows
from tickertone.store.files import locked
from tickertone.store.shards import Shards

SCHEMA = pa.schema([("text_id", pa.string()), ("value", pa.string())])
Write = Callable[[list[int]], list[str]]
Forget = Callable[[set[str]], None]


@dataclass(frozen=True)
class Rationales:
    """Rationales of the texts that were asked for, in their order."""

    rows: tuple[str, ...]
    files: tuple[Path, ...]  # the shards that hold them
    written: int  # how many no shard had

    def content(self, text_ids: Sequence[str]) -> str:
        """Their identity, which depends neither on their order nor on their shards."""
        return digest_rows(sorted(zip(text_ids, self.rows, strict=True)))


class RationaleSet(Shards[str]):
    """The shards of one scorer's rationales."""

    schema = SCHEMA

    def __init__(self, shards: Path, scorer: str) -> None:
        """`shards`: the root of the folders of shards."""
        super().__init__(shards / "rationales" / scorer)

    @staticmethod
    def read(path: Path) -> tuple[list[str], list[str]]:
        """The ids of a shard and its rationales."""
        table = pq.read_table(path, schema=SCHEMA)
        return table["text_id"].to_pylist(), table["value"].to_pylist()

    def fill(
        self, text_ids: Sequence[str], write: Write, at_once: int, forget: Forget
    ) -> Rationales:
        """Rationales for `text_ids`, which are distinct.

        `write` is called, under this set's lock, with the positions of at most `at_once` texts that
        no shard has; what it returns is on the disk before it is called again. Before all that
        `forget` is called with their ids: what came of a rationale that is lost is of no use, for
        the new one may differ.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / ".lock"):
            known = self._locate(set(text_ids))
            missing = [i for i, text_id in enumerate(text_ids) if text_id not in known]
            forget({text_ids[i] for i in missing})
            for start in range(0, len(missing), at_once):
                chosen = missing[start : start + at_once]
                rows = dict(zip([text_ids[i] for i in chosen], write(chosen), strict=True))
                shard = self._write([*rows], [*rows.values()])
                known |= {text_id: (shard, row) for text_id, row in rows.items()}
        return Rationales(
            rows=tuple(known[text_id][1] for text_id in text_ids),
            files=tuple(sorted({known[text_id][0] for text_id in text_ids})),
            written=len(missing),
        )

"""Doing harm to a store, one byte at a time."""

import duckdb
import numpy as np

from tickertone.store.artifacts import Artifacts
from tickertone.store.shards import ShardSet

KINDS = {
    "snapshot": "validate/*/train.parquet",
    "ingested split": "ingest/*/train.parquet",
    "quarantine": "ingest/*/quarantine.parquet",
    "near-twins": "validate/*/near_twins.parquet",
    "checks": "validate/*/checks.json",
    "docs zip": "validate/*/data_docs.zip",
    "model file": "finetune/*/model/*",
    "measurements": "finetune/*/measurements.json",
    "logits shard": "shards/logits/*/*.parquet",
    "embeddings shard": "shards/embeddings/*/*.parquet",
    "combiner's predictions": "combine/*/predictions.parquet",
    "weights": "combine/*/weights.json",
    "leaderboard": "evaluate/*/leaderboard.parquet",
    "predictions": "evaluate/*/predictions.parquet",
    "report page": "report/*/report.html",
    "manifest": "extract/*/manifest.json",
    "seal": "extract/*/manifest.sha256",
}


def flip(path, position):
    """Flip one bit of the byte at `position`; a negative one counts from the end."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def victim(workspace, kind):
    """A file of a kind."""
    return sorted(workspace.artifacts.glob(KINDS[kind]))[0]


def add_embeddings(workspace, key="some-key"):
    """A set of embeddings, which the models here do without."""
    shards = ShardSet(Artifacts(workspace).root / "shards" / "embeddings" / key)
    _, files, _ = shards.fill(["one", "two"], lambda rows: np.ones((len(rows), 4), np.float32))
    return files[0]


def byte_in_use(workspace, table):
    """The place in the database file of a byte that holds rows of a table."""
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        block, offset = connection.execute(
            "SELECT block_id, block_offset FROM pragma_storage_info(?) WHERE block_id >= 0 "
            "AND segment_type NOT IN ('VALIDITY') LIMIT 1",
            [table],
        ).fetchone()
        size = connection.execute("SELECT block_size FROM pragma_database_size()").fetchone()[0]
    return 3 * 4096 + block * size + 8 + offset

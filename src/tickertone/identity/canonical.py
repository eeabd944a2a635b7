"""One spelling for every value, so that equal values have equal hashes.

Canonical JSON: keys sorted, no spaces, UTF-8, no NaN. Sets are refused: their order differs from
process to process.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def canonical_json(value: Any) -> str:
    """The one JSON text of `value`; raises TypeError or ValueError for what JSON cannot say."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def digest_rows(rows: Iterable[tuple[Any, ...]]) -> str:
    """sha256 (hex) of rows in the order given, without holding their JSON in memory at once."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(canonical_json(row).encode())
        sha.update(b"\n")
    return sha.hexdigest()

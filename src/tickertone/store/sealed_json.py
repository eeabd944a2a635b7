"""JSON objects that carry the sha256 of their own text, so that one changed byte is seen.

For records that no manifest vouches for. The checksum is the last member of the object:

    {"run":"...","outcome":"computed","sha256":"<of the text before the comma, and a brace>"}
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from tickertone.errors import StoreError
from tickertone.store.files import write_durably

_BEFORE, _HASH, _AFTER = b',"sha256":"', 64, b'"}'
_LENGTH = len(_BEFORE) + _HASH + len(_AFTER)
_ALMOST = 3  # a seal with so many changed bytes is still known for one


def sealed(text: str) -> str:
    """The JSON text of an object that has members, with its checksum as one more."""
    return sealed_bytes(text.encode()).decode()


def sealed_bytes(text: bytes) -> bytes:
    """The same, as bytes."""
    return text[:-1] + _BEFORE + hashlib.sha256(text).hexdigest().encode() + _AFTER


def unsealed(text: bytes) -> bytes | None:
    """The text that was sealed; None if a byte of it has changed. Without a seal, as it is."""
    if not is_sealed(text):
        return text
    inside = text[:-_LENGTH] + b"}"
    return inside if text == sealed_bytes(inside) else None


def is_sealed(text: bytes) -> bool:
    """Whether a text carries a checksum, right or wrong; older records have none."""
    seal = text[-_LENGTH:]
    if len(seal) < _LENGTH:
        return False
    around = seal[: len(_BEFORE)] + seal[-len(_AFTER) :]
    return sum(a != b for a, b in zip(around, _BEFORE + _AFTER, strict=True)) <= _ALMOST


def write_sealed(path: Path, record: dict[str, Any]) -> None:
    """Write a JSON object with its checksum, unless just that is there."""
    text = sealed(json.dumps(record, sort_keys=True, indent=1)).encode()
    if not path.is_file() or path.read_bytes() != text:
        write_durably(path, text)


def read_sealed(path: Path) -> dict[str, Any]:
    """A JSON object as it was written. Raises StoreError if a byte of it has changed."""
    text = unsealed(path.read_bytes())
    try:
        record = json.loads(text) if text is not None else None
    except ValueError:
        record = None
    if not isinstance(record, dict) or "sha256" in record:
        raise StoreError(
            f"{path.parent.name}/{path.name}",
            found="its bytes are not those that were written",
            remedy="tickertone verify --mend sets it aside",
        )
    return record

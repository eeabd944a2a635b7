"""A sample of a split: always the same rows, each label in its share or as many of each.

Of each label those rows are taken whose ids have the smallest hashes. So the order of the rows
makes no difference, and a new row takes the place of one other at most, but for the shares.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

_SALT = "sample:"  # so that a sample is independent of all else that goes by hashes of ids


def sample(
    ids: Sequence[str], labels: Sequence[str], rows: int, *, balanced: bool = False
) -> list[bool]:
    """Whether each row is in the sample; all are where there are no more than `rows`.

    `balanced`: as many of each label; one that has fewer gives all that it has, and the sample is
    smaller for it. Shares are rounded by largest remainder, in favour of the first label where two
    are equal.
    """
    of_label: dict[str, list[str]] = defaultdict(list)
    for of, label in zip(ids, labels, strict=True):
        of_label[label].append(of)
    chosen: set[str] = set()
    counts = {label: 1 if balanced else len(found) for label, found in of_label.items()}
    rows = min(rows, len(ids))
    for label, quota in _quotas(counts, rows).items():
        chosen.update(sorted(of_label[label], key=_hash)[:quota])
    return [of in chosen for of in ids]


def _quotas(counts: dict[str, int], rows: int) -> dict[str, int]:
    every = sum(counts.values())
    quotas = {label: counts[label] * rows // every for label in sorted(counts)}
    rest = sorted(quotas, key=lambda label: -(counts[label] * rows % every))
    for label in rest[: rows - sum(quotas.values())]:
        quotas[label] += 1
    return quotas


def _hash(of: str) -> str:
    return hashlib.sha256(f"{_SALT}{of}".encode()).hexdigest()

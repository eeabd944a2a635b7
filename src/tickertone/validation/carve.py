"""Parts carved from train by whole clusters of near-twins, so that no pair is split between two.

A cluster's part depends on the texts in it and on nothing else: the smallest hash of its texts'
twin keys stands for it, and is hashed once more to a number in [0, 1). The parts lie side by side
from 0 on, each as wide as its share, in the order in which they are given; above the last is what
stays in train. So the expected share of rows in a part is its share, the same cluster takes the
same part in every data set with those shares, and a part added behind the others takes its rows
from train alone.

What new rows can move: a row that is nobody's near-twin moves nothing. A row that joins a cluster,
or ties several into one, can move the rows of exactly those, and does so only if the smallest hash
of the united cluster falls into another part. All other rows stay where they are. Removing rows is
the same read backwards.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tickertone.identity.near_twins import THRESHOLD, clusters, twin_key

_SALT = "dev:"  # a hash of a hash: the smallest of many is not uniform, its own hash is
_ROUNDING = 1e-9  # of a sum of shares


def carve(
    texts: Sequence[str],
    shares: Mapping[str, float],
    *,
    held: npt.NDArray[np.bool_] | None = None,
    threshold: float = THRESHOLD,
) -> dict[str, npt.NDArray[np.bool_]]:
    """Part -> shape (len(texts),): True for the rows that go there; no row goes to two.

    `held`, shape (len(texts),): rows whose whole clusters go to no part but dev.

    Raises ValueError for shares below 0, or of more than 1 in all.
    """
    ends = np.cumsum([*shares.values()])
    if any(share < 0 for share in shares.values()) or (len(ends) and ends[-1] > 1 + _ROUNDING):
        raise ValueError(f"shares {dict(shares)} are not above 0 and at most 1 in all")
    labels = clusters(texts, threshold)
    smallest: dict[int, str] = {}
    for label, text in zip(labels.tolist(), texts, strict=True):
        own = _hash(twin_key(text))
        smallest[label] = min(own, smallest.get(label, own))
    place = {label: _share(_hash(_SALT + least)) for label, least in smallest.items()}
    of_row = np.searchsorted(ends, [place[label] for label in labels.tolist()], side="right")
    if held is not None and held.any():
        stays = np.isin(labels, labels[held])
    else:
        stays = np.zeros(len(texts), dtype=np.bool_)
    return {
        part: (of_row == number) & ~(stays & (part != "dev")) for number, part in enumerate(shares)
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _share(digest: str) -> float:
    """The first 13 hex digits (52 bits) as a number in [0, 1), exact in a float."""
    return int(digest[:13], 16) / 16**13

"""Dev, carved from train by whole clusters of near-twins, so that no pair is split between them.

A cluster's side depends on the texts in it and on nothing else: the smallest hash of its texts'
twin keys stands for it, and is hashed once more to a number in [0, 1); below the fraction is dev.
So the expected share of rows in dev is the fraction, and the same cluster takes the same side in
every data set with that fraction.

What new rows can move: a row that is nobody's near-twin moves nothing. A row that joins a cluster,
or ties several into one, can move the rows of exactly those, and does so only if the smallest hash
of the united cluster falls on another side. All other rows stay where they are. Removing rows is
the same read backwards.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tickertone.identity.near_twins import THRESHOLD, clusters, twin_key

_SALT = "dev:"  # a hash of a hash: the smallest of many is not uniform, its own hash is


def carve_dev(
    texts: Sequence[str], fraction: float, threshold: float = THRESHOLD
) -> npt.NDArray[np.bool_]:
    """Shape (len(texts),): True for the rows that go to dev.

    Raises ValueError unless 0 <= fraction <= 1.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction {fraction} is not between 0 and 1")
    labels = clusters(texts, threshold)
    smallest: dict[int, str] = {}
    for label, text in zip(labels.tolist(), texts, strict=True):
        own = _hash(twin_key(text))
        smallest[label] = min(own, smallest.get(label, own))
    in_dev = {label: _share(_hash(_SALT + least)) < fraction for label, least in smallest.items()}
    return np.array([in_dev[label] for label in labels.tolist()], dtype=np.bool_)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _share(digest: str) -> float:
    """The first 13 hex digits (52 bits) as a number in [0, 1), exact in a float."""
    return int(digest[:13], 16) / 16**13

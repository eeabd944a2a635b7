"""The few labelled rows of a draw: the same ones for whoever asks, a combiner or a fine-tuning.

Of each label those rows are taken whose ids have the smallest hashes in that draw. So the rows for
a smaller number are among those for a larger one, the order of the rows makes no difference, and a
new row takes the place of one other at most.
"""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence


def drawn(ids: Sequence[str], labels: Sequence[Hashable], per_class: int, draw: int) -> list[int]:
    """Positions, rising, of `per_class` rows of each label; all of a label that has fewer."""
    of_label: dict[Hashable, list[int]] = defaultdict(list)
    for position, label in enumerate(labels):
        of_label[label].append(position)
    hashes = [hashlib.sha256(f"draw:{draw}:{of}".encode()).digest() for of in ids]
    chosen: list[int] = []
    for positions in of_label.values():
        chosen += sorted(positions, key=hashes.__getitem__)[:per_class]
    return sorted(chosen)

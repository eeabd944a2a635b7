"""Reading what a model says about the examples of a split: rows of shards, found by text_id."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tickertone.errors import StoreError
from tickertone.stages.examples import Examples
from tickertone.store.shards import read_shard

Floats = npt.NDArray[np.float64]


def read_logits(
    files: Sequence[Path],
    examples: Examples,
    labels: Sequence[str],
    *,
    of: Sequence[str] | None = None,
) -> Floats:
    """A model's logits of `labels`, shape (example, label), from the shards that hold them.

    `of` are the labels that the model was made for, where they are others: columns are found by
    name, one that the model does not have is NaN, and what it says of other labels is left out.
    Raises StoreError if a text has no row, or a row of another width than the model's labels.
    """
    own = list(labels if of is None else of)
    rows: dict[str, npt.NDArray[np.float32]] = {}
    for path in files:
        ids, values = read_shard(path)
        if len(ids) and values.shape[1] != len(own):
            raise StoreError(
                str(path),
                found=f"rows of {values.shape[1]} logits",
                expected=f"{len(own)}, one for each of {', '.join(own)}",
            )
        rows.update(zip(ids, values, strict=True))
    missing = [text for text in examples.text_ids if text not in rows]
    if missing:
        raise StoreError(
            ", ".join(str(path) for path in files) or "logits",
            found=f"no row for {len(missing)} of {len(examples.text_ids)} texts, "
            f"the first is {missing[0]}",
            expected="a row for every text of the split",
            remedy="run the experiment again: rows that are missing are scored again",
        )
    matrix = np.full((len(examples.text_ids), len(own) + 1), np.nan)  # the last: of no label
    for position, text in enumerate(examples.text_ids):
        matrix[position, :-1] = rows[text]
    return matrix[:, [own.index(label) if label in own else -1 for label in labels]]

"""Read labelled examples from Parquet snapshots, as `datasets.Dataset`, for fitting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tickertone.catalog.recipes.recipe import LearnsFromRows
from tickertone.draws import drawn
from tickertone.errors import DataError
from tickertone.models.protocol import Text

Labels = npt.NDArray[np.int64]


def open_snapshots(paths: Sequence[Path], cache: Path) -> Any:
    """One `datasets.Dataset` of all rows of the snapshots, in order, held in memory.

    Columns: example_id, text, text_b, label.

    `cache` is where the library may write; it would use the home directory otherwise.
    """
    import datasets

    datasets.disable_progress_bars()
    return datasets.Dataset.from_parquet(
        [str(path) for path in paths],
        columns=["example_id", "text", "text_b", "label"],
        cache_dir=str(cache),
        keep_in_memory=True,
    )


def texts_of(rows: Any) -> list[Text]:
    """The texts of a Dataset, as pairs where it has a second part."""
    return [a if b is None else (a, b) for a, b in zip(rows["text"], rows["text_b"], strict=True)]


def labels_of(rows: Any, labels: Sequence[str]) -> Labels:
    """Label indices in the order of `labels`, shape (n,)."""
    index = {label: i for i, label in enumerate(labels)}
    return np.array([index[label] for label in rows["label"]], dtype=np.int64)


def rows_to_learn(rows: Any, recipe: LearnsFromRows, labels: Sequence[str], seed: int) -> Any:
    """Of all rows of the snapshots those that a recipe learns from: `few`, `rows`, or all."""
    if recipe.few is not None:
        few = recipe.few
        return rows.select(drawn(rows["example_id"], rows["label"], few.per_class, few.draw))
    if recipe.rows is not None:
        return rows.select(drawn_rows(labels_of(rows, labels), recipe.rows, seed, balanced=False))
    return rows


def drawn_rows(found: Labels, rows: int, seed: int, *, balanced: bool) -> npt.NDArray[np.int64]:
    """Indices of at most `rows` rows, in order, drawn by the seed: each label in its share.

    `balanced`: as many of each label, as far as there are. Numbers are rounded by largest
    remainder, in favour of the first label where two are equal.
    """
    draw = np.random.default_rng([seed, 1])
    kinds, counts = np.unique(found, return_counts=True)
    rows = min(rows, len(found))
    exact = np.full(len(kinds), rows / len(kinds)) if balanced else counts * rows / len(found)
    quotas = np.floor(exact).astype(np.int64)
    quotas[np.argsort(quotas - exact, kind="stable")[: rows - int(quotas.sum())]] += 1
    chosen = [
        draw.permutation(np.flatnonzero(found == kind))[:quota]
        for kind, quota in zip(kinds, quotas, strict=True)
    ]
    return np.sort(np.concatenate(chosen))


def require_every_label(found: Labels, labels: Sequence[str], place: str) -> None:
    """Raise DataError unless each label has at least one row: a model cannot learn the others."""
    absent = [label for i, label in enumerate(labels) if not (found == i).any()]
    if absent:
        raise DataError(
            place,
            found=f"{len(found)} training rows, none of them labelled {', '.join(absent)}",
            expected=f"rows of each label: {', '.join(labels)}",
            remedy="train on a data set that has them all, or give it a task with fewer labels",
        )

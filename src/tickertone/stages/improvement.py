"""Relative improvement from the curves of ensembles and the accuracies of their members."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tickertone.metrics.relative_improvement import ri_ensemble, ri_single_best

Row = Mapping[str, Any]


def improvement_rows(
    curves: Iterable[Row], members: Mapping[str, Mapping[str, float]], combiners: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """RI_single_best of each of `combiners` at each of its budgets, target by target.

    `curves` are rows of budget_curves; `members` says the accuracy of each member of a target's
    pool, scored by itself. An ensemble's accuracy is its mean over draws.
    """
    for row in _of(curves, members, combiners):
        alone = members[row["target"]]
        ratio = ri_single_best(np.array(row["accuracy_mean"]), np.array([*alone.values()]))
        best = max(alone, key=lambda name: alone[name])
        yield {
            **_place(row),
            "accuracy": row["accuracy_mean"],
            "best_member": best,
            "best_accuracy": alone[best],
            "ri_single_best": _number(ratio),
        }


def member_improvement_rows(
    curves: Iterable[Row], members: Mapping[str, Mapping[str, float]], combiners: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """RI_Ens of each member against each of `combiners` at each of its budgets."""
    for row in _of(curves, members, combiners):
        alone = members[row["target"]]
        ratios = ri_ensemble(np.array(row["accuracy_mean"]), np.array([*alone.values()]))
        for (member, accuracy), ratio in zip(alone.items(), ratios, strict=True):
            figures = {"model": member, "accuracy": accuracy, "ri_ens": _number(ratio)}
            yield {**_place(row), **figures}


def _of(
    curves: Iterable[Row], members: Mapping[str, Mapping[str, float]], combiners: Sequence[str]
) -> Sequence[Row]:
    """The rows of those combiners, in their order, on targets of which a member was scored."""
    rows = [row for row in curves if row["combiner"] in combiners and members.get(row["target"])]
    ensembles = [row for row in rows if row["option"] in {"DAFT-E", "DAFT-E^Z"}]
    return sorted(ensembles, key=lambda row: combiners.index(row["combiner"]))


def _place(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("target", "combiner", "k")}


def _number(ratio: Any) -> float | None:
    """Null where the ratio is to nothing."""
    return float(ratio) if np.isfinite(ratio) else None

"""budgets: one table of every option by how many labels it was given, over all targets.

settings: `targets`, each {options: [{system, option, combiner, k, draw}]} of the systems that were
scored by themselves; `combiners`, all their names; `compare`, the one that is held against the
others, or null.
inputs: `curve:TARGET/COMBINER` and `hits:TARGET/COMBINER` of sweeps, `leaderboard:TARGET`.
outputs: `budget_curves` and `budget_contrasts`.

Options are those of arXiv 2406.13720: FT, DA(FT)^2, DAFT^Z, DAFT-E^Z and DAFT-E.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.metrics.paired_draws import Difference, mean_over_targets, paired_difference
from tickertone.stages.hits import Hits, read_hits
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

Rows = list[dict[str, Any]]

CURVES = pa.schema(
    [
        *((name, pa.string()) for name in ("target", "option", "combiner")),
        ("k", pa.int64()),  # labels per class; null: all rows that its recipe takes
        ("draws", pa.int64()),
        *(
            (name, pa.float64())
            for name in ("accuracy_mean", "accuracy_min", "accuracy_max", "accuracy_se")
        ),
        *((name, pa.float64()) for name in ("macro_f1_mean", "log_loss_mean", "ece_mean")),
    ]
)
CONTRASTS = pa.schema(
    [
        ("target", pa.string()),  # null: the mean over targets
        ("combiner", pa.string()),
        ("than", pa.string()),
        ("k", pa.int64()),  # null: the mean over all k from 1 on, where there is one
        *((name, pa.float64()) for name in ("difference", "low", "high")),
    ]
)


def run(work: Work) -> Product:
    """Make `budget_curves` and `budget_contrasts`, accuracies as shares."""
    sweeps = _sweeps(work)
    curves = [row for target in work.settings["targets"] for row in _curves(work, target, sweeps)]
    tables = {
        "budget_curves": pa.Table.from_pylist(curves, CURVES),
        "budget_contrasts": pa.Table.from_pylist(list(_contrasts(work, sweeps)), CONTRASTS),
    }
    return Product(
        written(work, tables), facts={name: len(table) for name, table in tables.items()}
    )


def _sweeps(work: Work) -> dict[tuple[str, str], Rows]:
    """(target, combiner) -> the rows of its curve."""
    found = {}
    for role in work.inputs:
        kind, _, subject = role.partition(":")
        if kind == "curve":
            target, combiner = subject.split("/")
            found[target, combiner] = pq.read_table(work.only(role)).to_pylist()
    return found


def _curves(
    work: Work, target: str, sweeps: Mapping[tuple[str, str], Rows]
) -> Iterator[dict[str, Any]]:
    for (of, combiner), rows in sweeps.items():
        if of == target:
            for k in sorted({row["k"] for row in rows}):
                option = "DAFT-E" if k else "DAFT-E^Z"
                yield _mean(target, option, combiner, k, [row for row in rows if row["k"] == k])
    role = f"leaderboard:{target}"
    if role not in work.inputs:
        return
    board = {
        row["system"]: row
        for row in pq.read_table(work.only(role)).to_pylist()
        if row["split"] == "full"
    }
    alone: dict[tuple[str, str, int | None], Rows] = defaultdict(list)
    for told in work.settings["targets"][target]["options"]:
        if told["system"] in board:
            alone[told["option"], told["combiner"], told["k"]].append(board[told["system"]])
    for (option, name, k), rows in alone.items():
        yield _mean(target, option, name, k, rows)


def _mean(target: str, option: str, combiner: str, k: int | None, rows: Rows) -> dict[str, Any]:
    accuracy = np.array([row["accuracy"] for row in rows])
    means = {
        f"{name}_mean": float(np.mean([row[name] for row in rows]))
        for name in ("macro_f1", "log_loss", "ece")
    }
    spread = float(accuracy.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else None
    return {
        "target": target,
        "option": option,
        "combiner": combiner,
        "k": k,
        "draws": len(rows),
        "accuracy_mean": float(accuracy.mean()),
        "accuracy_min": float(accuracy.min()),
        "accuracy_max": float(accuracy.max()),
        "accuracy_se": spread,
        **means,
    }


def _contrasts(work: Work, sweeps: Mapping[tuple[str, str], Rows]) -> Iterator[dict[str, Any]]:
    """The chosen combiner minus each other one, on each target and on average."""
    chosen = work.settings["compare"]
    if chosen is None:
        return
    hits = {
        subject: read_hits(work.only(f"hits:{'/'.join(subject)}"), rows[0]["n"])
        for subject, rows in sweeps.items()
    }
    targets = [t for t in work.settings["targets"] if (t, chosen) in hits]
    budgets: dict[int | None, list[int]] = {k: [k] for k in _budgets(hits.values())}
    if with_labels := [k for k in budgets if k]:
        budgets[None] = with_labels
    for than in (name for name in work.settings["combiners"] if name != chosen):
        both = [t for t in targets if (t, than) in hits]
        for k, averaged in budgets.items():
            found = {t: _difference(hits[t, chosen], hits[t, than], averaged) for t in both}
            for target, difference in found.items():
                yield _contrast(target, chosen, than, k, difference)
            if len(found) > 1:
                mean = mean_over_targets(list(found.values()))
                yield _contrast(None, chosen, than, k, mean)


def _budgets(swept: Collection[Hits]) -> list[int]:
    """The budgets at which every combiner has a figure, so that all are compared at the same.

    Those of the rules that learn; 0 alone where none does.
    """
    known = {k for hits in swept for k in hits}
    return sorted(k for k in known if all(k in hits or 0 in hits for hits in swept))


def _difference(left: Hits, right: Hits, budgets: Sequence[int]) -> Difference:
    """Of the means over budgets."""
    return paired_difference(
        np.mean([_at(left, k) for k in budgets], axis=0),
        np.mean([_at(right, k) for k in budgets], axis=0),
    )


def _at(hits: Hits, k: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Of a rule that learns nothing, what it is without labels."""
    return hits[k] if k in hits else hits[0]


def _contrast(
    target: str | None, chosen: str, than: str, k: int | None, difference: Difference
) -> dict[str, Any]:
    estimate = difference.interval()
    return {
        "target": target,
        "combiner": chosen,
        "than": than,
        "k": k,
        "difference": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
    }

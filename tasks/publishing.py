"""Prefect artifacts of a run: the same figures as the store, on the run's page in the UI.

The keys are stable, so that Prefect keeps their history.
"""

from collections.abc import Mapping
from typing import Any

from tickertone.dag.planned import Plan
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest
from tickertone.workspace import Workspace

OTHERS = ("macro_f1", "mcc", "log_loss", "p_vs_best")  # scores beside accuracy


def publish_plan(planned: Plan) -> None:
    """Artifact `plan`: what this run is going to do with each step, and why."""
    rows = [
        {
            "step": step.step,
            "verdict": step.verdict,
            "why": "; ".join(step.reasons),
            "rows": step.rows,
            "seconds": step.seconds,
        }
        for step in planned.steps
    ]
    _publish("plan", rows, str(planned))


def publish_data_quality(validated: Mapping[str, Manifest]) -> None:
    """Artifact `data-quality`: one row a data set and split; accepted + quarantined = read."""
    rows = [
        {"dataset": dataset, "split": split, **_counts(figures)}
        for dataset, manifest in validated.items()
        for split, figures in _splits(manifest).items()
    ]
    _publish("data-quality", rows, "Rows read, accepted and quarantined, by data set and split.")


def publish_leaderboard(evaluated: Mapping[str, Manifest], workspace: Workspace, note: str) -> None:
    """Artifact `leaderboard`: every system of every target, best accuracy first."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    for target, manifest in evaluated.items():
        (path,) = Artifacts(workspace).paths(manifest.outputs["leaderboard"])
        with pq.ParquetFile(path) as file:  # unlike read_table, it does not import pandas
            found = file.read().to_pylist()
        found.sort(key=lambda row: (row["split"], -row["accuracy"]))
        rows += [_leaderboard_row(target, row) for row in found]
    _publish("leaderboard", rows, note)


def _leaderboard_row(subject: str, row: dict[str, Any]) -> dict[str, Any]:
    low, high = 100 * row["accuracy_low"], 100 * row["accuracy_high"]
    accuracy = {"accuracy %": round(100 * row["accuracy"], 1), "95 %": f"{low:.1f} to {high:.1f}"}
    named = {name: row[name] for name in ("system", "kind", "n")}
    others = {name: _rounded(row[name]) for name in OTHERS}
    return {"target": subject, "split": row["split"], **named, **accuracy, **others}


def _splits(manifest: Manifest) -> dict[str, Any]:
    splits = manifest.facts.get("splits")
    return splits if isinstance(splits, dict) else {}


def _counts(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if not isinstance(value, dict)}


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _publish(key: str, rows: list[dict[str, Any]], description: str) -> None:
    from prefect.artifacts import create_table_artifact

    if rows:
        create_table_artifact(key=key, table=rows, description=description)

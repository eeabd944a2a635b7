"""The tables behind the page's figures, as CSV in full precision, named as in the database."""

import csv
from collections.abc import Mapping
from io import StringIO

from tickertone.report.budget_goal import goal_rows
from tickertone.report.budget_weights import budget_weight_rows
from tickertone.report.findings import Findings, Rows
from tickertone.report.options import match_rows
from tickertone.report.sources import source_target_rows


def tables_of(findings: Findings) -> dict[str, str]:
    """Name -> CSV of each table that has rows; the same findings give the same bytes."""
    return {
        name: _csv(findings.experiment, rows) for name, rows in _tables(findings).items() if rows
    }


def _tables(findings: Findings) -> Mapping[str, Rows]:
    return {
        "budget_contrasts": findings.budget_contrasts,
        "budget_curves": findings.budget_curves,
        "budget_goal": goal_rows(findings),
        "budget_weights": budget_weight_rows(findings),
        "frontier": findings.by_target("frontier"),
        "labels_to_match": match_rows(findings),
        "prediction_sets": findings.by_target("prediction_sets"),
        "relative_improvement": findings.improvement,
        "relative_improvement_of_members": findings.improvement_of_members,
        "selective": findings.by_target("selective"),
        "source_target": source_target_rows(findings),
        "transfer": findings.by_target("transfer"),
        "transfer_agreement": findings.by_target("agreement"),
    }


def _csv(experiment: str, rows: Rows) -> str:
    """Null is an empty field, as DuckDB writes it, and a truth `true` or `false`."""
    written = StringIO()
    columns = [*rows[0]]
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["experiment", *columns])
    writer.writerows([experiment, *(_field(row[column]) for column in columns)] for row in rows)
    return written.getvalue()


def _field(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value

"""Findings to one HTML page that needs no network, no script and no other file.

Everything that comes from data or from a catalog file is escaped. Equal findings give equal bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tickertone.report import charts, numbers
from tickertone.report.budget_chart import budget_lines
from tickertone.report.budget_goal import AT_MOST_BELOW, standings
from tickertone.report.budget_weights import weight_section
from tickertone.report.budgets import budget_table, contrast_rows, mean_lines, target_lines
from tickertone.report.certainty import selective_section, set_section
from tickertone.report.claims import claims_of, papers
from tickertone.report.cost import model_costs, stage_costs
from tickertone.report.detail import Matrix, PerLabel, matrices, member_weights, per_label
from tickertone.report.findings import Findings, Row, Rows, TargetFindings
from tickertone.report.frontier import frontier_section
from tickertone.report.groups import GroupFigures, group_figures
from tickertone.report.improvement import improvement_section
from tickertone.report.leaderboard import Ranking, rankings
from tickertone.report.option_chart import option_lines
from tickertone.report.options import FEW, ensembles, matches
from tickertone.report.quality import DatasetQuality, dataset_qualities
from tickertone.report.sources import source_section
from tickertone.report.transfer import scores

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True)
class TargetSection:
    """What the page shows of one target; charts are SVG, safe to put into the page as they are."""

    name: str
    anchor: str
    spec: Row
    dataset: DatasetQuality | None
    rankings: Mapping[str, Ranking]
    published: Rows
    intervals: str
    reliability: str
    per_label: PerLabel | None
    matrices: Sequence[Matrix]
    combiners: Sequence[str]
    weights: Sequence[tuple[str, Sequence[float]]]
    groups: Sequence[GroupFigures]
    by_labels: str
    options: str
    tuned_here: frozenset[str]

    @property
    def full(self) -> Ranking | None:
        """The ranking on all rows; None if the target was not evaluated."""
        return self.rankings.get("full")

    @property
    def clean(self) -> Ranking | None:
        """The ranking without near-twins of train."""
        return self.rankings.get("clean")


def render(findings: Findings) -> str:
    """The whole page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tickertone.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "share": numbers.share,
        "percent": numbers.percent,
        "hundredths": numbers.hundredths,
        "points": numbers.points,
        "unsigned_points": numbers.unsigned_points,
        "signed": numbers.signed,
        "minutes": numbers.minutes,
        "p_value": numbers.p_value,
        "count": numbers.count,
        "parameters": numbers.parameters,
        "duration": numbers.duration,
        "memory": numbers.memory,
        "breakable": _breakable,
    }
    environment.filters.update(filters)
    qualities = dataset_qualities(findings)
    by_name = {quality.name: quality for quality in qualities}
    return environment.get_template("report.html.j2").render(
        findings=findings,
        sections=[
            _section(findings, name, position, by_name)
            for position, name in enumerate(findings.target_specs, start=1)
        ],
        combiners=_combiners(findings),
        **_by_budget(findings),
        sources=source_section(findings),
        improvement=improvement_section(findings),
        scores=scores(findings),
        scored_targets=[t for t in findings.targets if findings.targets[t].transfer],
        frontier=frontier_section(findings),
        sets=set_section(findings),
        selective=selective_section(findings),
        claims=claims_of(findings.claims),
        papers=papers(findings.claims),
        costs=model_costs(findings),
        stages=stage_costs(findings),
        qualities=qualities,
    )


def _combiners(findings: Findings) -> set[str]:
    """Those of the experiment, whether or not they could be fitted."""
    weighing = {c for found in findings.targets.values() for c in found.weights}
    return weighing | {*findings.combiner_kinds}


def _by_budget(findings: Findings) -> dict[str, Any]:
    """What the section on numbers of labels shows."""
    matched = matches(findings)
    table = budget_table(findings.budget_curves)
    lines = (mean_lines(table), findings.compared, findings.combiner_kinds) if table else None
    return {
        "budgets": table,
        "budget_chart": budget_lines(*lines, "budgets") if lines else "",
        "standings": standings(findings),
        "at_most_below": AT_MOST_BELOW,
        "contrasts": contrast_rows(findings.budget_contrasts),
        "matches": matched,
        "tuned_budgets": sorted({k for match in matched for k in match.tuned}),
        "few": FEW,
        "weighed": weight_section(findings),
    }


def _breakable(name: str) -> "Markup":
    """A name, escaped, that a narrow column may break after an underscore."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))


def _section(
    findings: Findings, name: str, position: int, qualities: Mapping[str, DatasetQuality]
) -> TargetSection:
    found = findings.targets.get(name, TargetFindings())
    spec = findings.target_specs[name]
    ranked = rankings(found.leaderboard)
    full = ranked.get("full")
    anchor = f"target-{position}"
    combiners, weights = member_weights(found.weights)
    return TargetSection(
        name=name,
        anchor=anchor,
        spec=spec,
        dataset=qualities.get(spec["test"]["dataset"]),
        rankings=ranked,
        published=[row for row in findings.published if row["target"] == name],
        intervals=charts.accuracy_intervals(full, f"{anchor}-intervals") if full else "",
        reliability=_reliability(full, found, anchor) if full else "",
        per_label=per_label(full, found.evaluations) if full else None,
        matrices=matrices(full, found.confusion) if full else [],
        combiners=combiners,
        weights=weights,
        groups=group_figures(full.rows if full else (), findings.groups),
        tuned_here=_tuned_here(found),
        **_budget_charts(findings, name, anchor),
    )


def _tuned_here(found: TargetFindings) -> frozenset[str]:
    """Models made for the target's own data set: besides members, no others are scored on it."""
    alone = {row["system"] for row in found.leaderboard if row["kind"] == "model"}
    return frozenset(alone - {*found.pool})


def _budget_charts(findings: Findings, target: str, anchor: str) -> dict[str, str]:
    lines = target_lines(findings.budget_curves, target)
    if lines is None:
        return {"by_labels": "", "options": ""}
    kinds, shown = findings.combiner_kinds, ensembles(findings)
    options = f"{anchor}-options"
    return {
        "by_labels": budget_lines(lines, findings.compared, kinds, f"{anchor}-labels"),
        "options": option_lines(lines, shown, findings.compared, options) if lines.tuned else "",
    }


def _reliability(ranking: Ranking, found: TargetFindings, anchor: str) -> str:
    kinds = {row["system"]: row["kind"] for row in ranking.champions}
    bins = [
        row for row in found.reliability if row["split"] == ranking.split and row["system"] in kinds
    ]
    return charts.reliability(bins, kinds, f"{anchor}-reliability") if bins else ""

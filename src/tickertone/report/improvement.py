"""Relative improvement of ensembles over single members, and of members over an ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.report.charts import COMBINER, INK, MODEL, drawing, svg
from tickertone.report.findings import Findings, Row, Rows


@dataclass(frozen=True)
class ImprovementSection:
    """RI_single_best of ensembles by target, and a chart of the members against one ensemble."""

    targets: Sequence[str]
    best_members: Sequence[str]  # one a target
    rows: Sequence[tuple[str, int, Sequence[float | None]]]  # combiner, labels per class, figures
    ensemble: tuple[str, int]  # that the chart compares members with
    chart: str
    stated: str


def improvement_section(findings: Findings) -> ImprovementSection | None:
    """None where no ensemble and its members were measured on one target."""
    rows = [row for row in findings.improvement if row["target"] in findings.target_specs]
    if not rows:
        return None
    combiners = list(dict.fromkeys(row["combiner"] for row in rows))
    ensembles = sorted(
        {(row["combiner"], row["k"]) for row in rows}, key=lambda e: (combiners.index(e[0]), e[1])
    )
    best = {row["target"]: row["best_member"] for row in rows}
    targets = [target for target in findings.target_specs if target in best]
    of = {(row["combiner"], row["k"], row["target"]): row for row in rows}
    return ImprovementSection(
        targets,
        [best[target] for target in targets],
        [(*e, [_figure(of.get((*e, target))) for target in targets]) for e in ensembles],
        ensembles[0],
        _chart(findings.improvement_of_members, ensembles[0], targets),
        findings.improvement_stated,
    )


def _figure(row: Row | None) -> float | None:
    return row["ri_single_best"] if row else None


def _chart(rows: Rows, ensemble: tuple[str, int], targets: Sequence[str]) -> str:
    """A row a target, a mark a member, the level line at 0 being the ensemble."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 1.0 + 0.3 * len(targets)), layout="constrained")
        axes = figure.subplots()
        axes.axvline(0, color=COMBINER, linewidth=1.6)
        for place, target in enumerate(targets):
            figures = [
                100 * row["ri_ens"]
                for row in rows
                if row["target"] == target and (row["combiner"], row["k"]) == ensemble
            ]
            axes.plot(figures, [place] * len(figures), "o", color=MODEL, alpha=0.55, markersize=6)
            if figures:
                middle = sum(figures) / len(figures)
                axes.plot([middle], [place], "|", color=INK, markersize=14, markeredgewidth=1.6)
        axes.set_yticks(range(len(targets)), list(targets))
        axes.set_ylim(len(targets) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=True, axis="x")
        axes.set_axisbelow(True)
        axes.set_xlabel("a member's accuracy relative to the ensemble's, %")
        return svg(figure, "improvement")

"""Source by target: how right each member is by itself on data that it has not learnt from."""

from dataclasses import dataclass

from tickertone.report.findings import Findings, Rows
from tickertone.report.heat_maps import HeatMap, heat_map
from tickertone.report.leaderboard import rankings
from tickertone.report.numbers import hundredths


@dataclass(frozen=True)
class SourceSection:
    """The heat map, and how many members it has."""

    chart: str
    members: int


def source_target_rows(findings: Findings) -> Rows:
    """Members of a target's pool that are scored there by themselves, on all its texts.

    Empty for an experiment that has neither adjacent targets nor label budgets.
    """
    if not findings.budget_curves and not any(
        spec.get("adjacent") for spec in findings.target_specs.values()
    ):
        return []
    return [
        {
            "target": target,
            "source": findings.sources(row["system"]),
            "model": row["system"],
            **{name: row[name] for name in ("n", "accuracy", "accuracy_low", "accuracy_high")},
        }
        for target, found in findings.targets.items()
        for ranking in [rankings(found.leaderboard).get("full")]
        if ranking
        for row in ranking.rows
        if row["system"] in found.pool
    ]


def by_source(findings: Findings, models: set[str]) -> list[tuple[str, str]]:
    """(source, model), the models of a source together, otherwise in the experiment's order."""
    sources = {model: findings.sources(model) for model in findings.model_specs if model in models}
    order = list(dict.fromkeys(sources.values()))
    return sorted(((s, m) for m, s in sources.items()), key=lambda row: order.index(row[0]))


def source_section(findings: Findings) -> SourceSection | None:
    """None where no member was scored by itself."""
    rows = source_target_rows(findings)
    if not rows:
        return None
    values = {(row["model"], row["target"]): row["accuracy"] for row in rows}
    models = by_source(findings, {row["model"] for row in rows})
    scored = {row["target"] for row in rows}
    targets = [target for target in findings.target_specs if target in scored]
    chart = heat_map(HeatMap(models, targets, values), "source-target", hundredths)
    return SourceSection(chart, len(models))

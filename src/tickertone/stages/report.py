"""report: one page of all that an experiment found, also copied to where people look for it."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tickertone.report.findings import (
    DatasetFindings,
    Findings,
    Rows,
    SplitCount,
    TargetFindings,
)
from tickertone.report.render import render
from tickertone.stages.work import Made, Product, Work


def run(work: Work) -> Product:
    """Make `page`, an HTML file; the run puts it where people look.

    Shows whatever inputs there are; settings["missing"] names the steps that left none. What steps
    took comes from notes, which are no part of the identity: a page keeps the first such figures.
    """
    html = render(_findings(work))
    page = work.out / "report.html"
    page.write_text(html, encoding="utf-8")
    return Product(outputs={"page": Made((page,))}, facts={"bytes": len(html.encode())})


def _findings(work: Work) -> Findings:
    settings = work.settings
    tables = _roles(work)
    return Findings(
        experiment=settings["experiment"],
        title=settings["title"],
        target_specs={name: settings["targets"][name] for name in settings["order"]["targets"]},
        dataset_specs=settings["datasets"],
        model_specs={name: settings["models"][name] for name in settings["order"]["models"]},
        published=settings["published"],
        published_training=settings["published_training"],
        groups=settings["groups"],
        claims=_rows(tables["claims"].get("")),
        budget_curves=_rows(tables["budget_curves"].get("")),
        budget_contrasts=_rows(tables["budget_contrasts"].get("")),
        compared=settings["compared"],
        missing=settings["missing"],
        targets={name: _target(tables, name) for name in settings["targets"]},
        datasets={name: _dataset(tables, name) for name in settings["datasets"]},
        measurements={name: _json(path) for name, path in tables["measurements"].items()},
        step_seconds=work.notes.get("seconds", {}),
    )


def _roles(work: Work) -> dict[str, dict[str, Path]]:
    """Kind of input -> subject -> file: the role "weights:tfsn/mean" is split at the colon."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for role in work.inputs:
        kind, _, subject = role.partition(":")
        found[kind][subject] = work.only(role)
    return found


def _target(tables: dict[str, dict[str, Path]], name: str) -> TargetFindings:
    return TargetFindings(
        leaderboard=_rows(tables["leaderboard"].get(name)),
        evaluations=_rows(tables["evaluations"].get(name)),
        confusion=_rows(tables["confusion"].get(name)),
        reliability=_rows(tables["reliability"].get(name)),
        weights={
            subject.split("/", 1)[1]: _json(path)
            for subject, path in tables["weights"].items()
            if subject.split("/", 1)[0] == name
        },
    )


def _dataset(tables: dict[str, dict[str, Path]], name: str) -> DatasetFindings:
    checks = tables["checks"].get(name)
    quarantine = tables["quarantine"].get(name)
    splits = {
        subject.split("/", 1)[1]: _split_count(path)
        for subject, path in tables["split"].items()
        if subject.split("/", 1)[0] == name
    }
    return DatasetFindings(
        checks=None if checks is None else _json(checks),
        splits=splits or None,
        quarantine=None
        if quarantine is None
        else pq.read_table(quarantine, columns=["split", "reason"]).to_pylist(),
    )


def _split_count(path: Path) -> SplitCount:
    clean = pq.read_table(path, columns=["clean"])["clean"]
    return SplitCount(accepted=len(clean), clean=pc.sum(clean).as_py() or 0)


def _rows(path: Path | None) -> Rows:
    return [] if path is None else list(pq.read_table(path).to_pylist())


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

"""report: one page of all that an experiment found, and its tables as CSV.

Both are also copied to where people look for them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tickertone.metrics.relative_improvement import STATED
from tickertone.report.findings import (
    DatasetFindings,
    Findings,
    Rows,
    SplitCount,
    TargetFindings,
)
from tickertone.report.render import render
from tickertone.report.tables import tables_of
from tickertone.stages.improvement import improvement_rows, member_improvement_rows
from tickertone.stages.work import Made, Product, Work

_OF_A_TARGET = (
    "leaderboard",
    "evaluations",
    "confusion",
    "reliability",
    "transfer",
    "agreement",
    "prediction_sets",
    "selective",
    "frontier",
)
# Kinds of combiner that the paper compares with single models: DAFT-E^Z and DAFT-E.
_OF_THE_PAPER = ("half_hard_mean", "least_squares_sgd")


def run(work: Work) -> Product:
    """Make `page`, an HTML file, and `tables`, a CSV each; the run puts them where people look.

    Shows whatever inputs there are; settings["missing"] names the steps that left none. What steps
    took comes from notes, which are no part of the identity: a page keeps the first such figures.
    """
    findings = _findings(work)
    html = render(findings)
    page = work.out / "report.html"
    page.write_text(html, encoding="utf-8")
    outputs = {"page": Made((page,)), "tables": Made(tuple(_tables(work, findings)))}
    return Product(outputs=outputs, facts={"bytes": len(html.encode())})


def _tables(work: Work, findings: Findings) -> Iterator[Path]:
    folder = work.out / "tables"
    folder.mkdir(exist_ok=True)
    for name, text in tables_of(findings).items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        yield path


def _findings(work: Work) -> Findings:
    settings = work.settings
    tables = _roles(work)
    curves = _rows(tables["budget_curves"].get(""))
    targets = {name: _target(work, tables, name) for name in settings["targets"]}
    compared = (*_named(settings, _OF_THE_PAPER), settings["compared"])
    improvement = (curves, _alone(targets), [*dict.fromkeys(filter(None, compared))])
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
        budget_curves=curves,
        budget_contrasts=_rows(tables["budget_contrasts"].get("")),
        compared=settings["compared"],
        combiner_kinds=settings["combiners"],
        improvement=[*improvement_rows(*improvement)],
        improvement_of_members=[*member_improvement_rows(*improvement)],
        improvement_stated=STATED,
        missing=settings["missing"],
        targets=targets,
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


def _named(settings: Mapping[str, Any], kinds: Iterable[str]) -> Iterator[str]:
    """The first combiner of each kind, where there is one."""
    for kind in kinds:
        yield from [name for name, of in settings["combiners"].items() if of == kind][:1]


def _alone(targets: Mapping[str, TargetFindings]) -> dict[str, dict[str, float]]:
    """Target -> the accuracy of each member of its pool that was scored by itself."""
    return {
        name: {
            row["system"]: row["accuracy"]
            for row in found.leaderboard
            if row["split"] == "full" and row["system"] in found.pool
        }
        for name, found in targets.items()
    }


def _target(work: Work, tables: dict[str, dict[str, Path]], name: str) -> TargetFindings:
    return TargetFindings(
        **{table: _rows(tables[table].get(name)) for table in _OF_A_TARGET},
        pool=work.settings["pools"][name],
        weights={of: _json(path) for of, path in _of(tables["weights"], name)},
        budget_weights={of: _rows(path) for of, path in _of(tables["budget_weights"], name)},
    )


def _of(files: Mapping[str, Path], target: str) -> Iterator[tuple[str, Path]]:
    """Combiner and file of those subjects TARGET/COMBINER that are of a target."""
    for subject, path in files.items():
        of, _, combiner = subject.partition("/")
        if of == target:
            yield combiner, path


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

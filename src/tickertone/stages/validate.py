"""Stage `validate`: is a data set fit for use? Carves train, marks leaked test rows, runs suites.

settings: `name` (of the data set), `dataset` (its stanza, or the part in `validation.rules`),
`task` ({name, labels, pairs}).
inputs: each split of the data set and `quarantine` from ingest, and `against:OTHER`, the ingested
train split of each data set that this one's test rows must not share texts with.
outputs, per split S: `S` (S.parquet), `S.texts` and `S.examples` (the same file, identified by its
distinct text_ids and by its (example_id, text_id) alone); `near_twins`; `checks` (checks.json);
`data_docs` (data_docs.zip, identified by the checks, for its pages hold the time of day).
What is carved from train (dev, labels, unlabelled, test) and the samples that the stanza asks for
are splits like others. If a critical check fails there are no outputs, and Data Docs go to
reports/data-docs/NAME.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.errors import CheckError, DataError, StoreError
from tickertone.identity.canonical import digest, digest_rows
from tickertone.stages.work import Made, Product, Work
from tickertone.validation.checks import Check
from tickertone.validation.conflicts import twins_within
from tickertone.validation.contamination import TwinPair, clean_rows
from tickertone.validation.data_docs import pack_data_docs, write_data_docs
from tickertone.validation.expectations import row_expectations, split_expectations
from tickertone.validation.frames import SplitCounts, count_split, rows_frame, splits_frame
from tickertone.validation.leak_checks import (
    conflict_check,
    leak_check,
    overlap_checks,
    unchecked_check,
)
from tickertone.validation.parts import with_parts, with_samples
from tickertone.validation.rows import rows_of
from tickertone.validation.rules import Rules
from tickertone.validation.suites import Suite, quiet_context, run_suite

_COLUMNS = ("example_id", "text_id", "text", "text_b", "label", "entity")
_PAIRS = pa.schema(
    [
        *((name, pa.string()) for name in ("split", "example_id", "label")),
        *((f"twin_{name}", pa.string()) for name in ("dataset", "split", "example_id", "label")),
        ("jaccard", pa.float64()),
        ("same_text", pa.bool_()),
    ]
)


def run(work: Work) -> Product:
    """Validate one data set; raises DataError if a critical check fails."""
    rules = Rules.model_validate(work.settings)
    source = {name: _read(work.only(name)) for name in rules.dataset.splits}
    quarantine = pq.read_table(work.only("quarantine"), columns=["split", "reason"])
    counts = {
        name: count_split(name, len(table), quarantine, rules.dataset.splits[name].rows)
        for name, table in source.items()
    }
    parts = with_parts(rules, source)
    pairs, own_checks, clean = _compare(work, rules, source, parts)
    splits = {
        name: table.append_column("clean", pa.array(clean[name], pa.bool_()))
        for name, table in parts.items()
    }
    work.say(f"{rules.name}: {len(pairs)} near-twin pairs, running the suites")
    context, checks = _run_suites(rules, splits, counts, own_checks)
    _stop_if_unfit(context, rules.name, checks, work.reports / "data-docs" / rules.name)
    splits = with_samples(rules, splits)
    facts = {"splits": _facts(splits, counts), "summary": _summary(checks)}
    outputs = _write_splits(work.out, splits) | _write_findings(work.out, pairs, checks)
    outputs["data_docs"] = _write_docs(work, context, rules.name, checks)
    return Product(outputs, facts)


def _read(path: Path) -> pa.Table:
    table = pq.read_table(path)
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        raise StoreError(
            str(path),
            found=f"no column {', '.join(missing)}",
            expected=", ".join(_COLUMNS),
            remedy="remove this artifact's folder; the next run ingests again",
        )
    return table.select(list(_COLUMNS)).sort_by("example_id")


def _compare(
    work: Work, rules: Rules, source: Mapping[str, pa.Table], splits: Mapping[str, pa.Table]
) -> tuple[list[TwinPair], list[Check], dict[str, list[bool]]]:
    """Near-twin pairs, our checks on them, and for each split which rows are clean.

    A test split of the source is compared with train as ingested: a row with a twin in what becomes
    dev is not clean either. One that is carved from train shares no twin with the rest of it.
    """
    own = {name: rows_of(rules.name, name, table) for name, table in source.items()}
    trains = [rows for name, rows in own.items() if not rules.dataset.is_test(name)]
    others = [
        rows_of(role.partition(":")[2], "train", _read(work.only(role)))
        for role in sorted(work.inputs)
        if role.startswith("against:")
    ]
    pairs = [pair for rows in own.values() for pair in twins_within(rows)]
    checks: list[Check] = []
    clean = {}
    for name, table in splits.items():
        clean[name] = [True] * len(table)
        against = others if name in rules.dataset.parts else [*trains, *others]
        if rules.dataset.is_test(name) and against:
            rows = rows_of(rules.name, name, table)
            flags, leaks = clean_rows(rows, against)
            clean[name] = flags.tolist()
            pairs += leaks
            checks.append(leak_check(name, len(rows), leaks))
            checks += overlap_checks(rules, name, len(rows), leaks)
    return (
        pairs,
        [unchecked_check(rules.unchecked), conflict_check(pairs, rules.name), *checks],
        clean,
    )


def _run_suites(
    rules: Rules,
    splits: Mapping[str, pa.Table],
    counts: Mapping[str, SplitCounts],
    own_checks: list[Check],
) -> tuple[Any, list[Check]]:
    """The context of both suites; and what they found, then our own checks."""
    context = quiet_context()
    suites = (
        Suite(f"{rules.name}_rows", "rows", rows_frame(splits), row_expectations(rules)),
        Suite(f"{rules.name}_splits", "splits", splits_frame(counts), split_expectations()),
    )
    checks = [check for suite in suites for check in run_suite(context, suite)] + own_checks
    return context, checks


def _stop_if_unfit(context: Any, name: str, checks: list[Check], docs: Path) -> None:
    """Raise DataError for bad data, CheckError for a critical check that could not judge.

    Data Docs then go to the folder `docs`, where people can look.
    """
    unfit = [check for check in checks if check.stops]
    broken = [check for check in checks if check.broken and check.severity == "critical"]
    if not (unfit or broken):
        return
    page = write_data_docs(context, docs, name, checks)
    if unfit:
        raise DataError(
            f"data set {name}",
            found="; ".join(f"[{check.check}] {check.detail}" for check in unfit),
            expected="every critical check to pass",
            remedy="; ".join(check.remedy for check in unfit if check.remedy)
            or f"look at {page}, then mend the source or its stanza in data/datasets.yaml",
        )
    raise CheckError(
        f"data set {name}",
        found="; ".join(f"[{check.check}] {check.detail}" for check in broken),
        expected="a check that gives a verdict; the data itself was not found to be wrong",
        remedy="this is a fault of Tickertone or of its libraries: see tickertone doctor",
    )


def _write_splits(out: Path, splits: Mapping[str, pa.Table]) -> dict[str, Made]:
    outputs = {}
    for name, table in splits.items():
        path = out / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd")
        ids = zip(table["example_id"].to_pylist(), table["text_id"].to_pylist(), strict=True)
        outputs[name] = Made((path,))
        outputs[f"{name}.texts"] = Made(
            (path,), content=digest(sorted(set(table["text_id"].to_pylist())))
        )
        outputs[f"{name}.examples"] = Made((path,), content=digest_rows(sorted(ids)))
    return outputs


def _write_findings(out: Path, pairs: list[TwinPair], checks: list[Check]) -> dict[str, Made]:
    ordered = sorted(
        (vars(pair) for pair in pairs),
        key=lambda p: (p["split"], p["example_id"], p["twin_dataset"], p["twin_example_id"]),
    )
    twins, listed = out / "near_twins.parquet", out / "checks.json"
    pq.write_table(pa.Table.from_pylist(ordered, schema=_PAIRS), twins, compression="zstd")
    rows = _listed(checks)
    listed.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {"near_twins": Made((twins,)), "checks": Made((listed,))}


def _write_docs(work: Work, context: Any, name: str, checks: list[Check]) -> Made:
    folder = work.scratch / "data-docs"
    write_data_docs(context, folder, name, checks)
    packed = pack_data_docs(folder, work.out / "data_docs.zip")
    return Made((packed,), content=digest(_listed(checks)))


def _listed(checks: list[Check]) -> list[dict[str, str | bool]]:
    return [check.row() for check in checks]


def _facts(
    splits: Mapping[str, pa.Table], counts: Mapping[str, SplitCounts]
) -> dict[str, dict[str, Any]]:
    """Rows per split; what is carved is taken off train, so that the sum is what was read."""
    facts = {}
    for name, table in splits.items():
        aside = counts[name].rows_read - counts[name].rows_accepted if name in counts else 0
        facts[name] = {
            "rows_read": len(table) + aside,
            "rows_accepted": len(table),
            "rows_quarantined": aside,
            "clean": sum(table["clean"].to_pylist()),
            "label_counts": dict(sorted(Counter(table["label"].to_pylist()).items())),
        }
    return facts


def _summary(checks: list[Check]) -> str:
    """One paragraph for people: how many checks passed, and each that did not."""
    failed = [f"{check.check}: {check.detail}" for check in checks if not check.success]
    passed = f"{len(checks) - len(failed)} of {len(checks)} checks passed"
    return ". ".join([passed, *failed]) + "."

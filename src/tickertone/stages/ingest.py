"""Stage `ingest`: read a pinned source into one snapshot a split, and set bad rows aside.

settings: `dataset` (SnapshotSpec) and `task` ({name, labels, pairs}). contents: "SPLIT/FILE" -> the
identity of that source file which went into the fingerprint: what is read must be just that.
outputs: SPLIT -> SPLIT.parquet, and quarantine -> quarantine.parquet.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping

import pyarrow as pa

from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.datasets.examples import QUARANTINE, UNWANTED
from tickertone.datasets.ingest import SourceRows, SplitSnapshot, snapshot_split
from tickertone.datasets.readers.choose import SourceFile, read_split
from tickertone.datasets.snapshot import write_table
from tickertone.datasets.sources.exclusions import ROLE, read_list
from tickertone.datasets.sources.locate import Located, hub_identity, identity_key, locate
from tickertone.errors import DataError
from tickertone.stages.work import Made, Product, Say, Work

_FIRST_WORDS = re.compile(r" of line |:")  # what comes after tells single rows apart


def run(work: Work) -> Product:
    """Ingest one data set; raises ConfigError, DataError or SourceUnavailable."""
    spec = SnapshotSpec.model_validate(work.settings["dataset"])
    located = locate(spec, work.project / "data")
    files: dict[str, list[SourceFile]] = defaultdict(list)
    for file in located:
        files[file.split].append(_checked(file, spec, work.contents))
    sources = {split: [*read_split(spec.reader, found)] for split, found in files.items()}
    for file in located:
        _refuse_other_rows(file, sources[file.split])
    excluded: frozenset[str] = frozenset()
    if spec.exclude is not None:
        identity = work.contents[f"{ROLE}/{spec.exclude}"]
        excluded = read_list(spec.exclude, work.project / "data", identity)
    snapshots = [
        snapshot_split(
            split,
            sources[split],
            task=work.settings["task"]["name"],
            labels=spec.labels,
            max_characters=spec.max_characters,
            excluded=excluded,
            at_most=of.at_most,
        )
        for split, of in spec.splits.items()
    ]
    _say_counts(work.subject, snapshots, work.say)
    outputs = {
        s.split: Made((write_table(s.accepted, work.out / f"{s.split}.parquet"),))
        for s in snapshots
    }
    quarantine = pa.concat_tables([QUARANTINE.empty_table(), *(s.quarantine for s in snapshots)])
    outputs["quarantine"] = Made((write_table(quarantine, work.out / "quarantine.parquet"),))
    return Product(
        outputs,
        facts={
            "splits": {s.split: _counts(s) for s in snapshots},
            "source": " and ".join(sorted({file.where for file in located})),
            "revision": spec.source.revision,
        },
    )


def _checked(file: Located, spec: SnapshotSpec, identities: Mapping[str, str]) -> SourceFile:
    data = file.read()
    _refuse_other_bytes(file, spec, data, identities[identity_key(file.split, file.spec)])
    return SourceFile(file.spec.file, file.place, data, file.spec.label)


def _refuse_other_rows(file: Located, sources: list[SourceRows]) -> None:
    """Raise DataError for another number of rows than the stanza says the file has."""
    for source in sources:
        if source.file == file.spec.file and file.spec.rows not in {None, len(source.rows)}:
            raise DataError(
                file.place,
                found=f"{len(source.rows)} rows",
                expected=f"{file.spec.rows} rows, as data/datasets.yaml says",
                remedy="fetch the file again; if the new content is wanted, change rows there",
            )


def _refuse_other_bytes(file: Located, spec: SnapshotSpec, data: bytes, identity: str) -> None:
    """Raise DataError unless `data` is what the fingerprint says was read."""
    if file.where == "hub" and identity == hub_identity(spec.source, file.spec):
        return  # the commit fixes the bytes
    actual = hashlib.sha256(data).hexdigest()
    if actual != identity:
        raise DataError(
            file.place,
            found=f"changed while being read: now sha256 {actual}",
            expected=f"{identity}, as when this run was planned",
            remedy="run again once nothing writes to the file",
        )


def _counts(snapshot: SplitSnapshot) -> dict[str, object]:
    return {
        "rows_read": snapshot.rows_read,
        "rows_accepted": len(snapshot.accepted),
        "rows_quarantined": len(snapshot.quarantine),
        "rows_left_out": sum(reason.startswith(UNWANTED) for reason in _reasons(snapshot)),
        "label_counts": snapshot.label_counts,
    }


def _reasons(snapshot: SplitSnapshot) -> list[str]:
    found: list[str] = snapshot.quarantine["reason"].to_pylist()
    return found


def _say_counts(subject: str, snapshots: list[SplitSnapshot], say: Say) -> None:
    for s in snapshots:
        reasons = Counter(_FIRST_WORDS.split(reason)[0] for reason in _reasons(s))
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        say(
            f"{subject} {s.split}: {s.rows_read} rows read, {len(s.accepted)} accepted, "
            f"{len(s.quarantine)} quarantined" + (f" ({why})" if why else "")
        )

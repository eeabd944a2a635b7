"""Why a step is not what it was: its parts against those of an earlier run, down to the rows."""

import re
from collections.abc import Callable

import pyarrow as pa

from tickertone.dag.differences import differences
from tickertone.dag.history import History
from tickertone.dag.planner import Node
from tickertone.dag.row_changes import row_changes, split_rows
from tickertone.identity.fingerprint import Parts
from tickertone.store.artifacts import MANIFEST, Artifacts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest, Step

_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_ROLES = {"fit": "the fitting split", "test": "the test split", "test.examples": "the test split"}
RowsOf = Callable[[str], pa.Table | None]  # role of an input -> ids and labels of its rows


def changes(
    artifacts: Artifacts, history: History, before: Entry, now: Parts, rows_now: RowsOf
) -> list[str]:
    """What changed since `before`, in words; empty if nothing did.

    The rows of an ingest's input are those of the snapshot that was made of it.
    """
    if before.parts is None:
        return []
    node = Node(before.stage, before.subject)
    inside = {}
    for role, content in now.inputs.items():
        if before.parts.inputs.get(role, content) == content:
            continue
        old = rows_then(artifacts, history, before, role)
        new = rows_now(role) if old is not None else None
        if old is not None and new is not None:
            inside[role] = row_changes(_named(node, role), old, new)
    return list(dict.fromkeys(differences(before.parts, now, inside)))


def rows_then(artifacts: Artifacts, history: History, entry: Entry, role: str) -> pa.Table | None:
    """The rows of an input as they were in an earlier run, if their file is still there."""
    if entry.stage != "ingest":
        return split_rows(artifacts, history.read_then(entry, role))
    made = history.manifest(entry)
    return split_rows(artifacts, made.outputs.get(role.partition("/")[0]) if made else None)


def why_not_there(
    artifacts: Artifacts, history: History, step: Step, rows_now: RowsOf
) -> list[str]:
    """Why a step with known inputs is not in the store: what changed, or what is missing."""
    before = history.last(Node(step.stage, step.subject))
    lost = _lost(artifacts, step)
    if before is None:
        return lost or ["never run before"]
    return [
        *changes(artifacts, history, before, step.parts, rows_now),
        *(lost or ["result deleted"] * (before.fingerprint == step.fingerprint)),
    ]


def _lost(artifacts: Artifacts, step: Step) -> list[str]:
    """What is wrong with a result that was there; nothing where there never was one."""
    manifest = artifacts.read(step.stage, step.fingerprint)
    if manifest is not None:
        return _damage(artifacts, manifest)
    torn = (artifacts.folder(step.stage, step.fingerprint) / MANIFEST).is_file()
    return ["manifest damaged"] * torn


def _damage(artifacts: Artifacts, manifest: Manifest) -> list[str]:
    """The files of a manifest that are missing or of another size, hashes cut short."""
    words = []
    for found in artifacts.damage(manifest):
        path, is_missing, _ = found.partition(" is missing")
        words.append(f"file missing: {path}" if is_missing else f"file damaged: {found}")
    return [_HASH.sub(r"\1", line) for line in words]


def _named(node: Node, role: str) -> str:
    """An input as people call it: "tweets test"."""
    kind, colon, name = role.partition(":")
    match node.stage:
        case "ingest":
            return f"{node.subject} {role.partition('/')[0]}"
        case "validate":
            return f"{name} train" if colon else f"{node.subject} {role}"
        case "extract" if kind == "texts":
            return f"{node.subject.split('/')[1]} {name}"
        case "finetune":
            return f"{name} {kind}"
    return _ROLES.get(role, role)

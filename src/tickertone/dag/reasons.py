"""Why a step is not what it was: its parts against those of an earlier run, down to the rows."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tickertone.dag.differences import differences
from tickertone.dag.history import History
from tickertone.dag.planner import Node
from tickertone.dag.row_changes import row_changes, split_rows
from tickertone.store.artifacts import MANIFEST, Artifacts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest, Step

if TYPE_CHECKING:
    import pyarrow as pa

_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
# What is read of another step, as people call it. Of an evaluation many tables are read at once.
_KINDS = {
    "agreement": "how scores of transfer rank the members on",
    "budget_weights": "weights by labels of",
    "checks": "checks of",
    "combiner": "predictions of",
    "confusion": "results of",
    "curve": "sweep of",
    "evaluations": "results of",
    "frontier": "costs of",
    "hits": "sweep of",
    "leaderboard": "results of",
    "measurements": "measurements of",
    "prediction_sets": "prediction sets of",
    "predictions": "predictions of",
    "quarantine": "quarantine of",
    "reliability": "results of",
    "selective": "accuracy where it is surest on",
    "transfer": "scores of transfer to",
    "weights": "weights of",
}
_ON_POOLS = {"transfer", "combine", "sweep", "uncertainty", "frontier"}
_OF_TARGETS = {*_ON_POOLS, "evaluate"}
RowsOf = Callable[[Step, str], "pa.Table | None"]  # role of an input -> ids and labels of its rows


def changes(
    artifacts: Artifacts, history: History, before: Entry, now: Step, rows_now: RowsOf
) -> list[str]:
    """What changed since `before`, in words; empty if nothing did.

    The rows of an ingest's input are those of the snapshot that was made of it.
    """
    if before.parts is None:
        return []
    node = Node(now.stage, now.subject)
    inside = {}
    for role, content in now.parts.inputs.items():
        if before.parts.inputs.get(role, content) == content:
            continue
        old = rows_then(artifacts, history, before, role)
        new = rows_now(now, role) if old is not None else None
        if old is not None and new is not None:
            inside[role] = row_changes(" ".join(named(node, role)).strip(), old, new)
    words = differences(before.parts, now.parts, inside, lambda role: named(node, role))
    return list(dict.fromkeys(words))


def rows_then(artifacts: Artifacts, history: History, entry: Entry, role: str) -> "pa.Table | None":
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
        *changes(artifacts, history, before, step, rows_now),
        *(lost or ["result deleted"] * (before.fingerprint == step.fingerprint)),
    ]


def in_the_store(manifest: Manifest) -> list[str]:
    """Why a step need not run, and who vouched for its result where a person did."""
    accepted: Any = manifest.facts.get("accepted")
    if not accepted:
        return ["in the store"]
    day = str(accepted["when"]).partition("T")[0]
    return ["in the store", f"accepted by {accepted['who']}, {day}: {accepted['because']}"]


def named(node: Node, role: str) -> tuple[str, str]:
    """An input as people call it, and of what it is: ("logits of", "words")."""
    kind, _, name = role.partition(":")
    target = node.subject.split("/")[1] if node.stage in _OF_TARGETS else ""
    match node.stage, kind:
        case "ingest", _:
            return "", f"{node.subject} {role.partition('/')[0]}"
        case "validate", "against":
            return "", f"{name} train"
        case "validate", _:
            return "", f"{node.subject} {role}"
        case "extract", "texts":
            return "", f"{node.subject.split('/')[1]} {name}"
        case "extract", "model":
            return "model", node.subject.split("/")[0]
        case (("finetune" | "extract"), "base"):
            return "model", "below it"
        case "finetune", _:
            return "", f"{name} {kind}"
        case "evaluate", "model":
            return "logits of", name
        case stage, ("fit" | "test" | "unlabelled") if name and stage in _ON_POOLS:
            return "logits of", name
        case stage, "fit" if stage in _ON_POOLS:
            return "", f"{target} fitting rows"
        case stage, "unlabelled" if stage in _ON_POOLS:
            return "", f"{target} unlabelled texts"
        case stage, ("test" | "test.examples") if stage in _OF_TARGETS:
            return "", f"{target} test"
        case "report", ("budget_curves" | "budget_contrasts"):
            return "", "the table of budgets"
        case "claims", "test":
            return "", f"{name} test"
        case "report", "split":
            return "", name.replace("/", " ")
    return (_KINDS[kind], name) if kind in _KINDS else ("", role)


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

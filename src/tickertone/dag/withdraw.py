"""Undoing an acceptance: what it made is removed, and its steps stand as they did before.

A result that a run computed since then stays. Rows that were scored after the acceptance stay too,
but a result that also rests on rows that it lent to the new scorer is made again.
"""

from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.last_results import LastResults
from tickertone.dag.planner import Node
from tickertone.errors import StoreError
from tickertone.identity.fingerprint import Parts
from tickertone.store.acceptances import (
    Acceptance,
    Vouched,
    Withdrawal,
    accepted_by,
    now,
    read_acceptances,
    who,
    write_acceptance,
)
from tickertone.store.artifacts import Artifacts
from tickertone.store.files import locked
from tickertone.store.forget import forget_rows_without_artifact
from tickertone.store.in_use import at_rest
from tickertone.store.indexer import index_manifests, index_runs
from tickertone.store.journal import Entry, Journal, journals, read_journal
from tickertone.store.manifest import Manifest
from tickertone.store.rekey import drop
from tickertone.workspace import Workspace


def withdraw(workspace: Workspace, id: str | None = None, because: str = "") -> Acceptance:
    """Undo the acceptance of that id, or the last that stands; the record, now marked.

    Raises StoreBusy while a run is under way, StoreError where there is no such acceptance, or a
    later one builds on it. If it is killed half-way, it can be given again.
    """
    with locked(workspace.locks / "accept.lock"), at_rest(workspace, "accept --undo"):
        acceptance, others = _chosen(read_acceptances(workspace), id)
        artifacts, last = Artifacts(workspace), LastResults(workspace)
        lent = {shard for other in others for v in other.results for shard in v.shards}
        ours = [v for v in acceptance.results if _is_ours(artifacts, acceptance, v)]
        for vouched in ours:
            shards = [shard for shard in vouched.shards if shard not in lent]
            drop(artifacts, vouched.stage, vouched.new, shards)
        stands = _note(workspace, acceptance.id, ours, last)
        forget_rows_without_artifact(workspace)
        index_manifests(workspace, stands, catalog_rows(load_catalog(workspace.data)))
        index_runs(workspace)
        withdrawal = Withdrawal(who=who(), when=now(), because=because)
        marked = acceptance.model_copy(update={"withdrawn": withdrawal})
        write_acceptance(workspace, marked)
    return marked


def _chosen(every: list[Acceptance], id: str | None) -> tuple[Acceptance, list[Acceptance]]:
    """The acceptance that is meant, and the others that stand."""
    stand = [acceptance for acceptance in every if acceptance.withdrawn is None]
    meant = [a for a in stand if a.id == id] if id else stand[-1:]
    if not meant:
        known = [acceptance.id for acceptance in stand]
        raise StoreError(
            "accept --undo",
            found=f"no acceptance {id} that stands" if id else "no acceptance that stands",
            expected=", ".join(known),
            remedy="tickertone accept --list shows them",
        )
    (acceptance,) = meant
    others = [a for a in stand if a is not acceptance]
    made = {vouched.new for vouched in acceptance.results}
    for other in others:
        if any(vouched.old in made for vouched in other.results):
            raise StoreError(
                f"accept --undo {acceptance.id}",
                found=f"acceptance {other.id} builds on it",
                expected="the later one to be undone first",
                remedy=f"tickertone accept --undo {other.id}",
            )
    return acceptance, others


def _is_ours(artifacts: Artifacts, acceptance: Acceptance, vouched: Vouched) -> bool:
    """False for a result that a run has computed under that fingerprint, before or since."""
    manifest = artifacts.read(vouched.stage, vouched.new)
    return manifest is None or accepted_by(manifest) == acceptance.id


def _note(
    workspace: Workspace, acceptance: str, results: list[Vouched], last: LastResults
) -> dict[tuple[str, str], Manifest]:
    """Write down what stands as before: steps that have come to nothing else since.

    The results that they stand for now, where they are whole.
    """
    artifacts, journal = Artifacts(workspace), Journal(workspace)
    stands: dict[tuple[str, str], Manifest] = {}
    for vouched in results:
        before = artifacts.read(vouched.stage, vouched.old)
        parts = before.parts if before else _parts_of(workspace, vouched.old)
        for experiment, subject in vouched.subjects:
            node = Node(vouched.stage, subject)
            now_at = last.of(experiment, node)
            if now_at is None or now_at.fingerprint not in {vouched.new, vouched.old}:
                continue
            if now_at.fingerprint == vouched.new:
                entry = Entry(
                    run=journal.run,
                    experiment=experiment,
                    stage=node.stage,
                    subject=node.subject,
                    outcome="withdrawn",
                    fingerprint=vouched.old,
                    parts=parts,
                    message=f"{who()}: acceptance {acceptance} undone",
                )
                journal.add(entry)
            if before is not None and not artifacts.damage(before):
                stands[node] = before
    return stands


def _parts_of(workspace: Workspace, fingerprint: str) -> Parts | None:
    """The parts of a result that is gone, as a journal tells them."""
    return next(
        (
            entry.parts
            for path in journals(workspace)
            for entry in read_journal(path)
            if entry.fingerprint == fingerprint and entry.parts is not None
        ),
        None,
    )

"""Vouching for a change of code that cannot change results: they get their new fingerprints."""

from contextlib import closing
from dataclasses import dataclass

from tickertone.catalog.load import load_catalog
from tickertone.dag.accept_survey import Request, Result, survey
from tickertone.dag.acceptable import Candidate
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.last_results import LastResults
from tickertone.dag.planner import Node
from tickertone.errors import ConfigError, StoreError
from tickertone.store.acceptances import (
    Acceptance,
    Vouched,
    accepted_by,
    accepted_fact,
    now,
    standing,
    who,
    write_acceptance,
)
from tickertone.store.artifacts import Artifacts
from tickertone.store.files import locked
from tickertone.store.in_use import enter
from tickertone.store.indexer import index_manifests, index_runs
from tickertone.store.journal import Entry, Journal
from tickertone.store.manifest import Manifest
from tickertone.store.rekey import rekey, rekeyed
from tickertone.workspace import Workspace


@dataclass(frozen=True)
class Accepted:
    """What was done."""

    acceptance: Acceptance | None  # None: there was nothing left to accept
    left: tuple[str, ...]  # steps that a run was making just then
    warnings: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[Vouched, ...]:
        """What was vouched for."""
        return self.acceptance.results if self.acceptance else ()


def accept(workspace: Workspace, request: Request, because: str) -> Accepted:
    """Give every result of the request its new fingerprint, and note who vouched for it and why.

    Raises ConfigError as `survey`, StoreError as `Survey.check`; then nothing was done.
    """
    if not because.strip():
        raise ConfigError("--because", found="nothing", expected="why results cannot have changed")
    with locked(workspace.locks / "accept.lock"), closing(enter(workspace)):
        found = survey(workspace, request)
        found.check()
        journal = Journal(workspace)
        before = _left_behind(workspace, journal, found.candidates)
        if not found.results:
            return Accepted(None, (), _index(workspace, before) if before else ())
        acceptance = Acceptance(
            id=journal.run,
            because=because.strip(),
            who=who(),
            when=now(),
            results=tuple(result.vouched for result in found.results),
        )
        write_acceptance(workspace, acceptance)
        return _carry_out(workspace, journal, acceptance, found.results, before)


def _left_behind(
    workspace: Workspace, journal: Journal, candidates: tuple[Candidate, ...]
) -> dict[tuple[str, str], Manifest]:
    """Results that a killed call has accepted but not noted: they are noted now."""
    made_by = {acceptance.id: acceptance for acceptance in standing(workspace)}
    last = LastResults(workspace)
    found: dict[tuple[str, str], Manifest] = {}
    for candidate in candidates:
        there = candidate.there
        acceptance = made_by.get(accepted_by(there) or "") if there else None
        if there is None or acceptance is None:
            continue
        found[candidate.node] = there
        noted = last.of(candidate.experiment, candidate.node)
        if noted is not None and noted.fingerprint != there.fingerprint:
            entry = _entry(acceptance, candidate.experiment, candidate.node, there)
            journal.add(entry.model_copy(update={"run": journal.run}))
    return found


def _carry_out(
    workspace: Workspace,
    journal: Journal,
    acceptance: Acceptance,
    results: tuple[Result, ...],
    before: dict[tuple[str, str], Manifest],
) -> Accepted:
    artifacts = Artifacts(workspace)
    made = dict(before)
    left: list[str] = []
    for result in results:
        old = result.match.result
        fact = accepted_fact(acceptance, result.vouched, old)
        new = rekeyed(old, result.match.step.parts, fact)
        if not rekey(artifacts, old, new):
            left.append(result.vouched.step)
            continue
        for experiment, node in result.nodes:
            made[node] = new
            journal.add(_entry(acceptance, experiment, node, new))
    return Accepted(acceptance, tuple(left), _index(workspace, made))


def _entry(acceptance: Acceptance, experiment: str, node: Node, manifest: Manifest) -> Entry:
    return Entry(
        run=acceptance.id,
        experiment=experiment,
        stage=node.stage,
        subject=node.subject,
        outcome="accepted",
        fingerprint=manifest.fingerprint,
        parts=manifest.parts,
        message=f"{acceptance.who}: {acceptance.because}",
    )


def _index(workspace: Workspace, made: dict[tuple[str, str], Manifest]) -> tuple[str, ...]:
    """Load what was accepted; where that fails, the next run does it."""
    try:
        index_manifests(workspace, made, catalog_rows(load_catalog(workspace.data)))
        index_runs(workspace)
    except StoreError as error:
        return (f"the database will be loaded by the next run: {error}",)
    return ()

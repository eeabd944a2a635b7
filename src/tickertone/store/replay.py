"""What the journals of all runs know, told again in the order in which it happened."""

from dataclasses import dataclass

from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import DONE, Entry, journals, read_journal
from tickertone.store.manifest import Manifest
from tickertone.workspace import Workspace


@dataclass(frozen=True)
class Replay:
    """Finished steps as journals name them, whether or not anything of them is left."""

    every: tuple[tuple[str, str], ...]  # (stage, fingerprint), once each, by when it was first done
    last: dict[tuple[str, str], str]  # (stage, subject) -> fingerprint, by when it was last done
    done: tuple[Entry, ...]  # by when it was done

    def whole(self, artifacts: Artifacts) -> dict[str, Manifest]:
        """Fingerprint -> manifest, of those whose files are all there."""
        found = (artifacts.read(*step) for step in self.every)
        return {m.fingerprint: m for m in found if m is not None and not artifacts.damage(m)}


def replay(workspace: Workspace) -> Replay:
    """Read all journals; entries of runs side by side are put in order of time."""
    done = [
        entry
        for path in journals(workspace)
        for entry in read_journal(path)
        if entry.outcome in DONE and entry.fingerprint
    ]
    done.sort(key=_when)  # stable: within a second, a run's own order stands
    every: dict[tuple[str, str], None] = {}
    last: dict[tuple[str, str], str] = {}
    for entry in done:
        fingerprint = entry.fingerprint or ""
        every.setdefault((entry.stage, fingerprint))
        last.pop((entry.stage, entry.subject), None)  # to the end: what was done last counts last
        last[entry.stage, entry.subject] = fingerprint
    return Replay(tuple(every), last, tuple(done))


def _when(entry: Entry) -> str:
    return entry.finished_at

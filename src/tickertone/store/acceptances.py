"""The log of acceptances: var/acceptances/ID.json, one a call of `tickertone accept`.

A record is written before the first result is re-keyed, so that, whenever the command is killed,
no accepted result stands that no record tells of. Undoing one marks its record, and keeps it.
"""

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tickertone.errors import StoreError
from tickertone.frozen import JSON, Frozen
from tickertone.identity.fingerprint import Parts
from tickertone.store.manifest import Manifest
from tickertone.store.sealed_json import read_sealed, write_sealed
from tickertone.workspace import Workspace

FACT = "accepted"  # of a manifest: by whom, when and why it was vouched for


class ModuleChange(Frozen):
    """One module, by the hash of its syntax tree; None where it was not used."""

    module: str
    old: str | None
    new: str | None


class Vouched(Frozen):
    """One result that was given a new fingerprint."""

    stage: str
    subjects: tuple[tuple[str, str], ...]  # (experiment, subject) of every step that it stands for
    old: str  # fingerprint
    new: str
    modules: tuple[ModuleChange, ...]
    shards: tuple[str, ...] = ()  # taken over into the new scorer's set; relative to artifacts/

    @property
    def step(self) -> str:
        """Stage and subject, of the first step that it stands for."""
        return f"{self.stage} {self.subjects[0][1]}"


class Withdrawal(Frozen):
    """Who undid an acceptance, and when."""

    who: str
    when: str
    because: str


class Acceptance(Frozen):
    """What one person vouched for at one time."""

    id: str  # also the name of the journal that notes it
    because: str
    who: str
    when: str
    results: tuple[Vouched, ...]
    withdrawn: Withdrawal | None = None


def acceptances_folder(workspace: Workspace) -> Path:
    """Where the records are."""
    return workspace.var / "acceptances"


def write_acceptance(workspace: Workspace, acceptance: Acceptance) -> None:
    """Write a record, or replace it whole."""
    path = acceptances_folder(workspace) / f"{acceptance.id}.json"
    write_sealed(path, acceptance.model_dump(mode="json"))


def read_acceptances(workspace: Workspace) -> list[Acceptance]:
    """All records, oldest first; raises StoreError for one that cannot be read."""
    found = []
    for path in acceptances_folder(workspace).glob("*.json"):
        try:
            found.append(Acceptance.model_validate(read_sealed(path)))
        except ValidationError as error:
            raise StoreError(
                path.relative_to(workspace.root).as_posix(),
                found=f"cannot be read: {error.errors()[0]['msg']}",
                expected="the record of an acceptance",
                remedy="put it back from a backup; without it that acceptance cannot be undone",
            ) from error
    return sorted(found, key=lambda acceptance: acceptance.when)


def standing(workspace: Workspace) -> list[Acceptance]:
    """Those that were not undone, oldest first."""
    return [a for a in read_acceptances(workspace) if a.withdrawn is None]


def module_changes(old: Parts, new: Parts) -> tuple[ModuleChange, ...]:
    """The modules that differ between two identities of a step."""
    return tuple(
        ModuleChange(module=name, old=old.code.get(name), new=new.code.get(name))
        for name in sorted({*old.code, *new.code})
        if old.code.get(name) != new.code.get(name)
    )


def accepted_fact(acceptance: Acceptance, vouched: Vouched, before: Manifest) -> dict[str, JSON]:
    """What the manifest of a vouched-for result says of it; of earlier times as well."""
    modules: list[JSON] = [
        {"module": change.module, "from": change.old, "to": change.new}
        for change in vouched.modules
    ]
    fact: dict[str, JSON] = {
        "id": acceptance.id,
        "because": acceptance.because,
        "who": acceptance.who,
        "when": acceptance.when,
        "from": vouched.old,
        "modules": modules,
    }
    last: Any = before.facts.get(FACT)
    if last:
        first = {name: value for name, value in last.items() if name != "earlier"}
        fact["earlier"] = [*last.get("earlier", []), first]
    return fact


def accepted_by(manifest: Manifest) -> str | None:
    """The id of the acceptance that a manifest was made by; None for one that was computed."""
    fact: Any = manifest.facts.get(FACT)
    return str(fact["id"]) if fact else None


def who() -> str:
    """The name of the user of this process, or its number where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()

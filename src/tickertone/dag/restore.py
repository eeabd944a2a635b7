"""A backup put back: the store whole, with its database and its pages, or everything as it was."""

from pathlib import Path
from typing import NamedTuple

from tickertone.catalog.load import Catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.verify import verify
from tickertone.dag.verify_pages import publish_again
from tickertone.store.backup import Backup, content, torn
from tickertone.store.files import sha256_file
from tickertone.store.rebuild import rebuild
from tickertone.store.restore import restore as restore_store
from tickertone.workspace import Workspace


class Restored(NamedTuple):
    """What was put back."""

    held: Backup
    differing: list[tuple[str, Path]]  # catalog files that are other here -> what the backup has


def restore(
    workspace: Workspace, folder: Path, catalog: Catalog, *, force: bool = False
) -> Restored:
    """Replace the store by that of a backup, verified in full before it counts.

    The catalog stays as it is, for people edit it: files that the backup has otherwise are named.
    Raises StoreError and StoreBusy, as tickertone.store.restore does; then nothing has changed.
    """

    def finish(draft: Workspace) -> None:
        rebuild(draft, catalog_rows(catalog))
        publish_again(draft)
        findings = verify(draft, kept_at_rest=True).findings
        if findings:
            raise torn(folder, f"{findings[0].where}: {findings[0].wrong}")

    held = restore_store(workspace, folder, finish, force=force)
    differing = [
        (name, content(folder, kept))
        for name, kept in sorted(held.files.items())
        if name.startswith("data/") and not _is_same(workspace.root / name, kept.sha256)
    ]
    return Restored(held, differing)


def _is_same(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_file(path) == sha256

"""`tickertone verify`, `rebuild`, `prune`, `backup` and `restore`: looking after the store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tickertone.cli.results import AsJson
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from tickertone.store.prune import Prunable, Reach


def verify(
    mend: Annotated[
        bool, typer.Option("--mend", help="set aside what is damaged; the next run makes it again")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read every file and every row, and compare; exit status 1 if anything is not as written."""
    import sys

    from tickertone.catalog.load import load_catalog
    from tickertone.cli.show import show
    from tickertone.dag.mend import Mended
    from tickertone.dag.mend import mend as mend_store
    from tickertone.dag.verify import verify as verify_store
    from tickertone.store.query import Answer

    workspace = Workspace.find()
    if mend:
        done = mend_store(workspace, load_catalog(workspace.data))
    else:
        done = Mended(verify_store(workspace), [], [], None)
    verdict = done.verdict
    columns = ("kind", "where", "wrong", "next")
    rows = tuple((f.kind, f.where, f.wrong, f.next) for f in verdict.findings)
    if rows or as_json:
        show(Answer(columns=columns, rows=rows), as_json=as_json)
    print(verdict, file=sys.stderr if as_json else sys.stdout)
    said = [f"note: {note}" for note in verdict.notes]
    said += [f"set aside: {name}" for name in done.aside]
    said += [f"published again: {name}" for name in done.published]
    if done.rows is not None:
        said.append(f"the database was rebuilt: {done.rows:,} rows")
    for line in said:
        print(line, file=sys.stderr)
    if verdict.findings:
        raise typer.Exit(1)


def rebuild() -> None:
    """Load the database anew from journals and artifacts; the old one stays until that is done."""
    print(f"{_rebuild(Workspace.find()):,} rows loaded")


def prune(
    yes: Annotated[bool, typer.Option("--yes", help="remove it; without, only say what")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what no experiment of the catalog reaches any more, and remove it with --yes."""
    import sys

    from tickertone.catalog.load import load_catalog
    from tickertone.cli.show import show
    from tickertone.dag.reach import reach
    from tickertone.store.prune import by_kind, prunable
    from tickertone.store.prune import prune as prune_store
    from tickertone.store.query import Answer

    workspace = Workspace.find()

    def look() -> "Reach":
        return reach(workspace, load_catalog(workspace.data))

    found = prune_store(workspace, look) if yes else prunable(workspace, look())
    if as_json:
        rows = tuple((item.kind, item.path, item.bytes) for item in found)
        show(Answer(columns=("kind", "path", "bytes"), rows=rows), as_json=True)
    elif found:
        show(Answer(columns=("kind", "number", "bytes"), rows=by_kind(found)), as_json=False)
    print(_said(found, removed=yes), file=sys.stderr if as_json else sys.stdout)


def backup(folder: Annotated[Path, typer.Argument(help="a new folder, outside var/")]) -> None:
    """Copy artifacts, journals, accepted snapshots and the catalog, with the sha256 of each."""
    from tickertone.store.backup import backup as back_up

    print(f"{folder}: {back_up(Workspace.find(), folder)}")


def restore(
    folder: Annotated[Path, typer.Argument(help="a folder that `tickertone backup` made")],
    force: Annotated[
        bool, typer.Option("--force", help="put the present store into var/damaged")
    ] = False,
) -> None:
    """Put a whole backup in the place of an empty store, then rebuild the database."""
    from tickertone.store.backup import restore as put_back

    workspace = Workspace.find()
    print(f"restored {put_back(workspace, folder, force=force)}")
    print(f"{_rebuild(workspace):,} rows loaded")


def _rebuild(workspace: Workspace) -> int:
    from tickertone.catalog.load import load_catalog
    from tickertone.dag.catalog_rows import catalog_rows
    from tickertone.store.rebuild import rebuild as rebuild_database

    return rebuild_database(workspace, catalog_rows(load_catalog(workspace.data)))


def _said(found: "list[Prunable]", *, removed: bool) -> str:
    if not found:
        return "everything that is kept is of use: nothing to remove"
    total = sum(item.bytes for item in found)
    if removed:
        return f"{total:,} bytes freed"
    return f"{total:,} bytes would be freed; to remove it: tickertone prune --yes"

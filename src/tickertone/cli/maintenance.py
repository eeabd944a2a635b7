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
    from contextlib import closing

    from tickertone.catalog.load import load_catalog
    from tickertone.dag.catalog_rows import catalog_rows
    from tickertone.store.in_use import enter
    from tickertone.store.rebuild import rebuild as rebuild_database

    workspace = Workspace.find()
    catalog = catalog_rows(load_catalog(workspace.data))
    with closing(enter(workspace)):  # nothing is pruned or replaced while it is read
        rows = rebuild_database(workspace, catalog)
    print(f"{rows:,} rows loaded")


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
        items = tuple((item.kind, item.path, item.bytes) for item in found)
        show(Answer(columns=("kind", "path", "bytes"), rows=items), as_json=True)
    elif found:
        rows = tuple((kind, n, f"{size / 1e6:,.1f}") for kind, n, size in by_kind(found))
        show(Answer(columns=("kind", "number", "MB"), rows=rows), as_json=False)
    print(_said(found, removed=yes), file=sys.stderr if as_json else sys.stdout)


def backup(
    folder: Annotated[Path, typer.Argument(help="outside var/: new, or with an earlier backup")],
) -> None:
    """Copy all that runs have made, and the catalog; a second time only what is new."""
    from tickertone.store.backup import backup as back_up

    made = back_up(Workspace.find(), folder)
    print(f"{folder}: {made.backup}; copied: {made.copied:,} files, {made.bytes / 1e6:,.1f} MB")


def restore(
    folder: Annotated[Path, typer.Argument(help="a folder that `tickertone backup` made")],
    force: Annotated[
        bool, typer.Option("--force", help="put the present store into var/damaged")
    ] = False,
) -> None:
    """Put a whole backup in the place of the store; the catalog in data/ is left as it is."""
    import sys

    from tickertone.catalog.load import load_catalog
    from tickertone.dag.restore import restore as put_back

    workspace = Workspace.find()
    done = put_back(workspace, folder, load_catalog(workspace.data), force=force)
    print(f"restored: {done.held}")
    for name, path in done.differing:
        print(f"note: {name} differs from the one in the backup: {path}", file=sys.stderr)


def _said(found: "list[Prunable]", *, removed: bool) -> str:
    if not found:
        return "everything that is kept is of use: nothing to remove"
    megabytes = sum(item.bytes for item in found) / 1e6
    if removed:
        return f"{megabytes:,.1f} MB freed"
    return f"{megabytes:,.1f} MB would be freed; to remove it: tickertone prune --yes"

"""Pages for people, put where they are looked for after every run, computed or cached.

They are copies: `tickertone.dag.verify_pages` compares them with what they are copies of.
"""

from pathlib import Path

from tickertone.store.artifacts import Artifacts
from tickertone.store.files import locked, sha256_file, write_durably
from tickertone.store.manifest import Manifest, Output
from tickertone.validation.data_docs import publish_data_docs
from tickertone.workspace import Workspace


def publish(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    """The report of an experiment with its tables, the Data Docs of a data set; else nothing.

    Raises OSError if they cannot be written.
    """
    if manifest.stage in PAGES:
        with locked(workspace.locks / f"publish-{manifest.stage}-{subject}.lock"):
            _PUBLISH[manifest.stage](workspace, subject, manifest)


def _report(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    artifacts = Artifacts(workspace)
    tables = tables_folder(workspace, subject)
    made = {table.name: table for table in artifacts.paths(_tables(manifest))}
    for name, table in made.items():
        _put(table, tables / name)
    if tables.is_dir():
        for path in sorted(tables.glob("*.csv")):
            if path.name not in made:
                path.unlink()  # of an earlier page
    (page,) = artifacts.paths(manifest.outputs["page"])
    _put(page, workspace.report_page(subject))


def _put(made: Path, shown: Path) -> None:
    content = made.read_bytes()
    if not shown.is_file() or shown.read_bytes() != content:
        write_durably(shown, content)


def _data_docs(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    (packed,) = Artifacts(workspace).paths(manifest.outputs["data_docs"])
    publish_data_docs(packed, data_docs_folder(workspace, subject), manifest.fingerprint)


def tables_folder(workspace: Workspace, experiment: str) -> Path:
    """Where the tables of a report are looked for."""
    return workspace.report_page(experiment).parent / "tables"


def tables_differ(workspace: Workspace, experiment: str, manifest: Manifest) -> str:
    """The first published table that is not as the report step made it, or ""."""
    folder = tables_folder(workspace, experiment)
    made = {Path(file.path).name: file.sha256 for file in _tables(manifest).files}
    shown = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    for name in sorted(made.keys() | shown.keys()):
        if name not in made or name not in shown or not shown[name].is_file():
            return name
        if sha256_file(shown[name]) != made[name]:
            return name
    return ""


def has_tables(manifest: Manifest) -> bool:
    """Whether a report has tables beside its page."""
    return bool(_tables(manifest).files)


def _tables(manifest: Manifest) -> Output:
    """The tables of a report; none of one that was made before pages had any."""
    return manifest.outputs.get("tables", Output(content="", files=()))


def data_docs_folder(workspace: Workspace, dataset: str) -> Path:
    """Where the Data Docs of a data set are looked for."""
    return workspace.reports / "data-docs" / dataset


_PUBLISH = {"report": _report, "validate": _data_docs}
PAGES = frozenset(_PUBLISH)  # the stages that have pages

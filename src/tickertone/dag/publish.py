"""Pages for people, put where they are looked for after every run, computed or cached.

They are copies: `tickertone.dag.verify_pages` compares them with what they are copies of.
"""

from pathlib import Path

from tickertone.store.artifacts import Artifacts
from tickertone.store.files import locked, write_durably
from tickertone.store.manifest import Manifest
from tickertone.validation.data_docs import publish_data_docs
from tickertone.workspace import Workspace


def publish(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    """The report of an experiment, the Data Docs of a data set; nothing for other stages.

    Raises OSError if they cannot be written.
    """
    if manifest.stage in PAGES:
        with locked(workspace.locks / f"publish-{manifest.stage}-{subject}.lock"):
            _PUBLISH[manifest.stage](workspace, subject, manifest)


def _report(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    (page,) = Artifacts(workspace).paths(manifest.outputs["page"])
    shown = report_page(workspace, subject)
    content = page.read_bytes()
    if not shown.is_file() or shown.read_bytes() != content:
        write_durably(shown, content)


def _data_docs(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    (packed,) = Artifacts(workspace).paths(manifest.outputs["data_docs"])
    publish_data_docs(packed, data_docs_folder(workspace, subject), manifest.fingerprint)


def report_page(workspace: Workspace, experiment: str) -> Path:
    """Where the report of an experiment is looked for."""
    return workspace.reports / experiment / "index.html"


def data_docs_folder(workspace: Workspace, dataset: str) -> Path:
    """Where the Data Docs of a data set are looked for."""
    return workspace.reports / "data-docs" / dataset


_PUBLISH = {"report": _report, "validate": _data_docs}
PAGES = frozenset(_PUBLISH)  # the stages that have pages

"""Pages for people, put where they are looked for after every run, computed or cached."""

from tickertone.store.artifacts import Artifacts
from tickertone.store.files import locked, write_durably
from tickertone.store.manifest import Manifest
from tickertone.validation.data_docs import publish_data_docs
from tickertone.workspace import Workspace


def publish(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    """The report of an experiment, the Data Docs of a data set; nothing for other stages.

    Raises OSError if they cannot be written.
    """
    if manifest.stage in _PAGES:
        with locked(workspace.locks / f"publish-{manifest.stage}-{subject}.lock"):
            _PAGES[manifest.stage](workspace, subject, manifest)


def _report(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    (page,) = Artifacts(workspace).paths(manifest.outputs["page"])
    shown = workspace.reports / subject / "index.html"
    content = page.read_bytes()
    if not shown.is_file() or shown.read_bytes() != content:
        write_durably(shown, content)


def _data_docs(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    (packed,) = Artifacts(workspace).paths(manifest.outputs["data_docs"])
    publish_data_docs(packed, workspace.reports / "data-docs" / subject, manifest.fingerprint)


_PAGES = {"report": _report, "validate": _data_docs}

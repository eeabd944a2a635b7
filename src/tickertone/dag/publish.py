"""Pages for people, put where they are looked for after every run, computed or cached."""

from tickertone.store.artifacts import Artifacts
from tickertone.store.files import write_durably
from tickertone.store.manifest import Manifest
from tickertone.validation.data_docs import publish_data_docs
from tickertone.workspace import Workspace


def publish(workspace: Workspace, subject: str, manifest: Manifest) -> None:
    """The report of an experiment, the Data Docs of a data set; nothing for other stages."""
    artifacts = Artifacts(workspace)
    if manifest.stage == "report":
        (page,) = artifacts.paths(manifest.outputs["page"])
        shown = workspace.reports / subject / "index.html"
        content = page.read_bytes()
        if not shown.is_file() or shown.read_bytes() != content:
            write_durably(shown, content)
    elif manifest.stage == "validate":
        (zipped,) = artifacts.paths(manifest.outputs["data_docs"])
        folder = workspace.reports / "data-docs" / subject
        publish_data_docs(zipped, folder, manifest.fingerprint)

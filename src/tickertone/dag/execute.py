"""Do one step: adopt its whole manifest where there is one, else run the body of its stage."""

from importlib import import_module

from tickertone.stages.work import Say
from tickertone.store.artifacts import Artifacts
from tickertone.store.disk import disk_errors_in_words
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


def execute(step: Step, workspace: Workspace, say: Say) -> tuple[Manifest, bool]:
    """The step's manifest, and whether it had to be made.

    Safe to call from several threads, processes and runs at once: one computes, the others wait
    and adopt. Raises what the body raises, and StoreError where the disk takes no more; nothing is
    left behind that looks finished.
    """
    body = import_module(f"tickertone.stages.{step.stage}").run
    with disk_errors_in_words():
        return Artifacts(workspace).adopt_or_make(step, body, say)

"""A manifest: what a step made. A complete, whole manifest is the truth.

It is the last thing written, so its presence means that all it names was written before; and it
counts only while each of its files is there with the stated size.
"""

from pydantic import Field

from tickertone.frozen import JSON, Frozen
from tickertone.identity.fingerprint import Parts


class FileRecord(Frozen):
    """One file, its path relative to the artifacts folder."""

    path: str
    size: int
    sha256: str


class Output(Frozen):
    """One named product of a step. `content` is its identity for the steps that read it.

    Two outputs may share a file and differ in content: the texts of a split and its labels.
    """

    content: str
    files: tuple[FileRecord, ...]


class Step(Frozen):
    """A piece of work, fully identified, before it is done."""

    subject: str  # what it is about, for people: "minilm_full" or "minilm_full/tfsn"
    parts: Parts
    inputs: dict[str, Output]  # role -> what is read
    notes: dict[str, JSON] = Field(default_factory=dict)  # shown by a body, no part of the identity
    facts: dict[str, JSON] = Field(default_factory=dict)  # put into the manifest as they are
    refresh: bool = False  # compute anew even if a whole manifest is there

    @property
    def stage(self) -> str:
        """The stage, such as "finetune"."""
        return self.parts.stage

    @property
    def name(self) -> str:
        """Stage and subject: unique within a run."""
        return f"{self.stage} {self.subject}"

    @property
    def fingerprint(self) -> str:
        """The identity of the result."""
        return self.parts.fingerprint


class Manifest(Frozen):
    """The record of a finished step."""

    subject: str  # the one it was first made for
    fingerprint: str
    parts: Parts
    outputs: dict[str, Output]
    facts: dict[str, JSON]  # what was measured on the way; no part of any identity
    sealed: bool = False  # whether it counts only with its seal; older ones have none

    @property
    def stage(self) -> str:
        """The stage, such as "finetune"."""
        return self.parts.stage

    def files(self) -> dict[str, FileRecord]:
        """Every file of every output, once, by path."""
        return {file.path: file for output in self.outputs.values() for file in output.files}

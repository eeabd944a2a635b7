"""What a stage must say of itself, so that its steps can be found and put in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from typing import NamedTuple, Protocol

from tickertone.dag.scope import Scope
from tickertone.errors import StoreError, TickertoneError
from tickertone.store.manifest import Manifest, Output, Step

# What a planner raises for a step that cannot be had as things are: a run notes it as a failure.
CANNOT_PLAN = (TickertoneError, OSError, PackageNotFoundError)


class NoSuchOutput(StoreError):
    """A finished step lacks what another reads: it was made, or expected, by other code."""


class Node(NamedTuple):
    """One place in the graph: a stage and what it is about."""

    stage: str
    subject: str

    def __str__(self) -> str:
        """As people read it: "finetune minilm_full"."""
        return f"{self.stage} {self.subject}"


@dataclass(frozen=True)
class Results:
    """The manifests there are so far."""

    manifests: Mapping[Node, Manifest]

    def output(self, stage: str, subject: str, name: str) -> Output:
        """One output of a finished step; raises NoSuchOutput."""
        outputs = self.manifests[Node(stage, subject)].outputs
        if name not in outputs:
            raise NoSuchOutput(
                str(Node(stage, subject)),
                found=f"no output {name}",
                expected=f"one of {', '.join(outputs)}",
                remedy=f"compute it anew: tickertone run EXPERIMENT --refresh {stage}",
            )
        return outputs[name]

    def has(self, node: Node) -> bool:
        """Whether that step is finished."""
        return node in self.manifests


class Planner(Protocol):
    """The plan of one stage: a module with these four functions."""

    def subjects(self, scope: Scope) -> list[str]:
        """What the stage is done for; one that needs another of the same stage comes after it."""
        ...

    def needs(self, scope: Scope, subject: str) -> list[Node]:
        """The steps that must be finished before."""
        ...

    def wants(self, scope: Scope, subject: str) -> list[Node]:
        """The steps whose outputs are used where they are there, and done without where not."""
        ...

    def step(self, scope: Scope, subject: str, results: Results) -> Step:
        """The step itself, once all that it needs is finished."""
        ...

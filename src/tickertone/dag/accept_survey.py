"""What a request to accept comes to: which results it means, and what stands against it.

All or nothing: where one step cannot be accepted, none is, unless `only` names those that are
meant. And one call vouches for one change: results that were made by different versions of a
module are not accepted together.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tickertone.catalog.load import load_catalog
from tickertone.catalog.mistakes import nearest
from tickertone.dag import graph
from tickertone.dag.acceptable import Candidate, Match, candidates
from tickertone.dag.last_results import LastResults
from tickertone.dag.planner import Node
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError, StoreError
from tickertone.frozen import Frozen
from tickertone.identity.code import remember_all_code
from tickertone.store.acceptances import Vouched, module_changes, standing
from tickertone.store.artifacts import Artifacts
from tickertone.store.rekey import shards_of
from tickertone.workspace import Workspace


class Request(Frozen):
    """What is to be vouched for."""

    stages: tuple[str, ...]
    experiment: str | None = None  # None: all experiments of the catalog
    only: tuple[str, ...] = ()  # steps such as "finetune minilm_full"; none: all of the stages


@dataclass(frozen=True)
class Result:
    """One result that can be accepted, for all steps that it stands for."""

    vouched: Vouched
    match: Match
    nodes: tuple[tuple[str, Node], ...]  # with the experiment of each


@dataclass(frozen=True)
class Survey:
    """What a request comes to. Looking changes nothing."""

    request: Request
    candidates: tuple[Candidate, ...]
    results: tuple[Result, ...]

    def check(self) -> None:
        """Raise StoreError where something stands against it."""
        refused = [c for c in self.candidates if c.verdict == "refused"]
        if refused:
            raise self._refusal(refused)
        self._check_one_change()
        if not self.results and not any(c.verdict == "in the store" for c in self.candidates):
            raise StoreError(
                self._place,
                found="none of these steps was ever run: there is no result to vouch for",
                remedy="run an experiment first",
            )

    @property
    def _place(self) -> str:
        return f"accept {' '.join(self.request.stages)}"

    def _refusal(self, refused: list[Candidate]) -> StoreError:
        told = {f"{c.node}: {'; '.join(c.reasons)}": None for c in refused}
        others = dict.fromkeys(str(node) for result in self.results for _, node in result.nodes)
        choice = " ".join(f'--only "{name}"' for name in others)
        remedy = (
            "accept or run first what is named above; --experiment leaves other experiments out"
        )
        return StoreError(
            self._place,
            found="\n    ".join(["nothing was accepted, for these steps cannot be:", *told]),
            expected="the same settings, inputs and libraries as when their last results were made",
            remedy=f"{remedy}; the others alone: {choice}" if others else remedy,
        )

    def _check_one_change(self) -> None:
        seen: dict[str, tuple[str | None, Vouched]] = {}
        for vouched in (result.vouched for result in self.results):
            for change in vouched.modules:
                if change.old is None:  # used by this step for the first time
                    continue
                old, first = seen.setdefault(change.module, (change.old, vouched))
                if old != change.old:
                    raise StoreError(
                        self._place,
                        found=f"{first.step} and {vouched.step} were made by different versions "
                        f"of {change.module}",
                        expected="one change of code at a time",
                        remedy="accept them in two calls, with --experiment or --only",
                    )


def survey(workspace: Workspace, request: Request) -> Survey:
    """Find what can be accepted; raises ConfigError for a stage, step or experiment unknown."""
    remember_all_code()
    request = request.model_copy(update={"stages": _in_order(request.stages)})
    catalog = load_catalog(workspace.data)
    names = [request.experiment] if request.experiment else [*catalog.experiments]
    scopes = [Scope.of(catalog, name) for name in names]
    chosen = _choice(request, scopes)
    artifacts, last = Artifacts(workspace), LastResults(workspace)
    found = tuple(c for scope in scopes for c in candidates(artifacts, scope, last, chosen))
    return Survey(request, found, _results(workspace, found))


def _in_order(stages: tuple[str, ...]) -> tuple[str, ...]:
    graph.check_stages(stages, "accept")
    if not stages:
        raise ConfigError("accept", found="no stage", expected=f"some of {', '.join(graph.STAGES)}")
    return tuple(stage for stage in graph.STAGES if stage in stages)


def _choice(request: Request, scopes: list[Scope]) -> Callable[[Node], bool]:
    """Whether a step is asked for."""
    steps = {
        str(n) for scope in scopes for stage in request.stages for n in graph.nodes(scope, stage)
    }
    for name in request.only:
        if name not in steps:
            raise ConfigError(
                "--only",
                found=f"{name!r}",
                expected=f"a step of {', '.join(request.stages)}",
                remedy=nearest(name, sorted(steps)) or "tickertone plan EXPERIMENT lists the steps",
            )
    wanted = set(request.only) or steps
    return lambda node: str(node) in wanted


def _results(workspace: Workspace, found: tuple[Candidate, ...]) -> tuple[Result, ...]:
    """One result a fingerprint: experiments share steps, and equal recipes share results."""
    lent = {shard for a in standing(workspace) for v in a.results for shard in v.shards}
    matches: dict[str, Match] = {}
    nodes: dict[str, list[tuple[str, Node]]] = {}
    for candidate in found:
        if candidate.match is not None:
            fingerprint = candidate.match.step.fingerprint
            matches.setdefault(fingerprint, candidate.match)
            nodes.setdefault(fingerprint, []).append((candidate.experiment, candidate.node))
    return tuple(
        Result(_vouched(workspace, match, nodes[new], lent), match, tuple(nodes[new]))
        for new, match in matches.items()
    )


def _vouched(
    workspace: Workspace, match: Match, nodes: list[tuple[str, Node]], lent: set[str]
) -> Vouched:
    parts, old = match.step.parts, match.result
    # A shard that a run has written into the new set itself is not ours to take away again.
    shards = (
        shard
        for shard in shards_of(old, parts)
        if shard in lent or not (workspace.artifacts / shard).exists()
    )
    return Vouched(
        stage=parts.stage,
        subjects=tuple((experiment, node.subject) for experiment, node in nodes),
        old=old.fingerprint,
        new=parts.fingerprint,
        modules=module_changes(old.parts, parts),
        shards=tuple(shards),
    )

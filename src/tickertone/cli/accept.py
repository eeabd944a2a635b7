"""`tickertone accept`: vouch for a change of code, undo that, and see what was vouched for."""

from typing import TYPE_CHECKING, Annotated

import typer

from tickertone.cli.results import AsJson
from tickertone.cli.show import show
from tickertone.errors import ConfigError
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from tickertone.dag.accept_survey import Request, Survey
    from tickertone.store.acceptances import ModuleChange

_COLUMNS = ("step", "accepted as", "was", "modules")


def accept(
    stages: Annotated[
        list[str] | None, typer.Argument(help="stages; with --undo the id of an acceptance")
    ] = None,
    because: Annotated[str, typer.Option(help="why results cannot have changed")] = "",
    experiment: Annotated[
        str | None, typer.Option(help="only steps of this experiment; else of all")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help='only this step ("finetune words"); may be repeated')
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it would do")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="undo the last one, or the one named")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="show all that were made")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep results over a code change that cannot change them, and note who vouched and why."""
    from tickertone.dag.accept_survey import Request

    workspace = Workspace.find()
    if listed:
        _list(workspace, as_json=as_json)
    elif undo:
        _undo(workspace, stages or [], because)
    else:
        request = Request(stages=tuple(stages or ()), experiment=experiment, only=tuple(only or ()))
        if dry_run:
            _look(workspace, request, as_json=as_json)
        else:
            _accept(workspace, request, because, as_json=as_json)


def _look(workspace: Workspace, request: "Request", *, as_json: bool) -> None:
    from tickertone.dag.accept_survey import survey

    found = survey(workspace, request)
    _show_survey(found, as_json=as_json)
    found.check()


def _accept(workspace: Workspace, request: "Request", because: str, *, as_json: bool) -> None:
    import sys

    from tickertone.dag.accept import accept as vouch
    from tickertone.store.query import Answer

    done = vouch(workspace, request, because)
    for line in (*done.warnings, *(f"left alone: a run is making {name}" for name in done.left)):
        print(f"warning: {line}", file=sys.stderr)
    made = [v for v in done.results if v.step not in done.left]
    if made or as_json:
        rows = tuple((v.step, v.new[:12], v.old[:12], _modules(v.modules)) for v in made)
        show(Answer(columns=_COLUMNS, rows=rows), as_json=as_json)
    if done.acceptance is None:
        said = "nothing to accept: every result that there was is in the store as it should be"
    else:
        undo = f"tickertone accept --undo {done.acceptance.id}"
        said = f"{len(made)} results accepted; to undo it: {undo}"
    print(said, file=sys.stderr if as_json else sys.stdout)


def _undo(workspace: Workspace, ids: list[str], because: str) -> None:
    from tickertone.dag.withdraw import withdraw

    if len(ids) > 1:
        raise ConfigError(
            "accept --undo",
            found=" ".join(ids),
            expected="one id, or none",
            remedy="undo one at a time; tickertone accept --list has their ids",
        )
    undone = withdraw(workspace, ids[0] if ids else None, because)
    print(f"undone: acceptance {undone.id} of {len(undone.results)} results")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    import json

    from tickertone.store.acceptances import read_acceptances
    from tickertone.store.query import Answer

    found = read_acceptances(workspace)
    if as_json:
        print(json.dumps([a.model_dump(mode="json") for a in found], ensure_ascii=False, indent=1))
        return
    columns = ("id", "who", "results", "because", "undone")
    rows = tuple(
        (a.id, a.who, len(a.results), a.because, a.withdrawn and f"by {a.withdrawn.who}")
        for a in found
    )
    if rows:
        show(Answer(columns=columns, rows=rows), as_json=False)
    else:
        print("nothing was accepted so far: no change of code was vouched for")


def _show_survey(found: "Survey", *, as_json: bool) -> None:
    from tickertone.store.query import Answer

    modules = {
        node: _modules(result.vouched.modules) for result in found.results for node in result.nodes
    }
    rows = tuple(
        (
            str(c.node),
            c.experiment,
            c.verdict,
            modules.get((c.experiment, c.node), "; ".join(c.reasons)),
        )
        for c in found.candidates
        if as_json or c.verdict != "never run"
    )
    if rows or as_json:
        show(Answer(columns=("step", "experiment", "verdict", "why"), rows=rows), as_json=as_json)
    if never := len(found.candidates) - len(rows):
        print(f"and {never} step{'' if never == 1 else 's'} that never ran")


def _modules(changes: "tuple[ModuleChange, ...]") -> str:
    return ", ".join(f"{c.module} {_short(c.old)} -> {_short(c.new)}" for c in changes)


def _short(tree: str | None) -> str:
    return tree[:8] if tree else "(none)"

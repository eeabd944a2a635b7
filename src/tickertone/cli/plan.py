"""`tickertone plan` and `why`: what a run would do, and what became of one step so far."""

from typing import TYPE_CHECKING, Annotated

import typer

from tickertone.cli.results import AsJson
from tickertone.cli.show import show
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tickertone.dag.planned import Plan
    from tickertone.dag.story import Story

_REASONS_SHOWN = 3  # a table is read at a glance; --json has them all


def plan(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments, without .yaml")],
    model: Annotated[
        list[str] | None, typer.Option(help="only this model of the experiment; may be repeated")
    ] = None,
    refresh: Annotated[
        list[str] | None, typer.Option(help="a stage to compute anew; may be repeated")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="exit status 1 unless every step is cached")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a run would do, step by step, and why. Computes and writes nothing."""
    from tickertone.dag.graph import check_stages
    from tickertone.dag.plan import plan_experiment

    check_stages(refresh or ())
    planned = plan_experiment(Workspace.find(), experiment, model or (), refresh or ())
    if as_json:
        _show_all(planned)
    else:
        _show_table(planned)
    if check and not planned.all_cached:
        raise typer.Exit(1)


def why(
    step: Annotated[str, typer.Argument(help='stage and subject, such as "finetune minilm_full"')],
    as_json: AsJson = False,
) -> None:
    """Tell the story of a step: when it was computed, what had changed, and what is next."""
    from tickertone.dag.story import story

    told = story(Workspace.find(), step)
    if as_json:
        print(told.model_dump_json(indent=1))
    else:
        _tell(told)


def _show_all(planned: "Plan") -> None:
    from tickertone.dag.planned import PlannedStep
    from tickertone.store.query import Answer

    columns = tuple(PlannedStep.model_fields)
    rows = tuple(tuple(step.model_dump(mode="json").values()) for step in planned.steps)
    show(Answer(columns=columns, rows=rows), as_json=True)


def _show_table(planned: "Plan") -> None:
    from tickertone.store.query import Answer

    rows = tuple((s.step, s.verdict, _brief(s.reasons), s.rows, s.seconds) for s in planned.steps)
    columns = ("step", "verdict", "why", "rows", "seconds")
    show(Answer(columns=columns, rows=rows), as_json=False)
    print(planned)


def _tell(told: "Story") -> None:
    from tickertone.store.query import Answer

    rows = tuple(
        (
            c.finished_at,
            c.experiment,
            c.outcome,
            c.seconds,
            _brief([*c.reasons, *_failure(c.message)]),
        )
        for c in told.chapters
    )
    if rows:
        columns = ("finished", "experiment", "outcome", "seconds", "why")
        show(Answer(columns=columns, rows=rows), as_json=False, title=told.step)
    computed = sum(c.outcome == "computed" for c in told.chapters)
    print(f"computed in {computed} runs, found in the store in {told.cached}")
    if told.now is None:
        print("now: no experiment asks for it")
    else:
        now = "; ".join(told.now.reasons)
        print(f"now: a run of {told.experiment} finds it {told.now.verdict}: {now}")


def _failure(message: str) -> list[str]:
    return message.splitlines()[:1]


def _brief(reasons: "Sequence[str]") -> str:
    more = len(reasons) - _REASONS_SHOWN
    shown = [*reasons[:_REASONS_SHOWN], *[f"and {more} more"] * (more > 0)]
    return "; ".join(shown)

"""`tickertone plan` and `why`: what a run would do, and what became of one step so far."""

import gc
from typing import Annotated

import typer

from tickertone.cli.mistakes import told
from tickertone.cli.results import AsJson
from tickertone.workspace import Workspace


def plan(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments, without .yaml")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="only this model, or group of models; the others come from the store; "
            "may be repeated"
        ),
    ] = None,
    refresh: Annotated[
        list[str] | None, typer.Option(help="a stage to compute anew; may be repeated")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="every step and every reason, cached ones as well")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="exit status 1 unless every step is cached, 2 if that cannot be told"
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a run would do, step by step, and why. Computes and writes nothing."""
    from tickertone.cli.show_plan import plan_as_json, plan_as_text
    from tickertone.dag.graph import check_stages
    from tickertone.dag.plan import plan_experiment

    gc.disable()  # a short life: looking for garbage would take a fifth of it
    with told(2):
        check_stages(refresh or ())
        planned = plan_experiment(Workspace.find(), experiment, model or (), refresh or ())
    typer.echo(plan_as_json(planned) if as_json else plan_as_text(planned, everything=everything))
    if check and not planned.all_cached:
        raise typer.Exit(1)


def why(
    step: Annotated[str, typer.Argument(help='stage and subject, such as "finetune minilm_full"')],
    as_json: AsJson = False,
) -> None:
    """Tell the story of a step: when it was computed, what had changed, and what is next."""
    from tickertone.cli.show_plan import story_as_text
    from tickertone.dag.story import story

    told_so_far = story(Workspace.find(), step)
    typer.echo(told_so_far.model_dump_json(indent=1) if as_json else story_as_text(told_so_far))

"""From pinned data to evaluated ensembles: what changed since the last run is computed, no more.

    ingest -> validate -> finetune -> extract -> index
           -> transfer -> combine -> sweep -> uncertainty -> frontier
           -> evaluate -> budgets -> claims -> report

Every stage has one task run for each data set, model or target; one that fails does not stop its
siblings, only what needs it. Heavy imports stay inside the stages: workers import this module.
"""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.choices import Experiment, Model, Stage
from flows.steps import announce, carry_out, conclude
from tasks.budgets import budgets
from tasks.claims import claims
from tasks.combine import combine
from tasks.evaluate import evaluate
from tasks.extract import extract
from tasks.finetune import finetune
from tasks.frontier import frontier
from tasks.index import index
from tasks.ingest import ingest
from tasks.limits import ensure_limits
from tasks.publishing import publish_data_quality, publish_leaderboard
from tasks.report import report
from tasks.sweep import sweep
from tasks.transfer import transfer
from tasks.uncertainty import uncertainty
from tasks.validate import validate
from tickertone.dag.run import Run
from tickertone.workspace import Workspace

WORKERS = 4  # steps under way at once; how many of these may train: tasks/limits.py


@flow(
    name="nightly",
    flow_run_name="{experiment}",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def nightly(
    experiment: Experiment,
    models: list[Model] = [],  # noqa: B006 - a null would make the form a choice of types
    refresh: list[Stage] = [],  # noqa: B006
) -> State[Any]:
    """Compute what changed in an experiment, from its data sets to its report.

    Args:
        experiment: A file of data/experiments, without its ending.
        models: Only these models of the experiment; none chosen means all of them.
        refresh: Stages whose steps are computed anew although nothing changed.
    """
    ensure_limits()
    run = Run.open(Workspace.find(), experiment, models, refresh)
    announce(run)

    carry_out(run, ingest)
    validated = carry_out(run, validate)
    carry_out(run, finetune)
    carry_out(run, extract)
    index(run, return_state=True)  # what follows reads files: it need not wait for a cure
    carry_out(run, transfer)
    carry_out(run, combine)
    carry_out(run, sweep)
    carry_out(run, uncertainty)
    carry_out(run, frontier)
    evaluated = carry_out(run, evaluate)
    carry_out(run, budgets)
    carry_out(run, claims)
    carry_out(run, report)

    summary = run.close()
    publish_data_quality(validated)
    publish_leaderboard(evaluated, run.workspace, run.scope.spec.title)
    return conclude(summary, models)

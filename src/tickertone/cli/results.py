"""`tickertone leaderboard`, `sql` and `report`: what is known."""

from typing import TYPE_CHECKING, Annotated

import typer

from tickertone.cli.show import show
from tickertone.errors import StoreError
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from tickertone.store.query import Answer

_LEADERBOARD = """
    SELECT target, split, system, kind, n, accuracy, accuracy_low AS low, accuracy_high AS high,
           macro_f1, weighted_f1, mcc, log_loss, brier, ece, p_vs_best, contaminated
    FROM leaderboard WHERE experiment = ? ORDER BY target, split DESC, accuracy DESC, log_loss
"""
_SHORT = """
    SELECT f.target, f.system, f.kind, f.n, (100 * f.accuracy)::DECIMAL(4, 1) AS "accuracy %",
           (100 * f.accuracy_low)::DECIMAL(4, 1) || ' to ' || (100 * f.accuracy_high)::DECIMAL(4, 1)
               AS "95 %",
           (100 * c.accuracy)::DECIMAL(4, 1) AS "clean %", f.macro_f1::DECIMAL(5, 3) AS "macro F1",
           f.log_loss::DECIMAL(7, 3) AS "log loss", f.ece::DECIMAL(5, 3) AS "ECE",
           CASE WHEN f.p_vs_best IS NULL THEN 'best' WHEN f.p_vs_best < 0.001 THEN '<0.001'
                ELSE f.p_vs_best::DECIMAL(5, 3)::TEXT END AS "p vs best"
    FROM leaderboard f LEFT JOIN leaderboard c
      ON c.split = 'clean' AND c.fingerprint = f.fingerprint AND c.experiment = f.experiment
     AND c.target = f.target AND c.system = f.system
    WHERE f.experiment = ? AND f.split = 'full'
    ORDER BY f.target, f.accuracy DESC, f.log_loss, f.system
"""
_OLDER = """
    WITH done AS (SELECT fingerprint, max(run) AS run FROM steps WHERE experiment = $1
                  AND stage = 'evaluate' AND outcome IN ('computed', 'cached') GROUP BY 1)
    SELECT DISTINCT l.target, done.run FROM leaderboard l JOIN done USING (fingerprint)
    WHERE l.experiment = $1
      AND done.run < (SELECT max(run) FROM steps WHERE experiment = $1 AND stage = 'ingest')
    ORDER BY 1
"""
_GROUPS = """
    SELECT target, "group",
           systems || CASE WHEN systems < members THEN ' of ' || members ELSE '' END AS systems,
           (100 * accuracy_mean)::DECIMAL(4, 1) AS "accuracy %, mean",
           (100 * accuracy_min)::DECIMAL(4, 1) || ' to ' || (100 * accuracy_max)::DECIMAL(4, 1)
               AS "lowest to highest", macro_f1_mean::DECIMAL(5, 3) AS "macro F1, mean"
    FROM groups WHERE experiment = ? AND split = 'full' ORDER BY target, accuracy_mean DESC, "group"
"""
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table")]


def leaderboard(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments")],
    as_json: AsJson = False,
) -> None:
    """Show the leaderboard of an experiment, as after a run; every measure of it as JSON."""
    workspace = Workspace.find()
    every_measure = _known(workspace, _LEADERBOARD, experiment)
    if as_json:
        show(every_measure, as_json=True)
    else:
        print_leaderboard(workspace, experiment)


def print_leaderboard(workspace: Workspace, experiment: str) -> None:
    """The measures that people ask for first; nothing where nothing was evaluated."""
    from tickertone.store.query import query

    answer = query(workspace, _SHORT, [experiment])
    if answer.rows:
        show(
            answer,
            as_json=False,
            title=f"{experiment}: full test splits, and accuracy on the clean ones",
        )
        _show_groups(workspace, experiment)
        _say_what_is_older(workspace, experiment)


def _show_groups(workspace: Workspace, experiment: str) -> None:
    """The means of groups, such as one recipe with several seeds; nothing where there is none."""
    from tickertone.store.query import query

    answer = query(workspace, _GROUPS, [experiment])
    if answer.rows:
        show(answer, as_json=False, title="groups of systems, on average over full test splits")


def _say_what_is_older(workspace: Workspace, experiment: str) -> None:
    """A target that the last run did not get to evaluate shows the figures of an earlier one."""
    from tickertone.store.query import query

    for target, run in query(workspace, _OLDER, [experiment]).rows:
        print(f"{target}: the figures of run {run}; no later run got as far as evaluating it")


def sql(
    statement: Annotated[str, typer.Argument(help="a query over the views of the store")],
    as_json: AsJson = False,
) -> None:
    """Ask the store in SQL. The connection can neither write nor read other files."""
    from tickertone.store.query import query

    show(query(Workspace.find(), statement), as_json=as_json)


def report(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments")],
    open_it: Annotated[bool, typer.Option("--open", help="open it in a browser")] = False,
) -> None:
    """Print the path of an experiment's report."""
    from tickertone.catalog.load import load_catalog

    workspace = Workspace.find()
    load_catalog(workspace.data).experiment(experiment)  # a misspelt name is told as such
    page = workspace.report_page(experiment)
    if not page.is_file():
        raise StoreError(
            str(page.relative_to(workspace.root)),
            found="no report",
            remedy=f"tickertone run {experiment}",
        )
    print(page)
    if open_it:
        typer.launch(page.as_uri())


def _known(workspace: Workspace, statement: str, experiment: str) -> "Answer":
    from tickertone.catalog.load import load_catalog
    from tickertone.store.query import query

    load_catalog(workspace.data).experiment(experiment)  # a misspelt name is told as such
    answer = query(workspace, statement, [experiment])
    if not answer.rows:
        raise StoreError(
            f"leaderboard of {experiment}",
            found="no rows",
            remedy=f"tickertone run {experiment}",
        )
    return answer

"""`tickertone budgets`: accuracy by how many labels there were, for every option."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tickertone.cli.results import AsJson
from tickertone.cli.show import show
from tickertone.errors import StoreError
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from tickertone.store.query import Answer

_ALL = """
    SELECT * EXCLUDE (fingerprint) FROM budget_curves
    WHERE experiment = ? AND (?::TEXT IS NULL OR target = ?)
    ORDER BY target, option, combiner, k NULLS LAST
"""
# Of combiners the mean over the targets on which they were fitted; of models one target each.
_MEANS = """
    SELECT option, combiner, k, avg(accuracy_mean) AS accuracy, count(*) AS targets
    FROM (SELECT * REPLACE (CASE WHEN option LIKE 'DAFT-E%' THEN 'DAFT-E' ELSE option END AS option)
          FROM budget_curves
          WHERE experiment = ? AND (?::TEXT IS NULL OR target = ?) AND option <> 'DAFT^Z')
    GROUP BY option, combiner, k
    ORDER BY option <> 'DAFT-E', option, combiner, k NULLS LAST
"""


def budgets(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments")],
    target: Annotated[str | None, typer.Option(help="this target, not the mean of all")] = None,
    as_json: AsJson = False,
) -> None:
    """Show accuracy by the number of labels per class: of combiners, and of models tuned on few."""
    from tickertone.catalog.known import require_known
    from tickertone.catalog.load import load_catalog
    from tickertone.store.query import query

    workspace = Workspace.find()
    spec = load_catalog(workspace.data).experiment(experiment)
    if target is not None:
        require_known(f"--target of experiment {experiment}", "target", target, spec.targets)
    answer = query(workspace, _ALL if as_json else _MEANS, [experiment, target, target])
    if not answer.rows:
        raise StoreError(
            f"budgets of {experiment}",
            found="no rows" if spec.budgets else "the experiment has no label budgets",
            remedy=f"tickertone run {experiment}"
            if spec.budgets
            else f"add budgets to data/experiments/{experiment}.yaml",
        )
    title = f"{experiment}: accuracy in %, {target or 'mean of targets'}, by labels per class"
    show(answer if as_json else _by_budget(answer), as_json=as_json, title=title)


def _by_budget(answer: "Answer") -> "Answer":
    """A row for each option and combiner, a column for each budget."""
    from tickertone.store.query import Answer

    found: dict[tuple[str, str], dict[int | None, Any]] = {}
    targets: dict[tuple[str, str], int] = {}
    for option, combiner, k, accuracy, count in answer.rows:
        found.setdefault((option, combiner), {})[k] = f"{100 * accuracy:.1f}"
        targets[option, combiner] = max(count, targets.get((option, combiner), 0))
    budgets: Sequence[int | None] = sorted(
        {k for row in found.values() for k in row}, key=lambda k: (k is None, k)
    )
    columns = ["all rows" if k is None else str(k) for k in budgets]
    return Answer(
        columns=("option", "system", "targets", *columns),
        rows=tuple(
            (*name, targets[name], *(row.get(k) for k in budgets)) for name, row in found.items()
        ),
    )

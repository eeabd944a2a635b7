"""`tickertone claims`: what papers say, and whether it holds here."""

from typing import Annotated

import typer

from tickertone.cli.results import AsJson
from tickertone.cli.show import show
from tickertone.errors import StoreError
from tickertone.workspace import Workspace

_ORDER = (
    "ORDER BY paper, try_cast(regexp_extract(claim, '^[0-9]+') AS INTEGER) NULLS LAST, claim, part"
)
_ALL = f"SELECT * EXCLUDE (fingerprint) FROM claims WHERE experiment = ? {_ORDER}"  # noqa: S608
_SHORT = f"""
    SELECT claim, CASE WHEN part = 0 THEN statement ELSE '  ' || comparison END AS "claim in words",
           CASE WHEN part > 0 THEN target END AS target,
           CASE WHEN metric = 'train_minutes' THEN measured::DECIMAL(9, 1) || ' min'
                ELSE (100 * measured)::DECIMAL(5, 1)::TEXT END AS difference,
           (100 * low)::DECIMAL(5, 1) || ' to ' || (100 * high)::DECIMAL(5, 1) AS "95 %",
           verdict, why
    FROM claims WHERE experiment = ? {_ORDER}
"""  # noqa: S608


def claims(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments")],
    as_json: AsJson = False,
) -> None:
    """Show the claims that an experiment tests: verdicts, and the comparisons behind them."""
    from tickertone.catalog.load import load_catalog
    from tickertone.store.query import query

    workspace = Workspace.find()
    spec = load_catalog(workspace.data).experiment(experiment)
    answer = query(workspace, _ALL if as_json else _SHORT, [experiment])
    if not answer.rows:
        raise StoreError(
            f"claims of {experiment}",
            found="no rows" if spec.claims else "the experiment tests no claims",
            remedy=f"tickertone run {experiment}"
            if spec.claims
            else f"add claims to data/experiments/{experiment}.yaml",
        )
    show(answer, as_json=as_json)

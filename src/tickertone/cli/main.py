"""The command line: one module a group of commands."""

import typer

from tickertone.cli import (
    accept,
    budgets,
    catalog,
    claims,
    doctor,
    lock,
    maintenance,
    plan,
    results,
    run,
)
from tickertone.cli.mistakes import told

app = typer.Typer(
    name="tickertone",
    help="Sentiment models for financial text: train a family, keep every logit, combine them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run.run)
app.command()(plan.plan)
app.command()(plan.why)
app.command()(accept.accept)
app.command()(results.leaderboard)
app.command()(budgets.budgets)
app.command()(claims.claims)
app.command()(results.sql)
app.command()(results.report)
app.command()(catalog.datasets)
app.command()(catalog.models)
app.command()(lock.lock)
app.command()(doctor.doctor)
app.command()(maintenance.verify)
app.command()(maintenance.rebuild)
app.command()(maintenance.prune)
app.command()(maintenance.backup)
app.command()(maintenance.restore)


def main() -> None:
    """Run a command; what a user can cure is printed without a stack trace, exit status 1."""
    with told():
        app()


if __name__ == "__main__":
    main()

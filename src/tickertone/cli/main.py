"""The command line: one module a group of commands, and one place where errors become words."""

import sys

import typer

from tickertone.cli import catalog, doctor, lock, maintenance, plan, results, run
from tickertone.errors import TickertoneError
from tickertone.store.disk import disk_error

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
app.command()(results.leaderboard)
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
    try:
        app()
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        said = disk_error(error) or f"{error.filename or 'the system'}: {error.strerror}"
        print(f"error: {said}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()

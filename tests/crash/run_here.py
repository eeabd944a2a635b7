"""A run without Prefect that ends as the command does: python -m tests.crash.run_here NAME."""

import sys

from tickertone.dag.run import Run, run_here
from tickertone.errors import TickertoneError
from tickertone.workspace import Workspace


def main(experiment: str) -> int:
    """Run it in the workspace that TICKERTONE_HOME names; the exit status."""
    try:
        summary = run_here(Run.open(Workspace.find(), experiment), lambda line: print(line))
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(summary, file=sys.stderr)
    return 1 if summary.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

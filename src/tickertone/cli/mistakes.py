"""The one place where errors become words, and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tickertone.errors import TickertoneError
from tickertone.store.disk import disk_error


@contextmanager
def told(status: int = 1) -> Iterator[None]:
    """What a user can cure ends the process with this status: its own words, no stack trace."""
    try:
        yield
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(status)
    except OSError as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        sys.exit(status)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


def in_words(error: OSError) -> str:
    """An error of the system as a person may read it, with a remedy if the disk caused it."""
    words = f"{error.filename or 'the system'}: {error.strerror or error}"
    return str(disk_error(error) or words)

"""How many trainings a machine takes side by side, and what each of them may have of it.

A small network makes poor use of many cores, and of one alone while it starts: two trainings with
half of the cores each are done sooner than one after the other with all. A GPU trains one model at
a time.
"""

import psutil

from tickertone.training.devices import visible_gpus
from tickertone.training.threads import cores

_SIDE_BY_SIDE = 2


def places() -> int:
    """How many small trainings may run at once."""
    return 1 if visible_gpus() else min(_SIDE_BY_SIDE, cores())


def places_taken(memory: float | None, places: int) -> int:
    """Of so many places, those of a training that may need so many bytes; None: not known.

    One if its share of RAM has room for it, else all.
    """
    return 1 if memory is not None and memory * places <= _ram() else places


def threads_of(taken: int, places: int) -> int:
    """The cores of a training that has taken some of the places."""
    return max(cores() * taken // places, 1)


def _ram() -> int:
    """Bytes of this machine."""
    return int(psutil.virtual_memory().total)

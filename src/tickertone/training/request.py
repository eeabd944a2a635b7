"""What a training process is asked to do, as JSON; and what it reports when it is done."""

from pathlib import Path

from tickertone.frozen import JSON, Frozen
from tickertone.models.protocol import Fitted


class FitRequest(Frozen):
    """A fit, in words that survive a process boundary. Modules are named, not imported."""

    subject: str
    fit: str  # module with a function `fit`
    embeddings: str | None  # module with `remembering_embed`, if the recipe is on embeddings
    uses_torch: bool
    recipe: dict[str, JSON]  # the family parses it
    labels: tuple[str, ...]
    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    out: Path
    scratch: Path
    project: Path
    shards: Path
    checkpoint_seconds: float = 90.0
    threads: int | None = None  # at most so many; None: as many as are of use


class Measurements(Fitted):
    """What a fit was measured to cost, and what came out."""

    train_seconds: float  # of the whole fit, over resumptions: loading, training, dev
    # Resident set of the process (the first of several), plus what it allocated on a GPU.
    peak_memory_mb: float
    threads: int
    processes: int = 1
    micro_batch: int | None = None  # rows that a process took at a time; None: nothing was trained

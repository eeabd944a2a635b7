"""`tickertone lock`: ask the Hub for the commits that stanzas leave open, and write them down."""

from tickertone.workspace import Workspace


def lock() -> None:
    """Resolve every `revision: null` of data/ on the Hub and record the commit."""
    from tickertone.datasets.sources.lock import lock_revisions

    for line in lock_revisions(Workspace.find().data):
        print(line)

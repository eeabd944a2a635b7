"""models.yaml as it is meant: stanzas that stand for several models, written out."""

from typing import Any

from tickertone.catalog.few import with_few
from tickertone.catalog.seeds import Groups, with_seeds


def written_out(shown: str, raw: Any) -> tuple[Any, Groups]:
    """The content with one stanza a model; and the names that each group of models has.

    Raises ConfigError for draws and seeds that are none, repeat, or make a name twice.
    """
    raw, draws = with_few(shown, raw)
    raw, seeds = with_seeds(shown, raw)
    return raw, draws | seeds

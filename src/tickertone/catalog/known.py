"""A name in one stanza must be that of another."""

from collections.abc import Iterable

from tickertone.catalog.mistakes import nearest
from tickertone.errors import ConfigError

_MOST = 20  # names that are listed; the nearest is named in any case


def require_known(place: str, what: str, name: str, known: Iterable[str]) -> None:
    """Raise ConfigError, with the nearest known name, unless `name` is one of them."""
    names = list(known)
    if name not in names:
        expected = f"one of {', '.join(names)}" if len(names) < _MOST else "a name in data/"
        raise ConfigError(
            place,
            found=f"unknown {what} {name!r}",
            expected=expected if names else f"a {what} that is declared; there is none",
            remedy=nearest(name, names) or f"correct the name, or add a stanza for this {what}",
        )

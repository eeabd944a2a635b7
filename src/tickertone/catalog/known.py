"""A name in one stanza must be that of another."""

from collections.abc import Iterable

from tickertone.catalog.mistakes import nearest
from tickertone.errors import ConfigError


def require_known(place: str, what: str, name: str, known: Iterable[str]) -> None:
    """Raise ConfigError, with the nearest known name, unless `name` is one of them."""
    names = list(known)
    if name not in names:
        raise ConfigError(
            place,
            found=f"unknown {what} {name!r}",
            expected="one of " + ", ".join(names),
            remedy=nearest(name, names) or f"correct the name, or add a stanza for this {what}",
        )

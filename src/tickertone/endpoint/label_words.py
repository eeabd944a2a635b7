"""Which label a piece of an answer means, whatever its casing and the marks around it."""

import re
from collections.abc import Sequence

from tickertone.errors import ConfigError

_MARKS = " \t\r\n\"'`*_#([{<:.-▁Ġ"  # the last two: how some tokenizers show a space
_NEGATED = re.compile(r"(?<!\w)(?:no|non|not|nor|neither|never|cannot|hardly|\w+n['\u2019]t)(?!\w)")
_SHORTEST = 2  # letters: "I" may begin "increase", and just as well "I think"


class Undecided:
    """A text that may still become one of several labels, once more of it is there."""


UNDECIDED = Undecided()


def plain(text: str) -> str:
    """In lower case, without spaces and marks before it."""
    return text.lstrip(_MARKS).rstrip().casefold()


def plain_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels as answers are compared with them. Raises ConfigError if two look alike."""
    words = tuple(plain(label) for label in labels)
    if "" in words or len({*words}) != len(words):
        raise ConfigError(
            "label words",
            found=", ".join(repr(label) for label in labels),
            expected="words that differ in more than their casing and marks",
            remedy="choose other label words",
        )
    return words


def begins(text: str, words: Sequence[str]) -> int | Undecided | None:
    """The position of the label that `text`, the beginning of an answer, can only become."""
    start = plain(text)
    whole = [i for i, word in enumerate(words) if _is_at(word, start)]
    if whole:
        return max(whole, key=lambda i: len(words[i]))
    if not start:
        return UNDECIDED
    possible = [i for i, word in enumerate(words) if word.startswith(start)]
    if not possible:
        return None
    return possible[0] if len(possible) == 1 and len(start) >= _SHORTEST else UNDECIDED


def named(answer: str, words: Sequence[str]) -> int | None:
    """The label that a whole answer begins with, else the only one that it names; else None.

    A label with a negation somewhere before it ("not positive") is not named.
    """
    first = begins(answer, words)
    if isinstance(first, int):
        return first
    text = answer.casefold()
    places = {i: at for i, word in enumerate(words) if (at := re.search(_whole(word), text))}
    if len(places) != 1:
        return None
    ((label, at),) = places.items()
    return None if _NEGATED.search(text[: at.start()]) else label


def _is_at(word: str, start: str) -> bool:
    return re.match(_whole(word), start) is not None


def _whole(word: str) -> str:
    return rf"(?<!\w){re.escape(word)}(?!\w)"

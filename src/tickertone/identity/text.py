"""Identity of texts and examples, and the lossy key that finds near-twins.

`text_id` is the identity of the exact input that a model would see: Unicode NFC, line ends as \\n,
nothing else normalised. `near_key` is lossy and is used for leak checks and for carving dev only,
never for scores.
"""

import hashlib
import re
import unicodedata

_URL = re.compile(r"https?://\S+|www\.\S+")
_WORD = re.compile(r"[^\W_]+")  # a run of letters and digits
_SEPARATOR = "\x1f"


def normalise(text: str) -> str:
    """The text as a model sees it: NFC, every line end a single \\n."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_id(text: str, text_b: str | None = None) -> str:
    """sha256 (hex) of one normalised text, or of both parts of a pair."""
    parts = [normalise(text)] if text_b is None else [normalise(text), normalise(text_b)]
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()


def example_id(task: str, of_text: str, entity: str | None = None) -> str:
    """sha256 (hex) of the task, a text_id, and the target entity where a text has several."""
    return hashlib.sha256(_SEPARATOR.join([task, of_text, entity or ""]).encode()).hexdigest()


def near_key(text: str, text_b: str | None = None) -> str:
    """URLs removed, lower case, letters and digits only: equal for texts that say the same."""
    return near_words(text, text_b).replace(" ", "")


def near_words(text: str, text_b: str | None = None) -> str:
    """The near_key with one space between runs of letters and digits."""
    joined = text if text_b is None else f"{text} {text_b}"
    bare = _URL.sub(" ", unicodedata.normalize("NFC", joined)).lower()
    return " ".join(_WORD.findall(bare))

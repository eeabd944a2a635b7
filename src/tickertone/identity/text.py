"""Identity of texts and examples, and the lossy words that find near-twins.

`text_id` is the identity of the exact input that a model would see: Unicode NFC, line ends as \\n,
nothing else normalised. `near_words` is lossy and is used for leak checks and for carving dev
only, never for scores.
"""

import hashlib
import re
import unicodedata

_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")  # a run of letters and digits
_SEPARATOR = "\x1f"


def normalise(text: str) -> str:
    """The text as a model sees it: NFC, every line end a single \\n."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_id(text: str, text_b: str | None = None) -> str:
    """sha256 (hex) of one normalised text, or of both parts of a pair."""
    first = normalise(text).encode()
    if text_b is None:
        return hashlib.sha256(first).hexdigest()
    # No UTF-8 holds the byte ff, so a pair is never a text; its length says where a part ends.
    parts = (first, normalise(text_b).encode())
    framed = b"".join(b"\xff%d:%b" % (len(part), part) for part in parts)
    return hashlib.sha256(framed).hexdigest()


def example_id(task: str, of_text: str, entity: str | None = None) -> str:
    """sha256 (hex) of the task, a text_id, and the target entity where a text has several."""
    return hashlib.sha256(_SEPARATOR.join([task, of_text, entity or ""]).encode()).hexdigest()


def near_words(text: str, text_b: str | None = None) -> str:
    """The runs of letters and digits, lower case, one space between them, URLs removed."""
    joined = text if text_b is None else f"{text} {text_b}"
    bare = _URL.sub(" ", unicodedata.normalize("NFC", joined)).lower()
    return " ".join(_WORD.findall(bare))

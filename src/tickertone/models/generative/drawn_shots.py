"""The examples that were drawn for a prompt, kept as shots.json: all that such a model is."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tickertone.models.generative.prompts import Shot

_FILE = "shots.json"


def write_shots(folder: Path, shots: Sequence[Sequence[str | None]]) -> str:
    """Write examples, each [text, second part or None, label]; a line that says how many."""
    written = json.dumps(shots, ensure_ascii=False, indent=1)
    (folder / _FILE).write_text(written, encoding="utf-8")
    return f"{len(shots)} examples drawn for the prompt" if shots else "nothing to fit: zero-shot"


def read_shots(folder: Path, words: Mapping[str, str]) -> list[Shot]:
    """What `write_shots` wrote, with the word of each label."""
    drawn = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return [Shot(a if b is None else (a, b), words[label]) for a, b, label in drawn]

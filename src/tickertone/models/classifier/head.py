"""Which output of a published classifier is which label of the task.

Published label orders differ, so none is guessed: the stanza names every label of the checkpoint.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from tickertone.errors import ModelError


def columns(
    base: Path, name: str, head: Mapping[str, str], labels: tuple[str, ...]
) -> tuple[int, ...]:
    """For each label of the task the output of the base in `base` that stands for it.

    Raises ModelError unless `head` names just the labels of config.json, and all of the task's.
    """
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    own = {str(label): int(at) for at, label in (config.get("id2label") or {}).items()}
    if own.keys() != head.keys() or {*head.values()} != {*labels}:
        raise ModelError(
            f"base {name}",
            found=f"labels {', '.join(sorted(own)) or 'not named'} in config.json, and in head "
            + ", ".join(f"{theirs}: {ours}" for theirs, ours in head.items()),
            expected=f"each label of config.json once, standing for {', '.join(labels)}",
            remedy="correct head of the model in data/models.yaml by the checkpoint's card",
        )
    ours = {label: own[theirs] for theirs, label in head.items()}
    return tuple(ours[label] for label in labels)

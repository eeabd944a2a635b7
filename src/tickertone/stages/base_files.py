"""Where the weights are that a model starts from, if they came out of another step."""

from collections.abc import Mapping
from typing import Any

from tickertone.stages.work import Work

BASE = "base"  # the role of such an input: all files of a model


def with_base_files(stanza: Mapping[str, Any], work: Work) -> dict[str, Any]:
    """A recipe or form whose base is a folder of this store, where another model is its base."""
    files = work.inputs.get(BASE)
    if files is None:
        return dict(stanza)
    return {**stanza, "base": {"folder": str(files[0].parent)}}

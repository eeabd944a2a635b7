"""One file from the Hugging Face Hub at a pinned commit, through its own cache.

HF_HUB_OFFLINE is honoured: then only what is cached is found.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tickertone import hub
from tickertone.errors import DataError
from tickertone.workspace import MIRROR_VARIABLE

_MIRROR = f"set {MIRROR_VARIABLE} to a folder that holds the data"


def download(
    repository: str, revision: str, file: str, *, wait: Callable[[float], None] = time.sleep
) -> Path:
    """The file in the Hub's cache, fetched if it is not there yet; shows the Hub's progress bar.

    Raises SourceUnavailable if the Hub does not answer, DataError if it has no such repository,
    commit or file, refuses access, or if HF_HUB_OFFLINE is set and the file is not cached.
    """
    from huggingface_hub import hf_hub_download

    place = f"{repository}@{revision[:12]}/{file}"
    return Path(
        hub.answer(
            lambda: hf_hub_download(repository, file, repo_type="dataset", revision=revision),
            partial(_refusal, place=place, repository=repository),
            place=place,
            remedy=_MIRROR,
            wait=wait,
        )
    )


def _refusal(error: BaseException, *, place: str, repository: str) -> DataError:
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    remedy = "correct source and files of this data set in data/datasets.yaml"
    match error:
        case OfflineModeIsEnabled():
            found = "HF_HUB_OFFLINE is set and the file is not in the Hub's cache"
            remedy = f"unset HF_HUB_OFFLINE, or {_MIRROR}"
        case GatedRepoError():
            found = f"{repository} is gated"
            remedy = f"accept its terms on the Hub and set HF_TOKEN, or {_MIRROR}"
        case RepositoryNotFoundError():
            found = f"the Hub has no data set {repository}, or this token may not see it"
        case RevisionNotFoundError():
            found = "the Hub has no such commit of it"
            remedy = "set revision to null in data/datasets.yaml and run `tickertone lock`"
        case EntryNotFoundError():
            found = "that commit has no such file"
        case _:
            found = f"the Hub refuses: {error}".splitlines()[0]
            remedy = f"check HF_TOKEN, or {_MIRROR}"
    return DataError(place, found=found, expected="a file that the Hub has", remedy=remedy)

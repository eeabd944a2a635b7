"""One file from the Hugging Face Hub at a pinned commit, through its own cache.

The library repeats a look-up that fails; a transfer that breaks off it does not, so this module
does, with exponential waits and jitter, so that many workers do not come back at the same moment.
HF_HUB_OFFLINE is honoured: then only what is cached is found.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

from tickertone.errors import DataError, SourceUnavailable
from tickertone.workspace import MIRROR_VARIABLE

ATTEMPTS = 4
FIRST_WAIT_SECONDS = 1.0
_PASSING = {408, 425, 429}  # and every 5xx: the request was fine, the moment was not
_MIRROR = f"set {MIRROR_VARIABLE} to a folder that holds the data"


def download(
    repository: str, revision: str, file: str, *, wait: Callable[[float], None] = time.sleep
) -> Path:
    """The file in the Hub's cache, fetched if it is not there yet; shows the Hub's progress bar.

    Raises SourceUnavailable if the Hub does not answer, DataError if it has no such repository,
    commit or file, refuses access, or if HF_HUB_OFFLINE is set and the file is not cached.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.errors import HTTPError as TransportError  # type: ignore[attr-defined]

    place = f"{repository}@{revision[:12]}/{file}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return Path(hf_hub_download(repository, file, repo_type="dataset", revision=revision))
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status < 500 and status not in _PASSING:
                raise _refusal(error, place, repository) from error
            if attempt == ATTEMPTS:
                raise _no_answer(place, f"status {status}", attempt) from error
        except FileNotFoundError as error:  # not cached, and the look-up was repeated in vain
            raise _not_cached(error, place) from error
        except (OSError, TransportError) as error:
            if attempt == ATTEMPTS:
                raise _no_answer(place, f"{type(error).__name__}: {error}", attempt) from error
        wait(FIRST_WAIT_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
    raise AssertionError("unreachable: the last attempt returns or raises")


def _refusal(error: Exception, place: str, repository: str) -> DataError:
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    remedy = "correct source and files of this data set in data/datasets.yaml"
    match error:
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


def _not_cached(error: Exception, place: str) -> DataError | SourceUnavailable:
    from huggingface_hub.constants import is_offline_mode

    if is_offline_mode():
        return DataError(
            place,
            found="HF_HUB_OFFLINE is set and the file is not in the Hub's cache",
            expected="a cached file",
            remedy=f"unset HF_HUB_OFFLINE, or {_MIRROR}",
        )
    cause = error.__cause__ or error
    return _no_answer(place, f"{type(cause).__name__}: {cause}".splitlines()[0], 1)


def _no_answer(place: str, why: str, attempts: int) -> SourceUnavailable:
    return SourceUnavailable(
        place,
        found=f"the Hub did not answer ({why}; tries: {attempts})",
        expected="the file",
        remedy=f"try again later, or {_MIRROR}",
    )

"""`tickertone lock`: ask the Hub for the commits that stanzas leave open, and write them down.

Only the null after `revision:` changes in a file (or that line is added above `hub:`): comments,
order and layout stay to the byte, which no dump of the parsed file would promise.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from tickertone.errors import ConfigError, SourceUnavailable

Kind = Literal["dataset", "model"]
Resolve = Callable[[Kind, str], str]
_FILES: dict[str, Kind] = {"datasets.yaml": "dataset", "models.yaml": "model"}
_COMMIT = re.compile("[0-9a-f]{40}")
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class _Gap:
    """A stanza that names a Hub repository and no commit: what to replace, and by what."""

    repository: str
    start: int
    end: int
    template: str


def lock_revisions(data_folder: Path, *, resolve: Resolve | None = None) -> list[str]:
    """Pin every open Hub revision of data/datasets.yaml and data/models.yaml; one line for each.

    Nothing is written unless all of a file's repositories resolve. Raises ConfigError if the Hub
    does not know a repository, SourceUnavailable if it does not answer.
    """
    ask = resolve or hub_commit
    lines = []
    for name, kind in _FILES.items():
        path = data_folder / name
        text = path.read_bytes().decode()  # line ends as they are
        gaps = list(_gaps(text))
        repositories = sorted({gap.repository for gap in gaps})
        commits = {repository: ask(kind, repository) for repository in repositories}
        for gap in sorted(gaps, key=lambda gap: gap.start, reverse=True):
            filled = gap.template.format(commits[gap.repository])
            text = text[: gap.start] + filled + text[gap.end :]
        if gaps:
            _replace(path, text)
        lines += [f"{data_folder.name}/{name}: {r} is pinned at {c}" for r, c in commits.items()]
    return lines or ["every Hub revision is pinned already"]


def hub_commit(kind: Kind, repository: str) -> str:
    """The commit at the head of a repository's default branch, 40 hex digits."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.errors import HTTPError as TransportError  # type: ignore[attr-defined]

    try:
        commit = HfApi().repo_info(repository, repo_type=kind).sha
    except HfHubHTTPError as error:
        if error.response.status_code < 500 and error.response.status_code != 429:
            raise ConfigError(
                repository,
                found=f"the Hub refuses (status {error.response.status_code})",
                expected=f"a {kind} on the Hub that this token may read",
                remedy=f"correct its name in data/{kind}s.yaml, or set HF_TOKEN",
            ) from error
        raise _no_answer(repository, f"status {error.response.status_code}") from error
    except (OSError, TransportError) as error:
        raise _no_answer(repository, f"{type(error).__name__}: {error}") from error
    if commit is None or not _COMMIT.fullmatch(commit):
        raise _no_answer(repository, f"it named no commit but {commit!r}")
    return str(commit)


def _no_answer(repository: str, why: str) -> SourceUnavailable:
    return SourceUnavailable(
        repository,
        found=f"the Hub did not answer ({why})",
        expected="the commit to pin",
        remedy="run `tickertone lock` on a machine that reaches the Hub, with HF_HUB_OFFLINE unset",
    )


def _gaps(text: str) -> Iterator[_Gap]:
    waiting = [yaml.compose(text, Loader=yaml.SafeLoader)]
    seen: set[int] = set()  # an alias leads to a node that was met before
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
            if (gap := _gap(node)) is not None:
                yield gap


def _gap(node: yaml.MappingNode) -> _Gap | None:
    fields = {key.value: (key, value) for key, value in node.value}
    if "hub" not in fields or fields["hub"][1].tag == _NULL:
        return None
    hub, repository = fields["hub"]
    if "revision" not in fields:
        at = hub.start_mark.index
        below = ", " if node.flow_style else "\n" + " " * hub.start_mark.column
        return _Gap(repository.value, at, at, 'revision: "{}"' + below)
    revision = fields["revision"][1]
    if revision.tag != _NULL:
        return None
    start, end = revision.start_mark.index, revision.end_mark.index
    return _Gap(repository.value, start, end, '"{}"' if end > start else ' "{}"')


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)

"""YAML as people write it: safe types only, no key twice, mistakes told with their place."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from tickertone.errors import ConfigError


class _Strict(yaml.constructor.SafeConstructor):
    """Safe types; the plain one would let a later key silently replace an earlier one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice in one mapping; merge keys (<<) may be overridden."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands here a second time",
                    problem_mark=key_node.start_mark,
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _StrictLoader(_Strict, yaml.SafeLoader):
    """Its messages are the clearer ones."""


try:

    class _FastLoader(_Strict, yaml.CSafeLoader):
        """In C, ten times as fast: half of what a catalog takes to load."""

except AttributeError:  # PyYAML was built without libyaml
    _FastLoader = _StrictLoader  # type: ignore[misc, assignment]


def read_yaml(path: Path, shown: str) -> Any:
    """What a YAML file says; `shown` is how messages call it.

    Raises ConfigError if the file is missing, empty, not UTF-8 or not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        value = _load(text)
    except FileNotFoundError:
        raise ConfigError(
            shown, found="no such file", expected="a YAML file", remedy=f"restore {shown}"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            shown,
            found=f"byte {error.start} is not UTF-8",
            expected="YAML in UTF-8",
            remedy="save the file as UTF-8",
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(
            shown + where,
            found=" ".join(part for part in (error.context, error.problem) if part),
            expected="YAML",
            remedy="correct that line, or the one before it: indentation, colons, quotes",
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(
            shown, found=str(error).replace("\n", " "), expected="YAML", remedy="correct the file"
        ) from None
    if value is None:
        raise ConfigError(shown, found="an empty file", expected="stanzas", remedy=f"fill {shown}")
    return value


def _load(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_FastLoader)  # noqa: S506  (safe types only)
    except yaml.YAMLError:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (it will say what is wrong)

"""A Pydantic error in the words of the person who wrote the YAML.

Names the stanza and field, what was found there, what is allowed, and for a misspelt name the
nearest allowed one.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tickertone.errors import ConfigError


def explain(error: ValidationError, shown: str, raw: Any, kind: type[BaseModel]) -> ConfigError:
    """One of Pydantic's errors as a ConfigError; `raw` is what was in the file `shown`.

    Unknown fields come first: a misspelt name is also the cause of the field that is missing.
    """
    errors = error.errors(include_url=False)
    first, *others = sorted(errors, key=lambda e: e["type"] != "extra_forbidden")
    path, value = _follow(first["loc"], raw, missing=first["type"] == "missing")
    found, expected, remedy = _describe(first, path, value, kind)
    if others:
        remedy = f"{remedy}; {len(others)} more in this file"
    path_in_message, colon, rest = found.partition(": ")
    if colon and path_in_message.startswith("datasets."):
        path, found = [path_in_message], rest
    return ConfigError(_place(shown, path), found=found, expected=expected, remedy=remedy)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """ "did you mean ...?" for a misspelt name, or nothing."""
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def _place(shown: str, path: list[str]) -> str:
    return f"{shown}, {'.'.join(path)}" if path else shown


def _follow(loc: tuple[int | str, ...], raw: Any, *, missing: bool) -> tuple[list[str], Any]:
    """The part of an error's location that stands in the file, and the value there.

    Pydantic puts the tags of unions, such as "encoder", into locations: the file has no such level.
    """
    path: list[str] = []
    value = raw
    for at, part in enumerate(loc):
        if _is_there(value, part):
            value = value[part]
        elif not (missing and at == len(loc) - 1):
            continue
        path.append(str(part))
    return path, value


def _is_there(value: Any, part: int | str) -> bool:
    if isinstance(value, list | tuple):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, Mapping) and part in value


def _describe(
    error: ErrorDetails, path: list[str], value: Any, kind: type[BaseModel]
) -> tuple[str, str, str]:
    """What was found, what is expected, and the remedy."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "extra_forbidden":
            allowed = _fields(kind.model_json_schema(), error["loc"][:-1])
            hint = nearest(path[-1], allowed) or "take it out, or correct its name"
            return f"unknown field {path[-1]!r}", f"one of {', '.join(allowed)}", hint
        case "missing":
            return "the field is missing", "a value", "add the field"
        case "union_tag_invalid":
            tag, tags = str(context["tag"]), str(context["expected_tags"]).replace("'", "")
            field = str(context["discriminator"]).strip("'")
            hint = nearest(tag, tags.split(", ")) or "take one of these"
            return f"{field}: {tag!r}", f"one of {tags}", hint
        case "union_tag_not_found":
            return f"no field {context['discriminator']}", "that field", "add it"
        case "literal_error":
            allowed = [
                a.strip("' ") for a in str(context["expected"]).replace(" or ", ",").split(",")
            ]
            hint = nearest(str(value), allowed) or "take one of these"
            return f"{value!r}", f"one of {', '.join(allowed)}", hint
        case "string_type" if error["loc"][-1] == "[key]":
            return (
                f"the key {error['input']!r}",
                "a string",
                f'put it in quotes: "{error["input"]}"',
            )
        case "value_error":
            return str(context["error"]), "", "correct this stanza"
    expected = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    what = error["input"] if error["loc"] and error["loc"][-1] == "[key]" else value
    return _brief(what), expected, "correct the value"


def _brief(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 120 else f"{shown[:117]}..."


def _fields(schema: Mapping[str, Any], loc: tuple[int | str, ...]) -> list[str]:
    """The field names that JSON schema allows at a location."""
    definitions = schema.get("$defs", {})

    def resolve(node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return node

    node = resolve(schema)
    for part in loc:
        tags = node.get("discriminator", {}).get("mapping", {})
        if part in tags:
            node = resolve({"$ref": tags[part]})
        elif part in node.get("properties", {}):
            node = resolve(node["properties"][part])
        else:
            step = node.get("items") or node.get("additionalProperties")
            if not isinstance(step, Mapping):  # names that must match a pattern
                step = next(iter(node.get("patternProperties", {}).values()), {})
            node = resolve(step)
        if "anyOf" in node:
            node = next((r for r in map(resolve, node["anyOf"]) if "properties" in r), node)
    return sorted(node.get("properties", {}))

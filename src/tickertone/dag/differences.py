"""What changed between two identities of a step, in words that name the place.

Pure: it sees the parts alone. What changed inside an input, such as rows, comes from the caller.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tickertone.frozen import JSON
from tickertone.identity.fingerprint import Parts

_LONGEST = 60  # characters of a value, so that a phrase stays a phrase
_MOST = 4  # names in a phrase
_HASH = re.compile(r"[0-9a-f]{40,64}")
_DERIVED = {"scorer"}  # a setting that is the hash of other parts: these are named themselves
Named = Callable[[str], tuple[str, str]]


def differences(
    before: Parts,
    now: Parts,
    inside: Mapping[str, Sequence[str]] | None = None,
    named: Named = lambda role: ("", role),
) -> list[str]:
    """Phrases such as "recipe.learning_rate 0.0001 -> 0.0002", settings first.

    `inside`: role of an input -> phrases that say what changed in it, in place of "ROLE changed".
    `named`: how people call a role, such as ("logits of", "words"); those of one sort share a
    phrase. No phrase at all means equal parts.
    """
    old = {name: value for name, value in before.settings.items() if name not in _DERIVED}
    new = {name: value for name, value in now.settings.items() if name not in _DERIVED}
    return [
        *_in_mappings("", old, new),
        *_in_inputs(before.inputs, now.inputs, inside or {}, named),
        *_in_code(before.code, now.code),
        *_in_libraries(before.libraries, now.libraries),
    ]


def _in_mappings(path: str, old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        place = f"{path}.{name}" if path else name
        if name not in old:
            yield f"{place} added: {_brief(new[name])}"
        elif name not in new:
            yield f"{place} removed"
        elif old[name] != new[name]:
            yield from _in_values(place, old[name], new[name])


def _in_values(place: str, old: JSON, new: JSON) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _in_mappings(place, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _in_lists(place, old, new)
    elif _is_hash(old) and _is_hash(new):
        yield f"{place} changed"
    else:
        yield f"{place} {_brief(old)} -> {_brief(new)}"


def _in_lists(place: str, old: list[JSON], new: list[JSON]) -> Iterator[str]:
    """Lists of names, or of stanzas with a name each, by name; others as a whole."""
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        yield f"{place} {_brief(old)} -> {_brief(new)}"
        return
    for verb, names in (
        ("gained", [n for n in after if n not in before]),
        ("lost", [n for n in before if n not in after]),
    ):
        if names:
            yield f"{place} {verb} {_some(names)}"
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        yield f"{place} in another order"
    for name in both:
        if before[name] != after[name]:
            yield from _in_values(f"{place}.{name}", before[name], after[name])


def _by_name(items: list[JSON]) -> dict[str, JSON] | None:
    named: dict[str, JSON] = {}
    for item in items:
        name = item.get("name") if isinstance(item, dict) else item
        if not isinstance(name, str) or name in named:
            return None
        named[name] = item
    return named


def _in_inputs(
    old: Mapping[str, str],
    new: Mapping[str, str],
    inside: Mapping[str, Sequence[str]],
    named: Named,
) -> Iterator[str]:
    sorts: dict[tuple[str, str], dict[str, None]] = {}  # (what, verb) -> names, each once
    for role in dict.fromkeys([*old, *new]):
        if old.get(role) == new.get(role):
            continue
        verb = "added" if role not in old else "removed" if role not in new else "changed"
        what, name = named(role)
        if verb == "changed" and role in inside:
            yield from inside[role]
        elif what:
            sorts.setdefault((what, verb), {})[name] = None
        else:
            yield f"{name} {verb}"
    for (what, verb), names in sorts.items():
        yield f"{what} {_some(names)} {verb}"


def _in_code(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for module in sorted({*old, *new}):
        if module not in old:
            yield f"module {module} added"
        elif module not in new:
            yield f"module {module} removed"
        elif old[module] != new[module]:
            yield f"module {module} changed"


def _in_libraries(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield f"{name} {new[name]} added"
        elif name not in new:
            yield f"{name} removed"
        elif old[name] != new[name]:
            yield f"{name} {old[name]} -> {new[name]}"


def _is_hash(value: JSON) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _brief(value: JSON) -> str:
    if isinstance(value, str) and value:
        shown = value[:12] if _is_hash(value) else value
    else:
        shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."


def _some(names: Iterable[str]) -> str:
    shown = [*names]
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(shown[:_MOST]) + more

"""One stanza, several seeds: `seeds: [0, 1, 2]` in models.yaml stands for three models.

They are called NAME_s0, NAME_s1 and NAME_s2, are identified as if each were written out, and form a
group NAME in the experiments that name it. How the stanza was written is part of no identity.
"""

from collections.abc import Mapping
from typing import Any

from tickertone.errors import ConfigError

# The name of a stanza -> the names of its groups -> the models in each. All groups of a stanza
# together are what it stands for.
Groups = dict[str, dict[str, tuple[str, ...]]]


def with_seeds(shown: str, raw: Any) -> tuple[Any, Groups]:
    """The content of models.yaml with such stanzas written out; and the names that each became.

    Raises ConfigError for `seeds` that are no whole numbers, repeat, or make a name twice.
    """
    stanzas = raw.get("models") if isinstance(raw, Mapping) else None
    if not isinstance(stanzas, Mapping):
        return raw, {}
    written: dict[str, Any] = {}
    groups: Groups = {}
    for name, stanza in stanzas.items():
        if not isinstance(stanza, Mapping) or stanza.get("seeds") is None:
            written[name] = _without_seeds(stanza)
            continue
        seeds = _checked(f"{shown}, models.{name}.seeds", stanza["seeds"])
        names = tuple(f"{name}_s{seed}" for seed in seeds)
        groups[name] = {name: names}
        for member, seed in zip(names, seeds, strict=True):
            if member in stanzas:
                raise ConfigError(
                    f"{shown}, models.{name}.seeds",
                    found=f"a stanza {member} besides",
                    expected="a name for each seed that no other stanza has",
                    remedy="rename one of the two",
                )
            written[member] = {**_without_seeds(stanza), "seed": seed}
    return {**raw, "models": written}, groups


def with_groups(raw: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    """The content of an experiment, each stanza of several models named as them and as groups."""
    models, own = raw.get("models"), raw.get("groups", {})
    if not isinstance(models, list) or not isinstance(own, Mapping):
        return dict(raw)
    named = [m for m in models if isinstance(m, str) and m in groups]
    if not named:
        return dict(raw)
    given = {group: [*of] for name in named for group, of in groups[name].items()}
    lists = {field: raw[field] for field in ("models", "members") if field in raw}
    written = {field: _written_out(names, groups) for field, names in lists.items()}
    return {**raw, **written, "groups": {**given, **own}}


def _written_out(names: Any, groups: Groups) -> Any:
    if not isinstance(names, list):
        return names
    several = {name: [m for of in found.values() for m in of] for name, found in groups.items()}
    return [m for name in names for m in several.get(name, (name,))]


def _without_seeds(stanza: Any) -> Any:
    """A stanza that takes over another's may say `seeds: null` and have its one seed."""
    if not isinstance(stanza, Mapping):
        return stanza
    return {field: value for field, value in stanza.items() if field != "seeds"}


def _checked(place: str, seeds: Any) -> list[int]:
    fit = isinstance(seeds, list) and all(type(s) is int and s >= 0 for s in seeds)
    if not fit or len({*seeds}) != len(seeds) or not seeds:
        raise ConfigError(
            place,
            found=repr(seeds),
            expected="whole numbers from 0 on, each once, such as [0, 1, 2]",
            remedy="correct the list, or give a single seed as seed",
        )
    return [*seeds]

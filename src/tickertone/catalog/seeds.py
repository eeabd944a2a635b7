"""One stanza, several seeds: `seeds: [0, 1, 2]` in models.yaml stands for three models.

They are called NAME_s0, NAME_s1 and NAME_s2, are identified as if each were written out, and form a
group NAME in the experiments that name it. How the stanza was written is part of no identity.
"""

from collections.abc import Mapping
from typing import Any

from tickertone.errors import ConfigError

Groups = dict[str, tuple[str, ...]]


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
        groups[name] = tuple(f"{name}_s{seed}" for seed in seeds)
        for member, seed in zip(groups[name], seeds, strict=True):
            if member in stanzas:
                raise ConfigError(
                    f"{shown}, models.{name}.seeds",
                    found=f"a stanza {member} besides",
                    expected="a name for each seed that no other stanza has",
                    remedy="rename one of the two",
                )
            written[member] = {**_without_seeds(stanza), "seed": seed}
    return {**raw, "models": written}, groups


def with_groups(raw: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The content of an experiment, each model of several seeds named as them and as a group."""
    models, own = raw.get("models"), raw.get("groups", {})
    if not isinstance(models, list) or not isinstance(own, Mapping):
        return dict(raw)
    named = [m for m in models if isinstance(m, str) and m in groups]
    if not named:
        return dict(raw)
    members = [seed for m in models for seed in (groups[m] if m in named else (m,))]
    return {**raw, "models": members, "groups": {**{n: [*groups[n]] for n in named}, **own}}


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

"""One stanza, several draws of a few labels: `few: {per_class: [8, 32], draws: 3}` in models.yaml.

It stands for six models, NAME_k8_d0 to NAME_k32_d2, which are identified as if each were written
out as `few: {per_class: 8, draw: 0}`, and form the groups NAME_k8 and NAME_k32 in experiments.
"""

from collections.abc import Mapping
from typing import Any

from tickertone.catalog.seeds import Groups
from tickertone.errors import ConfigError


def with_few(shown: str, raw: Any) -> tuple[Any, Groups]:
    """The content of models.yaml with such stanzas written out; and the groups that each became.

    Raises ConfigError for numbers that make no sense, that make a name twice, or that stand beside
    `seeds`: to be called before these are written out (`with_seeds`).
    """
    stanzas = raw.get("models") if isinstance(raw, Mapping) else None
    if not isinstance(stanzas, Mapping):
        return raw, {}
    written: dict[str, Any] = {}
    groups: Groups = {}
    for name, stanza in stanzas.items():
        few = stanza.get("few") if isinstance(stanza, Mapping) else None
        if not isinstance(few, Mapping) or not ("draws" in few or _is_list(few.get("per_class"))):
            written[name] = stanza
            continue
        place = f"{shown}, models.{name}.few"
        if stanza.get("seeds") is not None:
            raise ConfigError(
                place,
                found="several draws, and seeds besides",
                expected="several of one of the two: either stands for a model each",
                remedy="give draws, no seeds",
            )
        groups[name] = {}
        for k in _numbers(place, few):
            draws = {f"{name}_k{k}_d{draw}": draw for draw in range(few["draws"])}
            groups[name][f"{name}_k{k}"] = tuple(draws)
            for member, draw in draws.items():
                if member in stanzas:
                    raise ConfigError(
                        place,
                        found=f"a stanza {member} besides",
                        expected="a name for each draw that no other stanza has",
                        remedy="rename one of the two",
                    )
                written[member] = {**stanza, "few": {"per_class": k, "draw": draw}}
    return {**raw, "models": written}, groups


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _numbers(place: str, few: Mapping[str, Any]) -> list[int]:
    """Each `per_class`, once all of `few` is known to be fit."""
    given, draws = few.get("per_class"), few.get("draws")
    numbers = given if isinstance(given, list) else [given]
    fit = {*few} == {"per_class", "draws"} and len(numbers) > 0
    fit = fit and all(type(n) is int and n >= 1 for n in [*numbers, draws])
    if not fit or len({*numbers}) != len(numbers):
        raise ConfigError(
            place,
            found=repr(dict(few)),
            expected="per_class, numbers from 1 on, each once, and draws, how many of each, "
            "such as {per_class: [8, 32], draws: 3}",
            remedy="correct the numbers, or give a single draw as {per_class: 8, draw: 0}",
        )
    return [*numbers]

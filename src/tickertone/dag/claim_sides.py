"""The sides of claims with names, groups, pools and published figures resolved, as settings."""

from collections.abc import Iterator
from typing import cast

from tickertone.catalog.claims import (
    BestOf,
    BestOfPool,
    ClaimSpec,
    ComparisonSpec,
    MeanOf,
    Published,
    Side,
    WithLabels,
    systems_of,
)
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON

System = str | WithLabels | BestOfPool
_SIDES = ("left", "right")


def comparisons(scope: Scope) -> Iterator[ComparisonSpec]:
    """All comparisons of the experiment, each of one target or of none."""
    for claim in scope.spec.claims:
        for comparison in claim.comparisons:
            yield from comparison.on_each_target()


def systems(scope: Scope, comparison: ComparisonSpec) -> list[System]:
    """All that a comparison on one target reads a figure of, groups resolved, each once.

    The best single member stands for itself where no member is one.
    """
    found: dict[System, None] = {}
    for side in (*comparison.left, *comparison.right):
        match side:
            case WithLabels():
                found[_settled(scope, side)] = None
            case BestOfPool():
                found |= dict.fromkeys(_single_members(scope, comparison.target) or (side,))
            case _:
                names = systems_of(side)
                found |= dict.fromkeys(m for name in names for m in _members(scope, name))
    return [*found]


def name_of(system: System) -> str:
    """How it is called in words, and in the settings."""
    match system:
        case WithLabels():
            given = "without labels"
            if system.labels:
                given = f"with {system.labels} label{'s' * (system.labels > 1)} per class"
            return f"{system.combiner} {given}"
        case BestOfPool():
            return "the best single member"
    return system


def parts(scope: Scope, claim: ClaimSpec) -> JSON:
    """A part for each pair of sides on each target, numbered from "1".

    A mean over targets is one part. By number, a change can be named.
    """
    found = [
        part
        for comparison in claim.comparisons
        for part in (_over(scope, comparison) if comparison.over else _each(scope, comparison))
    ]
    return {str(at): part for at, part in enumerate(found, start=1)}


def _each(scope: Scope, comparison: ComparisonSpec) -> list[JSON]:
    return [
        _part(scope, one, left, right)
        for one in comparison.on_each_target()
        for left in comparison.left
        for right in comparison.right
    ]


def _over(scope: Scope, comparison: ComparisonSpec) -> list[JSON]:
    each = [*comparison.on_each_target()]
    found: list[JSON] = []
    for left in comparison.left:
        for right in comparison.right:
            of = {one.target: _part(scope, one, left, right) for one in each}
            first = cast(dict[str, JSON], of[each[0].target])
            names = {side: {"name": cast(dict[str, JSON], first[side])["name"]} for side in _SIDES}
            found.append(cast(JSON, {**first, **names, "target": None, "over": of}))
    return found


def _part(scope: Scope, comparison: ComparisonSpec, left: Side, right: Side) -> JSON:
    return {
        "target": comparison.target,
        "relation": comparison.relation,
        "metric": comparison.metric,
        "split": comparison.split,
        "margin": comparison.margin,
        "left": _side(scope, comparison, left),
        "right": _side(scope, comparison, right),
    }


def _side(scope: Scope, comparison: ComparisonSpec, side: Side) -> JSON:
    match side:
        case float():
            return {"name": f"{side:g}", "value": side}
        case Published():
            row = next(
                row
                for row in scope.catalog.published
                if row.target == comparison.target and row.system == side.published
            )
            return {
                "name": f"{side.published} (published)",
                "value": getattr(row, comparison.metric),
            }
        case WithLabels():
            settled = _settled(scope, side)
            return {"name": name_of(settled), **settled.model_dump(mode="json")}
        case BestOfPool():
            members: list[JSON] = [[name] for name in _single_members(scope, comparison.target)]
            return {"name": name_of(side), "how": "best", "oracle": True, "groups": members}
        case BestOf():
            name = f"the best of {', '.join(side.best_of)}"
            return {"name": name, "how": "best", **_groups(scope, side.best_of)}
        case MeanOf():
            name = f"the mean of {', '.join(side.mean_of)}"
            return {"name": name, "how": "mean", **_groups(scope, side.mean_of)}
    return {"name": side, "how": "mean", **_groups(scope, (side,))}


def _groups(scope: Scope, names: tuple[str, ...]) -> dict[str, JSON]:
    """The systems behind each name: several where it is a group, which counts as one, its mean.

    `drawn` if each is a group of as many models of a few labels, that differ in the draw.
    """
    groups = [_members(scope, name) for name in names]
    drawn = len({len(group) for group in groups}) == 1 and all(_drawn(scope, g) for g in groups)
    return {"groups": [[*group] for group in groups], **({"drawn": True} if drawn else {})}


def _drawn(scope: Scope, group: tuple[str, ...]) -> bool:
    models = scope.catalog.models
    few = [getattr(models.get(name), "few", None) for name in group]
    return (
        len(group) > 1
        and all(one is not None for one in few)
        and len({one.per_class for one in few if one}) == 1
        and [one.draw for one in few if one] == [*range(len(group))]  # pairs are by position
    )


def _members(scope: Scope, name: str) -> tuple[str, ...]:
    return scope.spec.groups.get(name, (name,))


def _single_members(scope: Scope, target: str | None) -> tuple[str, ...]:
    """The members of a target's pool that are scored by themselves; none of one left out."""
    if target is None or target not in scope.targets:
        return ()
    members = {*scope.pool(target)}
    return tuple(name for name in scope.systems(target) if name in members)


def _settled(scope: Scope, side: WithLabels) -> WithLabels:
    """A rule that learns nothing is the same with any number of labels."""
    if scope.spec.combiners[side.combiner].learns:
        return side
    return side.model_copy(update={"labels": 0})

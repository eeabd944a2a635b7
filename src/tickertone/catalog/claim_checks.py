"""That the claims of an experiment speak of things there are.

A model of the catalog that the experiment does not have is no mistake: its comparisons are told as
not measurable. A name that the catalog does not know either is one.
"""

from collections.abc import Iterable, Mapping

from tickertone.catalog.claims import ComparisonSpec, Published, WithLabels, systems_of
from tickertone.catalog.experiments import ExperimentSpec
from tickertone.catalog.known import require_known
from tickertone.catalog.models import ModelSpec
from tickertone.catalog.published import PublishedRow
from tickertone.errors import ConfigError


def check_claims(
    shown: str,
    experiment: ExperimentSpec,
    models: Mapping[str, ModelSpec],
    published: Iterable[PublishedRow],
) -> None:
    """Targets, systems, budgets and published figures resolve; raises ConfigError."""
    rows = list(published)
    for number, claim in enumerate(experiment.claims):
        for at, comparison in enumerate(claim.comparisons):
            place = f"{shown}, claims.{number}.comparisons.{at}"
            field = "targets" if comparison.targets else "target"
            for one in comparison.on_each_target():
                if one.target is not None:
                    require_known(f"{place}.{field}", "target", one.target, experiment.targets)
                _check_sides(place, one, experiment, models, rows)


def _check_sides(
    place: str,
    comparison: ComparisonSpec,
    experiment: ExperimentSpec,
    models: Mapping[str, ModelSpec],
    published: list[PublishedRow],
) -> None:
    systems = [*models]
    if comparison.relation != "cheaper":  # a combiner has no training of its own
        systems += [*experiment.combiners, *experiment.groups]
    for side in (*comparison.left, *comparison.right):
        for name in systems_of(side):
            require_known(place, "system", name, systems)
        if isinstance(side, Published):
            figures = [row.system for row in published if row.target == comparison.target]
            require_known(
                place, f"published figure for {comparison.target}", side.published, figures
            )
        if isinstance(side, WithLabels):
            _check_labels(place, side, experiment)


def _check_labels(place: str, side: WithLabels, experiment: ExperimentSpec) -> None:
    """The experiment has the combiner, and fits it on so many labels."""
    require_known(f"{place}.combiner", "combiner", side.combiner, experiment.combiners)
    if experiment.budgets is None:
        raise ConfigError(
            f"{place}.labels",
            found=f"{side.combiner} with {side.labels}, in an experiment without label budgets",
            expected="an experiment with budgets",
            remedy=f"add `budgets: {{per_class: [{side.labels}]}}`, or name the combiner alone",
        )
    swept = {*experiment.budgets.per_class}
    if not experiment.combiners[side.combiner].learns:
        swept |= {0}  # it is scored without labels, whatever the budgets
    if side.labels not in swept:
        raise ConfigError(
            f"{place}.labels",
            found=f"{side.labels} labels per class, which {side.combiner} is not fitted on",
            expected=f"one of {', '.join(map(str, sorted(swept)))}",
            remedy=f"add {side.labels} to budgets.per_class, or take one of these",
        )

"""That the claims of an experiment speak of things there are.

A model of the catalog that the experiment does not have is no mistake: its comparisons are told as
not measurable. A name that the catalog does not know either is one.
"""

from collections.abc import Iterable, Mapping

from tickertone.catalog.claims import ComparisonSpec, Published, systems_of
from tickertone.catalog.experiments import ExperimentSpec
from tickertone.catalog.known import require_known
from tickertone.catalog.models import ModelSpec
from tickertone.catalog.published import PublishedRow


def check_claims(
    shown: str,
    experiment: ExperimentSpec,
    models: Mapping[str, ModelSpec],
    published: Iterable[PublishedRow],
) -> None:
    """Targets, systems and published figures resolve; raises ConfigError."""
    rows = list(published)
    for number, claim in enumerate(experiment.claims):
        for at, comparison in enumerate(claim.comparisons):
            place = f"{shown}, claims.{number}.comparisons.{at}"
            if comparison.target is not None:
                require_known(f"{place}.target", "target", comparison.target, experiment.targets)
            _check_sides(place, comparison, experiment, models, rows)


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

"""What the database takes from the catalog: origins, targets, groups, stages of experiments."""

from tickertone.catalog.load import Catalog
from tickertone.store.catalog_tables import (
    CatalogRows,
    ExperimentStage,
    GroupMember,
    Origin,
    TargetSplit,
)


def catalog_rows(catalog: Catalog) -> CatalogRows:
    """The rows of the whole catalog, whatever experiment is run."""
    return CatalogRows(
        origins=tuple(
            Origin(
                dataset=name,
                source=spec.source.hub or spec.source.mirror or spec.source.local or "",
                revision=spec.source.revision,
                licence=spec.licence.name,
            )
            for name, spec in catalog.datasets.items()
        ),
        targets=tuple(
            TargetSplit(
                experiment=name,
                target=target_name,
                dataset=target.test.dataset,
                split=target.test.split,
            )
            for name, experiment in catalog.experiments.items()
            for target_name, target in experiment.targets.items()
        ),
        published=catalog.published,
        groups=tuple(
            GroupMember(experiment=name, group=group, system=system)
            for name, experiment in catalog.experiments.items()
            for group, systems in experiment.groups.items()
            for system in systems
        ),
        stages=tuple(
            ExperimentStage(experiment=name, stage=stage)
            for name, experiment in catalog.experiments.items()
            for stage, has in (
                ("transfer", experiment.transfer),
                ("uncertainty", experiment.budgets and experiment.budgets.compare),
                ("frontier", experiment.budgets and experiment.budgets.frontier),
                ("budgets", experiment.budgets),
                ("claims", experiment.claims),
            )
            if has
        ),
    )

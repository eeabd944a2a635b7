"""Whether a model of an experiment may be shown a data set: a matter of stanzas alone."""

from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.dag.scope import Scope
from tickertone.endpoint.leave import refuse_what_may_not_leave


def check_may_leave(scope: Scope, model: str, dataset: str) -> None:
    """Raise ConfigError if `model` is behind a server that must not see texts of `dataset`.

    Nor, in its examples, texts of the data sets that it learns from.
    """
    spec = scope.model(model)
    if isinstance(spec, EndpointSpec):
        licences = {of: scope.dataset(of).licence for of in sorted({dataset, *spec.trained_on})}
        refuse_what_may_not_leave(f"server {spec.url}", spec, licences)

"""Tune a decoder that answers a prompt."""

from tickertone.catalog.recipes.prompted import CausalSpec
from tickertone.models.causal.network import NETWORK
from tickertone.models.generative.fitting import fit_prompted
from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    """Write what was tuned into `job.out`."""
    return fit_prompted(job, CausalSpec.model_validate(job.recipe), NETWORK)

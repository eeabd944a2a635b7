"""Tune a T5 that answers a prompt."""

from tickertone.catalog.recipes.prompted import Seq2SeqSpec
from tickertone.models.generative.fitting import fit_prompted
from tickertone.models.protocol import FitJob, Fitted
from tickertone.models.seq2seq.network import NETWORK


def fit(job: FitJob) -> Fitted:
    """Write what was tuned into `job.out`."""
    return fit_prompted(job, Seq2SeqSpec.model_validate(job.recipe), NETWORK)

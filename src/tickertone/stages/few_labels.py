"""The labelled part of a target as combiners get it, and the few of it that each draw knows.

inputs: `fit`, ids and labels; `fit:MEMBER`, logits; `unlabelled` and `unlabelled:MEMBER` where the
combiner looks at texts without labels. settings: as of stages.pools.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Integers, Pool
from tickertone.draws import drawn
from tickertone.stages.examples import read_examples, read_labels
from tickertone.stages.pools import read_pool, read_unlabelled
from tickertone.stages.work import Work


@dataclass(frozen=True, eq=False)
class Labelled:
    """Evidence, and the ids of its texts, by which they are drawn."""

    evidence: Evidence
    ids: tuple[str, ...]

    def draws(self, per_class: int, draws: int) -> Integers:
        """Rows of each draw, shape (draw, row), rising; of no label there is one draw."""
        if per_class == 0:
            return np.empty((1, 0), dtype=np.int64)
        labels = self.evidence.labels.tolist()
        return np.array([drawn(self.ids, labels, per_class, draw) for draw in range(draws)])


def read_labelled(work: Work, test: Pool, *, drawn_evenly: bool) -> Labelled:
    """The labelled part of a step's target, and the texts without labels beside it.

    No labelled text where the step has no such part: its rule learns nothing. `drawn_evenly`:
    combiners get draws such as `Labelled.draws` makes.
    """
    unlabelled = read_unlabelled(work)
    if "fit" not in work.inputs:
        nothing = np.empty(0, dtype=np.int64)
        return Labelled(Evidence(test.rows(nothing), nothing, unlabelled), ())
    examples = read_examples(work.only("fit"))
    labels = read_labels(work.only("fit"), work.settings["labels"])
    evidence = Evidence(read_pool(work, "fit", examples), labels, unlabelled, drawn_evenly)
    return Labelled(evidence, examples.example_ids)

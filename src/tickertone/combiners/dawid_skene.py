"""Dawid and Skene's observers: how often each member says what of which label, without the labels.

Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
algorithm", Applied Statistics 28 (1979). Members vote, independently given the label; the labels of
the unlabelled texts and the members' tables of confusion are found in turns, from the mean of the
members' probabilities on. A labelled text is one whose label is known. `smoothing` is added to
every cell that a member can vote for (a Dirichlet prior). How common labels are is told by the
unlabelled texts, where there are any: the labelled ones may have been chosen to be as many of each.

A member that does not know every label takes part with its votes for those that it knows. As
members err alike, the probabilities are too sure of themselves.
"""

from dataclasses import dataclass, replace

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool
from tickertone.combiners.pool import Booleans, Floats, Integers, Pool

_ITERATIONS = 1000
_MOVE = 1e-10  # of a probability, in one iteration


@dataclass(frozen=True, eq=False)
class FittedDawidSkene:
    """Log shares of the labels, shape (draw, label), and log confusions of the members.

    These have shape (draw, label, member, vote); what a member cannot vote for is 0 there.
    """

    members: tuple[str, ...]
    shares: Floats
    confusions: Floats
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """What the votes say of each text's label, shape (draw, text, label)."""
        pool.require_members(self.members)
        return _posteriors(self.shares, self.confusions, _votes(pool)).transpose(0, 2, 1)


@dataclass(frozen=True)
class DawidSkene:
    """Expectation maximisation on the votes over texts without labels and the few with."""

    smoothing: float

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedDawidSkene | UniformPool:
        """Fit each draw; without any label and any unlabelled text it is the mean.

        A member alone is kept as it is: nobody could tell what it mixes up.
        """
        pool, unlabelled = evidence.pool, evidence.unlabelled
        silent = unlabelled is None or not unlabelled.logits.shape[1]
        if (silent and not draws.shape[1]) or len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        told = np.eye(len(pool.labels))[evidence.labels[draws]]  # draw, row, label
        counts = told.transpose(0, 2, 1) @ _votes(pool)[draws]
        model = _Model(pool.known, counts, told.sum(axis=1), self.smoothing)
        heard = pool.rows(np.empty(0, dtype=np.int64)) if unlabelled is None else unlabelled
        return model.fitted(pool.members, *model.settled(heard))


@dataclass(frozen=True, eq=False)
class _Model:
    """What labelled texts say, and how tables are made of it and of beliefs about the others.

    `known`, shape (member, label); `counts` of votes, shape (draw, label, member * label), and of
    labels, shape (draw, label), among the labelled texts.
    """

    known: Booleans
    counts: Floats
    labels: Floats
    smoothing: float

    def settled(self, unlabelled: Pool) -> tuple[Floats, Floats]:
        """Shares and confusions once the beliefs about the unlabelled texts stand still."""
        votes, start = _votes(unlabelled), unlabelled.mean_probabilities
        # From the second look on, texts with the same votes are believed to be the same.
        said, which, often = np.unique(votes, axis=0, return_inverse=True, return_counts=True)
        counted = said * often[:, None]
        sums = np.zeros((len(said), start.shape[1]))
        np.add.at(sums, which.reshape(-1), start)
        first = (sums / often[:, None]).T
        beliefs = np.broadcast_to(first, (len(self.counts), *first.shape)).copy()
        at_work = np.arange(len(beliefs))
        for _ in range(_ITERATIONS):
            before = beliefs[at_work]
            tables = self._of(at_work).maximised(before, counted, often)
            beliefs[at_work] = _posteriors(*tables, said)
            moves = np.abs(beliefs[at_work] - before).max(axis=(1, 2), initial=0.0)
            at_work = at_work[moves > _MOVE]
            if not len(at_work):
                break
        return self.maximised(beliefs, counted, often)

    def _of(self, draws: Integers) -> "_Model":
        return replace(self, counts=self.counts[draws], labels=self.labels[draws])

    def maximised(self, beliefs: Floats, votes: Floats, often: Integers) -> tuple[Floats, Floats]:
        """Log shares (draw, label) and log confusions (draw, label, member, vote).

        `beliefs`, shape (draw, label, pattern), of what has the summed `votes`, (pattern, member *
        label), and is there so `often`, (pattern,).
        """
        labels = (beliefs @ often if len(often) else self.labels) + self.smoothing
        counts = (self.counts + beliefs @ votes).reshape(*labels.shape, *self.known.shape)
        cells = counts + self.smoothing * self.known
        shares = cells / cells.sum(axis=3, keepdims=True)
        logs = np.log(np.where(self.known, shares, 1.0))
        return np.log(labels / labels.sum(axis=1, keepdims=True)), logs

    def fitted(
        self, members: tuple[str, ...], shares: Floats, confusions: Floats
    ) -> FittedDawidSkene:
        """The combiner; a member weighs what its vote tells of the label, in shares of all."""
        votes = np.exp(confusions) * self.known
        joint = np.exp(shares)[:, :, None, None] * votes  # draw, label, member, vote
        alone = joint.sum(axis=1, keepdims=True)
        surprise = np.where(votes > 0, confusions - np.log(np.where(alone > 0, alone, 1.0)), 0.0)
        told = np.maximum((joint * surprise).sum(axis=(1, 3)), 0.0)
        told[told.sum(axis=1) < 1e-12] = 1.0
        weights = told / told.sum(axis=1, keepdims=True)
        return FittedDawidSkene(members, shares, confusions, weights)


def _votes(pool: Pool) -> Floats:
    """The members' votes side by side, shape (text, member * label)."""
    members, texts, kinds = pool.logits.shape
    return pool.votes.transpose(1, 0, 2).reshape(texts, members * kinds)


def _posteriors(shares: Floats, confusions: Floats, votes: Floats) -> Floats:
    """Labels given votes, shape (draw, label, text)."""
    draws, kinds = shares.shape
    said = confusions.reshape(draws * kinds, -1) @ votes.T
    scores = said.reshape(draws, kinds, len(votes)) + shares[:, :, None]
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


COMBINER = DawidSkene

"""Does a claim hold? From the difference of two figures and its 95 % interval.

A claim with several comparisons says that all of them hold, so nothing need be corrected for their
number where it does hold: if one is false, the chance to find them all is at most that of finding
that one (intersection-union test, Berger 1982). One that does not hold is enough to refute it, and
among many, one in forty would by chance.
"""

from collections.abc import Iterable
from typing import Literal

from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.unseen import share_unseen

Verdict = Literal["holds", "does not hold", "undecided", "not measurable"]


def not_surer_than(texts: int, difference: Estimate) -> Estimate:
    """The same, with an interval, within [-1, 1], that holds what so many texts cannot rule out.

    Resampling texts on which two systems never differ finds no difference either, and they may yet
    differ on a share of all texts, `share_unseen`. So far each end is from the value at least:
    systems that differed on one text are not known better than those that did on none. A mean over
    targets has as many `texts` as there are targets times those of the smallest, which is never too
    many. Of differences in F1 it is a rule of thumb.
    """
    unseen = share_unseen(texts)
    low = min(difference.low, difference.value - unseen)
    high = max(difference.high, difference.value + unseen)
    return Estimate(difference.value, max(low, -1.0), min(high, 1.0))


def is_better(difference: Estimate, by: float) -> Verdict:
    """The whole interval above `by` or not; undecided where it holds `by`."""
    if difference.low > by:
        return "holds"
    return "does not hold" if difference.high <= by else "undecided"


def is_comparable(difference: Estimate, within: float) -> Verdict:
    """The whole interval inside [-within, within], or outside; else undecided.

    As in two one-sided tests of equivalence (Schuirmann 1987), here at 2.5 % each where there are
    texts enough for the interval to hold what it states.
    """
    if -within <= difference.low and difference.high <= within:
        return "holds"
    outside = difference.low > within or difference.high < -within
    return "does not hold" if outside else "undecided"


def verdict_of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """Of comparisons that must all hold.

    One that does not refutes the claim whatever the others say; else one that cannot be measured
    leaves it unmeasured, then one undecided leaves it undecided.
    """
    found = set(verdicts)
    order: tuple[Verdict, ...] = ("does not hold", "not measurable", "undecided")
    return next((verdict for verdict in order if verdict in found), "holds")

"""What may be so although it was never seen."""

from tickertone.metrics.bootstrap import LEVEL


def share_unseen(cases: int) -> float:
    """The greatest share that so many independent cases, none of which has it, do not rule out.

    The exact upper bound of a share of 0 in n, 1 - 0.025^(1/n) (Clopper and Pearson 1934): 7 %
    after 50, 0.4 % after 1,000, and all after none.
    """
    return 1 - ((1 - LEVEL) / 2) ** (1 / cases) if cases else 1.0

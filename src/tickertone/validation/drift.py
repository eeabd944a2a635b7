"""Have the shares of the labels moved since the last snapshot that was accepted?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tickertone.catalog.datasets import DriftLimits

Verdict = Literal["ok", "warn", "stop"]


@dataclass(frozen=True)
class LabelDrift:
    """One label's share of all rows, before and now, both in [0, 1]."""

    label: str
    before: float
    now: float
    verdict: Verdict


def label_drift(
    before: Mapping[str, int], now: Mapping[str, int], limits: DriftLimits
) -> list[LabelDrift]:
    """Compare the rows per label of two snapshots, by label in order of name.

    A label that only one snapshot has counts as 0 in the other. Nothing can be said of a snapshot
    without rows: where one of them is empty the list is.
    """
    rows_before, rows_now = sum(before.values()), sum(now.values())
    if not rows_before or not rows_now:
        return []
    drifts = []
    for label in sorted({*before, *now}):
        was, is_now = before.get(label, 0) / rows_before, now.get(label, 0) / rows_now
        drifts.append(LabelDrift(label, was, is_now, _verdict(abs(is_now - was), limits)))
    return drifts


def _verdict(moved: float, limits: DriftLimits) -> Verdict:
    if moved > limits.stop:
        return "stop"
    return "warn" if moved > limits.warn else "ok"

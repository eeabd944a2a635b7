"""The figures behind a comparison of a claim: from predictions, and from sweeps over few labels.

Systems that were predicted once are compared by the bootstrap over texts, with the resamples of the
leaderboard. Where a side is a mean over draws of labels, texts and draws both vary: the interval is
that of `metrics.paired_draws`, from which texts were right, as in the contrasts of budgets. What
few texts cannot rule out is added by who asks (`metrics.verdicts`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.metrics.contrasts import Figure, Resampled, best_of, difference, mean_of
from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.paired_draws import (
    Correctness,
    Difference,
    difference_of_own_draws,
    mean_over_targets,
    paired_difference,
)
from tickertone.stages.examples import label_indices, read_clean
from tickertone.stages.hits import read_hits
from tickertone.stages.work import Work

Part = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """Two figures and their difference, and over how many draws of labels each is a mean.

    `sizes`: the texts of the target, or of each of those that it is the mean over.
    """

    sizes: tuple[int, ...]
    left: float
    right: float
    difference: Estimate
    draws: tuple[int, int]

    @property
    def texts(self) -> int:
        """Of all targets."""
        return sum(self.sizes)

    @property
    def counted(self) -> int:
        """The texts, as if each target had those of the smallest."""
        return len(self.sizes) * min(self.sizes)


@dataclass(frozen=True, eq=False)
class _Measured:
    """A target's test texts, or those that are clean, and what systems made of them."""

    count: int
    kept: npt.NDArray[np.bool_]  # of all texts of the split
    right: Mapping[str, npt.NDArray[np.bool_]]
    resampled: Resampled


class Figures:
    """Compares the sides of parts; predictions of a target and split are resampled once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[tuple[str, str], _Measured] = {}

    def texts(self, part: Part) -> int:
        """How many texts its target has, of the split that it asks for."""
        return self._measured(part).count

    def best(self, part: Part, side: Part) -> str:
        """Of a side that is the best of several systems, which one that is."""
        return "/".join(self._best(part, side))

    def compared(self, part: Part) -> Compared:
        """Left against right, on its target or on average over its targets."""
        if "over" in part:
            each = [self._over_draws(one) for one in part["over"].values()]
            return Compared(
                sizes=tuple(found.texts for found, _ in each),
                left=float(np.mean([found.left for found, _ in each])),
                right=float(np.mean([found.right for found, _ in each])),
                difference=mean_over_targets([noise for _, noise in each]).interval(),
                draws=each[0][0].draws,
            )
        if part["metric"] == "accuracy" and any(_has_draws(side) for side in sides(part)):
            return self._over_draws(part)[0]
        resampled = self._measured(part).resampled
        left, right = (_figure(resampled, side, part["metric"]) for side in sides(part))
        found = difference(left, right)
        return Compared((self.texts(part),), left.value, right.value, found, (1, 1))

    def _over_draws(self, part: Part) -> tuple[Compared, Difference]:
        left, right = (self._correctness(part, side) for side in sides(part))
        draws = (len(left), len(right))
        compare = difference_of_own_draws if len({*draws} - {1}) > 1 else paired_difference
        found = compare(left, right)
        means = float(left.mean()), float(right.mean())
        return Compared((self.texts(part),), *means, found.interval(), draws), found

    def _correctness(self, part: Part, side: Part) -> Correctness:
        """Which texts a side got right, shape (draw, text); a mean where it is one of systems."""
        measured = self._measured(part)
        if "value" in side:
            return np.full((1, measured.count), float(side["value"]))
        if "combiner" in side:
            path = self._work.only(f"hits:{part['target']}/{side['combiner']}")
            return read_hits(path, len(measured.kept))[side["labels"]][:, measured.kept]
        groups = [self._best(part, side)] if side["how"] == "best" else side["groups"]
        right = [np.stack([measured.right[name] for name in group]) for group in groups]
        if not side.get("drawn"):
            right = [each.mean(axis=0, keepdims=True) for each in right]
        mean: Correctness = np.mean(right, axis=0)
        return mean

    def _best(self, part: Part, side: Part) -> list[str]:
        resampled, metric = self._measured(part).resampled, part["metric"]
        best: list[str] = max(side["groups"], key=lambda g: resampled.figure(g, metric).value)
        return best

    def _measured(self, part: Part) -> _Measured:
        key = part["target"], part["split"]
        if key not in self._known:
            self._known[key] = self._read(*key)
        return self._known[key]

    def _read(self, target: str, split: str) -> _Measured:
        settings = self._work.settings
        labels = settings["labels"][target]
        path = self._work.only(f"predictions:{target}")
        columns = ["example_id", "system", "label", "predicted"]
        table = pq.read_table(path, columns=columns).sort_by("example_id")
        asked = _asked(settings["claims"].values(), target)
        there = [name for name in asked if f"{target}/{name}" not in settings["absent"]]
        predicted, truth = {}, np.zeros(0, dtype=np.int64)
        for name in there or table["system"][:1].to_pylist():  # the texts, where no system is meant
            rows = table.filter(pa.compute.equal(table["system"], name))
            predicted[name] = label_indices(rows["predicted"].to_pylist(), labels, path)
            truth = label_indices(rows["label"].to_pylist(), labels, path)
        kept = np.ones(len(truth), dtype=np.bool_)
        if split == "clean":
            kept = read_clean(self._work.only(f"test:{target}"))
        truth = truth[kept]
        predicted = {name: said[kept] for name, said in predicted.items()} if len(truth) else {}
        draws, seed = settings["bootstrap_draws"], settings["seed"]
        return _Measured(
            count=len(truth),
            kept=kept,
            right={name: said == truth for name, said in predicted.items()},
            resampled=Resampled(predicted, truth, width=len(labels), draws=draws, seed=seed),
        )


def sides(part: Part) -> tuple[Part, Part]:
    """Left and right."""
    return part["left"], part["right"]


def on_targets(part: Part) -> Iterable[Part]:
    """Itself, or the same of each target that it is the mean over."""
    return part["over"].values() if "over" in part else (part,)


def systems_of(side: Part) -> list[str]:
    """All systems whose predictions a side reads; none if it is a number, or read from a sweep."""
    return [name for group in side.get("groups", ()) for name in group]


def _asked(claims: Iterable[Mapping[str, Any]], target: str) -> list[str]:
    """The systems that parts about a target name, sorted."""
    found = (side for part in _parts(claims) if part["target"] == target for side in sides(part))
    return sorted({name for side in found for name in systems_of(side)})


def _parts(claims: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    for claim in claims:
        for part in claim["parts"].values():
            yield from on_targets(part)


def _has_draws(side: Part) -> bool:
    return "combiner" in side or bool(side.get("drawn"))


def _figure(resampled: Resampled, side: Part, metric: str) -> Figure:
    if "value" in side:
        return Figure.fixed(side["value"], resampled.draws)
    figures = [resampled.figure(group, metric) for group in side["groups"]]
    return best_of(figures) if side["how"] == "best" else mean_of(figures)

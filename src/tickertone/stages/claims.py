"""claims: hold what a paper says against the predictions of this experiment, part by part."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.metrics.contrasts import Figure, Resampled, best_of, difference, mean_of
from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.verdicts import Verdict, is_better, is_comparable, verdict_of_all
from tickertone.stages.examples import label_indices, read_clean
from tickertone.stages.work import Made, Product, Work

Part = Mapping[str, Any]
Row = dict[str, Any]

CLAIMS = pa.schema(
    [
        ("paper", pa.string()),
        ("claim", pa.string()),
        ("part", pa.int64()),  # 0: the claim as a whole
        ("statement", pa.string()),
        ("comparison", pa.string()),  # of a part, in words
        ("target", pa.string()),
        ("split", pa.string()),
        ("metric", pa.string()),
        ("n", pa.int64()),  # texts; null for what is not measured on texts
        ("left_value", pa.float64()),
        ("right_value", pa.float64()),
        ("measured", pa.float64()),  # left minus right
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("verdict", pa.string()),
        ("why", pa.string()),  # not measurable because of, or what else should be known
    ]
)


def run(work: Work) -> Product:
    """Make `claims`: for each claim a row of the whole (part 0), then one for each comparison.

    What a failed branch left out is "not measurable"; nothing that is missing is an error. The
    whole has figures of its own only where it has one comparison.
    """
    measure = _Measure(work)
    rows: list[Row] = []
    for claim in sorted(work.settings["claims"].values(), key=_in_order):
        parts = [measure.row(part) for _, part in sorted(claim["parts"].items(), key=_number)]
        about = {name: claim[name] for name in ("paper", "claim", "statement")}
        rows.append({**about, "part": 0, **_whole(parts)})
        rows += [{**about, "part": at, **part} for at, part in enumerate(parts, start=1)]
    path = work.out / "claims.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=CLAIMS), path)
    verdicts = [row["verdict"] for row in rows if row["part"] == 0]
    return Product(
        outputs={"claims": Made((path,))},
        facts={"verdicts": {v: verdicts.count(v) for v in sorted(set(verdicts))}},
    )


def _in_order(claim: Mapping[str, Any]) -> tuple[str, int, str]:
    """By paper, then by number: 2, 3, "3, unseen", 10; those without a number come last."""
    number = re.match(r"\d+", claim["claim"])
    return claim["paper"], int(number[0]) if number else sys.maxsize, claim["claim"]


def _number(part: tuple[str, Any]) -> int:
    return int(part[0])


def _whole(parts: Sequence[Row]) -> Row:
    if len(parts) == 1:
        return {**parts[0], "comparison": None}
    verdicts: list[Verdict] = [part["verdict"] for part in parts]
    counts = [(v, verdicts.count(v)) for v in dict.fromkeys(verdicts)]
    told = ", ".join(f"{verdict}: {count}" for verdict, count in counts)
    return {"verdict": verdict_of_all(verdicts), "why": f"of {len(parts)} comparisons, {told}"}


class _Measure:
    """Measures parts; predictions of a target and split are resampled once."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._resampled: dict[tuple[str, str], tuple[Resampled, int]] = {}

    def row(self, part: Part) -> Row:
        """What came of one comparison."""
        said = {
            "comparison": in_words(part),
            "target": part["target"],
            "split": part["split"] if part["target"] else None,
            "metric": part["metric"] if part["target"] else "train_minutes",
        }
        if lacking := self._lacking(part):
            return {**said, "verdict": "not measurable", "why": lacking}
        if part["relation"] == "cheaper":
            return {**said, **self._cheaper(part)}
        return {**said, **self._compared(part)}

    def _lacking(self, part: Part) -> str:
        """The systems and figures that are not there, and why, grouped by the reason."""
        reasons: dict[str, list[str]] = defaultdict(list)
        for side in (part["left"], part["right"]):
            for reason, names in self._absent(part, side).items():
                reasons[reason] += names
            if "value" in side and side["value"] is None:
                reasons[f"its source gives no {part['metric']}"].append(side["name"])
        if not reasons and (reason := self.work.settings["absent"].get(f"{part['target']}/")):
            reasons[reason].append(part["target"])
        if not reasons and part["target"] and not self._texts(part):
            reasons["no text is without a near-twin in train"].append(part["target"])
        return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())

    def _absent(self, part: Part, side: Part) -> dict[str, list[str]]:
        """Why systems of a side are absent; the side's own name if all are for one reason."""
        known = self.work.settings["absent"]
        reasons: dict[str, list[str]] = defaultdict(list)
        for key in _keys(part, side):
            if key in known:
                reasons[known[key]].append(key.rpartition("/")[2])
        if [len(names) for names in reasons.values()] == [len(_systems(side))]:
            return {reason: [side["name"]] for reason in reasons}
        return reasons

    def _cheaper(self, part: Part) -> Row:
        """Minutes of one training each: no interval, for nothing was repeated."""
        minutes, devices = [], []
        for side in (part["left"], part["right"]):
            if "value" in side:
                minutes.append(float(side["value"]))
                continue
            (name,) = _systems(side)
            found = json.loads(self.work.only(f"measurements:{name}").read_text(encoding="utf-8"))
            minutes.append(found["train_seconds"] / 60)
            devices.append(f"{name} on {found['device']}, {found['threads']} threads")
        left, right = minutes
        return {
            "left_value": left,
            "right_value": right,
            "measured": left - right,
            "verdict": "holds" if left < right else "does not hold",
            "why": f"one training each, so no interval: {'; '.join(devices)}",
        }

    def _compared(self, part: Part) -> Row:
        resampled, texts = self._of_target(part["target"], part["split"])
        left = _figure(resampled, part["left"], part["metric"])
        right = _figure(resampled, part["right"], part["metric"])
        found = difference(left, right)
        return {
            "n": texts,
            "left_value": left.value,
            "right_value": right.value,
            "measured": found.value,
            "low": found.low,
            "high": found.high,
            "verdict": _verdict(part, found),
            "why": "; ".join(self._to_be_known(part)) or None,
        }

    def _to_be_known(self, part: Part) -> list[str]:
        """What makes a figure worth less than it looks."""
        sides = (part["left"], part["right"])
        known = self.work.settings["contaminated"]
        seen: dict[str, list[str]] = defaultdict(list)
        for key in (key for side in sides for key in _keys(part, side)):
            if key in known:
                seen[known[key]].append(key.rpartition("/")[2])
        told = [f"{', '.join(names)} may have seen the texts: {s}" for s, names in seen.items()]
        if any("value" in side for side in sides):
            told.append("the interval is of our figure alone")
        return told

    def _texts(self, part: Part) -> int:
        return self._of_target(part["target"], part["split"])[1]

    def _of_target(self, target: str, split: str) -> tuple[Resampled, int]:
        if (target, split) not in self._resampled:
            self._resampled[target, split] = self._read(target, split)
        return self._resampled[target, split]

    def _read(self, target: str, split: str) -> tuple[Resampled, int]:
        settings = self.work.settings
        labels = settings["labels"][target]
        path = self.work.only(f"predictions:{target}")
        columns = ["example_id", "system", "label", "predicted"]
        table = pq.read_table(path, columns=columns).sort_by("example_id")
        asked = _asked(settings["claims"].values(), target)
        clean = read_clean(self.work.only(f"test:{target}")) if split == "clean" else slice(None)
        there = [name for name in asked if f"{target}/{name}" not in settings["absent"]]
        predicted, truth = {}, np.zeros(0, dtype=np.int64)
        for name in there or table["system"][:1].to_pylist():  # the texts, where no system is meant
            rows = table.filter(pa.compute.equal(table["system"], name))
            predicted[name] = label_indices(rows["predicted"].to_pylist(), labels, path)[clean]
            truth = label_indices(rows["label"].to_pylist(), labels, path)[clean]
        if not len(truth):
            predicted = {}
        draws, seed = settings["bootstrap_draws"], settings["seed"]
        resampled = Resampled(predicted, truth, width=len(labels), draws=draws, seed=seed)
        return resampled, len(truth)


def in_words(part: Part) -> str:
    """Such as "a better than b by more than 2 points"."""
    left, right, margin = part["left"]["name"], part["right"]["name"], part["margin"]
    points = f"{abs(100 * margin):g} point{'' if abs(margin) == 0.01 else 's'}"
    match part["relation"]:
        case "cheaper":
            minutes = " minutes" if "value" in part["right"] else ""
            return f"{left} trains in less time than {right}{minutes}"
        case "comparable":
            return f"{left} within {points} of {right}"
    if margin < 0:
        return f"{left} less than {points} below {right}"
    return f"{left} better than {right}" + (f" by more than {points}" if margin else "")


def _asked(claims: Iterable[Mapping[str, Any]], target: str) -> list[str]:
    """The systems that parts about a target name, sorted."""
    parts = [
        part for claim in claims for part in claim["parts"].values() if part["target"] == target
    ]
    sides = [side for part in parts for side in (part["left"], part["right"])]
    return sorted({name for side in sides for name in _systems(side)})


def _keys(part: Part, side: Part) -> list[str]:
    """How settings call the systems of a side."""
    prefix = f"{part['target']}/" if part["target"] else ""
    return [prefix + name for name in _systems(side)]


def _systems(side: Part) -> list[str]:
    """All systems of a side; none if it is a number."""
    return [name for group in side.get("groups", ()) for name in group]


def _figure(resampled: Resampled, side: Part, metric: str) -> Figure:
    if "value" in side:
        return Figure.fixed(side["value"], resampled.draws)
    figures = [resampled.figure(group, metric) for group in side["groups"]]
    return best_of(figures) if side["how"] == "best" else mean_of(figures)


def _verdict(part: Part, found: Estimate) -> Verdict:
    judge = is_better if part["relation"] == "better" else is_comparable
    return judge(found, part["margin"])

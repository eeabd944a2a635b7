"""claims: hold what a paper says against the predictions of this experiment, part by part."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.verdicts import (
    Verdict,
    is_better,
    is_comparable,
    not_surer_than,
    verdict_of_all,
)
from tickertone.stages.claim_figures import Compared, Figures, Part, sides, systems_of
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

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
    verdicts = [row["verdict"] for row in rows if row["part"] == 0]
    return Product(
        outputs=written(work, {"claims": pa.Table.from_pylist(rows, schema=CLAIMS)}),
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
    """Measures parts, and says what else should be known of them."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.figures = Figures(work)

    def row(self, part: Part) -> Row:
        """What came of one comparison."""
        on_texts = part["relation"] != "cheaper"
        said = {
            "comparison": in_words(part),
            "target": part["target"],
            "split": part["split"] if on_texts else None,
            "metric": part["metric"] if on_texts else "train_minutes",
        }
        if lacking := _told_by_target(part, self._lacking):
            return {**said, "verdict": "not measurable", "why": lacking}
        return {**said, **(self._compared(part) if on_texts else self._cheaper(part))}

    def _lacking(self, part: Part) -> str:
        """The systems and figures that are not there, and why, grouped by the reason."""
        reasons: dict[str, list[str]] = defaultdict(list)
        for side in sides(part):
            for reason, names in self._absent(part, side).items():
                reasons[reason] += names
            if "value" in side and side["value"] is None:
                reasons[f"its source gives no {part['metric']}"].append(side["name"])
        if not reasons and (reason := self.work.settings["absent"].get(f"{part['target']}/")):
            reasons[reason].append(part["target"])
        if not reasons and part["target"] and not self.figures.texts(part):
            reasons["no text is without a near-twin in train"].append(part["target"])
        return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())

    def _absent(self, part: Part, side: Part) -> dict[str, list[str]]:
        """Why systems of a side are absent; the side's own name if all are for one reason."""
        known = self.work.settings["absent"]
        reasons: dict[str, list[str]] = defaultdict(list)
        keys = _keys(part, side)
        for key in keys:
            if key in known:
                reasons[known[key]].append(key.rpartition("/")[2])
        if [len(names) for names in reasons.values()] == [len(keys)]:
            return {reason: [side["name"]] for reason in reasons}
        return reasons

    def _cheaper(self, part: Part) -> Row:
        """Minutes of one training each: no interval, for nothing was repeated."""
        minutes, devices = [], []
        for side in (part["left"], part["right"]):
            if "value" in side:
                minutes.append(float(side["value"]))
                continue
            (name,) = systems_of(side)
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
        found = self.figures.compared(part)
        difference = not_surer_than(found.counted, found.difference)
        told = [_draws_told(part, found), _told_by_target(part, self._to_be_known)]
        if difference != found.difference:
            told.append("few texts leave more open than was seen on them, so the interval is wider")
        return {
            "n": found.texts,
            "left_value": found.left,
            "right_value": found.right,
            "measured": difference.value,
            "low": difference.low,
            "high": difference.high,
            "verdict": _verdict(part, difference),
            "why": "; ".join(filter(None, told)) or None,
        }

    def _to_be_known(self, part: Part) -> str:
        """What makes a figure worth less than it looks."""
        known = self.work.settings["contaminated"]
        seen: dict[str, list[str]] = defaultdict(list)
        for key in (key for side in sides(part) for key in _keys(part, side)):
            if key in known:
                seen[known[key]].append(key.rpartition("/")[2])
        told = [f"{', '.join(names)} may have seen the texts: {s}" for s, names in seen.items()]
        told += [
            f"{self.figures.best(part, side)} is best, as found on these very texts"
            for side in sides(part)
            if side.get("oracle")
        ]
        if any("value" in side for side in sides(part)):
            told.append("the interval is of our figure alone")
        return "; ".join(told)


def in_words(part: Part) -> str:
    """Such as "a better than b by more than 2 points"."""
    over = f", on average over {len(part['over'])} targets" if "over" in part else ""
    return _relation_in_words(part) + over


def _relation_in_words(part: Part) -> str:
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


def _told_by_target(part: Part, tell: Callable[[Part], str]) -> str:
    """What there is to tell of a part; of a mean over targets, of each of these by name."""
    if "over" not in part:
        return tell(part)
    told = {target: tell(one) for target, one in part["over"].items()}
    return "; ".join(f"on {target}, {words}" for target, words in told.items() if words)


def _draws_told(part: Part, found: Compared) -> str:
    """Over what the interval is, where a side is a mean over draws of labels."""
    several = [
        f"{side['name']} in {draws}"
        for side, draws in zip(sides(part), found.draws, strict=True)
        if draws > 1
    ]
    told = " and ".join(several)
    return f"the interval is over texts and draws of labels, {told}" if told else ""


def _keys(part: Part, side: Part) -> list[str]:
    """How settings call the systems of a side; one that names none goes by its own name."""
    prefix = f"{part['target']}/" if part["target"] else ""
    return [prefix + name for name in systems_of(side) or [side["name"]]]


def _verdict(part: Part, found: Estimate) -> Verdict:
    judge = is_better if part["relation"] == "better" else is_comparable
    return judge(found, part["margin"])

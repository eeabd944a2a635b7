"""FiQA 2018 task 1, aspect-based sentiment: JSON of {id: {sentence, info: [{target, ...}]}}.

One row a (text, target). A score becomes a label by the reader's threshold t: below -t negative,
above t positive, else neutral. Where a text names one target several times, the mean of its scores
decides. Scores are numbers or strings of numbers in [-1, 1].
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from tickertone.catalog.snapshots import FiqaReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.decoding import decode, is_bad, readable
from tickertone.errors import DataError

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
_BLANK = " \t\r\n"


@dataclass
class _Target:
    line: int
    scores: list[float] = field(default_factory=list)


def read_fiqa(spec: FiqaReader, data: bytes, place: str) -> Iterator[Row | Rejected]:
    """Rows of a FiQA file, one a (text, target); `line` is that of the text's entry.

    Raises DataError if the file is empty, no UTF-8, no JSON object, or holds no entry.
    """
    text = decode(data, "utf-8", place)
    if is_bad(text):
        raise DataError(
            place, found="the file is not utf-8", expected="JSON", remedy="fetch the file again"
        )
    entries = list(_entries(text, place))
    if not entries:
        raise DataError(
            place, found="an object without entries", expected="rows", remedy="fetch the file again"
        )
    targets: dict[tuple[str, str], _Target] = {}
    for line, entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("sentence"), str):
            yield Rejected(line, "no sentence", _shown(entry))
            continue
        infos = entry.get("info")
        if not isinstance(infos, list) or not infos:
            yield Rejected(line, "no target", entry["sentence"])
            continue
        for info in infos:
            try:
                target, score = _target_and_score(info)
            except ValueError as error:
                yield Rejected(line, str(error), entry["sentence"])
            else:
                key = (entry["sentence"], target)
                targets.setdefault(key, _Target(line)).scores.append(score)
    for (sentence, name), found in targets.items():
        yield Row(found.line, sentence, _label(fmean(found.scores), spec.threshold), entity=name)


def _entries(text: str, place: str) -> Iterator[tuple[int, Any]]:
    """Line and value of each entry of the outermost object, in the order of the file."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    try:
        _expect(text, at, "{")
        at = _skip(text, at + 1)
        while text[at : at + 1] != "}":
            start = at
            _, at = decoder.raw_decode(text, at)
            at = _skip(text, at)
            _expect(text, at, ":")
            value, at = decoder.raw_decode(text, _skip(text, at + 1))
            yield text.count("\n", 0, start) + 1, value
            at = _skip(text, at)
            if text[at : at + 1] != "}":
                _expect(text, at, ",")
                at = _skip(text, at + 1)
        if text[at + 1 :].strip(_BLANK):
            raise json.JSONDecodeError("text after the object", text, _skip(text, at + 1))
    except json.JSONDecodeError as error:
        raise DataError(
            place,
            found=f"no JSON from line {error.lineno}, column {error.colno}: {error.msg}",
            expected="an object of {id: {sentence, info}}",
            remedy="the file may be cut short: fetch it again",
        ) from None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _expect(text: str, at: int, what: str) -> None:
    if text[at : at + 1] != what:
        raise json.JSONDecodeError(f"expected {what!r}", text, at)


def _target_and_score(info: Any) -> tuple[str, float]:
    if not isinstance(info, dict) or not str(info.get("target") or "").strip():
        raise ValueError("no target")
    try:
        score = float(info["sentiment_score"])
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"no score: {info.get('sentiment_score')!r}") from None
    if not -1 <= score <= 1:
        raise ValueError(f"score {score} is not in [-1, 1]")
    return str(info["target"]).strip(), score


def _label(score: float, threshold: float) -> str:
    if score < -threshold:
        return NEGATIVE
    return POSITIVE if score > threshold else NEUTRAL


def _shown(value: Any) -> str:
    return readable(json.dumps(value, ensure_ascii=True))[:500]

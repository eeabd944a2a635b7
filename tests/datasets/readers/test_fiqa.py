import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.catalog.snapshots import FiqaReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.fiqa import read_fiqa
from tickertone.errors import DataError

SPEC = FiqaReader(kind="fiqa", threshold=0.1)


def read(value: object) -> list[Row | Rejected]:
    raw = value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()
    return list(read_fiqa(SPEC, raw, "f.json"))


def entry(sentence: str, *targets: tuple[str, object]) -> dict[str, object]:
    info = [
        {"snippets": "['part']", "target": t, "sentiment_score": s, "aspects": "[]"}
        for t, s in targets
    ]
    return {"sentence": sentence, "info": info}


def test_each_target_of_a_text_is_a_row_of_its_own():
    rows = read({"7": entry("Arbin gains, Sawley slips", ("Arbin", "0.4"), ("Sawley", "-0.3"))})
    assert rows == [
        Row(2, "Arbin gains, Sawley slips", "positive", entity="Arbin"),
        Row(2, "Arbin gains, Sawley slips", "negative", entity="Sawley"),
    ]


@pytest.mark.parametrize(
    ("score", "label"),
    [
        (-0.11, "negative"),
        (-0.1, "neutral"),
        (0, "neutral"),
        ("0.1", "neutral"),
        (0.11, "positive"),
        ("1", "positive"),
    ],
)
def test_a_score_within_the_threshold_is_neutral_and_beyond_it_is_not(score, label):
    assert read({"1": entry("x", ("A", score))})[0].label == label


def test_the_mean_score_decides_where_a_target_stands_there_twice():
    rows = read({"1": entry("mixed news", ("A", 0.9), ("A", -0.8), ("A", -0.9))})
    assert [(row.entity, row.label) for row in rows] == [("A", "negative")]


def test_two_entries_under_one_key_are_both_read_and_lines_are_those_of_the_entries():
    raw = b'{"1": {"sentence": "a", "info": [{"target": "A", "sentiment_score": 1}]},\n\n'
    raw += b'"1": {"sentence": "b", "info": [{"target": "B", "sentiment_score": -1}]}}'
    assert [(row.line, row.text) for row in read(raw)] == [(1, "a"), (3, "b")]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"info": []}, "no sentence"),
        ("just text", "no sentence"),
        ({"sentence": "s"}, "no target"),
        ({"sentence": "s", "info": []}, "no target"),
        (entry("s", ("", 0.5)), "no target"),
        (entry("s", ("A", "high")), "no score"),
        (entry("s", ("A", None)), "no score"),
        (entry("s", ("A", 1.5)), "not in [-1, 1]"),
        (entry("s", ("A", "nan")), "not in [-1, 1]"),
    ],
)
def test_a_broken_entry_is_rejected_alone(broken, reason):
    rows = read({"1": broken, "2": entry("fine", ("B", 0.5))})
    (bad,) = [row for row in rows if isinstance(row, Rejected)]
    assert reason in bad.reason
    assert bad.line == 2
    assert [row.text for row in rows if isinstance(row, Row)] == ["fine"]


@pytest.mark.parametrize("raw", [b'{"1": {"sent', b"[1, 2]", b"text,label", b'{"1" 2}', b'{"1": 2'])
def test_a_truncated_or_foreign_file_is_an_error_with_line_and_column(raw):
    with pytest.raises(DataError, match="no JSON from line 1, column"):
        read(raw)


@pytest.mark.parametrize("raw", [b"{}", b" { }\n"])
def test_an_object_without_entries_is_an_error(raw):
    with pytest.raises(DataError, match="without entries"):
        read(raw)


def test_text_after_the_object_is_an_error_and_blanks_are_not():
    whole = json.dumps({"1": entry("fine", ("B", 0.5))}).encode()
    assert len(read(whole + b" \r\n")) == 1
    for rest in (b"}", b"\n{}", b" and more"):
        with pytest.raises(DataError, match="text after the object"):
            read(whole + rest)


def test_a_file_that_is_not_utf8_is_an_error():
    with pytest.raises(DataError, match="not utf-8"):
        read(b'{"1": "caf\xe9"}')


@given(st.dictionaries(st.text(), st.floats(-1, 1), min_size=1, max_size=5))
def test_every_target_is_accounted_for(scores):
    rows = read({"1": entry("text", *scores.items())})
    names = {name.strip() for name in scores if name.strip()}
    assert {row.entity for row in rows if isinstance(row, Row)} == names
    assert sum(isinstance(row, Rejected) for row in rows) == sum(not n.strip() for n in scores)

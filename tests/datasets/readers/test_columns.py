import pytest
from pydantic import ValidationError

from tickertone.catalog.snapshots import ColumnsReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.columns import read_columns
from tickertone.errors import DataError

PAIRS = ColumnsReader(kind="columns", label=1, text=3, text_b=4, skip=1)
SCORES = ColumnsReader(kind="columns", label=2, text=3, text_b=4, threshold=3.5)


def read(text: str | bytes, spec: ColumnsReader = PAIRS) -> list[Row | Rejected]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_columns(spec, raw, "pairs.txt"))


def test_a_mark_a_stray_first_line_and_carriage_returns_are_no_part_of_a_row():
    raw = b"\xef\xbb\xbfDummy\r\n1\t7\tIt rains.\tRain falls.\r\n"
    assert read(raw) == [Row(2, "It rains.", "1", text_b="Rain falls.")]


def test_quotes_are_part_of_the_text_wherever_they_stand():
    line = '0\t7\t"Stop," he said, "now\tHe said "stop".'
    assert read(f"head\n{line}\n") == [
        Row(2, '"Stop," he said, "now', "0", text_b='He said "stop".')
    ]


def test_columns_behind_those_asked_for_are_ignored_and_too_few_set_a_row_aside():
    rows = read("h\n1\t7\ta\tb\thttp://x\tmore\n1\t7\ta\n")
    assert rows == [
        Row(2, "a", "1", text_b="b"),
        Rejected(3, "3 columns, not 4 or more", "1\t7\ta"),
    ]


@pytest.mark.parametrize(
    ("score", "label"),
    [("3.5", "reached"), ("3.499", "below"), ("0", "below"), ("5.000", "reached")],
)
def test_a_score_becomes_a_label_by_the_threshold(score, label):
    assert read(f"x\t{score}\ta\tb\n", SCORES) == [Row(1, "a", label, text_b="b")]


def test_what_is_no_score_sets_its_row_aside():
    rows = read("x\t4\ta\tb\nx\thigh\ta\tb\n", SCORES)
    assert rows[1] == Rejected(2, "no score: 'high'", "x\thigh\ta\tb")


def test_rows_that_are_not_wanted_are_left_out_on_purpose():
    spec = SCORES.model_copy(update={"leave_out": {1: ("theirs",)}})
    rows = read("theirs\t4\ta\tb\nours\t4\tc\td\n", spec)
    assert rows == [
        Rejected(1, "left out on purpose: column 1 is 'theirs'", "theirs\t4\ta\tb"),
        Row(2, "c", "reached", text_b="d"),
    ]


def test_a_bad_byte_marks_its_own_row():
    assert read(b"h\n1\t7\ta\tb\n1\t7\t\xff\tb\n")[1] == Rejected(3, "not utf-8", "1\t7\t\\xff\tb")


def test_a_file_with_another_delimiter_is_refused():
    with pytest.raises(DataError, match="none of 4 columns or more"):
        read("h\n1,7,a,b\n")


def test_rows_are_left_out_by_a_column_from_1_on():
    with pytest.raises(ValidationError, match="leave_out"):
        ColumnsReader(kind="columns", label=1, text=2, leave_out={0: ("theirs",)})

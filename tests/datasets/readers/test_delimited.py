import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.catalog.snapshots import DelimitedReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.delimited import read_delimited
from tickertone.errors import DataError

COMMA = DelimitedReader(kind="delimited")


def read(data: bytes | str, spec: DelimitedReader = COMMA) -> list[Row | Rejected]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_delimited(spec, raw, "folder/f.csv"))


def test_a_quoted_line_break_stays_inside_its_field_and_lines_count_where_rows_start():
    assert read('text,label\r\n"up\r\nand away",1\r\nflat,2\r\n') == [
        Row(2, "up\r\nand away", "1"),
        Row(4, "flat", "2"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_separates_rows(end):
    assert read(end.join(["text,label", "up,1", "down,0"])) == [
        Row(2, "up", "1"),
        Row(3, "down", "0"),
    ]


def test_doubled_quotes_and_delimiters_inside_quotes_belong_to_the_text():
    assert read('text,label\n"he said ""buy"", twice",1\n')[0].text == 'he said "buy", twice'


def test_tabs_and_line_breaks_inside_quotes_belong_to_the_text_where_tabs_separate():
    spec = DelimitedReader(kind="delimited", text="sentence", label="label", delimiter="\t")
    raw = 'sentence\tlabel\n"Fine.\n\tAll of it,\tfine.\n\nTruly"\t1\nBad, bad\t0\n'
    assert read(raw, spec) == [
        Row(2, "Fine.\n\tAll of it,\tfine.\n\nTruly", "1"),
        Row(6, "Bad, bad", "0"),
    ]


def test_columns_are_found_by_name_in_any_order_and_others_are_ignored():
    spec = DelimitedReader(kind="delimited", text="tweet", label="mood", delimiter="\t")
    assert read("mood\tid\ttweet\n1\t7\tup, up\n", spec) == [Row(2, "up, up", "1")]


def test_a_byte_order_mark_does_not_hide_the_first_column():
    assert read("text,label\nup,1\n".encode("utf-8-sig")) == [Row(2, "up", "1")]


def test_blank_lines_are_no_rows():
    assert [row.line for row in read("text,label\n\nup,1\n\n\ndown,0\n\n")] == [3, 6]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("up", "1 columns, not 2"),
        ("up,1,2", "3 columns, not 2"),
        ('"up" and away,1', "stray quote"),
    ],
)
def test_a_broken_row_is_rejected_alone(line, reason):
    before, broken, after = read(f"text,label\nfirst,1\n{line}\nlast,0\n")
    assert (before, after) == (Row(2, "first", "1"), Row(4, "last", "0"))
    assert isinstance(broken, Rejected)
    assert broken.line == 3
    assert reason in broken.reason
    assert "up" in broken.text


def test_an_undecodable_row_is_rejected_alone_and_shown_with_escapes():
    rows = read(b"text,label\nfirst,1\ncaf\xe9,1\nlast,0\n")
    assert rows[1] == Rejected(3, "not utf-8", "caf\\xe9,1")
    assert len(rows) == 3


def test_a_field_longer_than_the_csv_modules_limit_is_read():
    assert len(read(f"text,label\n{'x' * 200_000},1\n")[0].text) == 200_000


def test_a_missing_column_names_file_columns_found_and_columns_expected():
    with pytest.raises(DataError) as caught:
        read("tweet,label\nup,1\n")
    message = str(caught.value)
    assert "folder/f.csv" in message
    assert "no column 'text'; columns: tweet, label" in message
    assert "reader.text" in caught.value.remedy


def test_a_column_that_stands_there_twice_is_refused():
    with pytest.raises(DataError, match="more than one column 'text'"):
        read("text,text,label\nup,down,1\n")


def test_a_header_without_rows_is_an_error():
    with pytest.raises(DataError, match="a header and no row"):
        read("text,label\n")


def test_a_quote_that_never_closes_is_an_error_that_names_its_line():
    with pytest.raises(DataError, match="opened on line 3"):
        read('text,label\nup,1\n"down,0\nflat,2\n')


def test_a_file_in_another_encoding_is_an_error_not_a_pile_of_rejected_rows():
    data = "text,label\n" + "gewöhnlich,1\n" * 10
    with pytest.raises(DataError, match="10 of 10 rows are not utf-8"):
        read(data.encode("latin-1"))


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=30)


@given(st.lists(st.tuples(FIELD, st.sampled_from(["0", "1"])), min_size=1))
def test_what_a_csv_writer_writes_is_read_back(rows):
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *rows])
    assert [(row.text, row.label) for row in read(file.getvalue())] == rows


def test_a_byte_order_mark_alone_is_an_empty_file():
    with pytest.raises(DataError, match="nothing but blanks"):
        read(b"\xef\xbb\xbf\r\n")

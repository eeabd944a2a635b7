"""What a query can return reaches a program as JSON, and a person as a table."""

import json
import math
from datetime import date, timedelta
from decimal import Decimal

from tickertone.cli.show import show
from tickertone.store.query import Answer


def printed(capsys, columns, *rows, **options):
    show(Answer(columns=columns, rows=rows), **options)
    return capsys.readouterr().out


def test_every_kind_of_value_is_json(capsys):
    row = (Decimal("1.5"), math.nan, math.inf, date(2026, 1, 2), timedelta(seconds=3), [1, None])
    out = printed(capsys, ("a", "b", "c", "d", "e", "f"), row, as_json=True)
    assert json.loads(out) == [
        {"a": 1.5, "b": None, "c": None, "d": "2026-01-02", "e": "0:00:03", "f": [1, None]}
    ]


def test_two_columns_of_one_name_are_both_kept(capsys):
    out = printed(capsys, ("n", "n"), (1, 2), as_json=True)
    assert json.loads(out) == [{"n": 1, "n_2": 2}]


def test_markup_in_a_text_is_text(capsys):
    out = printed(capsys, ("text",), ("[bold]up[/bold] [1]",), as_json=False)
    assert "[bold]up[/bold] [1]" in out


def test_a_wide_row_is_not_folded_where_there_is_no_terminal(capsys):
    long = "word " * 40
    out = printed(capsys, ("text",), (long.strip(),), as_json=False)
    assert long.strip() in out


def in_a_terminal(capsys, monkeypatch, width, *arguments):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    return printed(capsys, *arguments, as_json=False)


WIDE = (("system", "accuracy", "p"), ("minilm_full_s2", 0.8735, 0.001))


def test_a_narrow_terminal_breaks_no_name_and_no_number(capsys, monkeypatch):
    out = in_a_terminal(capsys, monkeypatch, 32, *WIDE)
    assert "minilm_full_s2" in out
    assert "0.8735" in out
    assert "0.001" not in out


def test_columns_for_which_there_is_no_room_are_named(capsys, monkeypatch):
    assert "not shown: p" in in_a_terminal(capsys, monkeypatch, 32, *WIDE)
    assert "not shown" not in in_a_terminal(capsys, monkeypatch, 60, *WIDE)


def test_long_texts_are_folded_before_a_column_is_left_out(capsys, monkeypatch):
    out = in_a_terminal(capsys, monkeypatch, 60, ("a", "text", "n"), ("x", "many words " * 9, 7))
    assert "not shown" not in out
    assert "7" in out


def test_without_a_terminal_no_column_is_left_out(capsys):
    columns = tuple(f"column_number_{place:02}_of_many" for place in range(30))
    out = printed(capsys, columns, tuple(range(30)), as_json=False)
    assert all(column in out for column in columns)

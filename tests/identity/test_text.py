import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tickertone.identity.text import example_id, near_words, normalise, text_id


def test_line_ends_and_composed_letters_do_not_make_another_text():
    assert text_id("Café\r\nup 3 %\rtoday") == text_id("Cafe\u0301\nup 3 %\ntoday")


def test_nothing_else_is_normalised():
    assert len({text_id(t) for t in ("Up 3 %", "up 3 %", "Up  3 %", " Up 3 %", "Up 3 %!")}) == 5


def test_a_pair_is_not_its_parts_run_together():
    assert text_id("ab", "c") != text_id("a", "bc")
    assert text_id("ab", "") != text_id("ab")


def test_a_separator_inside_a_text_does_not_make_it_a_pair():
    assert text_id("a\x1fb") != text_id("a", "b")
    assert text_id("a\x1fb", "c") != text_id("a", "b\x1fc")


def test_an_example_is_its_task_its_text_and_its_entity():
    of_text = text_id("Orlo rises, Vantik falls")
    assert example_id("mood", of_text, "Orlo") != example_id("mood", of_text, "Vantik")
    assert example_id("mood", of_text) != example_id("topic", of_text)


def test_known_values_never_change():
    # Every stored row hangs on these: a new value here orphans every store there is.
    assert text_id("Orlo raises guidance") == (
        "7278abd096f33a39efb384addc8781028c9bbe9ff129c6c2a58e5179fbf29cdb"
    )


def test_near_words_forget_links_case_and_punctuation():
    assert near_words("$ORLO: beats! https://t.example/x1") == "orlo beats"
    assert near_words("orlo", "BEATS www.orlo.example") == "orlo beats"


def test_near_words_forget_links_written_in_capitals():
    assert near_words("Orlo beats HTTPS://T.EXAMPLE/X1 WWW.ORLO.EXAMPLE") == "orlo beats"


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once


@given(st.text())
def test_near_words_hold_letters_and_digits_only(text):
    assert all(word.isalnum() for word in near_words(text).split())

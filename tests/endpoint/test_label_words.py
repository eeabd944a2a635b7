import pytest

from tickertone.endpoint.label_words import UNDECIDED, begins, named, plain_labels
from tickertone.errors import ConfigError

WORDS = ("negative", "neutral", "positive")


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Positive", 2),
        (" positive.", 2),
        ("**NEUTRAL**", 1),
        ('"neg', 0),
        ("▁pos", 2),
        ("Ġneutral", 1),
        ("positively glowing", None),
        ("none", None),
        ("ne", UNDECIDED),
        ("p", UNDECIDED),
        (" ", UNDECIDED),
        ("", UNDECIDED),
    ],
)
def test_what_the_beginning_of_an_answer_means(text, position):
    assert begins(text, WORDS) is position


@pytest.mark.parametrize(
    ("answer", "position"),
    [
        ("Positive", 2),
        ("The sentiment is neutral.", 1),
        ("It is negative, very Negative", 0),
        ("Between positive and negative", None),
        ("nonnegative", None),
        ("Not positive", None),
        ("It is non-negative.", None),
        ("The text isn't positive", None),
        ("It isn\u2019t neutral", None),
        ("Neither", None),
        ("Positive, not at all neutral", 2),
        ("A notable, positive text", 2),
        ("Good", None),
        ("", None),
    ],
)
def test_the_one_label_that_an_answer_names(answer, position):
    assert named(answer, WORDS) == position


def test_a_negation_may_be_a_label_itself():
    assert named("The answer is no.", ("yes", "no")) == 1


def test_the_longer_of_two_labels_that_begin_alike():
    assert begins("very positive", ("very", "very positive")) == 1


@pytest.mark.parametrize("labels", [("up", " Up"), ("up", "")])
def test_label_words_that_look_alike_are_refused(labels):
    with pytest.raises(ConfigError):
        plain_labels(labels)

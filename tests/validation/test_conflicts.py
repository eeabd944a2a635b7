from tickertone.validation.conflicts import conflicting, twins_within
from tickertone.validation.rows import Rows


def rows(*texts_and_labels):
    texts, labels = zip(*texts_and_labels, strict=True)
    return Rows("news", "train", [f"e{i}" for i in range(len(texts))], texts, labels)


def test_near_twins_with_different_labels_are_a_conflict():
    found = conflicting(
        twins_within(
            rows(("Bank warns", "negative"), ("bank warns!", "neutral"), ("Up", "neutral"))
        )
    )
    assert [(p.example_id, p.twin_example_id, p.same_text) for p in found] == [("e0", "e1", False)]


def test_one_text_about_two_companies_with_two_labels_is_a_conflict_of_one_text():
    (found,) = conflicting(twins_within(rows(("A beats B", "positive"), ("A beats B", "negative"))))
    assert found.same_text


def test_twins_that_agree_are_listed_once_and_are_no_conflict():
    pairs = list(twins_within(rows(("Bank warns", "negative"), ("bank warns", "negative"))))
    assert len(pairs) == 1
    assert conflicting(pairs) == []

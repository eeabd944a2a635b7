from tickertone.datasets.dedupe import Example, settle


def example(identity: str, label: str, line: int) -> Example:
    return Example(identity, f"t-{identity}", "text", None, label, None, "f.csv", line)


def test_the_first_of_equal_examples_stays_and_the_others_say_which_one_that_is():
    first, second = example("a", "neutral", 2), example("a", "neutral", 5)
    stay, gone = settle([first, second])
    assert stay == [first]
    assert gone == [(second, "exact repeat of line 2 of f.csv")]


def test_all_rows_of_a_contradicted_example_go():
    rows = [example("a", "up", 1), example("a", "down", 2), example("a", "up", 3)]
    stay, gone = settle(rows)
    assert stay == []
    assert [row for row, _ in gone] == rows
    assert {reason for _, reason in gone} == {"conflicting labels: down, up"}


def test_what_stays_is_sorted_by_id():
    stay, _ = settle([example("b", "up", 1), example("a", "up", 2), example("c", "up", 3)])
    assert [e.example_id for e in stay] == ["a", "b", "c"]

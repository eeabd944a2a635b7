from tickertone.validation.contamination import clean_rows
from tickertone.validation.rows import Rows

TEST = Rows(
    "news",
    "test",
    ["t1", "t2", "t3"],
    ["Bank warns on profit", "Brewer buys rival", "Miner digs"],
    ["negative", "positive", "neutral"],
)
OWN = Rows("news", "train", ["a1"], ["BANK WARNS ON PROFIT http://x.org"], ["negative"])
OTHER = Rows(
    "tweets", "train", ["b1", "b2"], ["brewer buys rival!", "Chip maker"], ["neutral", "neutral"]
)


def test_a_test_row_with_a_twin_in_any_train_is_not_clean():
    clean, _ = clean_rows(TEST, [OWN, OTHER])
    assert clean.tolist() == [False, False, True]


def test_each_leak_is_listed_with_its_twin_and_the_data_set_of_that():
    _, leaks = clean_rows(TEST, [OWN, OTHER])
    assert [(p.example_id, p.twin_dataset, p.twin_example_id, p.jaccard) for p in leaks] == [
        ("t1", "news", "a1", 1.0),
        ("t2", "tweets", "b1", 1.0),
    ]


def test_all_is_clean_where_nothing_was_trained_on():
    clean, leaks = clean_rows(TEST, [])
    assert clean.all()
    assert leaks == []

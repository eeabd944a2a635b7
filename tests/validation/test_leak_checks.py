import pytest

from tickertone.validation.contamination import TwinPair
from tickertone.validation.leak_checks import overlap_checks
from tickertone.validation.rules import Rules


def rules(*related: str) -> Rules:
    splits = {"train": {"role": "train"}, "test": {"role": "test"}}
    dataset = {"labels": ["up"], "splits": splits, "max_characters": 9, "related": related}
    task = {"name": "mood", "labels": ["up"]}
    return Rules.model_validate({"name": "here", "dataset": dataset, "task": task})


def twins(other: str, rows: int) -> list[TwinPair]:
    """Each of so many rows with two twins in another data set."""
    return [
        TwinPair("test", f"id{i}", "up", other, "train", f"{other}{i}{n}", "up", 0.9, False)
        for i in range(rows)
        for n in range(2)
    ]


@pytest.mark.parametrize(("rows", "fit"), [(5, True), (6, False)])
def test_many_texts_in_common_stop_the_data_set(rows, fit):
    (check,) = overlap_checks(rules(), "test", 100, twins("there", rows))
    assert check.success == fit
    assert check.stops != fit
    assert check.detail.startswith(f"found {rows} of 100 rows")
    assert "declare them related" in check.remedy


def test_what_is_declared_as_related_or_is_its_own_train_does_not_stop():
    assert not overlap_checks(rules("there"), "test", 10, [*twins("there", 9), *twins("here", 9)])

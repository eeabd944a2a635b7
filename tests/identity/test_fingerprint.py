import pytest

from tickertone.identity.fingerprint import parts_of

BASE = {
    "settings": {"rate": 0.1, "labels": ["down", "up"]},
    "inputs": {"train": "aa"},
    "entry_points": ["tickertone.errors"],
    "libraries": ["numpy", "pyarrow"],
}


def fingerprint(stage="finetune", **changes):
    return parts_of(stage, **{**BASE, **changes}).fingerprint


def test_equal_parts_have_equal_fingerprints_whatever_the_order():
    turned = {"labels": ["down", "up"], "rate": 0.1}
    assert fingerprint() == fingerprint(settings=turned, libraries=["pyarrow", "numpy"])


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "extract"},
        {"settings": {"rate": 0.2, "labels": ["down", "up"]}},
        {"settings": {"rate": 0.1, "labels": ["up", "down"]}},
        {"inputs": {"train": "ab"}},
        {"inputs": {"dev": "aa"}},
        {"entry_points": ["tickertone.frozen"]},
        {"libraries": ["numpy"]},
    ],
)
def test_each_part_counts(change):
    assert fingerprint(**change) != fingerprint()

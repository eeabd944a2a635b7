import pyarrow as pa
import pytest

from tickertone.datasets import dedupe, examples
from tickertone.validation import frames
from tickertone.validation.frames import count_split, rows_frame, splits_frame


def table(*texts, second=None):
    count = len(texts)
    return pa.table(
        {
            "example_id": [f"e{i}" for i in range(count)],
            "text_id": [f"t{i}" for i in range(count)],
            "text": list(texts),
            "text_b": pa.array([second] * count, pa.string()),
            "label": ["<up>"] * count,
        }
    )


def test_texts_are_measured_and_not_handed_on():
    frame = rows_frame({"train": table("Up 5%!", "  "), "test": table("A bank", second="No")})
    assert frame["split"].tolist() == ["train", "train", "test"]
    assert frame["texts"].tolist() == [1, 1, 2]
    assert frame["shortest"].tolist() == [6, 0, 2]
    assert frame["longest"].tolist() == [6, 2, 6]
    assert frame["letters_and_digits"].tolist() == [3, 0, 7]
    assert "Up 5%!" not in frame.to_csv()


def test_labels_are_escaped_because_data_docs_do_not():
    assert rows_frame({"train": table("Up")})["label"].tolist() == ["&lt;up&gt;"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Société Générale rose 5 % — a “record” of 3 €", False),
        ("SociÃ©tÃ©", True),
        ("it\x92s", True),
        ("\ufffd up", True),
        ("itâ€™s", True),
    ],
)
def test_signs_of_a_wrong_encoding_are_seen(text, wrong):
    assert rows_frame({"train": table(text)})["wrong_encoding"].tolist() == [wrong]


def test_reasons_are_spelt_as_ingest_spells_them():
    """Neither layer may import the other."""
    assert (frames.REPEAT, frames.UNWANTED) == (dedupe.REPEAT, examples.UNWANTED)


def test_exact_repeats_are_counted_apart_from_rows_with_faults():
    quarantine = pa.table(
        {
            "split": ["train", "train", "train", "test"],
            "reason": [
                "exact repeat of line 2 of a.csv",
                "empty text",
                "unknown label",
                "empty text",
            ],
        }
    )
    counts = count_split("train", 7, quarantine, 10)
    assert (counts.rows_read, counts.rows_rejected, counts.rows_repeated) == (10, 2, 1)
    frame = splits_frame({"train": counts})
    assert frame["rejected_share"].tolist() == [0.2]
    assert frame["repeated_share"].tolist() == [0.1]

import pyarrow as pa

from tickertone.identity.text import text_id
from tickertone.validation.expectations import row_expectations
from tickertone.validation.frames import rows_frame
from tickertone.validation.rules import Rules
from tickertone.validation.suites import Suite, quiet_context, run_suite

LABELS = ["M&A", "<down>", '"up"', "it's flat"]
RULES = Rules.model_validate(
    {
        "name": "odd",
        "dataset": {
            "labels": LABELS,
            "splits": {"train": {"role": "train"}},
            "max_characters": 100,
        },
        "task": {"name": "mood", "labels": LABELS},
    }
)


def failures(labels):
    ids = [text_id(str(i)) for i in range(len(labels))]
    table = pa.table(
        {
            "example_id": ids,
            "text_id": ids,
            "text": [f"sentence number {i}" for i in range(len(labels))],
            "text_b": pa.nulls(len(labels), pa.string()),
            "label": labels,
        }
    )
    suite = Suite("odd_rows", "rows", rows_frame({"train": table}), row_expectations(RULES))
    checks = run_suite(quiet_context(), suite)
    return {check.check: check.detail for check in checks if not check.success}


def test_labels_that_html_would_escape_are_labels_like_others():
    assert failures(LABELS) == {}


def test_a_label_that_is_missing_or_strange_is_named_as_it_is_written():
    found = failures(["M&A", "<down>", '"up"', "R&D"])
    assert set(found) == {"label belongs to the task", "every label is in train"}
    assert "R&D" in found["label belongs to the task"]
    assert "no it's flat" in found["every label is in train"]

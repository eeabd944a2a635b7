"""The Great Expectations suites of a data set, one over its rows and one over its splits.

`meta` of an expectation says in words what is checked and what is expected; `severity` says whether
a failure stops the data set (critical) or is reported (warning).
"""

from html import escape
from typing import Any

from tickertone.validation.checks import Severity
from tickertone.validation.rules import Rules

MOST_REJECTED = 0.05  # of the rows of a split; more means a wrong reader, encoding or label map
MOST_REPEATED = 0.05
MOSTLY = 0.99
_SHA256 = "^[0-9a-f]{64}$"


def row_expectations(rules: Rules) -> list[Any]:
    """What must hold of every row of every split (columns of `frames.rows_frame`)."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    task, known = list(rules.task.labels), rules.known_labels
    parts = 2 if rules.task.pairs else 1
    longest = rules.dataset.max_characters
    expectations = [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=[
                *("split", "example_id", "text_id", "label", "texts", "shortest", "longest"),
                *("letters_and_digits", "wrong_encoding"),
            ],
            **_words("columns", "those of a snapshot and its measures"),
        ),
        gxe.ExpectTableRowCountToBeBetween(min_value=1, **_words("row count", "at least one row")),
        gxe.ExpectColumnValuesToMatchRegex(
            column="text_id", regex=_SHA256, **_words("text_id is a sha256", "64 hex digits")
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="example_id", regex=_SHA256, **_words("example_id is a sha256", "64 hex digits")
        ),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["split", "example_id"],
            **_words("example_id is unique", "each id once in a split"),
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column="label", **_words("label is there", "a label in every row")
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="label",
            value_set=[escape(label) for label in task],  # as in the frame
            **_words("label belongs to the task", f"one of {', '.join(task)}"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="texts",
            min_value=parts,
            max_value=parts,
            **_words("number of texts", f"{parts} in every row"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="shortest", min_value=1, **_words("text is not empty", "at least 1 character")
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="longest",
            max_value=longest,
            **_words("text is not too long", f"at most {longest} characters"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="letters_and_digits",
            min_value=3,
            mostly=MOSTLY,
            **_words("text has words", f"3 letters or digits in {MOSTLY:.0%} of rows", "warning"),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="wrong_encoding",
            value_set=[False],
            mostly=MOSTLY,
            **_words("encoding looks right", f"no mojibake in {MOSTLY:.0%} of rows", "warning"),
        ),
    ]
    for split in rules.dataset.split_names:
        learnt_from = not rules.dataset.is_test(split)
        expectations.append(
            gxe.ExpectColumnDistinctValuesToContainSet(
                column="label",
                value_set=[escape(label) for label in known],
                row_condition=Column("split") == split,
                **_words(
                    f"every label is in {split}",
                    ", ".join(known),
                    "critical" if learnt_from else "warning",
                ),
            )
        )
    return expectations


def split_expectations() -> list[Any]:
    """What must hold of every split of the source (columns of `frames.splits_frame`)."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="rows_read",
            column_B="rows_expected",
            ignore_row_if="either_value_is_missing",
            **_words("accepted + quarantined = rows of the pinned files", "equal in every split"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="rows_accepted", min_value=1, **_words("no split is empty", "at least one row")
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="rejected_share",
            max_value=MOST_REJECTED,
            **_words("quarantined share", f"at most {MOST_REJECTED:.0%}, exact repeats left out"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="repeated_share",
            max_value=MOST_REPEATED,
            **_words("share of exact repeats", f"at most {MOST_REPEATED:.0%}", "warning"),
        ),
    ]


def _words(check: str, expected: str, severity: Severity = "critical") -> dict[str, Any]:
    return {"severity": severity, "meta": {"check": check, "expected": expected}}

import pandas as pd
import pytest

from tickertone.validation.suites import Suite, quiet_context, run_suite

FRAME = pd.DataFrame({"label": ["up", "down", "sideways"], "count": [1, 2, 30]})


def words(check, severity="critical"):
    return {"severity": severity, "meta": {"check": check, "expected": "better"}}


def results(*expectations, frame=FRAME):
    return run_suite(quiet_context(), Suite("demo_rows", "rows", frame, expectations))


@pytest.fixture(scope="module")
def gxe():
    import great_expectations.expectations as gxe

    return gxe


def test_a_failure_says_how_many_rows_and_which_values(gxe):
    (check,) = results(
        gxe.ExpectColumnValuesToBeInSet(column="label", value_set=["up", "down"], **words("known"))
    )
    assert not check.success
    assert check.stops
    assert check.detail == "found 1 of 3 rows otherwise: sideways; expected better"


def test_a_missing_value_of_a_set_is_named(gxe):
    (check,) = results(
        gxe.ExpectColumnDistinctValuesToContainSet(
            column="label", value_set=["up", "flat"], **words("all labels")
        )
    )
    assert check.detail == "found no flat; expected better"


def test_mostly_lets_a_few_rows_pass(gxe):
    (check,) = results(
        gxe.ExpectColumnValuesToBeBetween(column="count", max_value=9, mostly=0.6, **words("small"))
    )
    assert check.success


def test_a_failed_warning_does_not_stop(gxe):
    (check,) = results(
        gxe.ExpectColumnValuesToBeBetween(column="count", max_value=9, **words("small", "warning"))
    )
    assert not check.success
    assert not check.stops


@pytest.mark.parametrize(
    ("column", "regex"), [("label", "("), ("no_such_column", "a")], ids=["raises", "no column"]
)
def test_a_broken_check_is_our_fault_and_not_bad_data(gxe, column, regex):
    broken, sound = results(
        gxe.ExpectColumnValuesToMatchRegex(column=column, regex=regex, **words("broken")),
        gxe.ExpectColumnValuesToNotBeNull(column="label", **words("sound")),
    )
    assert broken.broken
    assert not broken.stops
    assert "the check itself broke" in broken.detail
    assert sound.success
    assert not sound.broken

"""Run suites of Great Expectations on pandas frames, in memory, and say what came of them.

Nothing is sent anywhere and nothing is kept but what `data_docs` writes. An expectation that raised
inside comes back from GX as failed; here it is told apart by its `exception_info`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from tickertone.validation.checks import Check

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5  # failing values shown


@dataclass(frozen=True)
class Suite:
    """Expectations about one frame. The name may hold lower-case letters, digits and _."""

    name: str
    unit: str  # what one row of the frame is, in the plural
    frame: "pd.DataFrame"
    expectations: Sequence[Any]


def quiet_context() -> Any:
    """A context of Great Expectations in memory, without analytics and progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
    )

    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)  # it would leave a folder
    context = gx.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    context.variables.progress_bars = {"globally": False}
    return context


def run_suite(context: Any, suite: Suite) -> list[Check]:
    """Validate a frame; the result also stays in the context, for Data Docs."""
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    source = context.data_sources.add_pandas(suite.name)
    batch = source.add_dataframe_asset("accepted").add_batch_definition_whole_dataframe("all")
    expected = context.suites.add(
        gx.ExpectationSuite(name=suite.name, expectations=list(suite.expectations))
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=suite.name, data=batch, suite=expected)
    )
    result = definition.run(
        batch_parameters={"dataframe": suite.frame},
        run_id=RunIdentifier(run_name=suite.name),
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": _EXAMPLES},
    )
    order = {e.meta["check"]: position for position, e in enumerate(suite.expectations)}
    checks = [_check(each, suite.unit) for each in result.results]
    return sorted(checks, key=lambda check: order[check.check])  # GX puts broken ones first


def _check(result: Any, unit: str) -> Check:
    config = result.expectation_config
    trouble = _raised(result.exception_info)
    found = f"not judged, the check itself broke: {trouble}" if trouble else _found(result, unit)
    return Check(
        check=config.meta["check"],
        severity="critical" if config.severity == "critical" else "warning",
        success=bool(result.success),
        detail=f"found {found}; expected {config.meta['expected']}",
        broken=trouble is not None,
    )


def _raised(info: dict[str, Any] | None) -> str | None:
    """The message of an exception inside an expectation; GX nests them by metric, or does not."""
    info = info or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "no message")
    return None


def _found(result: Any, unit: str) -> str:
    """What GX saw, in a few words; the three kinds of expectation report it in three shapes."""
    values = result.result
    if "element_count" in values:  # about each row
        total, wrong = values["element_count"], values["unexpected_count"]
        if not wrong:
            return f"all {total} {unit} as expected"
        shown = list(dict.fromkeys(map(_show, values.get("partial_unexpected_list", []))))
        return f"{wrong} of {total} {unit} otherwise" + (f": {', '.join(shown)}" if shown else "")
    if "partial_missing_list" in values:  # about the set of values
        missing = sorted(map(_show, values["partial_missing_list"]))
        return f"no {', '.join(missing)}" if missing else "all of them"
    return _show(values.get("observed_value"))


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return " against ".join(map(_show, value))
    if isinstance(value, list):
        return ", ".join(map(_show, value)) or "none"
    if isinstance(value, dict):
        return " ".join(map(_show, value.values()))
    return f"{value:.6g}" if isinstance(value, float) else unescape(str(value))[:80]

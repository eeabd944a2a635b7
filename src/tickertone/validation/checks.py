"""What became of one check, in words; Great Expectations' and our own have the same shape."""

from typing import Literal

from tickertone.frozen import Frozen

Severity = Literal["critical", "warning"]


class Check(Frozen):
    """One check of one data set. A broken check judged nothing: the fault is ours."""

    check: str
    severity: Severity
    success: bool
    detail: str  # found and expected
    broken: bool = False
    remedy: str = ""  # what to do where it stops the data set

    @property
    def stops(self) -> bool:
        """Is the data unfit to go on with?"""
        return self.severity == "critical" and not self.success and not self.broken

    def row(self) -> dict[str, str | bool]:
        """As it stands in checks.json."""
        return self.model_dump(exclude={"broken", "remedy"})

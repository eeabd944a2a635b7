"""The leaderboard of one target, split by split, and what it says in words."""

from dataclasses import dataclass

from tickertone.report.findings import Row, Rows
from tickertone.report.numbers import known

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Ranking:
    """The systems of one split, best first."""

    split: str
    rows: Rows

    @property
    def best(self) -> Row:
        """The most accurate system."""
        return self.rows[0]

    @property
    def reference(self) -> Row:
        """The system that the others are compared with: the best that has not seen the texts."""
        return self.best_uncontaminated or self.best

    @property
    def n(self) -> int:
        """Texts scored."""
        return int(self.best["n"])

    @property
    def best_model(self) -> Row | None:
        """The best single model."""
        return next((row for row in self.rows if row["kind"] == "model"), None)

    @property
    def best_combiner(self) -> Row | None:
        """The best combiner."""
        return next((row for row in self.rows if row["kind"] == "combiner"), None)

    @property
    def champions(self) -> Rows:
        """The best model and the best combiner, as far as there are any, best first."""
        found = (self.best_model, self.best_combiner)
        return [row for row in self.rows if any(row is one for one in found)]

    @property
    def contaminated(self) -> Rows:
        """Systems that may have seen the test texts."""
        return [row for row in self.rows if row.get("contaminated")]

    @property
    def best_uncontaminated(self) -> Row | None:
        """The best system that is not known to have seen the test texts."""
        return next((row for row in self.rows if not row.get("contaminated")), None)

    @property
    def level_with_best(self) -> Rows:
        """Systems whose accuracy a paired test cannot tell from that of the reference."""
        return [row for row in self.rows if row is not self.reference and not told_apart(row)]

    def behind(self, row: Row) -> bool:
        """Whether the paired test finds this system worse than the reference."""
        return told_apart(row) and bool(row["accuracy"] < self.reference["accuracy"])


def p_against_best(row: Row) -> float | None:
    """McNemar's p against the best, corrected for the number of comparisons where that is known."""
    corrected = row.get("p_holm")
    return corrected if corrected is not None else row.get("p_vs_best")


def told_apart(row: Row) -> bool:
    """Whether the paired test tells this system from the best."""
    p = p_against_best(row)
    return p is not None and known(p) and p < SIGNIFICANT


def rankings(leaderboard: Rows) -> dict[str, Ranking]:
    """The ranking of each split that has rows: by accuracy, then log loss, then name."""
    found = {}
    for split in ("full", "clean"):
        rows = [row for row in leaderboard if row["split"] == split]
        if rows:
            found[split] = Ranking(split, sorted(rows, key=_rank))
    return found


def _rank(row: Row) -> tuple[float, float, str]:
    return (-row["accuracy"], row["log_loss"], row["system"])

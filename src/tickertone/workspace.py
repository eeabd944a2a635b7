"""Where things lie.

A workspace is a folder with data/ (what people edit) and var/ (everything that a run writes).
Other modules take a Workspace or a path from one.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from tickertone.errors import ConfigError

HOME_VARIABLE = "TICKERTONE_HOME"
MIRROR_VARIABLE = "TICKERTONE_MIRROR"


@dataclass(frozen=True)
class Workspace:
    """The folders of one checkout."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Workspace":
        """The workspace named by TICKERTONE_HOME, else the nearest one at or above `start`.

        Raises ConfigError if there is none.
        """
        named = os.environ.get(HOME_VARIABLE)
        candidates = [Path(named)] if named else [*_upwards(start or Path.cwd())]
        for folder in candidates:
            if (folder / "data" / "datasets.yaml").is_file():
                return cls(folder.resolve())
        raise ConfigError(
            HOME_VARIABLE if named else str(start or Path.cwd()),
            found="no data/datasets.yaml here" + ("" if named else " or in a folder above"),
            expected="a Tickertone checkout",
            remedy=f"change into the checkout, or set {HOME_VARIABLE} to its path",
        )

    @property
    def data(self) -> Path:
        """Catalog files and the data that we ship."""
        return self.root / "data"

    @property
    def var(self) -> Path:
        """Everything that a run writes."""
        return self.root / "var"

    @property
    def artifacts(self) -> Path:
        """Manifests and the files that they vouch for."""
        return self.var / "artifacts"

    @property
    def scratch(self) -> Path:
        """Work in progress that may outlive a crash: training checkpoints."""
        return self.var / "scratch"

    @property
    def locks(self) -> Path:
        """Files that are only ever flocked."""
        return self.var / "locks"

    @property
    def runs(self) -> Path:
        """One journal a run."""
        return self.var / "runs"

    @property
    def accepted(self) -> Path:
        """Label counts of the last snapshot of each data set that passed validation."""
        return self.var / "accepted"

    @property
    def reports(self) -> Path:
        """Pages for people: reports and Data Docs."""
        return self.var / "reports"

    @property
    def damaged(self) -> Path:
        """Damaged things that were set aside; `tickertone prune` empties it."""
        return self.var / "damaged"

    @property
    def prefect(self) -> Path:
        """Prefect's home: database, records of results, logs and pids of services."""
        return self.var / "prefect"

    @property
    def prefect_results(self) -> Path:
        """Prefect's records of results: small JSON, the manifest and where it is from."""
        return self.prefect / "results"

    def report_page(self, experiment: str) -> Path:
        """Where the report of an experiment is looked for."""
        return self.reports / experiment / "index.html"

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.var / "tickertone.duckdb"


def mirror_folder() -> Path | None:
    """The local mirror named by TICKERTONE_MIRROR, or None if the variable is not set."""
    named = os.environ.get(MIRROR_VARIABLE)
    return Path(named) if named else None


def _upwards(start: Path) -> list[Path]:
    start = start.resolve()
    return [start, *start.parents]

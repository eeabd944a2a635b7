"""A workspace with two linear models, and a way to run it and see what was done."""

import csv
import shutil
from pathlib import Path

import yaml

from tickertone.dag.graph import STAGES
from tickertone.dag.run import Run, run_here
from tickertone.store.query import query
from tickertone.workspace import Workspace

SHIPPED = Path(__file__).resolve().parents[2] / "data"
EXPERIMENT = {
    "title": "Small",
    "targets": {
        "headlines": {
            "test": {"dataset": "demo_headlines", "split": "test"},
            "fit_on": {"dataset": "demo_headlines", "split": "dev"},
        },
        "wires": {
            "test": {"dataset": "demo_wires", "split": "test"},
            "fit_on": {"dataset": "demo_headlines", "split": "dev"},
        },
    },
    "models": ["words", "letters"],
    "combiners": {"mean": {"kind": "mean"}, "stacking": {"kind": "stacking"}},
    "bootstrap_draws": 100,
}
# Those that an experiment has without asking for more.
PLAIN_STAGES = tuple(
    stage
    for stage in STAGES
    if stage not in {"transfer", "sweep", "uncertainty", "frontier", "budgets", "claims"}
)
MODELS = {
    "models": {
        name: {
            "family": "linear",
            "trained_on": ["demo_headlines"],
            "features": {"kind": "tfidf", "char_ngrams": letters, "min_df": 1},
        }
        for name, letters in (("words", None), ("letters", [2, 3]))
    }
}


class Bench:
    """A workspace that a test may change between runs."""

    def __init__(self, root: Path) -> None:
        shutil.copytree(SHIPPED, root / "data")
        shutil.rmtree(root / "data" / "experiments")
        self.workspace = Workspace(root)
        self.data = root / "data"
        self.write("models.yaml", MODELS)
        self.write("experiments/small.yaml", EXPERIMENT)
        self.write("published.yaml", {"published": []})

    def copied_to(self, root: Path) -> "Bench":
        """The same workspace, store and all, in another folder."""
        shutil.copytree(self.workspace.root, root)
        return self.at(root)

    @classmethod
    def at(cls, root: Path) -> "Bench":
        """The workspace that is, or will be, in a folder."""
        bench = cls.__new__(cls)
        bench.workspace, bench.data = Workspace(root), root / "data"
        return bench

    def write(self, name, content):
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def edit(self, name, change):
        """Load a YAML file, let `change` work on it, write it back."""
        content = yaml.safe_load((self.data / name).read_text())
        change(content)
        self.write(name, content)

    def rows(self, name):
        with (self.data / "demo" / name).open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def write_rows(self, name, rows):
        with (self.data / "demo" / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)

    def run(self, experiment="small", **options):
        run = Run.open(self.workspace, experiment, **options)
        summary = run_here(run, lambda _line: None)
        return summary, run.journal.entries

    def computed(self, **options):
        """The steps that a run computed; the run must end without a failure."""
        summary, entries = self.run(**options)
        assert summary.failures == ()
        return {entry.step for entry in entries if entry.outcome == "computed"}

    def ask(self, sql, *parameters):
        return query(self.workspace, sql, parameters).rows

"""An experiment of made-up steps.

A made-up step only writes its subject to a file, or does what a test tells it to; what hands out
steps, caches, retries and stores is the real thing.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tickertone.catalog.experiments import ExperimentSpec
from tickertone.catalog.load import Catalog
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.dag.planner import Node, Results
from tickertone.dag.run import Run
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product, Work
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

SUBJECTS = {"ingest": ["tweets", "news"], "validate": ["tweets", "news"], "finetune": ["small"]}


@dataclass
class MadeUp:
    """Three stages: two data sets, and a model that is trained on the tweets alone."""

    workspace: Workspace
    calls: list[str] = field(default_factory=list)
    deeds: dict[str, Callable[[], None]] = field(default_factory=dict)

    def subjects(self, stage: str) -> list[str]:
        return SUBJECTS.get(stage, [])

    def needs(self, stage: str, subject: str) -> list[Node]:
        if stage == "ingest":
            return []
        return [Node("ingest", subject) if stage == "validate" else Node("validate", "tweets")]

    def step(self, stage: str, subject: str, results: Results) -> Step:
        inputs = {
            node.stage: results.output(node.stage, node.subject, "subject")
            for node in self.needs(stage, subject)
        }
        parts = Parts(
            stage=stage,
            settings={"subject": subject},
            inputs={role: output.content for role, output in inputs.items()},
            code={},
            libraries={},
        )
        return Step(subject=subject, parts=parts, inputs=inputs)

    def execute(
        self, step: Step, workspace: Workspace, say: Callable[[str], None]
    ) -> tuple[Manifest, bool]:
        def body(work: Work) -> Product:
            self.calls.append(step.name)
            self.deeds.get(step.name, lambda: None)()
            path = work.out / "subject.txt"
            path.write_text(work.subject)
            return Product(outputs={"subject": Made((path,))})

        return Artifacts(workspace).adopt_or_make(step, body, say)

    def artifact(self, name: str) -> Path:
        """The file of a finished step, such as "ingest tweets"."""
        stage, subject = name.split()
        found = (self.workspace.artifacts / stage).glob("*/subject.txt")
        return next(path for path in found if path.read_text() == subject)


class _Planner:
    """The plan of one made-up stage."""

    def __init__(self, made_up: MadeUp, stage: str) -> None:
        self.made_up = made_up
        self.stage = stage

    def subjects(self, scope: Scope) -> list[str]:
        return self.made_up.subjects(self.stage)

    def needs(self, scope: Scope, subject: str) -> list[Node]:
        return self.made_up.needs(self.stage, subject)

    def wants(self, scope: Scope, subject: str) -> list[Node]:
        return []

    def step(self, scope: Scope, subject: str, results: Results) -> Step:
        return self.made_up.step(self.stage, subject, results)


@pytest.fixture
def made_up(tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    """The flow `nightly` then runs experiment `demo` over these steps in an empty workspace."""
    import tasks.finetune
    import tasks.stage_task

    made_up = MadeUp(Workspace(tmp_path))
    split = {"dataset": "tweets", "split": "test"}
    spec = ExperimentSpec.model_validate(
        {
            "title": "made up",
            "targets": {"tweets": {"test": split, "fit_on": {**split, "split": "dev"}}},
            "models": ["small"],
        }
    )

    small = {"family": "linear", "trained_on": ["tweets"], "features": {"kind": "tfidf"}}
    catalog = Catalog(
        folder=tmp_path,
        tasks={},
        datasets={},
        models={"small": LinearSpec.model_validate(small)},
        prompts={},
        experiments={"demo": spec},
        contamination=(),
        published=(),
    )

    def open_run(_workspace: Workspace, experiment: str, _models: object, refresh: object) -> Run:
        return Run(made_up.workspace, Scope(catalog, experiment, spec, spec.models), refresh)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "open", open_run)
    monkeypatch.setattr(Run, "index", lambda self: 0)
    monkeypatch.setattr(Run, "close", Run.summary)
    monkeypatch.setattr(Run, "_gate", lambda self, node: None)
    for name in ("_gate", "_check_source", "_kind", "_rows", "_about"):
        monkeypatch.setattr(f"tickertone.dag.plan._Walk.{name}", lambda *_: None)
    for name in ("remember_accepted", "publish"):
        monkeypatch.setattr(f"tickertone.dag.run.{name}", lambda *_: None)
    monkeypatch.setattr("tickertone.dag.run.licences_of", lambda *_: [])
    monkeypatch.setattr("tickertone.dag.graph.planner", lambda stage: _Planner(made_up, stage))
    monkeypatch.setattr("tickertone.dag.run.planner", lambda stage: _Planner(made_up, stage))
    monkeypatch.setattr(tasks.stage_task, "execute", made_up.execute)
    monkeypatch.setattr(tasks.finetune, "memory_of_training", lambda *_: 0.0)
    return made_up


CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def light_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the demo data, its experiment narrowed to the model that trains fastest."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(CHECKOUT / "data", root / "data")
    path = root / "data" / "experiments" / "demo.yaml"
    experiment = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**experiment, "models": ["demo_tfidf"]}))
    return Workspace(root)


@pytest.fixture(scope="module")
def light_environment(light_workspace: Workspace) -> dict[str, str]:
    """For processes that are to use that workspace and no Prefect server of ours."""
    kept = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    return {**kept, "TICKERTONE_HOME": str(light_workspace.root)}

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks import publishing
from tickertone.dag.planned import Plan, PlannedStep
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product, Work
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@pytest.fixture
def tables(monkeypatch) -> dict[str, list]:
    published = {}
    monkeypatch.setattr(
        "prefect.artifacts.create_table_artifact",
        lambda key, table, description: published.update({key: table}),
    )
    return published


def manifest_of(workspace: Workspace, stage: str, rows: list[dict], facts: dict) -> Manifest:
    def body(work: Work) -> Product:
        path = work.out / "leaderboard.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)
        return Product(outputs={"leaderboard": Made((path,))}, facts=facts)

    parts = Parts(stage=stage, settings={}, inputs={}, code={}, libraries={})
    step = Step(subject="demo/tweets", parts=parts, inputs={})
    return Artifacts(workspace).adopt_or_make(step, body, print)[0]


def system(name: str, accuracy: float) -> dict:
    others = dict.fromkeys(publishing.OTHERS, 0.5)
    bounds = {"accuracy_low": accuracy - 0.1, "accuracy_high": accuracy + 0.1}
    named = {"system": name, "kind": "model", "n": 20, "split": "full"}
    return {**named, "accuracy": accuracy, **bounds, **others}


def test_the_leaderboard_lists_the_best_system_first(tmp_path, tables):
    workspace = Workspace(tmp_path)
    rows = [system("worse", 0.5), system("better", 0.75)]
    evaluated = manifest_of(workspace, "evaluate", rows, {})

    publishing.publish_leaderboard({"demo/tweets": evaluated}, workspace, "synthetic")

    assert [row["system"] for row in tables["leaderboard"]] == ["better", "worse"]
    best = tables["leaderboard"][0]
    assert (best["accuracy %"], best["95 %"]) == (75.0, "65.0 to 85.0")


def test_data_quality_has_one_row_a_split_with_its_counts(tmp_path, tables):
    counts = {"rows_read": 5, "rows_accepted": 4, "rows_quarantined": 1}
    facts = {"splits": {"train": {**counts, "label_counts": {"neutral": 4}}}}
    validated = manifest_of(Workspace(tmp_path), "validate", [{"a": 1}], facts)

    publishing.publish_data_quality({"demo/tweets": validated})

    assert tables["data-quality"] == [{"dataset": "demo/tweets", "split": "train", **counts}]


def test_a_plan_has_one_row_a_step_with_its_reasons(tables):
    step = PlannedStep(
        step="finetune words",
        stage="finetune",
        subject="words",
        verdict="will run",
        reasons=("recipe.c 1.0 -> 3.0", "torch 2.12 -> 2.13"),
        rows=40,
        seconds=2.5,
    )

    publishing.publish_plan(Plan(experiment="demo", steps=(step,)))

    assert tables["plan"] == [
        {
            "step": "finetune words",
            "verdict": "will run",
            "why": "recipe.c 1.0 -> 3.0; torch 2.12 -> 2.13",
            "rows": 40,
            "seconds": 2.5,
        }
    ]


def test_nothing_is_published_where_nothing_succeeded(tmp_path, tables):
    publishing.publish_leaderboard({}, Workspace(tmp_path), "")

    assert tables == {}

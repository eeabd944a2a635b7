import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tickertone.stages.report import run
from tickertone.stages.work import Work

SYSTEMS = (("mean", "combiner", 0.75), ("plain", "model", 0.5))


@pytest.fixture
def files(tmp_path):
    """Role -> file, as the stages before leave them."""
    folder = tmp_path / "inputs"
    folder.mkdir()

    def parquet(name, rows):
        pq.write_table(pa.Table.from_pylist(rows), folder / name)
        return folder / name

    def as_json(name, value):
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
        return folder / name

    numbers = dict.fromkeys(("macro_f1", "weighted_f1", "mcc", "log_loss", "brier", "ece"), 0.4)
    board = [
        {
            "split": split,
            "system": name,
            "kind": kind,
            "n": n,
            "accuracy": accuracy,
            "accuracy_low": accuracy - 0.1,
            "accuracy_high": accuracy + 0.1,
            **numbers,
            "p_vs_best": None if kind == "combiner" else 0.25,
            "contaminated": None,
        }
        for split, n in (("full", 4), ("clean", 3))
        for name, kind, accuracy in SYSTEMS
    ]
    confusion = [
        {"split": "full", "system": name, "label": a, "predicted": b, "n": 1}
        for name, _, _ in SYSTEMS
        for a in ("no", "yes")
        for b in ("no", "yes")
    ]
    evaluations = [
        {"split": "full", "system": s, "kind": k, "metric": "f1", "label": "no", "value": 0.5}
        for s, k, _ in SYSTEMS
    ]
    uneven = [{"member": "plain", "weight": 0.9}, {"member": "other", "weight": 0.1}]
    return {
        "leaderboard:news": parquet("leaderboard.parquet", board),
        "evaluations:news": parquet("evaluations.parquet", evaluations),
        "confusion:news": parquet("confusion.parquet", confusion),
        "weights:news/greedy": as_json("weights.json", uneven),
        "measurements:plain": as_json("measurements.json", {"train_seconds": 61.0}),
        "checks:news": as_json(
            "checks.json", [{"check": "c", "severity": "warning", "success": True, "detail": ""}]
        ),
        "split:news/test": parquet(
            "test.parquet", [{"example_id": str(i), "clean": i > 0} for i in range(4)]
        ),
        "quarantine:news": parquet(
            "quarantine.parquet",
            [{"split": "test", "line": 9, "reason": "empty text", "text": ""}],
        ),
    }


@pytest.fixture
def work_of(tmp_path):
    def make(files, **settings):
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        split = {"dataset": "news", "split": "test"}
        return Work(
            subject="trial",
            settings={
                "experiment": "trial",
                "title": "A trial",
                "targets": {"news": {"test": split, "fit_on": {**split, "split": "dev"}}},
                "datasets": {
                    "news": {
                        "title": "News",
                        "source": {"local": "demo"},
                        "licence": {"name": "Apache-2.0", "commercial": True},
                    }
                },
                "models": {
                    "plain": {
                        "family": "linear",
                        "features": {"kind": "tfidf"},
                        "trained_on": ["news"],
                    }
                },
                "order": {"targets": ["news"], "models": ["plain"]},
                "published": [],
                "published_training": [],
                "groups": {},
                "compared": None,
                "combiners": {},
                "pools": {"news": ["plain"]},
                "missing": [],
                **settings,
            },
            inputs={role: (path,) for role, path in files.items()},
            notes={},
            contents={},
            out=out,
            scratch=tmp_path / "scratch",
            shards=tmp_path / "shards",
            reports=tmp_path / "reports",
            project=tmp_path,
            say=lambda _: None,
        )

    return make


def test_the_page_is_an_output_and_nothing_is_written_elsewhere(files, work_of):
    work = work_of(files)
    (page,) = run(work).outputs["page"].files
    assert page.parent == work.out
    assert not work.reports.exists()


def test_every_input_finds_its_place(files, work_of):
    html = run(work_of(files)).outputs["page"].files[0].read_text(encoding="utf-8")
    assert "75.0 %" in html  # leaderboard
    assert "0.900" in html  # weights
    assert "1 min 01 s" in html  # measurements
    assert "1 &times; empty text" in html  # quarantine
    assert "1 check,\nall met." in html  # checks


@pytest.mark.parametrize("kind", ["leaderboard", "evaluations", "confusion", "weights"])
def test_a_page_is_made_without_some_of_the_inputs(files, work_of, kind):
    rest = {role: path for role, path in files.items() if not role.startswith(kind)}
    html = run(work_of(rest, missing=["evaluate trial/news"])).outputs["page"].files[0].read_text()
    assert "evaluate trial/news" in html


def test_a_page_is_made_of_nothing(work_of):
    html = run(work_of({})).outputs["page"].files[0].read_text(encoding="utf-8")
    assert "Not measured." in html


def test_equal_inputs_give_equal_bytes(files, work_of):
    first = run(work_of(files)).outputs["page"].files[0].read_bytes()
    assert run(work_of(files)).outputs["page"].files[0].read_bytes() == first


def curves():
    """An ensemble that learns nothing and one that learns, on the one target."""
    figures = {f"accuracy_{name}": 0.75 for name in ("mean", "min", "max", "se")}
    figures |= dict.fromkeys(("macro_f1_mean", "log_loss_mean", "ece_mean"), 0.5)
    return [
        {"target": "news", "option": o, "combiner": c, "k": k, "draws": 2, **figures}
        for o, c, k in (
            ("DAFT-E^Z", "halves", 0),
            ("DAFT-E^Z", "learner", 0),
            ("DAFT-E", "learner", 8),
            ("DAFT^Z", "plain", 0),
        )
    ]


def write(folder, name, rows):
    pq.write_table(pa.Table.from_pylist(rows), folder / name)
    return folder / name


def test_tables_have_the_improvement_over_the_best_member(files, work_of, tmp_path):
    more = {"budget_curves": write(tmp_path, "curves.parquet", curves())}
    kinds = {"halves": "half_hard_mean", "learner": "stacking"}
    work = work_of(files | more, combiners=kinds, compared="learner")
    tables = {path.stem: path for path in run(work).outputs["tables"].files}
    rows = tables["relative_improvement"].read_text().splitlines()
    assert rows[1:] == [
        "trial,news,halves,0,0.75,plain,0.5,0.5",
        "trial,news,learner,0,0.75,plain,0.5,0.5",
        "trial,news,learner,8,0.75,plain,0.5,0.5",
    ]
    of_members = tables["relative_improvement_of_members"].read_text().splitlines()[1]
    assert of_members.startswith("trial,news,halves,0,plain,0.5,-0.33333333333333")


def test_tables_of_later_stages_are_read_where_they_are_there(files, work_of, tmp_path):
    member = {"k": 8, "member": "plain", "weight": 1.0}
    sure = {"combiner": "c", "k": 8, "share": 1.0, "accuracy_mean": 0.75}
    more = {
        "budget_weights:news/c": write(tmp_path, "weights.parquet", [member]),
        "selective:news": write(tmp_path, "selective.parquet", [sure]),
    }
    tables = {path.stem: path for path in run(work_of(files | more)).outputs["tables"].files}
    assert tables["budget_weights"].read_text().splitlines()[1] == "trial,news,c,8,plain,1.0"
    assert tables["selective"].read_text().splitlines()[1] == "trial,news,c,8,1.0,0.75"


def test_a_page_of_an_experiment_without_budgets_has_no_tables(files, work_of):
    assert run(work_of(files)).outputs["tables"].files == ()

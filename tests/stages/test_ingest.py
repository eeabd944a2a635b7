import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tickertone.catalog.datasets import DatasetsFile
from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.catalog.yaml_files import read_yaml
from tickertone.datasets.sources.locate import source_identity
from tickertone.errors import DataError
from tickertone.identity.text import text_id
from tickertone.stages.ingest import run
from tickertone.stages.work import Product, Work
from tickertone.workspace import Workspace

PROJECT = Workspace.find(Path(__file__).parent)


def stanza(**changes: object) -> SnapshotSpec:
    return SnapshotSpec.model_validate(
        {
            "task": "mood",
            "source": {"local": "own"},
            "reader": {"kind": "delimited"},
            "labels": {"0": "negative", "1": "positive"},
            "splits": {
                "train": {"role": "train", "files": [{"file": "a.csv"}, {"file": "b.csv"}]},
                "test": {"role": "test", "files": [{"file": "t.csv"}]},
            },
        }
        | changes
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "own"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("text,label\nArbin gains,1\nSawley slips,0\n")
    (folder / "b.csv").write_text('text,label\nArbin gains,1\n"",1\nflat,7\nTolgate sinks,0\n')
    (folder / "t.csv").write_text("text,label\nPaylark soars,1\n")
    return tmp_path


def work(
    spec: SnapshotSpec, project: Path, out: Path, said: list[str], identities: dict[str, str]
) -> Work:
    task = {"name": spec.task, "labels": ["negative", "positive"], "pairs": False}
    return Work(
        subject="own",
        settings={"dataset": spec.model_dump(mode="json"), "task": task},
        inputs={},
        notes={},
        contents=identities,
        out=out,
        scratch=out,
        shards=out,
        reports=out,
        project=project,
        say=said.append,
    )


def ingest(spec: SnapshotSpec, project: Path, out: Path) -> tuple[Product, list[str]]:
    said: list[str] = []
    out.mkdir(exist_ok=True)
    identities = source_identity(spec, project / "data")
    return run(work(spec, project, out, said, identities)), said


def test_each_split_is_a_snapshot_and_bad_rows_are_set_aside(project: Path, tmp_path: Path):
    product, said = ingest(stanza(), project, tmp_path / "out")
    assert set(product.outputs) == {"train", "test", "quarantine"}
    (train,) = product.outputs["train"].files
    texts = pq.read_table(train)["text"].to_pylist()
    assert sorted(texts) == ["Arbin gains", "Sawley slips", "Tolgate sinks"]
    (quarantine,) = product.outputs["quarantine"].files
    rows = pq.read_table(quarantine).select(["split", "file", "line", "reason"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("train", "b.csv", 2, "exact repeat of line 2 of a.csv"),
        ("train", "b.csv", 3, "empty text"),
        ("train", "b.csv", 4, "unknown label '7'"),
    ]
    assert product.facts["splits"]["train"] == {
        "rows_read": 6,
        "rows_accepted": 3,
        "rows_quarantined": 3,
        "rows_left_out": 0,
        "label_counts": {"negative": 2, "positive": 1},
    }
    assert product.facts["source"] == "local"
    assert "own train: 6 rows read, 3 accepted, 3 quarantined" in said[0]


def test_rows_that_the_stanza_does_not_want_are_counted_apart_from_those_at_fault(
    project: Path, tmp_path: Path
):
    (project / "data" / "seen.txt").write_text(text_id("Tolgate sinks") + "\n")
    spec = stanza(labels={"0": "negative", "1": None}, exclude="seen.txt")
    product, _ = ingest(spec, project, tmp_path / "out")
    # Left out: one with label 1 in each file, and the one on the list. At fault: no text, label 7.
    assert product.facts["splits"]["train"] == {
        "rows_read": 6,
        "rows_accepted": 1,
        "rows_quarantined": 5,
        "rows_left_out": 3,
        "label_counts": {"negative": 1},
    }


def test_the_same_source_gives_the_same_bytes(project: Path, tmp_path: Path):
    ingest(stanza(), project, tmp_path / "one")
    ingest(stanza(), project, tmp_path / "two")
    for name in ("train", "test", "quarantine"):
        one, two = ((tmp_path / f / f"{name}.parquet").read_bytes() for f in ("one", "two"))
        assert one == two


def test_a_file_that_changes_after_planning_stops_the_step(project: Path, tmp_path: Path):
    spec = stanza()
    identities = source_identity(spec, project / "data")
    (project / "data" / "own" / "t.csv").write_text("text,label\nPaylark sinks,0\n")
    with pytest.raises(DataError, match="changed while being read") as caught:
        run(work(spec, project, tmp_path, [], identities))
    assert caught.value.place.endswith("t.csv")


def test_a_file_with_another_number_of_rows_than_known_stops_the_step(project, tmp_path):
    files = [{"file": "t.csv", "rows": 2}]
    spec = stanza(splits={"test": {"role": "test", "files": files}})
    with pytest.raises(DataError, match=r"t\.csv: 1 rows") as caught:
        ingest(spec, project, tmp_path / "out")
    assert caught.value.expected.startswith("2 rows")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "the file is empty"),
        (b"tweet,label\nx,1\n", "no column 'text'"),
        ("text,label\nx,1\n".encode("utf-16"), "byte order mark of utf-16"),
        (b"text,label\n" + b"x,9\n" * 5, "5 of 5 rows have a label that is not in the label map"),
        (b'text,label\n"x,1\n', "never closed"),
    ],
)
def test_a_broken_file_is_one_clear_message_with_place_and_remedy(
    project: Path, tmp_path: Path, content: bytes, found: str
):
    (project / "data" / "own" / "t.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        ingest(stanza(), project, tmp_path / "out")
    assert found in caught.value.found
    assert "t.csv" in caught.value.place
    assert caught.value.remedy


def shipped(name: str) -> SnapshotSpec:
    raw = read_yaml(PROJECT.data / "datasets.yaml", "data/datasets.yaml")
    return DatasetsFile.model_validate(raw).datasets[name].snapshot


def counts(name: str, out: Path) -> dict[str, tuple[int, int, int]]:
    product, _ = ingest(shipped(name), PROJECT.root, out)
    for split, facts in product.facts["splits"].items():
        ids = pq.read_table(out / f"{split}.parquet")["example_id"].to_pylist()
        assert ids == sorted(set(ids))
        assert len(ids) == facts["rows_accepted"] == sum(facts["label_counts"].values())
    return {
        split: (f["rows_read"], f["rows_accepted"], f["rows_quarantined"])
        for split, f in product.facts["splits"].items()
    }


@pytest.mark.parametrize("name", ["demo_headlines", "demo_wires"])
def test_the_demo_is_accounted_for_to_the_row(name: str, tmp_path: Path):
    for read, accepted, quarantined in counts(name, tmp_path / "out").values():
        assert accepted + quarantined == read > 50
        assert quarantined < 0.05 * read


@pytest.mark.skipif(
    "TICKERTONE_MIRROR" not in os.environ, reason="TICKERTONE_MIRROR names no real data"
)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("twitter_financial_news", {"train": (9543, 9543, 0), "test": (2388, 2388, 0)}),
        ("fpb_50agree", {"test": (4846, 4836, 10)}),
        ("fpb_66agree", {"test": (4217, 4211, 6)}),
        ("fpb_75agree", {"test": (3453, 3448, 5)}),
        ("fpb_allagree", {"test": (2264, 2259, 5)}),
        ("fiqa_sa", {"train": (1173, 1173, 0)}),
        ("amazon_reviews", {"train": (6800, 6699, 101), "test": (1200, 1196, 4)}),
        ("cornell_rt", {"train": (10662, 10662, 0)}),
        ("imdb", {"train": (8000, 5000, 3000), "test": (4000, 2000, 2000)}),
        ("sst2", {"train": (67349, 20000, 47349), "test": (872, 872, 0)}),
        ("tweeteval_sentiment", {"train": (12284, 12284, 0)}),
        ("tweeteval_binary", {"train": (12284, 6347, 5937), "test": (2000, 1131, 869)}),
        ("yelp_sentences", {"train": (126670, 20000, 106670), "test": (63483, 5000, 58483)}),
        ("mrpc", {"train": (4076, 4076, 0), "test": (1725, 1725, 0)}),
        ("stsb", {"train": (5749, 5706, 43), "test": (1379, 1378, 1)}),
        ("stsb_unshared", {"train": (5749, 4706, 1043), "test": (1379, 1128, 251)}),
        ("nli_small", {"test": (3000, 2999, 1)}),
    ],
)
def test_real_data_is_accounted_for_to_the_row(name, expected, tmp_path: Path):
    assert counts(name, tmp_path / "out") == expected

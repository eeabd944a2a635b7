"""A broken source fails its own branch with one clear message, and leaves the store as it was."""

import hashlib
import zipfile

import pytest

from tests.dag.bench import Bench

pytestmark = pytest.mark.slow

OF_A_DATASET = ("datasets", "examples", "quarantine")


def kept(bench, dataset):
    """Every file of finished steps, and every row that hangs on one data set."""
    root = bench.workspace.artifacts
    files = {
        path.relative_to(root): path.stat().st_mtime_ns
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }
    target = dataset.removeprefix("demo_")
    rows = [bench.ask(f"SELECT * FROM {v} WHERE dataset = ?", dataset) for v in OF_A_DATASET]
    rows.append(bench.ask("SELECT * FROM leaderboard WHERE target = ?", target))
    rows.append(bench.ask("SELECT * FROM models"))
    rows.append(bench.ask("SELECT * FROM logits"))
    return files, [sorted(map(repr, found)) for found in rows]


def missing_file(bench):
    (bench.data / "demo" / "wires.txt").unlink()


def empty_file(bench):
    (bench.data / "demo" / "headlines_test.csv").write_bytes(b"")


def wrong_column(bench):
    rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [["headline", "label"], *rows[1:]])


def unknown_labels(bench):
    header, *rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [header, *([text, "bullish"] for text, _ in rows)])


def bad_encoding(bench):
    path = bench.data / "demo" / "headlines_test.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


def wrong_checksum(bench):
    def pin(content):
        content["datasets"]["demo_wires"]["splits"]["test"]["files"][0]["sha256"] = "0" * 64

    bench.edit("datasets.yaml", pin)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    bench = Bench(tmp_path_factory.mktemp("settled"))
    bench.run()
    return bench


BREAKS = {
    missing_file: ("wires.txt", "demo_wires"),
    empty_file: ("headlines_test.csv", "demo_headlines"),
    wrong_column: ("headline", "demo_headlines"),
    unknown_labels: ("bullish", "demo_headlines"),
    bad_encoding: ("headlines_test.csv", "demo_headlines"),
    wrong_checksum: ("sha256", "demo_wires"),
}


@pytest.mark.parametrize("break_it", BREAKS, ids=lambda f: f.__name__)
def test_it_names_the_place_and_the_remedy_and_leaves_the_store(settled, tmp_path, break_it):
    bench = settled.copied_to(tmp_path / "copy")
    words, dataset = BREAKS[break_it]
    files_before, rows_before = kept(bench, dataset)

    break_it(bench)
    summary, _ = bench.run()

    (failure,) = summary.failures
    assert failure.startswith(f"ingest {dataset} failed: ")
    assert words in failure
    assert "remedy:" in failure
    files, rows = kept(bench, dataset)
    assert {path: files.get(path) for path in files_before} == files_before
    assert not {path for path in files if path.parts[0] == "ingest"} - set(files_before)
    assert rows == rows_before


def test_a_truncated_zip_is_told_as_such(bench, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    zipped = mirror / "phrases" / "phrases.zip"
    zipped.parent.mkdir(parents=True)
    text = "Quillmere grew its sales@positive\n" * 3
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("inner/phrases.txt", text)
    zipped.write_bytes(zipped.read_bytes()[:-30])
    monkeypatch.setenv("TICKERTONE_MIRROR", str(mirror))

    def zip_it(content):
        wires = content["datasets"]["demo_wires"]
        wires["source"] = {"hub": "someone/phrases", "mirror": "phrases"}
        wires["splits"]["test"]["files"] = [
            {
                "file": "phrases.txt",
                "hub_file": "phrases.zip",
                "member": "inner/phrases.txt",
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
        ]

    bench.edit("datasets.yaml", zip_it)
    summary, _ = bench.run()
    assert len(summary.failures) == 1
    assert "phrases.zip" in summary.failures[0]
    assert "remedy:" in summary.failures[0]

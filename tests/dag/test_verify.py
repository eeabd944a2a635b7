"""Every file that a run leaves behind is verified; a test finds them by walking var/."""

import random
from pathlib import Path

import pytest

from tests.dag.bench import Bench
from tests.models.tiny import tiny_base
from tests.store.damage import flip, victim
from tickertone.catalog.load import load_catalog
from tickertone.dag.mend import mend
from tickertone.dag.verify import verify
from tickertone.store.findings import Finding
from tickertone.store.in_use import enter
from tickertone.store.leftovers import UNVERIFIED

pytestmark = pytest.mark.slow

PLACES = 3  # bytes flipped in each file, one after the other


def covered(bench: Bench) -> list[Path]:
    """Every file but locks, and what `tickertone verify` says that it does not look at."""
    var = bench.workspace.var
    files = (path for path in sorted(var.rglob("*")) if path.is_file())
    return [
        path
        for path in files
        if path.relative_to(var).parts[0] not in UNVERIFIED and path.name != ".lock"
    ]


def names(finding: Finding, path: Path, bench: Bench) -> bool:
    """Whether a finding is about a file, or about a folder that it is in and is set aside with."""
    places = {finding.where, finding.aside or finding.where}
    return any(path.is_relative_to(bench.workspace.var / place) for place in places)


def rounds(bench: Bench) -> list[list[Path]]:
    """Files to damage together: of each folder of a step one, so that none hides another."""
    files = covered(bench)
    files.remove(bench.workspace.database)  # a damaged one is not compared: in a test of its own
    pages = [path for path in files if path.is_relative_to(bench.workspace.reports)]
    rest = [path for path in files if path not in pages]
    together = []
    for left in (pages, rest):  # a page is compared only with an artifact that is whole
        while left:
            first_of = {_home(path, bench): path for path in reversed(left)}
            together.append(sorted(first_of.values()))
            left = [path for path in left if path not in together[-1]]
    return together


def _home(path: Path, bench: Bench) -> tuple[str, ...]:
    parts = path.relative_to(bench.workspace.var).parts
    if parts[0] != "artifacts":
        return (*parts[:1], *parts[-1:]) if parts[0] == "runs" else parts[:-1] or parts
    return parts if parts[1] == "shards" else parts[:3]


def find_each_flipped_byte(bench: Bench, seed: int) -> None:
    assert verify(bench.workspace).findings == ()
    assert verify(bench.workspace).notes == ()
    chance = random.Random(seed)
    for paths in rounds(bench):
        whole = {path: path.read_bytes() for path in paths}
        for _ in range(PLACES):
            for path, content in whole.items():
                damaged = bytearray(content)
                damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                path.write_bytes(damaged)
            findings = verify(bench.workspace).findings
            for path in paths:
                assert any(names(finding, path, bench) for finding in findings), path
            assert all(
                finding.kind == "database" or any(names(finding, path, bench) for path in paths)
                for finding in findings
            ), "something whole is said to be damaged"
            for path, content in whole.items():
                path.write_bytes(content)
    assert verify(bench.workspace).findings == ()


def test_a_flipped_byte_is_found_in_every_file_that_a_run_leaves_behind(copy):
    find_each_flipped_byte(copy, seed=1)


def test_so_it_is_in_what_an_encoder_and_embeddings_leave_behind(tmp_path):
    bench = Bench(tmp_path / "bench")
    base = tiny_base(tmp_path / "base").model_dump(exclude_none=True)
    encoder = {"family": "encoder", "base": base, "tuning": "full", "precision": "float32"}
    encoder |= {"max_length": 16, "epochs": 1, "batch_size": 64}
    features = {"kind": "embedding", "base": base, "max_length": 16}
    models = {"tuned": encoder, "frozen": {"family": "linear", "features": features}}
    for model in models.values():
        model["trained_on"] = ["demo_headlines"]
    bench.write("models.yaml", {"models": models})
    bench.edit("experiments/small.yaml", lambda e: e.update(models=["tuned", "frozen"]))
    summary, _ = bench.run()
    assert summary.failures == ()
    kinds = {path.suffix for path in covered(bench)}
    assert {".safetensors", ".parquet", ".jsonl", ".zip", ".html", ".duckdb"} <= kinds
    assert list(bench.workspace.artifacts.glob("shards/embeddings/*/*.parquet"))
    find_each_flipped_byte(bench, seed=2)


def test_every_kind_of_file_is_damaged_by_these_tests(copy):
    folders = {path.relative_to(copy.workspace.var).parts[0] for path in covered(copy)}
    assert folders == {"artifacts", "runs", "accepted", "reports", "tickertone.duckdb"}
    left_out = {path.name for path in copy.workspace.var.iterdir()} - folders
    assert left_out <= UNVERIFIED


def test_a_lost_seal_is_found(copy):
    victim(copy.workspace, "seal").unlink()
    (finding,) = verify(copy.workspace).findings
    assert "manifest.sha256 is missing" in finding.wrong


def test_the_torn_last_line_of_a_killed_run_is_a_note(copy):
    (journal,) = copy.workspace.runs.glob("*.jsonl")
    killed = journal.with_name("20990101T000000Z-killed.jsonl")
    killed.write_bytes(journal.read_bytes().split(b"\n")[0][:-9])
    verdict = verify(copy.workspace)
    assert verdict.findings == ()
    (note,) = verdict.notes
    assert "its last line is torn" in note


def test_a_damaged_line_costs_that_line_alone(copy):
    (journal,) = copy.workspace.runs.glob("*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    flip(journal, len(lines[0]) + 40)
    assert "line 2" in verify(copy.workspace).findings[0].wrong
    mend(copy.workspace, load_catalog(copy.data))
    assert journal.read_bytes().splitlines(keepends=True) == [lines[0], *lines[2:]]
    assert verify(copy.workspace).findings == ()


def test_a_journal_that_is_gone_is_missed_by_the_database(copy):
    (journal,) = copy.workspace.runs.glob("*.jsonl")
    journal.unlink()
    wrong = [finding.wrong for finding in verify(copy.workspace).findings]
    assert f"it has rows of run {journal.stem}, which has no journal" in wrong


def test_a_damaged_yardstick_stops_the_gate_and_is_set_aside(copy):
    yardstick = copy.workspace.accepted / "demo_headlines.json"
    flip(yardstick, 30)
    (copy.data / "demo" / "headlines_test.csv").touch()
    summary, _ = copy.run()
    assert any("--mend" in failure for failure in summary.failures)
    mend(copy.workspace, load_catalog(copy.data))
    assert not yardstick.exists()
    assert copy.computed() == set()
    assert yardstick.is_file()


def test_pages_that_were_changed_are_published_again(copy):
    reports = copy.workspace.reports
    page = reports / "small" / "index.html"
    docs = sorted((reports / "data-docs").rglob("*.html"))[0]
    before = {path: path.read_bytes() for path in (page, docs)}
    flip(page, 50)
    docs.unlink()
    (docs.parent / "mine.txt").write_text("a note to myself")
    verdict = verify(copy.workspace)
    assert {finding.kind for finding in verdict.findings} == {"page"}
    done = mend(copy.workspace, load_catalog(copy.data))
    assert len(done.published) == len(verdict.findings)
    assert {path: path.read_bytes() for path in (page, docs)} == before
    assert verify(copy.workspace).findings == ()


def test_pages_that_are_not_there_are_a_note(copy):
    (copy.workspace.reports / "small" / "index.html").unlink()
    verdict = verify(copy.workspace)
    assert verdict.findings == ()
    assert verdict.notes == ("reports/small/index.html is not there: the next run puts it there",)


def test_what_lies_about_is_told_and_is_no_damage(copy):
    var = copy.workspace.var
    for name in ("artifacts/finetune/.abc.12.part/model.bin", "scratch/abc/checkpoint", "mine.txt"):
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_text("left")
    verdict = verify(copy.workspace)
    assert verdict.findings == ()
    said = "\n".join(verdict.notes)
    assert "1 half-written draft of" in said
    assert "1 training that did not end" in said
    assert "mine.txt: no manifest says what it should be" in said


def test_while_a_run_is_under_way_pages_are_not_compared(copy):
    flip(copy.workspace.reports / "small" / "index.html", 50)
    with enter(copy.workspace):
        verdict = verify(copy.workspace)
    assert verdict.findings == ()
    assert any("a run is under way" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM current WHERE stage = 'report'", "has no result"),
        ("INSERT INTO current FROM current LIMIT 1", "has two entries for"),
        ("INSERT INTO loaded FROM loaded LIMIT 1", "has two entries for"),
        ("UPDATE current SET subject = 'other' WHERE stage = 'report'", "report other has"),
    ],
)
def test_what_stands_for_a_step_is_compared_both_ways(copy, sql, told):
    import duckdb

    with duckdb.connect(str(copy.workspace.database)) as connection:
        connection.execute(sql)
    findings = verify(copy.workspace).findings
    assert any(told in finding.wrong for finding in findings), findings

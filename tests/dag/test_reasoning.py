"""A model that writes a rationale before it answers, from the catalog to the leaderboard."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.dag.bench import EXPERIMENT, Bench
from tests.models.tiny_language import tiny_decoder
from tests.store.damage import flip
from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.plan import plan_experiment
from tickertone.dag.reach import reach
from tickertone.dag.verify import verify
from tickertone.models.generative.reasoning import ReasoningScorer
from tickertone.store.prune import prune
from tickertone.store.rebuild import rebuild

pytestmark = pytest.mark.slow
MODELS = ("plain", "reasoner")
SHARDS = "shards/rationales/*/*.parquet"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    import torch

    torch.set_num_threads(1)
    bench = Bench(tmp_path_factory.mktemp("reasoning"))
    tiny_decoder(bench.workspace.root / "bases" / "llama", "llama")
    bench.edit("prompts/chain_of_thought.yaml", shorter)
    asked = {
        "family": "causal",
        "base": {"folder": "bases/llama"},
        "task": "financial_sentiment",
        "tuning": "none",
        "max_length": 160,
    }
    models = {"plain": {**asked, "prompt": "plain"}}
    models["reasoner"] = {**asked, "prompt": "chain_of_thought"}
    bench.write("models.yaml", {"models": models})
    combiners = {"mean": {"kind": "mean"}}
    bench.write(
        "experiments/small.yaml", {**EXPERIMENT, "models": [*MODELS], "combiners": combiners}
    )
    bench.computed()
    return bench


def shorter(prompt: Any) -> None:
    prompt["template"]["rationale"]["max_tokens"] = 6


@pytest.fixture
def bench(ran: Bench, tmp_path: Path) -> Bench:
    return ran.copied_to(tmp_path / "copy")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rationales were written each time some were."""
    counts: list[int] = []
    real = ReasoningScorer.rationales

    def counting(self: ReasoningScorer, texts: Any) -> list[str]:
        counts.append(len(texts))
        return real(self, texts)

    monkeypatch.setattr(ReasoningScorer, "rationales", counting)
    return counts


def shards(bench: Bench) -> list[Path]:
    return sorted(bench.workspace.artifacts.glob(SHARDS))


def test_every_text_that_a_reasoning_model_scored_has_a_rationale_that_people_can_read(
    ran: Bench,
) -> None:
    rows = ran.ask("SELECT model, text_id, text, rationale FROM rationales")
    assert {model for model, *_ in rows} == {"reasoner"}
    scored = ran.ask("SELECT text_id FROM logits WHERE model = 'reasoner'")
    assert sorted(text_id for _, text_id, *_ in rows) == sorted(text_id for (text_id,) in scored)
    assert all(text for _, _, text, _ in rows)
    assert len({rationale for *_, rationale in rows}) > 10
    systems = ran.ask("SELECT DISTINCT system FROM leaderboard WHERE kind = 'model'")
    assert {name for (name,) in systems} == {*MODELS}


def test_what_was_written_is_not_written_again(bench: Bench, written: list[int]) -> None:
    assert bench.computed() == set()
    rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [*rows, ["Ferrow closes a mill up north", "negative"]])
    assert "extract reasoner/demo_headlines" in bench.computed()
    assert written == [1]


def test_a_run_that_was_killed_before_it_scored_writes_nothing_twice(
    bench: Bench, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.edit("prompts/chain_of_thought.yaml", lambda p: p["template"].update(cue="Mood:"))

    def dies(*_: Any) -> Any:
        raise MemoryError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(ReasoningScorer, "logits_after", dies)
        summary, _ = bench.run()
    assert summary.failures
    before, kept = sum(written), shards(bench)
    assert before > 0
    assert "extract reasoner/demo_headlines" in bench.computed()
    assert {*kept} <= {*shards(bench)}
    ((texts,),) = bench.ask("SELECT count(*) FROM rationales")
    assert sum(written) == texts >= before


def test_other_words_of_the_rationale_are_another_model(bench: Bench, written: list[int]) -> None:
    bench.edit(
        "prompts/chain_of_thought.yaml",
        lambda prompt: prompt["template"]["rationale"].update(cue="Because:"),
    )
    computed = bench.computed()
    assert "extract reasoner/demo_wires" in computed
    assert "extract plain/demo_wires" not in computed
    texts = bench.ask("SELECT count(*) FROM rationales")[0][0]
    assert sum(written) == texts  # the view shows those of now


def test_a_lost_or_damaged_shard_is_written_again_and_only_its_texts_are_scored(
    bench: Bench, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verify(bench.workspace).findings == ()
    shard = shards(bench)[0]
    flip(shard, -20)
    (finding,) = verify(bench.workspace).findings
    assert (finding.kind, Path(finding.where).name) == ("shard", shard.name)
    texts = len(pq.read_table(shard))
    shard.unlink()
    plan = plan_experiment(bench.workspace, "small")
    again = [step for step in plan.steps if step.stage == "extract" and step.verdict == "will run"]
    assert sum(step.rows or 0 for step in again) == texts
    scored: list[int] = []
    real = ReasoningScorer.logits_after

    def counting(self: ReasoningScorer, asked: Any, rationales: Any) -> Any:
        scored.append(len(asked))
        return real(self, asked, rationales)

    monkeypatch.setattr(ReasoningScorer, "logits_after", counting)
    assert bench.computed() <= {f"extract reasoner/{d}" for d in ("demo_headlines", "demo_wires")}
    assert sum(written) == sum(scored) == texts
    assert verify(bench.workspace).findings == ()


def test_a_row_of_the_database_that_no_shard_holds_is_found_and_rebuilt(bench: Bench) -> None:
    import duckdb

    def rows() -> list[Any]:
        return sorted(bench.ask("SELECT model, text_id, rationale FROM rationales"))

    before = rows()
    with duckdb.connect(str(bench.workspace.database)) as connection:
        connection.execute("UPDATE rationale_row SET rationale = 'forged' WHERE text_id = "
                           "(SELECT min(text_id) FROM rationale_row)")  # fmt: skip
    (finding,) = verify(bench.workspace).findings
    assert "rationale_row" in finding.where + finding.wrong
    rebuild(bench.workspace, catalog_rows(load_catalog(bench.workspace.data)))
    assert rows() == before
    assert verify(bench.workspace).findings == ()


def test_rationales_of_a_model_that_is_gone_are_pruned_with_their_rows(bench: Bench) -> None:
    def look() -> Any:
        return reach(bench.workspace, load_catalog(bench.workspace.data))

    kept = shards(bench)
    prune(bench.workspace, look)
    assert shards(bench) == kept
    bench.edit("experiments/small.yaml", lambda e: e.update(models=["plain"]))
    bench.computed()
    prune(bench.workspace, look)
    assert shards(bench) == []
    assert bench.ask("SELECT count(*) FROM rationale_row") == ((0,),)
    assert verify(bench.workspace).findings == ()


def test_computed_anew_on_request_means_written_anew(bench: Bench, written: list[int]) -> None:
    texts = {row for path in shards(bench) for row in pq.read_table(path)["text_id"].to_pylist()}
    bench.computed(refresh=["extract"])
    assert sum(written) == len(texts)

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.fresh_interpreter import printed_by
from tests.models.tiny import examples, job, snapshot
from tests.stages.model_work import work
from tests.training.requests import TFIDF
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.linear import EmbeddingSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.identity.text import text_id
from tickertone.models.linear.fitting import fit
from tickertone.models.linear.scoring import load
from tickertone.stages import extract
from tickertone.stages.work import Work
from tickertone.store.shards import read_shard


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_loaded", {})


@pytest.fixture
def model(tmp_path: Path) -> tuple[Path, ...]:
    fitting = job(tmp_path / "fitted", TFIDF)
    fit(fitting)
    return tuple(sorted(fitting.out.iterdir()))


def scoring(
    folder: Path, model: tuple[Path, ...], splits: dict[str, list[tuple[str, str]]], key: str = "k"
) -> Work:
    inputs = {
        f"texts:{name}": (snapshot(folder / f"{name}.parquet", rows),)
        for name, rows in splits.items()
    }
    return work(folder, TFIDF, {"model": model, **inputs}, scorer=key)


def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of modules that extract imports at run time, each time it does."""
    seen: list[str] = []
    real = extract.importlib.import_module

    def import_module(name: str) -> Any:
        seen.append(name)
        return real(name)

    monkeypatch.setattr(extract, "importlib", SimpleNamespace(import_module=import_module))
    return seen


def test_every_distinct_text_has_one_row_of_the_models_logits(
    tmp_path: Path, model: tuple[Path, ...]
) -> None:
    rows = examples()[:10]
    product = extract.run(scoring(tmp_path, model, {"test": [*rows, *rows[:3]]}))
    (shard,) = product.outputs["logits:test"].files
    ids, values = read_shard(shard)
    assert sorted(ids) == sorted({text_id(text) for text, _ in rows})
    scorer = load(model[0].parent, TFIDF, ("a", "b", "c"), project=tmp_path, embed=None)
    expected = scorer.logits([text for text, _ in rows])
    place = {name: i for i, name in enumerate(ids)}
    np.testing.assert_array_equal(values[[place[text_id(t)] for t, _ in rows]], expected)
    assert product.facts["rows"] == product.facts["rows_scored"] == 10


def test_ten_new_rows_cost_ten_rows(tmp_path: Path, model: tuple[Path, ...]) -> None:
    rows = examples()
    before = extract.run(scoring(tmp_path, model, {"test": rows[:30]}))
    after = extract.run(scoring(tmp_path, model, {"test": rows[:40]}))
    assert (before.facts["rows_scored"], after.facts["rows_scored"]) == (30, 10)
    assert set(before.outputs["logits:test"].files) < set(after.outputs["logits:test"].files)


def test_a_text_in_two_splits_is_scored_once(tmp_path: Path, model: tuple[Path, ...]) -> None:
    rows = examples()
    product = extract.run(scoring(tmp_path, model, {"dev": rows[:20], "test": rows[10:30]}))
    assert product.facts["rows"] == 40
    assert product.facts["rows_scored"] == 30
    assert set(product.outputs) == {"logits:dev", "logits:test"}


def test_without_missing_rows_no_model_is_loaded(
    tmp_path: Path, model: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extract.run(scoring(tmp_path, model, {"test": examples()}))
    monkeypatch.setattr(extract, "_loaded", {})
    seen = loads(monkeypatch)
    again = extract.run(scoring(tmp_path, model, {"test": examples()}))
    assert seen == []
    assert again.facts["rows_scored"] == 0
    assert again.outputs == first.outputs


def test_the_content_does_not_depend_on_how_rows_came_together(
    tmp_path: Path, model: tuple[Path, ...]
) -> None:
    rows = examples()
    extract.run(scoring(tmp_path / "a", model, {"test": rows[:7]}))
    grown = extract.run(scoring(tmp_path / "a", model, {"test": rows}))
    at_once = extract.run(scoring(tmp_path / "b", model, {"test": rows[::-1]}))
    grown_content = grown.outputs["logits:test"].content
    assert grown_content == at_once.outputs["logits:test"].content


def test_one_model_is_loaded_once_for_several_data_sets(
    tmp_path: Path, model: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = loads(monkeypatch)
    extract.run(scoring(tmp_path / "a", model, {"test": examples()[:9]}))
    extract.run(scoring(tmp_path / "b", model, {"test": examples()[9:]}))
    assert seen == ["tickertone.models.linear.scoring"]


def test_scoring_with_tfidf_imports_neither_torch_nor_transformers(
    tmp_path: Path, model: tuple[Path, ...]
) -> None:
    splits = {"test": examples()[:5]}
    scoring(tmp_path, model, splits)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.models.tiny import examples\n"
        "from tests.stages.test_extract import scoring\n"
        "from tickertone.stages import extract\n"
        f"model = tuple(map(Path, {[str(file) for file in model]!r}))\n"
        f"done = extract.run(scoring(Path({str(tmp_path)!r}), model, {splits!r}))\n"
        "print(done.facts['rows_scored'], {'torch', 'transformers'} & set(sys.modules))\n"
    )
    printed = printed_by(program)
    assert printed == "5 set()\n"


class Reasoner:
    """Writes the length of a text, and scores by what it has written."""

    def __init__(self) -> None:
        self.written: list[int] = []

    def rationales(self, texts: Any) -> list[str]:
        self.written.append(len(texts))
        return [f"{len(text)} letters" for text in texts]

    def logits_after(self, texts: Any, rationales: Any) -> Any:
        rows = [
            [int(said.split()[0]), len(text)] for text, said in zip(texts, rationales, strict=True)
        ]
        return np.array(rows, dtype=np.float32)

    def logits(self, texts: Any) -> Any:
        raise AssertionError("it would reason twice")


def test_what_a_model_writes_is_kept_in_parts_and_scored_after(
    tmp_path: Path, model: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    reasoner = Reasoner()
    monkeypatch.setattr(extract, "_load", lambda _work: reasoner)
    monkeypatch.setattr(extract, "_WRITTEN_AT_ONCE", 20)
    step = scoring(tmp_path, model, {"dev": examples()[:30], "test": examples()})
    form = {**step.settings["form"], "prompt": {"rationale": {"cue": "Because:"}}}
    product = extract.run(replace(step, settings={**step.settings, "form": form}))
    assert reasoner.written == [20, 10, 15]
    assert product.facts["rationales_written"] == product.facts["rows_scored"] == 45
    assert len(product.outputs["rationales:test"].files) == 3
    for shard in product.outputs["logits:test"].files:
        assert np.array_equal(*read_shard(shard)[1].T)
    again = extract.run(replace(step, settings={**step.settings, "form": form}))
    assert again.outputs == product.outputs
    assert sum(reasoner.written) == 45


def test_after_a_rationale_that_is_written_again_its_text_is_scored_again(
    tmp_path: Path, model: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    reasoner = Reasoner()
    monkeypatch.setattr(extract, "_load", lambda _work: reasoner)
    monkeypatch.setattr(extract, "_WRITTEN_AT_ONCE", 20)
    step = scoring(tmp_path, model, {"test": examples()})
    form = {**step.settings["form"], "prompt": {"rationale": {"cue": "Because:"}}}
    step = replace(step, settings={**step.settings, "form": form})
    lost = extract.run(step).outputs["rationales:test"].files[0]
    texts = {*pq.read_table(lost)["text_id"].to_pylist()}
    lost.unlink()
    monkeypatch.setattr(
        reasoner, "rationales", lambda texts: [f"{100 + len(text)} letters" for text in texts]
    )
    product = extract.run(step)
    assert product.facts["rationales_written"] == product.facts["rows_scored"] == len(texts)
    for shard in product.outputs["logits:test"].files:
        for name, (after, letters) in zip(*read_shard(shard), strict=True):
            assert after == letters + 100 * (name in texts)


def test_what_is_forgotten_for_one_split_is_no_file_of_another(
    tmp_path: Path, model: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "_load", lambda _work: Reasoner())
    monkeypatch.setattr(extract, "_WRITTEN_AT_ONCE", 20)
    form = {"prompt": {"rationale": {"cue": "Because:"}}}

    def reasoning(splits: dict[str, list[tuple[str, str]]]) -> Any:
        step = scoring(tmp_path, model, splits)
        return extract.run(replace(step, settings={**step.settings, "form": form}))

    lost = reasoning({"test": examples()}).outputs["rationales:test"].files[0]
    gone = {*pq.read_table(lost)["text_id"].to_pylist()}
    lost.unlink()
    parts = {
        name: [row for row in examples() if (text_id(row[0]) in gone) == again]
        for name, again in (("dev", False), ("test", True))
    }
    outputs = reasoning(parts).outputs
    assert all(file.is_file() for made in outputs.values() for file in made.files)


def test_a_model_in_memory_speaks_in_the_log_of_the_step_that_uses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tickertone.training import embeddings

    def embeddings_of(_spec: Any, some: Any, _project: Path, say: Any) -> Any:
        say(f"embedded {len(some)} texts")
        return np.array([[len(str(text)), 1.0] for text in some], dtype=np.float32)

    monkeypatch.setattr(embeddings, "sentence_embeddings", embeddings_of)
    monkeypatch.setattr(embeddings, "choose_threads", lambda: 1)
    spec = EmbeddingSpec(kind="embedding", base=BaseSpec(folder=str(tmp_path / "base")))
    (tmp_path / "base").mkdir()
    recipe = LinearSpec(family="linear", trained_on=("sentences",), features=spec)
    embed = embeddings.remembering_embed(spec, tmp_path, tmp_path / "shards", lambda line: None)
    fitting = job(tmp_path / "fitted", recipe, embed=embed)
    fit(fitting)
    logs: list[list[str]] = []
    for name in ("first", "second"):
        said: list[str] = []
        rows = [(f"{name} {text}", label) for text, label in examples()]
        texts = {"texts:test": (snapshot(tmp_path / f"{name}.parquet", rows),)}
        model = tuple(sorted(fitting.out.iterdir()))
        step = work(tmp_path, recipe, {"model": model, **texts}, scorer="k")
        product = extract.run(replace(step, say=said.append))
        logs.append(said)
        assert product.facts["texts_embedded"] == 45
    assert logs == [["scoring 45 texts", "embedded 45 texts", "texts embedded: 45"]] * 2

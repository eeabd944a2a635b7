import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tickertone.identity.text import text_id
from tickertone.models.generative.neighbours import Pool
from tickertone.models.protocol import Matrix, Text

TEXTS = ["Profit rises", "Profit falls", "The mill moves", "Odd one", "Odd one"]
LABELS = ["positive", "negative", "neutral", "positive", "negative"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def embed(texts: Sequence[Text]) -> Matrix:
    """How often each letter occurs: a sentence embedding of a kind."""
    counts = [[str(text).lower().count(letter) for letter in LETTERS] for text in texts]
    rows = np.array(counts, dtype=np.float32)
    lengths: Matrix = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1)


@pytest.fixture
def pool() -> Pool:
    return Pool.of(TEXTS, LABELS, 2, embed)


def test_a_text_whose_rows_differ_in_their_labels_is_no_example(pool: Pool) -> None:
    assert sorted(map(str, pool.texts)) == ["Profit falls", "Profit rises", "The mill moves"]
    assert dict(zip(pool.texts, pool.labels, strict=True))["Profit falls"] == "negative"


def test_the_order_of_the_training_rows_changes_nothing(pool: Pool, tmp_path: Path) -> None:
    other = Pool.of([*TEXTS[::-1], TEXTS[0]], [*LABELS[::-1], LABELS[0]], 2, embed)
    for name, one in (("a", pool), ("b", other)):
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_what_is_kept_is_what_is_loaded_and_no_pickle(pool: Pool, tmp_path: Path) -> None:
    pool.save(tmp_path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["pool.json", "pool.safetensors"]
    loaded = Pool.load(tmp_path)
    assert (loaded.texts, loaded.labels, loaded.shots) == (pool.texts, pool.labels, 2)
    np.testing.assert_array_equal(loaded.vectors, pool.vectors)
    ids = [row[0] for row in json.loads((tmp_path / "pool.json").read_text())["examples"]]
    assert ids == sorted(text_id(str(text)) for text in pool.texts)


def test_pairs_are_kept_as_pairs(tmp_path: Path) -> None:
    Pool.of([("a", "b"), ("c", "d")], ["x", "y"], 1, embed).save(tmp_path)
    assert set(Pool.load(tmp_path).texts) == {("a", "b"), ("c", "d")}


def test_the_most_similar_example_stands_last(pool: Pool) -> None:
    (shown,) = pool.nearest_to(["A profit that falls and falls"], embed)
    assert [text for text, _ in shown][-1] == ("Profit falls")
    assert len(shown) == 2


def test_neither_a_text_nor_its_near_twins_are_its_own_examples(pool: Pool) -> None:
    for text in ("Profit falls", "PROFIT falls!!! https://example.org/x"):
        (shown,) = pool.nearest_to([text], embed)
        assert "Profit falls" not in [example for example, _ in shown]


def test_the_examples_of_a_text_do_not_depend_on_the_company(pool: Pool) -> None:
    some = ["Profit falls", "mills rise", "", "https://example.org", "the odd one moves"]
    together = pool.nearest_to(some, embed)
    assert together == [pool.nearest_to([text], embed)[0] for text in some]
    assert together[::-1] == pool.nearest_to(some[::-1], embed)
    assert pool.nearest_to([], embed) == []

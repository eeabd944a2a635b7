from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.fresh_interpreter import printed_by
from tests.models.tiny import texts, tiny_base
from tickertone.catalog.forms.linear import EmbeddingSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.errors import ModelError
from tickertone.models.protocol import Matrix, Text
from tickertone.training import embeddings
from tickertone.training.embeddings import embeddings_key, remembering_embed


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EmbeddingSpec:
    import torch

    torch.set_num_threads(1)
    return EmbeddingSpec(
        kind="embedding", base=tiny_base(tmp_path_factory.mktemp("base")), max_length=32
    )


def quiet(_line: str) -> None: ...


def test_embeddings_are_the_unit_length_mean_of_the_token_vectors(
    spec: EmbeddingSpec, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    rows = remembering_embed(spec, tmp_path, tmp_path / "shards", quiet)(texts())
    tokenizer = AutoTokenizer.from_pretrained(spec.base.folder)
    model = AutoModel.from_pretrained(spec.base.folder).eval()
    with torch.no_grad():
        hidden = model(**tokenizer(str(texts()[4]), return_tensors="pt")).last_hidden_state[0]
    mean = hidden.mean(0).numpy()
    np.testing.assert_allclose(rows[4], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_text_is_embedded_once_whoever_asks(
    spec: EmbeddingSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Text] = []

    def compute(_spec: EmbeddingSpec, some: Sequence[Text], *_: object) -> Matrix:
        asked.extend(some)
        return np.array([[len(str(text)), 1.0] for text in some], dtype=np.float32)

    monkeypatch.setattr(embeddings, "sentence_embeddings", compute)
    first = remembering_embed(spec, tmp_path, tmp_path / "shards", quiet)
    assert first(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    second = remembering_embed(spec, tmp_path, tmp_path / "shards", quiet)
    assert second(["bb", "ccc", ("a", "b")])[:2].tolist() == [[2, 1], [3, 1]]
    assert sorted(map(str, asked)) == ["('a', 'b')", "a", "bb", "ccc"]
    assert (first.made(), second.made(), second.made()) == (2, 2, 0)


def test_another_length_has_another_key(spec: EmbeddingSpec, tmp_path: Path) -> None:
    longer = spec.model_copy(update={"max_length": 64})
    assert embeddings_key(spec, tmp_path) != embeddings_key(longer, tmp_path)
    assert embeddings_key(spec, tmp_path) == embeddings_key(spec, tmp_path / "elsewhere")


def test_texts_whose_embeddings_are_kept_cost_no_import_of_torch(
    spec: EmbeddingSpec, tmp_path: Path
) -> None:
    remembering_embed(spec, tmp_path, tmp_path / "shards", quiet)(texts())
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tickertone.catalog.models import LinearSpec\n"
        "from tests.training.requests import request\n"
        "from tickertone.training.worker import run\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"recipe = LinearSpec.model_validate_json({recipe_json(spec)!r})\n"
        "fitted = run(request(folder, recipe))\n"
        "print(fitted.threads, {'torch', 'transformers'} & set(sys.modules))\n"
    )
    printed = printed_by(program)
    assert printed.splitlines()[-1] == "1 set()"


def recipe_json(spec: EmbeddingSpec) -> str:
    return LinearSpec(family="linear", trained_on=("sentences",), features=spec).model_dump_json()


def test_a_base_with_fewer_positions_than_the_recipe_wants_is_refused(
    spec: EmbeddingSpec, tmp_path: Path
) -> None:
    longer = spec.model_copy(update={"max_length": 96})
    with pytest.raises(ModelError, match="64 positions"):
        remembering_embed(longer, tmp_path, tmp_path / "shards", quiet)(texts())

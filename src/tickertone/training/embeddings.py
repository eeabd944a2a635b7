"""Embeddings, computed once per text and shared by every model and split that wants them."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tickertone.catalog.forms.linear import EmbeddingSpec
from tickertone.identity.canonical import digest
from tickertone.identity.code import code_parts
from tickertone.identity.text import text_id
from tickertone.models.bases import base_identity
from tickertone.models.linear.embedding import sentence_embeddings
from tickertone.models.protocol import Matrix, Say, Text
from tickertone.store.shards import ShardSet
from tickertone.training.threads import choose_threads

_CODE = "tickertone.models.linear.embedding"
_LIBRARIES = ("numpy", "tokenizers", "torch", "transformers")


def embeddings_key(spec: EmbeddingSpec, project: Path) -> str:
    """Identity of embeddings: base, length, code, and the libraries that change numbers."""
    return digest(
        {
            "base": base_identity(spec.base, project),
            "max_length": spec.max_length,
            "code": code_parts([_CODE]),
            "libraries": {name: version(name) for name in _LIBRARIES},
        }
    )


class RememberingEmbed:
    """Gives embeddings, computing only those that no shard below `shards` has."""

    def __init__(self, spec: EmbeddingSpec, project: Path, shards: Path, say: Say) -> None:
        self._spec, self._project, self._say = spec, project, say
        self._kept = ShardSet(shards / "embeddings" / embeddings_key(spec, project))
        self._made = 0

    def __call__(self, texts: Sequence[Text]) -> Matrix:
        """Unit vectors, shape (len(texts), width)."""
        ids = [text_id(t) if isinstance(t, str) else text_id(*t) for t in texts]
        distinct = dict(zip(ids, texts, strict=True))
        names = list(distinct)

        def compute(missing: list[int]) -> Matrix:
            choose_threads()  # here, so that torch is imported only if there is something to embed
            asked = [distinct[names[i]] for i in missing]
            return sentence_embeddings(self._spec, asked, self._project, self._say)

        rows, _, made = self._kept.fill(names, compute)
        self._made += made
        place = {name: i for i, name in enumerate(names)}
        return rows[[place[i] for i in ids]]

    def made(self) -> int:
        """How many embeddings were made, and not found, since this was asked last."""
        made, self._made = self._made, 0
        return made


def remembering_embed(features: object, project: Path, shards: Path, say: Say) -> RememberingEmbed:
    """Of `features`, an EmbeddingSpec or its fields."""
    return RememberingEmbed(EmbeddingSpec.model_validate(features), project, shards, say)

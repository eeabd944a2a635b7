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
from tickertone.models.protocol import Embed, Matrix, Say, Text
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


def remembering_embed(features: object, project: Path, shards: Path, say: Say) -> Embed:
    """A callable that gives embeddings, computing only those that no shard below `shards` has.

    `features` is an EmbeddingSpec, or its fields.
    """
    spec = EmbeddingSpec.model_validate(features)
    kept = ShardSet(shards / "embeddings" / embeddings_key(spec, project))

    def embed(texts: Sequence[Text]) -> Matrix:
        ids = [text_id(t) if isinstance(t, str) else text_id(*t) for t in texts]
        distinct = dict(zip(ids, texts, strict=True))
        names = list(distinct)

        def compute(missing: list[int]) -> Matrix:
            choose_threads()  # here, so that torch is imported only if there is something to embed
            return sentence_embeddings(spec, [distinct[names[i]] for i in missing], project, say)

        rows, _, _ = kept.fill(names, compute)
        place = {name: i for i, name in enumerate(names)}
        return rows[[place[i] for i in ids]]

    return embed

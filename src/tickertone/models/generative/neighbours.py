"""The training examples most like a text, to stand in its prompt (Liu et al. 2022, "What Makes Good
In-Context Examples for GPT-3?").

The pool is a model's content: texts, labels, sentence embeddings, and how many a prompt takes. A
text's examples are a function of the text and the pool, whatever texts are asked about with it.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tickertone.identity.near_twins import find_twins
from tickertone.identity.text import text_id
from tickertone.models.generative.shots import nearest
from tickertone.models.protocol import Embed, Matrix, Text

_EXAMPLES = "pool.json"
_VECTORS = "pool.safetensors"


@dataclass(frozen=True)
class Pool:
    """Examples that a prompt may take, in order of text_id."""

    texts: tuple[Text, ...]
    labels: tuple[str, ...]
    vectors: Matrix  # float32 rows of unit length, (examples, width)
    shots: int  # in each prompt

    @classmethod
    def of(cls, texts: Sequence[Text], labels: Sequence[str], shots: int, embed: Embed) -> "Pool":
        """Each training text once; one whose rows differ in their labels is no example."""
        said: dict[str, set[str]] = defaultdict(set)
        known: dict[str, Text] = {}
        for text, label in zip(texts, labels, strict=True):
            name = _id(text)
            known[name] = text
            said[name].add(label)
        kept = {known[name]: said[name] for name in sorted(known) if len(said[name]) == 1}
        return cls(
            texts=tuple(kept),
            labels=tuple(label for (label,) in kept.values()),
            vectors=embed([*kept]) if kept else np.zeros((0, 0), dtype=np.float32),
            shots=shots,
        )

    def save(self, folder: Path) -> None:
        """Write pool.json and pool.safetensors."""
        from safetensors.numpy import save_file

        rows = [
            [_id(text), *((text, None) if isinstance(text, str) else text), label]
            for text, label in zip(self.texts, self.labels, strict=True)
        ]
        written = json.dumps({"shots": self.shots, "examples": rows}, ensure_ascii=False, indent=1)
        (folder / _EXAMPLES).write_text(written, encoding="utf-8")
        save_file({"vectors": np.ascontiguousarray(self.vectors)}, folder / _VECTORS)

    @classmethod
    def load(cls, folder: Path) -> "Pool":
        """What `save` wrote."""
        from safetensors.numpy import load_file

        written = json.loads((folder / _EXAMPLES).read_text(encoding="utf-8"))
        return cls(
            texts=tuple(a if b is None else (a, b) for _, a, b, _ in written["examples"]),
            labels=tuple(label for *_, label in written["examples"]),
            vectors=load_file(folder / _VECTORS)["vectors"],
            shots=written["shots"],
        )

    def nearest_to(self, texts: Sequence[Text], embed: Embed) -> list[list[tuple[Text, str]]]:
        """For each text the (text, label) of the examples most like it, the most similar last.

        Neither the text itself nor a near-twin of it is among them; among examples that are equally
        like it, the one of the lower text_id is the nearer.
        """
        if not texts:
            return []
        hidden: list[set[int]] = [set() for _ in texts]
        twins = find_twins([_joined(t) for t in texts], [_joined(t) for t in self.texts])
        for text, twin in zip(twins.left.tolist(), twins.right.tolist(), strict=True):
            hidden[text].add(twin)
        excluded = [frozenset(some) for some in hidden]
        chosen = nearest(embed(texts), self.vectors, self.shots, excluded)
        return [[(self.texts[i], self.labels[i]) for i in some] for some in chosen]


def _id(text: Text) -> str:
    return text_id(text) if isinstance(text, str) else text_id(*text)


def _joined(text: Text) -> str:
    return text if isinstance(text, str) else " ".join(text)

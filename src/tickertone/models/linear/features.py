"""TF-IDF features that can be saved and rebuilt without pickle.

Words (n-grams of `word_ngrams`) and characters inside word bounds (`char_ngrams`), sublinear term
frequency, each block scaled to unit length (Salton and Buckley 1988).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tickertone.catalog.forms.linear import TfidfSpec
from tickertone.models.protocol import Text

_VOCABULARY = "vocabulary.json"
_BLOCKS = ("word", "char")


class TfidfFeatures:
    """One fitted scikit-learn TfidfVectorizer per block, side by side."""

    def __init__(self, vectorizers: dict[str, Any]) -> None:
        self.vectorizers = vectorizers

    @classmethod
    def fit(cls, spec: TfidfSpec, texts: Sequence[Text]) -> "TfidfFeatures":
        """Learn vocabularies and document frequencies from training texts."""
        features = cls(_vectorizers(spec))
        for vectorizer in features.vectorizers.values():
            vectorizer.fit([_joined(text) for text in texts])
        return features

    @classmethod
    def load(
        cls, spec: TfidfSpec, folder: Path, arrays: dict[str, npt.NDArray[Any]]
    ) -> "TfidfFeatures":
        """Rebuild what `save` wrote; `arrays` holds the inverse document frequencies."""
        terms = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        vectorizers = {}
        for block, vectorizer in _vectorizers(spec).items():
            vectorizer.set_params(vocabulary={term: i for i, term in enumerate(terms[block])})
            vectorizer.idf_ = arrays[f"{block}_idf"]
            vectorizers[block] = vectorizer
        return cls(vectorizers)

    def save(self, folder: Path) -> dict[str, npt.NDArray[np.float64]]:
        """Write the vocabulary as JSON and return the arrays that belong to it."""
        terms = {
            block: sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            for block, vectorizer in self.vectorizers.items()
        }
        text = json.dumps(terms, ensure_ascii=False)
        (folder / _VOCABULARY).write_text(text, encoding="utf-8")
        return {f"{block}_idf": v.idf_ for block, v in self.vectorizers.items()}

    def matrix(self, texts: Sequence[Text]) -> Any:
        """Sparse float64, shape (len(texts), terms of all blocks)."""
        from scipy.sparse import hstack

        joined = [_joined(text) for text in texts]
        return hstack([v.transform(joined) for v in self.vectorizers.values()], format="csr")


def _vectorizers(spec: TfidfSpec) -> dict[str, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    ngrams = dict(zip(_BLOCKS, (spec.word_ngrams, spec.char_ngrams), strict=True))
    analyzer = {"word": "word", "char": "char_wb"}
    return {
        block: TfidfVectorizer(
            analyzer=analyzer[block], ngram_range=ngram, min_df=spec.min_df, sublinear_tf=True
        )
        for block, ngram in ngrams.items()
        if ngram is not None
    }


def _joined(text: Text) -> str:
    return text if isinstance(text, str) else "\n".join(text)

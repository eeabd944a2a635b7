import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_info, threadpool_limits

from tests.models.tiny import LABELS, examples, job, snapshot, texts
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.linear import EmbeddingSpec, TfidfSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.models.linear.fitting import fit
from tickertone.models.linear.scoring import load
from tickertone.models.protocol import Matrix, Text

RECIPE = LinearSpec(
    family="linear",
    trained_on=("sentences",),
    features=TfidfSpec(kind="tfidf", word_ngrams=(1, 2), char_ngrams=None, min_df=1),
    c=3.0,
)


def test_tfidf_logits_are_the_decision_function_of_scikit_learn(tmp_path: Path) -> None:
    fitting = job(tmp_path, RECIPE)
    fitted = fit(fitting)
    scored = load(fitting.out, RECIPE, LABELS, project=tmp_path, embed=None).logits(texts())

    train = [row for i, row in enumerate(examples()) if i % 3]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    matrix = vectorizer.fit_transform([text for text, _ in train])
    regression = LogisticRegression(C=3.0, max_iter=2000).fit(matrix, [label for _, label in train])
    expected = regression.decision_function(vectorizer.transform([str(t) for t in texts()]))
    assert tuple(regression.classes_) == LABELS
    np.testing.assert_allclose(scored, expected, atol=1e-5)
    assert scored.dtype == np.float32
    assert fitted.parameters == regression.coef_.size + 3


def test_words_and_characters_stand_side_by_side(tmp_path: Path) -> None:
    both = RECIPE.model_copy(
        update={"features": TfidfSpec(kind="tfidf", char_ngrams=(2, 4), min_df=1)}
    )
    assert fit(job(tmp_path / "b", both)).parameters > fit(job(tmp_path / "a", RECIPE)).parameters


def test_the_solver_adds_up_in_one_thread_wherever_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two, a model of 30,000 weights came out with other last digits."""
    seen = set()
    fit_of_sklearn = LogisticRegression.fit

    def watched(self: LogisticRegression, features: Matrix, targets: Matrix) -> LogisticRegression:
        seen.update(pool["num_threads"] for pool in threadpool_info())
        return fit_of_sklearn(self, features, targets)

    monkeypatch.setattr(LogisticRegression, "fit", watched)
    with threadpool_limits(2):
        fit(job(tmp_path, RECIPE))

    assert seen == {1}


def test_nothing_that_is_saved_is_a_pickle(tmp_path: Path) -> None:
    fitting = job(tmp_path, RECIPE)
    fit(fitting)
    assert sorted(f.name for f in fitting.out.iterdir()) == ["model.safetensors", "vocabulary.json"]


def test_two_labels_give_two_columns_with_the_probability_of_scikit_learn(tmp_path: Path) -> None:
    rows = [row for row in examples() if row[1] != "neutral"]
    train = snapshot(tmp_path / "two.parquet", rows)
    labels = ("negative", "positive")
    fitting = job(tmp_path, RECIPE, labels=labels, train=(train,), dev=())
    fit(fitting)
    logits = load(fitting.out, RECIPE, labels, project=tmp_path, embed=None).logits(texts())
    assert logits.shape == (len(texts()), 2)

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    regression = LogisticRegression(C=3.0, max_iter=2000)
    regression.fit(vectorizer.fit_transform([t for t, _ in rows]), [label for _, label in rows])
    expected = regression.predict_proba(vectorizer.transform([str(t) for t in texts()]))
    odds = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(odds / odds.sum(1, keepdims=True), expected, atol=1e-6)


def test_no_texts_give_no_rows(tmp_path: Path) -> None:
    fitting = job(tmp_path, RECIPE)
    fit(fitting)
    scorer = load(fitting.out, RECIPE, LABELS, project=tmp_path, embed=None)
    assert scorer.logits([]).shape == (0, 3)


def test_embeddings_come_from_the_callable_that_is_handed_in(tmp_path: Path) -> None:
    base = BaseSpec(folder="never read")
    recipe = RECIPE.model_copy(update={"features": EmbeddingSpec(kind="embedding", base=base)})

    def embed(asked: Sequence[Text]) -> Matrix:
        digests = [hashlib.sha256(str(text).encode()).digest()[:8] for text in asked]
        return np.array([list(d) for d in digests], dtype=np.float32) / 255

    fitting = job(tmp_path, recipe, embed=embed)
    fitted = fit(fitting)
    assert fitted.parameters == 3 * 8 + 3
    logits = load(fitting.out, recipe, LABELS, project=tmp_path, embed=embed).logits(texts())
    assert logits.shape == (len(texts()), 3)
    with pytest.raises(ValueError, match="embed"):
        load(fitting.out, recipe, LABELS, project=tmp_path, embed=None)

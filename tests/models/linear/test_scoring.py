"""What a linear model says of a text does not depend on what else is scored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiny import LABELS, job, texts
from tickertone.catalog.forms.linear import TfidfSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.models.linear.fitting import fit
from tickertone.models.linear.scoring import LinearScorer, load
from tickertone.models.protocol import Matrix, Text

POOL = [
    *texts(),
    "",
    "words that no model has learnt",
    "The mill " * 200,
    ("The mill", "fell short"),
]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[LinearScorer, dict[Text, Matrix]]:
    """A scorer, and the logits of each text scored by itself."""
    folder = tmp_path_factory.mktemp("linear")
    features = TfidfSpec(kind="tfidf", char_ngrams=(2, 3), min_df=1)
    recipe = LinearSpec(family="linear", trained_on=("sentences",), features=features)
    fitting = job(folder, recipe)
    fit(fitting)
    scorer = load(fitting.out, recipe, LABELS, project=folder, embed=None)
    return scorer, {text: scorer.logits([text])[0] for text in POOL}


@settings(max_examples=40)
@given(st.lists(st.sampled_from(POOL), min_size=1, max_size=120))
def test_a_text_has_the_same_logits_to_the_bit_in_any_company(
    alone: tuple[LinearScorer, dict[Text, Matrix]], batch: list[Text]
) -> None:
    scorer, expected = alone
    np.testing.assert_array_equal(scorer.logits(batch), [expected[text] for text in batch])

import numpy as np
import pytest

from tests.endpoint.conftest import form
from tests.endpoint.tiny_causal import ASKING, WORDS
from tests.models.tiny import LABELS, texts
from tickertone.endpoint.scorer import EndpointScorer
from tickertone.store.answers import answer_files, damaged_answers
from tickertone.workspace import Workspace

pytestmark = pytest.mark.slow
TEXTS = texts()[:4]


@pytest.fixture
def said():
    return []


def made(server, tmp_path, said, render, **changes):
    service = {"price_in": 1, "price_out": 1, "spend_at_most": 1}
    return EndpointScorer(
        form(server.url, service, **changes), LABELS, render, project=tmp_path, say=said.append
    )


def test_completions_are_scored_with_the_space_in_the_word(server, tmp_path, said):
    scorer = made(server, tmp_path, said, lambda text: text + ASKING, api="completions")
    truth = [[server.tiny.likelihood(f"{t}{ASKING}", word) for word in WORDS] for t in TEXTS]
    np.testing.assert_allclose(scorer.logits(TEXTS), truth, atol=1e-4)
    assert scorer.counted()["requests_sent"] == len(TEXTS)
    assert scorer.counted() == {}
    assert said[-1].startswith("tiny: ")
    assert scorer.cost > 0


def test_a_chat_is_one_message_of_the_user(server, tmp_path, said):
    scorer = made(server, tmp_path, said, str)
    assert scorer.logits(TEXTS).shape == (4, 3)
    assert server.bodies[0]["messages"] == [{"role": "user", "content": TEXTS[0]}]


def test_other_words_may_stand_for_the_labels(server, tmp_path, said):
    words = {"negative": "positive", "positive": "negative"}
    usual = made(server, tmp_path, said, str, scores="votes").logits(TEXTS)
    turned = made(server, tmp_path, said, str, scores="votes", words=words).logits(TEXTS)
    np.testing.assert_array_equal(turned, usual[:, ::-1])
    assert len(server.bodies) == len(TEXTS)  # the same questions: what they mean is our affair


def test_answers_are_kept_in_the_workspace_in_lines_that_can_be_verified(server, tmp_path, said):
    made(server, tmp_path, said, str, scores="votes").logits(TEXTS)
    (kept,) = answer_files(Workspace(tmp_path))
    assert damaged_answers(kept) == 0
    kept.write_bytes(kept.read_bytes().replace(b"choices", b"chances", 1))
    assert damaged_answers(kept) == 1


def test_a_server_that_may_ignore_temperature_is_named(server, tmp_path, said):
    server.casing = lambda text: "positive"
    made(server, tmp_path, said, str, scores="votes").logits(TEXTS)
    assert any("may ignore temperature" in line for line in said)

"""The pieces of `python -m benchmarks.scoring`; the figures themselves are no matter of a test."""

import json

import numpy as np
import pytest
import torch

from benchmarks import scoring
from benchmarks.lm_eval_twin import VERSION
from benchmarks.own_environment import cache_folder
from benchmarks.rounds import Time
from benchmarks.scoring_cases import CASES, DEMO, LABELS, checkpoint, form_of, tweets
from benchmarks.scoring_side_by_side import OURS, TOLERANCE, disagreement, our_scorer, summed_up
from flows.local.settings import CHECKOUT
from tickertone.catalog.load import load_catalog
from tickertone.errors import ModelError
from tickertone.workspace import Workspace

TINY = {
    "seq2seq": {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2},
    "causal": {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
    },
}


@pytest.fixture(scope="module")
def workspace():
    return Workspace(CHECKOUT)


@pytest.fixture(scope="module")
def catalog(workspace):
    return load_catalog(workspace.data)


@pytest.fixture
def demo(catalog, monkeypatch):
    monkeypatch.delenv("TICKERTONE_MIRROR", raising=False)
    return tweets(catalog, 9)


def test_without_a_mirror_the_texts_are_those_that_ship_with_the_project(demo):
    assert demo.source == DEMO
    assert len(demo.texts) == 9
    assert {label for _, label in demo.labelled} == set(LABELS)


def test_examples_in_a_prompt_are_balanced(demo):
    words = [shot.word for shot in demo.shots(CASES[3])]
    assert len(words) == CASES[3].shots
    assert set(words) == set(LABELS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_scored_by_its_model(case, demo, catalog, workspace, tmp_path):
    torch.set_num_threads(1)
    base = checkpoint(case, catalog, workspace.root, tmp_path / "base", TINY[case.family])
    scorer = our_scorer(case, demo, form_of(case, catalog, base), base)

    assert np.isfinite(scorer.logits(demo.texts)).all()
    assert not scorer.counted()  # no prompt lost anything
    several = "multi" in case.name
    assert all((len(word) > 1) == several for word in scorer.trie.words)


def test_sides_that_differ_are_no_comparison():
    ours = np.array([[-1.0, -2.0], [-3.0, -1.0]])

    assert disagreement(ours, ours + TOLERANCE / 2) == pytest.approx(TOLERANCE / 2)
    with pytest.raises(ModelError, match="difference of 1 nats"):
        disagreement(ours, ours + 1)
    with pytest.raises(ModelError):
        disagreement(ours, np.full_like(ours, np.nan))


def test_ratios_are_taken_within_rounds():
    rounds = [
        {OURS: Time(ours, ours, ""), "lm-eval": Time(theirs, theirs, "")}
        for ours, theirs in ((1.0, 3.0), (10.0, 28.0), (2.0, 4.0))
    ]

    found = summed_up(CASES[0], rounds, 20)

    assert found["ratios"] == {"lm-eval": 2.8}
    assert found["ratios_by_round"] == [3.0, 2.8, 2.0]
    assert found["met"]
    assert found["texts_per_second"][OURS] == 10


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: CASES[i].name)
def test_the_harness_gives_the_same_log_likelihoods(number, workspace):
    python = cache_folder() / f"lm_eval-{VERSION}" / "bin" / "python"
    if not python.is_file():
        pytest.skip(f"waits for lm_eval=={VERSION}: python -m benchmarks.scoring installs it")
    asked = {
        "case": number,
        "tweets": 9,
        "rounds": 1,
        "small_batch": 4,
        "shape": TINY[CASES[number].family],
    }

    figures = scoring.measured_apart(python, workspace, asked)

    assert figures["largest_difference"] <= TOLERANCE
    assert set(figures["ratios"]) == {"lm-eval", "lm-eval, batch 4"}
    assert json.dumps(figures)

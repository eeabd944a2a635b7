"""What must hold for all combiners alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.combiners.pools import EVERY_COMBINER, LABELS, kind_of, logits_by_member, skilled
from tickertone.combiners.pool import Pool
from tickertone.combiners.registry import make_combiner
from tickertone.errors import ConfigError

every_combiner = pytest.mark.parametrize("spec", EVERY_COMBINER, ids=kind_of)
LEARNING = {"pick_best", "stacking", "greedy"}
needs_labels = pytest.mark.parametrize(
    "spec", [s for s in EVERY_COMBINER if s["kind"] in LEARNING], ids=kind_of
)
needs_none = pytest.mark.parametrize(
    "spec", [s for s in EVERY_COMBINER if s["kind"] not in LEARNING], ids=kind_of
)


def labels_for(logits, data):
    texts = len(next(iter(logits.values())))
    return np.array(data.draw(st.lists(st.integers(0, 2), min_size=texts, max_size=texts)))


@every_combiner
@settings(max_examples=40, deadline=None)
@given(logits=logits_by_member(), data=st.data())
def test_weights_and_probabilities_are_distributions(spec, logits, data):
    pool = Pool.gather(LABELS, logits)
    fitted = make_combiner(spec).fit(pool, labels_for(logits, data))
    members, weights = zip(*fitted.weights, strict=True)
    assert members == pool.members
    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= 0
    probabilities = fitted.predict(pool)
    assert probabilities.shape == pool.logits.shape[1:]
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities.min() >= 0


@every_combiner
@settings(max_examples=25, deadline=None)
@given(logits=logits_by_member(), data=st.data())
def test_the_order_of_members_changes_nothing(spec, logits, data):
    labels = labels_for(logits, data)
    shuffled = {name: logits[name] for name in data.draw(st.permutations(list(logits)))}
    results = []
    for members in (logits, shuffled):
        pool = Pool.gather(LABELS, members)
        fitted = make_combiner(spec).fit(pool, labels)
        results.append((fitted.weights, fitted.predict(pool).tolist()))
    assert results[0] == results[1]


@every_combiner
@settings(max_examples=25, deadline=None)
@given(logits=logits_by_member(), data=st.data())
def test_a_member_alone_keeps_its_decisions(spec, logits, data):
    alone = Pool.gather(LABELS, {"member_0": logits["member_0"]})
    fitted = make_combiner(spec).fit(alone, labels_for(logits, data))
    decisions = fitted.predict(alone).argmax(axis=1)
    assert decisions.tolist() == alone.probabilities[0].argmax(axis=1).tolist()
    assert fitted.weights == (("member_0", 1.0),)


@every_combiner
def test_members_that_agree_are_followed(spec):
    pool, labels = skilled({"a": 3.0, "b": 3.0, "c": 3.0})
    test, _ = skilled({"a": 3.0, "b": 3.0, "c": 3.0}, seed=1)
    fitted = make_combiner(spec).fit(pool, labels)
    unanimous = test.votes.max(axis=2).all(axis=0) & (test.votes.min(axis=0).sum(axis=1) == 1)
    decisions = fitted.predict(test).argmax(axis=1)
    agreement = (decisions == test.votes[0].argmax(axis=1))[unanimous]
    assert unanimous.sum() > 100
    assert agreement.mean() > 0.99


@every_combiner
def test_other_members_than_those_it_was_fitted_on_are_refused(spec):
    pool, labels = skilled({"a": 1.0, "b": 1.0})
    stranger, _ = skilled({"a": 1.0, "c": 1.0})
    with pytest.raises(ConfigError, match=r"asked to combine a, c"):
        make_combiner(spec).fit(pool, labels).predict(stranger)


@needs_labels
@pytest.mark.parametrize("labels", [None, np.array([], dtype=np.int64)])
def test_a_combiner_that_learns_from_labels_refuses_to_do_without(spec, labels):
    pool, _ = skilled({"a": 1.0, "b": 1.0})
    with pytest.raises(ConfigError, match="no labelled text"):
        make_combiner(spec).fit(pool, labels)


@needs_labels
@pytest.mark.parametrize("labels", [np.zeros(7, dtype=np.int64), np.full(300, 3)])
def test_labels_that_do_not_belong_to_the_texts_are_refused(spec, labels):
    pool, _ = skilled({"a": 1.0, "b": 1.0})
    with pytest.raises(ConfigError, match="300 labels from 0 to 2"):
        make_combiner(spec).fit(pool, labels)


@needs_none
def test_a_combiner_that_needs_no_labels_takes_no_notice_of_them(spec):
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    combiner = make_combiner(spec)
    with_labels, without = combiner.fit(pool, labels), combiner.fit(pool, None)
    assert with_labels.predict(pool).tolist() == without.predict(pool).tolist()

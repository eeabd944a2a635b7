"""What must hold for all combiners alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.combiners.pools import (
    EVERY_COMBINER,
    LABELS,
    blind,
    fit,
    kind_of,
    logits_by_member,
    predict,
    skilled,
    weights,
    without_labels,
)
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool
from tickertone.combiners.registry import make_combiner
from tickertone.errors import ConfigError

every_combiner = pytest.mark.parametrize("spec", EVERY_COMBINER, ids=kind_of)
FIXED = {"mean", "half_hard_mean", "majority_vote"}
every_fixed_rule = pytest.mark.parametrize(
    "spec", [spec for spec in EVERY_COMBINER if spec["kind"] in FIXED], ids=kind_of
)
SKILLS = {"a": 0.3, "b": 1.0, "c": 1.5, "d": 2.0}


def labels_for(logits, data):
    texts = len(next(iter(logits.values())))
    return np.array(data.draw(st.lists(st.integers(0, 2), min_size=texts, max_size=texts)))


def sorted_by_skill(seed):
    """A labelled pool, an unlabelled one and a third to predict, of the same four members."""
    pool, labels = skilled(SKILLS, texts=60, seed=seed)
    unlabelled, _ = skilled(SKILLS, texts=80, seed=seed + 1000)
    test, _ = skilled(SKILLS, texts=50, seed=seed + 2000)
    return Evidence(pool, labels, unlabelled), test


def of_four(seed, draws=5, rows=9):
    generator = np.random.default_rng(seed)
    return np.stack([generator.permutation(60)[:rows] for _ in range(draws)])


@every_combiner
@settings(max_examples=40, deadline=None)
@given(logits=logits_by_member(), data=st.data())
def test_weights_and_probabilities_are_distributions(spec, logits, data):
    pool = Pool.gather(LABELS, logits)
    fitted = fit(make_combiner(spec), pool, labels_for(logits, data))
    assert fitted.weights.shape == (1, len(pool.members))
    assert fitted.weights.sum() == pytest.approx(1)
    assert fitted.weights.min() >= 0
    probabilities = predict(fitted, pool)
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
        fitted = fit(make_combiner(spec), pool, labels)
        results.append((weights(fitted), predict(fitted, pool).tolist()))
    assert results[0] == results[1]


@every_combiner
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_one_draw_of_many_gives_what_it_gives_alone(spec, seed):
    evidence, test = sorted_by_skill(seed)
    draws = of_four(seed)
    together = make_combiner(spec).fit(evidence, draws)
    probabilities = together.predict(test)
    assert probabilities.shape == (5, 50, 3)
    for i, draw in enumerate(draws):
        alone = make_combiner(spec).fit(evidence, draw[None])
        assert np.allclose(together.weights[i], alone.weights[0], rtol=0, atol=1e-12)
        assert np.allclose(probabilities[i], alone.predict(test)[0], rtol=0, atol=1e-12)


@every_combiner
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(3)))
def test_labels_in_another_order_are_the_same_labels(spec, seed, order):
    evidence, test = sorted_by_skill(seed)
    order = np.array(order)
    named = tuple(LABELS[i] for i in order)

    def renamed(pool):
        members = zip(pool.members, pool.logits[:, :, order], strict=True)
        return Pool.gather(named, dict(members))

    other = Evidence(
        renamed(evidence.pool), np.argsort(order)[evidence.labels], renamed(evidence.unlabelled)
    )
    draws = balanced_turns(evidence.labels)
    first = make_combiner(spec).fit(evidence, draws)
    second = make_combiner(spec).fit(other, draws)
    assert np.allclose(first.weights, second.weights, atol=1e-6)
    assert np.allclose(first.predict(test)[:, :, order], second.predict(renamed(test)), atol=1e-6)


def balanced_turns(labels):
    """Two draws of four texts a label."""
    return np.stack(
        [np.concatenate([np.flatnonzero(labels == k)[n : n + 4] for k in range(3)]) for n in (0, 4)]
    )


@every_combiner
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_twin_of_every_member_changes_no_clear_decision(spec, seed):
    evidence, test = sorted_by_skill(seed)

    def doubled(pool):
        twice = {f"{n}{t}": rows for n, rows in named(pool) for t in ("", "_twin")}
        return Pool.gather(pool.labels, twice)

    def named(pool):
        return zip(pool.members, pool.logits, strict=True)

    twins = Evidence(doubled(evidence.pool), evidence.labels, doubled(evidence.unlabelled))
    before = fit_on_all(spec, evidence).predict(test)[0]
    after = fit_on_all(spec, twins).predict(doubled(test))[0]
    top = np.sort(before, axis=1)
    clear = top[:, -1] - top[:, -2] > 0.2
    agree = before.argmax(axis=1) == after.argmax(axis=1)
    assert agree[clear].mean() >= 0.9


def fit_on_all(spec, evidence):
    return make_combiner(spec).fit(evidence, evidence.all_rows)


@every_combiner
@settings(max_examples=25, deadline=None)
@given(logits=logits_by_member(), data=st.data())
def test_a_member_alone_keeps_its_decisions(spec, logits, data):
    alone = Pool.gather(LABELS, {"member_0": logits["member_0"]})
    fitted = fit(make_combiner(spec), alone, labels_for(logits, data))
    decisions = predict(fitted, alone).argmax(axis=1)
    assert decisions.tolist() == alone.probabilities[0].argmax(axis=1).tolist()
    assert weights(fitted) == {"member_0": 1.0}


@every_combiner
def test_members_that_agree_are_followed(spec):
    pool, labels = skilled({"a": 3.0, "b": 3.0, "c": 3.0})
    test, _ = skilled({"a": 3.0, "b": 3.0, "c": 3.0}, seed=1)
    fitted = fit(make_combiner(spec), pool, labels)
    unanimous = test.votes.max(axis=2).all(axis=0) & (test.votes.min(axis=0).sum(axis=1) == 1)
    decisions = predict(fitted, test).argmax(axis=1)
    agreement = (decisions == test.votes[0].argmax(axis=1))[unanimous]
    assert unanimous.sum() > 100
    assert agreement.mean() > 0.99


@every_combiner
def test_other_members_than_those_it_was_fitted_on_are_refused(spec):
    pool, labels = skilled({"a": 1.0, "b": 1.0})
    stranger, _ = skilled({"a": 1.0, "c": 1.0})
    with pytest.raises(ConfigError, match=r"asked to combine a, c"):
        fit(make_combiner(spec), pool, labels).predict(stranger)


@every_combiner
def test_a_member_that_does_not_know_every_label_may_take_part(spec):
    pool, labels = skilled(SKILLS)
    test, _ = skilled(SKILLS, seed=1)
    pool, test = blind(pool, d=[1]), blind(test, d=[1])
    probabilities = predict(fit(make_combiner(spec), pool, labels), test)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(1)


@every_fixed_rule
def test_a_rule_that_learns_nothing_leaves_out_whom_it_cannot_ask(spec):
    pool, labels = skilled(SKILLS)
    some = Pool.gather(LABELS, dict(zip("abc", pool.logits[:3], strict=True)))
    fitted = fit(make_combiner(spec), blind(pool, d=[2]), labels)
    assert weights(fitted)["d"] == 0
    expected = predict(without_labels(make_combiner(spec), some), some)
    assert predict(fitted, blind(pool, d=[2])).tolist() == expected.tolist()


@every_combiner
def test_without_a_label_and_without_a_complete_member_nothing_can_be_said(spec):
    pool, _ = skilled({"a": 1.0, "b": 1.0})
    with pytest.raises(ConfigError, match="no member that knows all"):
        without_labels(make_combiner(spec), blind(pool, a=[0], b=[1]))


@pytest.mark.parametrize(
    "spec", [spec for spec in EVERY_COMBINER if spec["kind"] not in FIXED], ids=kind_of
)
def test_without_any_label_a_learner_is_a_mean_in_every_draw(spec):
    pool, _ = skilled(SKILLS)
    fitted = without_labels(make_combiner(spec), pool, draws=3)
    assert fitted.weights.tolist() == [[0.25] * 4] * 3
    assert fitted.predict(pool).shape == (3, 300, 3)
    half_hard = (pool.probabilities + pool.votes).mean(axis=0) / 2
    paper_s = spec["kind"] == "least_squares_sgd"
    mean = half_hard if paper_s else pool.probabilities.mean(axis=0)
    assert np.allclose(fitted.predict(pool), mean)


@every_fixed_rule
def test_a_combiner_that_needs_no_labels_takes_no_notice_of_them(spec):
    pool, labels = skilled(SKILLS)
    fitted = fit(make_combiner(spec), pool, labels)
    assert (
        predict(fitted, pool).tolist()
        == predict(without_labels(make_combiner(spec), pool), pool).tolist()
    )

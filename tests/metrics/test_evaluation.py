import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from tickertone.metrics.evaluation import Predictions, evaluate
from tickertone.metrics.scorecard import Metric


def system(labels, strength, seed):
    generator = np.random.default_rng(seed)
    logits = strength * np.eye(3)[labels] + generator.normal(size=(len(labels), 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(probabilities, probabilities.argmax(axis=1))


def case(texts=400, seed=0, **strengths):
    labels = np.random.default_rng(seed).integers(3, size=texts)
    systems = {
        name: system(labels, strength, seed + 1 + i)
        for i, (name, strength) in enumerate(strengths.items())
    }
    return systems, labels


def test_point_estimates_are_those_of_scikit_learn():
    systems, labels = case(only=1.5)
    metrics = evaluate(systems, labels, draws=100, seed=0)["only"].metrics
    probabilities, predicted = systems["only"].probabilities, systems["only"].predicted
    expected = {
        "accuracy": sk.accuracy_score(labels, predicted),
        "macro_f1": sk.f1_score(labels, predicted, average="macro"),
        "weighted_f1": sk.f1_score(labels, predicted, average="weighted"),
        "mcc": sk.matthews_corrcoef(labels, predicted),
        "log_loss": sk.log_loss(labels, probabilities),
    }
    for name, value in expected.items():
        assert metrics[Metric(name)].value == pytest.approx(value)
    assert metrics[Metric("recall", 2)].value == pytest.approx(
        sk.recall_score(labels, predicted, average=None)[2]
    )


def test_intervals_are_those_of_a_plain_loop_with_scikit_learn():
    systems, labels = case(texts=60, only=1.0)
    only = systems["only"]
    estimates = evaluate(systems, labels, draws=200, seed=9)["only"].metrics
    drawn = np.random.default_rng(9).integers(60, size=(200, 60))
    loops = {
        "macro_f1": lambda i: sk.f1_score(
            labels[i], only.predicted[i], average="macro", labels=[0, 1, 2], zero_division=0
        ),
        "mcc": lambda i: sk.matthews_corrcoef(labels[i], only.predicted[i]),
        "log_loss": lambda i: sk.log_loss(labels[i], only.probabilities[i], labels=[0, 1, 2]),
    }
    for name, metric in loops.items():
        low, high = np.quantile([metric(i) for i in drawn], [0.025, 0.975])
        assert estimates[Metric(name)].low == pytest.approx(low)
        assert estimates[Metric(name)].high == pytest.approx(high)


def test_the_most_accurate_comes_first_and_is_compared_to_nothing():
    systems, labels = case(weak=0.5, strong=3.0, middle=1.5)
    evaluations = evaluate(systems, labels, draws=200, seed=0)
    assert list(evaluations) == ["strong", "middle", "weak"]
    assert evaluations["strong"].to_best is None
    for name in ("middle", "weak"):
        to_best = evaluations[name].to_best
        assert to_best.difference.low <= to_best.difference.value <= to_best.difference.high < 0
        assert to_best.p_mcnemar <= to_best.p_holm < 0.001
        assert to_best.p_bootstrap == pytest.approx(2 / 201)


def test_a_system_that_may_have_seen_the_texts_is_compared_and_is_not_the_reference():
    systems, labels = case(seen=3.0, honest=1.5, weak=0.5)
    evaluations = evaluate(systems, labels, draws=200, seed=0, contaminated=["seen"])
    assert list(evaluations) == ["seen", "honest", "weak"]
    assert evaluations["honest"].to_best is None
    assert evaluations["seen"].to_best.difference.value > 0
    assert evaluations["weak"].to_best.difference.value < 0


def test_if_all_may_have_seen_the_texts_the_most_accurate_is_the_reference():
    systems, labels = case(strong=3.0, weak=0.5)
    evaluations = evaluate(systems, labels, draws=200, seed=0, contaminated=["strong", "weak"])
    assert evaluations["strong"].to_best is None
    assert evaluations["weak"].to_best is not None


def test_equal_accuracy_goes_by_log_loss_and_then_by_name():
    labels = np.array([0, 1, 2, 0])
    right = np.eye(3)[labels]
    unsure, sure = (Predictions(0.1 + w * right, labels) for w in (0.7, 0.71))
    sure = Predictions(sure.probabilities / 1.01, labels)
    ranked = evaluate({"b": unsure, "a": unsure, "c": sure}, labels, draws=100, seed=0)
    assert list(ranked) == ["c", "a", "b"]
    assert ranked["b"].to_best.p_mcnemar == 1
    assert ranked["b"].to_best.p_bootstrap == 1


def test_twins_differ_by_nothing_in_every_resample():
    systems, labels = case(texts=50, one=1.0)
    to_best = evaluate({"one": systems["one"], "two": systems["one"]}, labels, draws=100, seed=0)[
        "two"
    ].to_best
    assert (to_best.difference.value, to_best.difference.low, to_best.difference.high) == (0, 0, 0)


def test_the_order_and_the_company_of_systems_do_not_change_their_figures():
    systems, labels = case(texts=80, a=0.5, b=1.0, c=1.5)
    together = evaluate(systems, labels, draws=100, seed=0)
    backwards = evaluate(dict(reversed(systems.items())), labels, draws=100, seed=0)
    alone = evaluate({"b": systems["b"]}, labels, draws=100, seed=0)
    assert list(together) == list(backwards)
    for metric, estimate in together["b"].metrics.items():
        for other in (backwards["b"].metrics[metric], alone["b"].metrics[metric]):
            assert vars(other) == pytest.approx(vars(estimate))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), strength=st.floats(0.5, 2))
def test_intervals_hold_the_value_of_every_mean_over_texts(seed, strength):
    systems, labels = case(texts=200, seed=seed, only=strength)
    metrics = evaluate(systems, labels, draws=200, seed=seed)["only"].metrics
    for name in ("accuracy", "macro_f1", "weighted_f1", "mcc", "log_loss", "brier"):
        estimate = metrics[Metric(name)]
        assert estimate.low < estimate.value < estimate.high


def test_the_interval_of_accuracy_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        predicted = (generator.uniform(size=150) < 0.2).astype(int)
        sure = Predictions(np.eye(2)[predicted], predicted)
        labels = np.zeros(150, dtype=int)
        accuracy = evaluate({"s": sure}, labels, draws=300, seed=0)["s"].metrics[Metric("accuracy")]
        covered += accuracy.low <= 0.8 <= accuracy.high
    assert 0.89 <= covered / 200 <= 0.99


def test_a_metric_is_worked_out_on_the_confusion_matrix_that_is_handed_back():
    systems, labels = case(texts=90, only=1.0)
    only = evaluate(systems, labels, draws=100, seed=0)["only"]
    assert (
        only.confusion.tolist() == sk.confusion_matrix(labels, systems["only"].predicted).tolist()
    )
    assert only.metrics[Metric("accuracy")].value == np.trace(only.confusion) / 90

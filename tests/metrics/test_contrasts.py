import numpy as np
import pytest
from sklearn.metrics import f1_score

from tickertone.metrics.contrasts import Figure, Resampled, best_of, difference, mean_of
from tickertone.metrics.evaluation import Predictions, evaluate

TRUTH = np.random.default_rng(0).integers(3, size=200)


def guesses(right, seed):
    """Right with a probability, otherwise any label."""
    random = np.random.default_rng(seed)
    return np.where(random.random(len(TRUTH)) < right, TRUTH, random.integers(3, size=len(TRUTH)))


SAID = {"good": guesses(0.8, 1), "fair": guesses(0.6, 2), "poor": guesses(0.2, 3)}


@pytest.fixture(scope="module")
def resampled():
    return Resampled(SAID, TRUTH, width=3, draws=300, seed=5)


def test_a_difference_to_the_best_is_that_of_the_leaderboard(resampled):
    systems = {name: Predictions(np.eye(3)[said], said) for name, said in SAID.items()}
    board = evaluate(systems, TRUTH, draws=300, seed=5)
    best = resampled.figure(["good"], "accuracy")
    for name in ("fair", "poor"):
        found = difference(resampled.figure([name], "accuracy"), best)
        told = board[name].to_best.difference
        assert (found.value, found.low, found.high) == pytest.approx(
            (told.value, told.low, told.high)
        )


@pytest.mark.parametrize(
    ("metric", "average"), [("macro_f1", "macro"), ("weighted_f1", "weighted")]
)
def test_f1_is_that_of_scikit_learn(resampled, metric, average):
    found = resampled.figure(["fair"], metric).value
    assert found == pytest.approx(f1_score(TRUTH, SAID["fair"], average=average))


def test_the_mean_of_systems_is_the_mean_of_their_figures_in_each_resample(resampled):
    each = [resampled.figure([name], "accuracy") for name in SAID]
    mean = resampled.figure([*SAID], "accuracy")
    assert mean.value == pytest.approx(np.mean([figure.value for figure in each]))
    assert mean.draws == pytest.approx(np.mean([figure.draws for figure in each], axis=0))


def test_the_best_is_chosen_once_and_keeps_its_own_resamples(resampled):
    best = best_of([resampled.figure([name], "accuracy") for name in ("poor", "good", "fair")])
    good = resampled.figure(["good"], "accuracy")
    assert best.value == good.value
    assert (best.draws == good.draws).all()


def test_a_group_counts_as_one_by_its_mean_and_not_by_its_luckiest_member(resampled):
    group = resampled.figure(["poor", "good"], "accuracy")
    fair = resampled.figure(["fair"], "accuracy")
    best = best_of([group, fair])
    assert best.value < resampled.figure(["good"], "accuracy").value
    mean = mean_of([group, fair])
    assert mean.value == pytest.approx((group.value + fair.value) / 2)
    assert mean.draws == pytest.approx((group.draws + fair.draws) / 2)


def test_turned_round_a_difference_changes_its_sign(resampled):
    left, right = (resampled.figure([name], "accuracy") for name in ("good", "fair"))
    there, back = difference(left, right), difference(right, left)
    assert (there.value, there.low, there.high) == pytest.approx(
        (-back.value, -back.high, -back.low)
    )


def test_a_fixed_figure_adds_nothing_to_the_interval(resampled):
    good = resampled.figure(["good"], "accuracy")
    found = difference(good, Figure.fixed(0.5, resampled.draws))
    assert found.value == pytest.approx((SAID["good"] == TRUTH).mean() - 0.5)
    assert (found.low, found.high) == pytest.approx(
        tuple(np.quantile(good.draws, [0.025, 0.975]) - 0.5)
    )


def test_paired_is_narrower_than_the_systems_own_intervals_where_errors_are_shared():
    said = SAID["good"].copy()
    said[:4] = (TRUTH[:4] + 1) % 3
    both = Resampled({"a": SAID["good"], "b": said}, TRUTH, width=3, draws=300, seed=0)
    a, b = both.figure(["a"], "accuracy"), both.figure(["b"], "accuracy")
    apart = difference(a, b)
    alone = np.diff(np.quantile(a.draws, [0.025, 0.975]))[0]
    assert apart.high - apart.low < alone / 2

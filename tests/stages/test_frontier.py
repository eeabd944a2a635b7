"""Ever larger ensembles: in which order members come, what they cost, how right they are."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.stages.few_labels_work import FIT, SKILL, TEST, few_labels_work, known_and_test
from tests.stages.scored_split import skilled_logits
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool
from tickertone.combiners.registry import make_combiner
from tickertone.stages.frontier import costs_of, order_of_members, pool_of, run

STACKING = {"kind": "stacking", "c": 0.1}
MILLISECONDS = {"fair": 2.0, "strong": 10.0, "weak": 1.0}


def work_of(folder, *, combiner=STACKING, milliseconds=MILLISECONDS, **more):
    notes = {"milliseconds": milliseconds}
    return few_labels_work(folder, combiner=combiner, per_class=20, notes=notes, **more)


def rows_of(work):
    (path,) = run(work).outputs["frontier"].files
    return pq.read_table(path).to_pylist()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return rows_of(work_of(tmp_path_factory.mktemp("frontier")))


def test_there_is_an_ensemble_of_every_size(made):
    assert [(row["combiner"], row["k"], row["draws"], row["members"]) for row in made] == [
        ("chosen", 20, 4, size) for size in (1, 2, 3)
    ]


def test_the_strongest_comes_first_and_each_adds_its_cost(made):
    first, _, last = (row["milliseconds_per_text"] for row in made)
    assert first == 10
    assert last == 13


def test_the_whole_pool_is_as_right_as_the_combiner_on_it(made, tmp_path):
    work = work_of(tmp_path)
    known, test = known_and_test(work)
    fitted = make_combiner(STACKING).fit(known.evidence, known.draws(20, 4))
    right = fitted.predict(test).argmax(axis=2) == TEST
    assert made[-1]["accuracy_mean"] == pytest.approx(right.mean())


def test_one_member_alone_is_as_right_as_it_is(tmp_path):
    alone = rows_of(work_of(tmp_path, combiner={"kind": "mean"}))[0]
    strong = skilled_logits(TEST, SKILL["strong"], 1)
    assert alone["accuracy_mean"] == pytest.approx((strong.argmax(axis=1) == TEST).mean())


def test_best_and_smallest_are_marked_once(made):
    (best,) = [row for row in made if row["best"]]
    (smallest,) = [row for row in made if row["smallest"]]
    assert best["behind"] == 0
    assert best["accuracy_mean"] == max(row["accuracy_mean"] for row in made)
    assert smallest["members"] == min(row["members"] for row in made if row["within_noise"])


def test_an_ensemble_with_a_member_of_unknown_cost_has_none_and_so_have_larger_ones(made, tmp_path):
    rows = rows_of(work_of(tmp_path, milliseconds={**MILLISECONDS, "weak": None}))
    costs = [row.pop("milliseconds_per_text") for row in rows]
    assert costs[0] == 10
    assert costs[-1] is None
    assert rows == [{k: v for k, v in row.items() if k != "milliseconds_per_text"} for row in made]


def test_without_any_cost_the_curve_is_still_drawn(tmp_path):
    rows = rows_of(work_of(tmp_path, milliseconds={}))
    assert [row["milliseconds_per_text"] for row in rows] == [None] * 3
    assert sum(row["smallest"] for row in rows) == 1


def test_costs_are_means_over_draws():
    orders = np.array([[0, 1], [1, 0]])
    assert costs_of(orders, ("a", "b"), {"a": 1.0, "b": 3.0}) == [2.0, 4.0]
    assert costs_of(orders, ("a", "b"), {"a": 1.0}) == [None, None]


def test_the_next_member_is_the_one_that_helps_the_mean_most():
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=60)
    evidence = Evidence(gathered(rng, labels, members=6), labels)
    draws = np.stack([rng.permutation(60)[:16] for _ in range(3)])
    true = evidence.pool.probabilities[:, np.arange(60), labels]
    for rows, order in zip(draws, order_of_members(evidence, draws), strict=True):
        assert sorted(order.tolist()) == [*range(6)]
        for size in range(6):
            losses = {
                member: -np.log(true[[*order[:size], member]][:, rows].mean(axis=0)).mean()
                for member in order[size:].tolist()
            }
            assert order[size] == min(losses, key=losses.get)


def gathered(rng, labels, members):
    skill = rng.uniform(0, 2, size=members)
    logits = {
        f"m{i}": skill[i] * np.eye(2)[labels] + rng.normal(size=(len(labels), 2))
        for i in range(members)
    }
    return Pool.gather(("no", "yes"), logits)


def test_of_equal_members_the_first_by_name_comes_first():
    labels = np.array([0, 1, 0, 1])
    logits = np.eye(2)[labels]
    pool = Pool.gather(("no", "yes"), {"b": logits, "a": logits, "c": logits})
    assert order_of_members(Evidence(pool, labels), np.array([[0, 1, 2]])).tolist() == [[0, 1, 2]]


def test_members_that_know_some_labels_stand_last_by_how_well_they_tell_those():
    rng = np.random.default_rng(3)
    labels = rng.integers(3, size=90)
    unknown = np.where([True, False, True], 0.0, np.nan)
    told = {
        "a_sharp": 4 * np.eye(3)[labels] + unknown,
        "b_dull": rng.normal(size=(90, 3)) + unknown,
        "c_whole": 0.1 * np.eye(3)[labels],
    }
    pool = Pool.gather(("down", "flat", "up"), told)
    assert order_of_members(Evidence(pool, labels), np.arange(90)[None]).tolist() == [[2, 0, 1]]


def test_a_member_that_knows_some_labels_takes_part(tmp_path):
    milliseconds = {**MILLISECONDS, "binary": 4.0}
    rows = rows_of(work_of(tmp_path, partial=["binary"], milliseconds=milliseconds))
    assert [row["milliseconds_per_text"] for row in rows][-2:] == [13, 17]


def test_a_smaller_pool_is_the_pool_of_those_members():
    rng = np.random.default_rng(1)
    pool = gathered(rng, np.repeat([0, 1], 5), members=4)
    small = pool_of(pool, np.array([1, 3]))
    again = Pool.gather(pool.labels, {"m3": pool.logits[3], "m1": pool.logits[1]})
    assert small.members == again.members
    assert np.array_equal(small.logits, again.logits)
    assert np.array_equal(small.known, again.known)


def test_labels_of_test_change_the_accuracy_and_no_cost(made, tmp_path):
    other = rows_of(work_of(tmp_path, test_labels=(TEST + 1) % 3))
    assert [row["accuracy_mean"] for row in other] != [row["accuracy_mean"] for row in made]
    costs = [[row["milliseconds_per_text"] for row in rows] for rows in (made, other)]
    assert costs[0] == costs[1]


def test_draws_that_share_a_fit_come_out_as_alone(tmp_path):
    together = rows_of(work_of(tmp_path / "together", draws=2))
    accuracies = [row["accuracy_mean"] for row in together]
    work = work_of(tmp_path / "apart")
    known, test = known_and_test(work)
    draws = known.draws(20, 2)
    assert set(FIT[draws[0]].tolist()) == {0, 1, 2}
    for size in (1, 2, 3):
        right = []
        for rows, order in zip(draws, order_of_members(known.evidence, draws), strict=True):
            members = np.sort(order[:size])
            evidence = Evidence(pool_of(known.evidence.pool, members), FIT)
            fitted = make_combiner(STACKING).fit(evidence, rows[None])
            right.append(fitted.predict(pool_of(test, members))[0].argmax(axis=1) == TEST)
        assert accuracies[size - 1] == pytest.approx(np.mean(right))

"""Figures behind claims, where sides are means over draws of labels: hits made by hand."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.stages.scored_split import LABELS, work_for, write_split
from tickertone.stages.claims import run
from tickertone.stages.evaluation_tables import PREDICTIONS
from tickertone.stages.hits import HITS, hit_rows

TEXTS = 40
TRUTH = np.arange(TEXTS) % 3
CLEAN = [i < 30 for i in range(TEXTS)]


def first(count):
    """Right on the first so many texts."""
    return np.arange(TEXTS) < count


# learnt: two draws, right on 36 and 32 texts; fixed: a rule that learns nothing, right on 30.
HITS_OF = {
    "learnt": {0: np.stack([first(20)]), 8: np.stack([first(36), first(32)])},
    "fixed": {0: np.stack([first(30)])},
}
ALONE = {"good": first(34), "poor": first(10), "few_d0": first(28), "few_d1": first(24)}


def write_predictions(path):
    rows = [
        {
            "example_id": f"e{i:03}",
            "system": name,
            "label": LABELS[TRUTH[i]],
            "predicted": LABELS[TRUTH[i] if right[i] else (TRUTH[i] + 1) % 3],
            "probabilities": [0.0, 0.0, 1.0],
        }
        for name, right in ALONE.items()
        for i in range(TEXTS)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=PREDICTIONS), path)
    return path


def write_hits(path, budgets):
    rows = [row for k, right in budgets.items() for row in hit_rows(k, right)]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=HITS), path)
    return path


def with_labels(combiner, labels):
    return {"name": f"{combiner} with {labels}", "combiner": combiner, "labels": labels}


def systems(*names, how="mean", **more):
    return {"name": " and ".join(names), "how": how, "groups": [[name] for name in names], **more}


FEW = {"name": "few", "how": "mean", "groups": [["few_d0", "few_d1"]], "drawn": True}
BEST = systems("poor", "good", how="best", oracle=True)


def part(left, right, target="tweets", margin=0.0, **more):
    settled = {"relation": "better", "margin": margin, "target": target, "metric": "accuracy"}
    return {**settled, "split": "full", "left": left, "right": right, **more}


def over(left, right, targets):
    each = {target: part(left, right, target) for target in targets}
    return {**part({"name": left["name"]}, {"name": right["name"]}, None), "over": each}


def row_of(folder, compared, hits=HITS_OF, absent=None, contaminated=None):
    """What the stage says of one comparison; the targets tweets and news are the same."""
    data = folder / "data"
    settings = {
        "claims": {
            "1": {"paper": "p", "claim": "1", "statement": "s", "parts": {"1": compared}},
        },
        "labels": {"tweets": LABELS, "news": LABELS},
        "absent": absent or {},
        "contaminated": contaminated or {},
        "bootstrap_draws": 100,
        "seed": 0,
    }
    inputs = {}
    for target in ("tweets", "news"):
        inputs[f"predictions:{target}"] = (write_predictions(data / f"{target}.parquet"),)
        inputs[f"test:{target}"] = (
            write_split(data / f"{target}_test.parquet", TRUTH, clean=CLEAN),
        )
        for name, budgets in hits.items():
            path = write_hits(data / f"{target}_{name}.parquet", budgets)
            inputs[f"hits:{target}/{name}"] = (path,)
    work = work_for(folder, settings, inputs, subject="demo")
    whole, one = pq.read_table(run(work).outputs["claims"].files[0]).to_pylist()
    assert whole["measured"] == one["measured"]
    return one


def told(row):
    return row["left_value"], row["right_value"], row["measured"], row["n"]


def test_of_draws_it_is_the_mean_against_a_rule_that_needs_none(tmp_path):
    row = row_of(tmp_path, part(with_labels("learnt", 8), with_labels("fixed", 0)))
    assert told(row) == pytest.approx((34 / 40, 30 / 40, 4 / 40, 40))
    assert row["why"] == "the interval is over texts and draws of labels, learnt with 8 in 2"
    # By hand: draw means 6/40 and 2/40, text means 1 twice, 1/2 four times, else 0.
    of_draws = np.var([6 / 40, 2 / 40], ddof=1) / 2
    of_texts = np.var([0] * 30 + [1] * 2 + [0.5] * 4 + [0] * 4, ddof=1) / 40
    reach = np.hypot(
        stats.t.ppf(0.975, 1) * np.sqrt(of_draws), stats.t.ppf(0.975, 39) * np.sqrt(of_texts)
    )
    assert (row["low"], row["high"]) == pytest.approx((4 / 40 - reach, 4 / 40 + reach))


def test_the_best_member_is_named_and_found_on_the_same_texts(tmp_path):
    row = row_of(tmp_path, part(with_labels("fixed", 0), BEST))
    assert told(row) == pytest.approx((30 / 40, 34 / 40, -4 / 40, 40))
    assert row["why"] == "good is best, as found on these very texts"


def test_the_best_member_is_named_also_beside_a_system_of_one_fit(tmp_path):
    row = row_of(tmp_path, part(systems("few_d0"), BEST))
    assert row["right_value"] == pytest.approx(34 / 40)
    assert row["why"] == "good is best, as found on these very texts"


def test_a_group_of_draws_has_their_noise_and_is_paired_with_as_many(tmp_path):
    row = row_of(tmp_path, part(with_labels("learnt", 8), FEW))
    assert told(row) == pytest.approx((34 / 40, 26 / 40, 8 / 40, 40))
    assert row["why"].endswith("draws of labels, learnt with 8 in 2 and few in 2")
    alone = row_of(tmp_path / "alone", part(FEW, systems("good")))
    assert alone["low"] < 26 / 40 - 34 / 40 - stats.t.ppf(0.975, 1) * (2 / 40)


def test_of_any_number_of_draws_each_side_has_its_own(tmp_path):
    three = {**HITS_OF, "learnt": {8: np.stack([first(36), first(32), first(34)])}}
    row = row_of(tmp_path, part(with_labels("learnt", 8), FEW), hits=three)
    assert row["measured"] == pytest.approx(8 / 40)
    assert row["low"] < row["measured"] < row["high"]
    assert "learnt with 8 in 3 and few in 2" in row["why"]


def test_on_the_clean_split_other_texts_do_not_count(tmp_path):
    row = row_of(tmp_path, part(with_labels("learnt", 0), systems("good"), split="clean"))
    assert told(row) == pytest.approx((20 / 30, 1, -10 / 30, 30))


def test_on_average_over_targets_the_noise_is_less_than_on_one(tmp_path):
    sides = (with_labels("learnt", 8), BEST)
    mean = row_of(tmp_path, over(*sides, ("tweets", "news")))
    one = row_of(tmp_path / "one", part(*sides))
    assert mean["measured"] == pytest.approx(one["measured"])
    assert mean["high"] - mean["low"] < one["high"] - one["low"]
    assert (mean["target"], mean["n"]) == (None, 80)
    assert mean["comparison"].endswith("on average over 2 targets")
    best = "good is best, as found on these very texts"
    assert mean["why"].endswith(f"; on tweets, {best}; on news, {best}")


def test_of_targets_of_unlike_sizes_the_smallest_says_how_sure_their_mean_can_be(tmp_path):
    """News has 30 clean texts, tweets 40."""
    side = with_labels("learnt", 8)
    mean = over(side, side, ("tweets", "news"))
    mean["over"]["news"]["split"] = "clean"
    row = row_of(tmp_path, mean)
    assert (row["measured"], row["n"]) == (0, 70)
    assert (1 - row["high"]) ** (2 * 30) == pytest.approx(0.025)
    assert row["why"].startswith("the interval is over texts and draws")
    assert row["why"].endswith("than was seen on them, so the interval is wider")


def test_a_mean_over_targets_is_not_measurable_where_one_is_not(tmp_path):
    row = row_of(
        tmp_path,
        over(with_labels("learnt", 8), BEST, ("tweets", "news")),
        absent={"news/learnt with 8": "it failed, or what it needs did"},
    )
    assert row["verdict"] == "not measurable"
    assert row["why"] == "on news, learnt with 8: it failed, or what it needs did"


def test_a_pool_without_a_single_member_is_told_as_that(tmp_path):
    nobody = {**BEST, "name": "the best single member", "groups": []}
    row = row_of(
        tmp_path,
        part(with_labels("fixed", 0), nobody),
        absent={"tweets/the best single member": "no member knows every label"},
    )
    assert row["why"] == "the best single member: no member knows every label"
    assert row["verdict"] == "not measurable"


def test_a_combiner_whose_members_may_have_seen_the_texts_is_named(tmp_path):
    row = row_of(
        tmp_path,
        part(with_labels("fixed", 0), systems("poor")),
        contaminated={"tweets/fixed with 0": "a card"},
    )
    assert row["why"] == "fixed with 0 may have seen the texts: a card"


@given(seed=st.integers(0, 999), draws=st.integers(1, 5))
def test_against_itself_a_side_differs_by_what_few_texts_leave_open(tmp_path_factory, seed, draws):
    right = np.random.default_rng(seed).random((draws, TEXTS)) < 0.6
    side = with_labels("learnt", 8)
    row = row_of(tmp_path_factory.mktemp("same"), part(side, side), hits={"learnt": {8: right}})
    assert row["measured"] == 0
    assert (1 - row["high"]) ** TEXTS == pytest.approx(0.025)
    assert row["low"] == -row["high"]
    assert row["verdict"] == "undecided"  # better than itself

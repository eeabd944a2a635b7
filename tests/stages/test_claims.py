import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.stages.scored_split import LABELS, work_for, write_split
from tickertone.stages.claims import in_words, run
from tickertone.stages.evaluation_tables import PREDICTIONS

TRUTH = np.random.default_rng(2).integers(3, size=120)
CLEAN = [i % 4 != 0 for i in range(120)]
RIGHT = {"strong": 108, "fair": 84, "weak": 48}  # of 120


def said(right):
    """Right on the first so many texts, in an order of its own."""
    decided = (TRUTH + 1) % 3
    chosen = np.random.default_rng(right).permutation(120)[:right]
    decided[chosen] = TRUTH[chosen]
    return decided


def predictions(path):
    rows = [
        {
            "example_id": f"e{i:03}",
            "system": name,
            "label": LABELS[TRUTH[i]],
            "predicted": LABELS[decided[i]],
            "probabilities": [0.0, 0.0, 1.0],
        }
        for name, decided in ((name, said(right)) for name, right in RIGHT.items())
        for i in range(120)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=PREDICTIONS), path)
    return path


def side(*systems, how="mean", **more):
    return {
        "name": " and ".join(systems),
        "how": how,
        "groups": [[name] for name in systems],
        **more,
    }


def part(left, right, relation="better", margin=0.0, target="tweets", **more):
    settled = {"relation": relation, "margin": margin, "target": target, "metric": "accuracy"}
    return {**settled, "split": "full", "left": left, "right": right, **more}


def rows_of(folder, *parts, absent=None, contaminated=None, inputs=None):
    """What the stage says of one claim with these comparisons."""
    claim = {"paper": "p", "claim": "1", "statement": "s"}
    parts = {str(at): one for at, one in enumerate(parts, start=1)}
    settings = {
        "claims": {"1 of p": {**claim, "parts": parts}},
        "labels": {"tweets": LABELS},
        "absent": absent or {},
        "contaminated": contaminated or {},
        "bootstrap_draws": 200,
        "seed": 0,
    }
    given = {
        "predictions:tweets": (predictions(folder / "data" / "predictions.parquet"),),
        "test:tweets": (write_split(folder / "data" / "test.parquet", TRUTH, clean=CLEAN),),
    }
    work = work_for(folder, settings, given if inputs is None else inputs, subject="demo")
    return pq.read_table(run(work).outputs["claims"].files[0]).to_pylist()


def test_figures_are_those_of_the_predictions(tmp_path):
    whole, one = rows_of(tmp_path, part(side("strong"), side("weak")))
    assert (one["left_value"], one["right_value"], one["n"]) == (0.9, 0.4, 120)
    assert one["measured"] == pytest.approx(0.5)
    assert one["low"] < 0.5 < one["high"]
    assert one["verdict"] == whole["verdict"] == "holds"
    assert whole["measured"] == one["measured"]


def test_on_the_clean_split_other_rows_do_not_count(tmp_path):
    _, one = rows_of(tmp_path, part(side("strong"), side("weak"), split="clean"))
    clean = np.array(CLEAN)
    assert one["n"] == clean.sum() == 90
    assert one["left_value"] == pytest.approx((said(108) == TRUTH)[clean].mean())


def test_a_claim_of_several_parts_has_no_figure_of_its_own(tmp_path):
    whole, better, worse = rows_of(
        tmp_path,
        part(side("strong"), side("weak")),
        part(side("weak"), side("fair")),
    )
    assert (better["verdict"], worse["verdict"]) == ("holds", "does not hold")
    assert whole["verdict"] == "does not hold"
    assert whole["measured"] is None
    assert whole["why"] == "of 2 comparisons, holds: 1, does not hold: 1"


def test_a_side_of_several_systems_is_their_mean_or_the_best_of_them(tmp_path):
    _, mean, best = rows_of(
        tmp_path,
        part(side("strong", "weak"), side("fair")),
        part(side("strong", "weak", how="best"), side("fair")),
    )
    assert mean["left_value"] == pytest.approx(0.65)
    assert best["left_value"] == pytest.approx(0.9)


def test_what_is_absent_is_told_with_its_reason_and_stops_nothing_else(tmp_path):
    whole, lacking, there = rows_of(
        tmp_path,
        part(side("strong", "gone"), side("lost")),
        part(side("strong"), side("weak")),
        absent={"tweets/gone": "no checkpoint of x", "tweets/lost": "no checkpoint of x"},
    )
    assert lacking["verdict"] == whole["verdict"] == "not measurable"
    assert lacking["why"] == "gone, lost: no checkpoint of x"
    assert lacking["measured"] is None
    assert there["verdict"] == "holds"


def test_of_several_systems_that_are_absent_for_one_reason_the_name_of_all_is_told(tmp_path):
    group = {**side("a_s0", "a_s1"), "name": "a"}
    _, one, other = rows_of(
        tmp_path,
        part(group, side("strong")),
        part({**side("a_s0", "strong"), "name": "both"}, side("weak")),
        absent={"tweets/a_s0": "no checkpoint of x", "tweets/a_s1": "no checkpoint of x"},
    )
    assert one["why"] == "a: no checkpoint of x"
    assert other["why"] == "a_s0: no checkpoint of x"


def test_with_nothing_measured_all_is_not_measurable(tmp_path):
    rows = rows_of(
        tmp_path,
        part(side("strong"), side("weak")),
        absent={"tweets/strong": "it failed", "tweets/weak": "it failed"},
        inputs={},
    )
    assert {row["verdict"] for row in rows} == {"not measurable"}


def figure(value):
    return {"name": str(value), "value": value}


def test_figures_on_both_sides_are_not_measurable_where_the_target_is_not(tmp_path):
    _, one = rows_of(
        tmp_path,
        part(figure(0.9), figure(0.8)),
        absent={"tweets/": "the target is left out: no list"},
        inputs={},
    )
    assert one["verdict"] == "not measurable"
    assert one["why"] == "tweets: the target is left out: no list"


def test_figures_on_both_sides_need_no_system_of_ours(tmp_path):
    _, one = rows_of(tmp_path, part(figure(0.9), figure(0.8)))
    assert (one["verdict"], one["n"]) == ("holds", 120)
    assert one["measured"] == pytest.approx(0.1)


def test_a_published_figure_without_the_metric_is_not_guessed(tmp_path):
    theirs = {"name": "theirs (published)", "value": None}
    _, one = rows_of(tmp_path, part(side("strong"), theirs, metric="macro_f1"))
    assert one["verdict"] == "not measurable"
    assert one["why"] == "theirs (published): its source gives no macro_f1"


def test_a_system_that_may_have_seen_the_texts_is_named(tmp_path):
    _, one = rows_of(
        tmp_path,
        part(side("strong"), side("weak")),
        contaminated={"tweets/strong": "its card says so"},
    )
    assert one["why"] == "strong may have seen the texts: its card says so"


def test_cheaper_compares_minutes_of_training(tmp_path):
    path = tmp_path / "measurements.json"
    path.write_text(json.dumps({"train_seconds": 90.0, "device": "cpu", "threads": 2}))
    minutes = {"name": "28", "value": 28.0}
    _, one = rows_of(
        tmp_path,
        part(side("small"), minutes, relation="cheaper", target=None),
        inputs={"measurements:small": (path,)},
    )
    assert (one["verdict"], one["left_value"], one["measured"]) == ("holds", 1.5, -26.5)
    assert one["low"] is None
    assert one["why"] == "one training each, so no interval: small on cpu, 2 threads"


@pytest.mark.parametrize(
    ("relation", "margin", "right", "words"),
    [
        ("better", 0.0, side("b"), "a better than b"),
        ("better", 0.01, side("b"), "a better than b by more than 1 point"),
        ("better", -0.02, side("b"), "a less than 2 points below b"),
        ("comparable", 0.025, side("b"), "a within 2.5 points of b"),
        ("cheaper", 0.0, side("b"), "a trains in less time than b"),
        ("cheaper", 0.0, {"name": "65", "value": 65.0}, "a trains in less time than 65 minutes"),
    ],
)
def test_a_comparison_is_put_in_words(relation, margin, right, words):
    assert in_words(part(side("a"), right, relation, margin)) == words

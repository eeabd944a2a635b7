"""A plan and a story on a terminal: nothing wider than it, what is cached in one line."""

import pytest

from tickertone.cli import show_plan
from tickertone.cli.show_plan import plan_as_text, story_as_text
from tickertone.dag.planned import Plan, PlannedStep, spelt
from tickertone.dag.story import Chapter, Story

LONG = "depends on what comes out of extract a/tweets, extract b/tweets and 12 more"


def step(name, verdict, *reasons, **figures):
    stage, subject = name.split()
    return PlannedStep(
        step=name, stage=stage, subject=subject, verdict=verdict, reasons=reasons, **figures
    )


PLAN = Plan(
    experiment="demo",
    steps=(
        step("ingest tweets", "cached", "in the store", rows=5, seconds=0.0),
        step("validate tweets", "cached", "in the store", rows=5, seconds=0.0),
        step(
            "finetune words", "will run", *(f"module m{i} changed" for i in range(6)), seconds=9.6
        ),
        step("extract words/tweets", "may run", LONG, rows=1200, seconds=301.0),
        step("extract words/wires", "may run", LONG, rows=1),
        step("combine demo/tweets/mean", "blocked", "needs validate wires"),
    ),
)
SHOWN = """\
blocked
  combine demo/tweets/mean
      needs validate wires

will run
  finetune words  10 s
      module m0 changed
      module m1 changed
      module m2 changed
      module m3 changed
      and 2 more reasons (--all)

may run
  extract words/tweets  1,200 texts, 5 min
  extract words/wires   1 text
      depends on what comes out of extract a/tweets, extract b/tweets and 12 more

cached
  1 ingest, 1 validate (--all lists them)

demo: 6 steps, 2 cached, 1 will run (about 10 s), 2 may run (5 min for the 1 that are known), \
1 blocked"""


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    monkeypatch.setattr("typer.style", lambda text, **_: text)


def test_steps_stand_by_verdict_with_their_reasons_below():
    assert plan_as_text(PLAN) == SHOWN


def test_everything_is_every_step_and_every_reason():
    shown = plan_as_text(PLAN, everything=True)
    assert "module m5 changed" in shown
    assert "ingest tweets" in shown
    assert "--all" not in shown


def test_on_a_terminal_no_reason_is_wider_than_it(monkeypatch):
    monkeypatch.setattr(show_plan.sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    *lines, _summary = plan_as_text(PLAN).splitlines()
    assert max(map(len, lines)) <= 60


def test_a_plan_with_nothing_to_do_is_one_line():
    cached = Plan(experiment="demo", steps=PLAN.steps[:2])
    assert plan_as_text(cached) == "demo: 2 steps, 2 cached"


def test_a_story_has_a_heading_a_time_and_what_is_next():
    def chapter(day, outcome, *reasons, message=""):
        return Chapter(
            run="r",
            experiment="demo",
            finished_at=f"2026-11-{day}T03:38:35+00:00",
            outcome=outcome,
            seconds=301.0,
            reasons=reasons,
            message=message,
        )

    told = Story(
        step="finetune words",
        chapters=(
            chapter(20, "computed", "the first time"),
            chapter(21, "failed", "recipe.c 1.0 -> 3.0", message="out of memory\n  remedy: more"),
        ),
        cached=3,
        experiment="demo",
        now=PLAN.steps[2],
    )
    assert story_as_text(told).splitlines()[:9] == [
        "finetune words",
        "",
        "2026-11-20 03:38  computed in 5 min, demo",
        "    the first time",
        "2026-11-21 03:38  failed, demo",
        "    recipe.c 1.0 -> 3.0",
        "    out of memory",
        "      remedy: more",
        "",
    ]
    assert "computed in 1 run, found in the store in 3" in story_as_text(told)
    assert "now: a run of demo would compute it: module m0 changed" in story_as_text(told)


def test_what_takes_under_a_second_is_not_told_as_about_that():
    steps = (step("finetune a", "will run", "r", seconds=0.2), step("b c", "may run", seconds=0.3))
    assert str(Plan(experiment="demo", steps=steps)) == (
        "demo: 2 steps, 0 cached, 1 will run (under 1 s), 1 may run (under 1 s)"
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("cached", "would find it: why"),
        ("blocked", "cannot compute it: why"),
        ("may run", "may have to compute it: why"),
    ],
)
def test_a_story_says_what_a_run_would_do_now(verdict, words):
    now = step("finetune words", verdict, "why")
    told = Story(step=now.step, chapters=(), cached=0, experiment="demo", now=now)
    assert story_as_text(told).endswith(f"now: a run of demo {words}")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "under 1 s"), (12.4, "12 s"), (99, "99 s"), (310, "5 min"), (7800, "2 h 10 min")],
)
def test_a_duration_is_spelt_as_people_say_it(seconds, words):
    assert spelt(seconds) == words

"""What a plan says of models behind a server, before anything is sent."""

import shutil

import pytest

from tests.dag.bench import EXPERIMENT
from tickertone.catalog.load import load_catalog
from tickertone.cli.show_plan import plan_as_text
from tickertone.dag.expected_cost import Cost, ExpectedCost
from tickertone.dag.plan import plan_experiment
from tickertone.dag.scope import Scope
from tickertone.endpoint.label_scores import _ways
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.question import Message
from tickertone.models.generative.prompts import render
from tickertone.store.answers import answers_folder
from tickertone.store.artifacts import Artifacts

NOBODY = "http://127.0.0.1:9/v1"  # the port that discards: nothing listens there
PRICES = {"price_in": 2.0, "price_out": 8.0, "spend_at_most": 5.0}
LABELS = ("negative", "neutral", "positive")


def endpoint(**changes):
    return {
        "family": "endpoint",
        "url": NOBODY,
        "model": "tiny",
        "prompt": "plain",
        "task": "financial_sentiment",
        "service": {**PRICES, "attempts": 1},
        **changes,
    }


@pytest.fixture
def asked(copy):
    """The plan with one more model, in a workspace whose data sets are validated."""

    def planned(**changes):
        stanza = {k: v for k, v in endpoint(**changes).items() if v is not None}
        copy.edit("models.yaml", lambda file: file["models"].update(asked=stanza))
        copy.write("experiments/small.yaml", {**EXPERIMENT, "models": ["words", "asked"]})
        return plan_experiment(copy.workspace, "small")

    return planned


def costs(planned):
    return {step.subject: step.cost for step in planned.steps if step.cost is not None}


def test_requests_and_their_cost_are_told_before_the_first_run(asked):
    planned = asked()

    found = costs(planned)
    assert found.keys() == {"asked/demo_headlines", "asked/demo_wires"}
    wires = found["asked/demo_wires"]
    assert wires.requests > 0
    assert 0 < wires.likely < wires.at_most
    assert (wires.spent, wires.cap) == (0, 5.0)
    assert f"{wires.requests} requests, about {wires.likely:.4g}" in plan_as_text(planned)
    assert planned.warnings == ()


def test_all_votes_of_a_text_come_with_one_request(asked):
    one, ten = (costs(asked(scores="votes", votes=votes))["asked/demo_wires"] for votes in (1, 10))

    assert one.requests == ten.requests
    assert one.likely < ten.likely


def test_a_server_without_prices_costs_requests_alone(asked):
    planned = asked(service={})

    wires = costs(planned)["asked/demo_wires"]
    assert str(wires) == f"{wires.requests} requests"


def test_answers_that_are_kept_are_not_asked_for_again(asked, copy):
    before = costs(asked())["asked/demo_headlines"]
    form = load_catalog(copy.data).models["asked"]
    text = copy.rows("headlines_test.csv")[1][0]
    prompt = (Message("user", render(form.prompt, LABELS, text)),)
    (question,) = next(iter(_ways(form, LABELS, [prompt]))).first(prompt)
    with Ledger.of(form, answers_folder(copy.workspace), copy.workspace.locks) as ledger:
        attempt = ledger.set_aside(question, 0.01)
        ledger.answered(attempt, question, 0.004, {"choices": []})
    kept = {f: f.read_bytes() for f in answers_folder(copy.workspace).iterdir()}

    after = costs(asked())["asked/demo_headlines"]

    assert after.requests == before.requests - 1
    assert after.spent == pytest.approx(0.004)
    assert {f: f.read_bytes() for f in answers_folder(copy.workspace).iterdir()} == kept


def test_a_plan_keeps_no_answers_where_there_are_none(asked, copy):
    asked()
    assert not answers_folder(copy.workspace).exists()


def test_a_plan_warns_of_what_the_cap_will_not_let_through(asked):
    planned = asked(service={**PRICES, "spend_at_most": 1e-6})

    assert any("leaves too little" in warning for warning in planned.warnings)
    assert any(warning.startswith("extract asked/demo_wires") for warning in planned.warnings)


def test_steps_that_fit_under_the_cap_one_by_one_are_warned_of_where_together_they_do_not(asked):
    alone = [cost.likely for cost in costs(asked()).values()]
    planned = asked(service={**PRICES, "spend_at_most": max(alone) * 1.001})

    first, second = costs(planned).values()
    assert not first.too_much
    assert second.too_much
    assert second.before == first.likely
    (warning,) = planned.warnings
    assert f"about {first.likely:.4g} by steps before" in warning


def test_a_text_of_two_data_sets_is_asked_once(asked, copy):
    asked()
    scope = Scope.of(load_catalog(copy.data), "small")
    expected = ExpectedCost(scope, Artifacts(copy.workspace))
    scorer = expected._scorer(scope.model("asked"), "asked", "demo_wires", {})
    sets = [["It rose", "It fell"], ["It fell", "It stood", "It stood"]]

    assert [expected._cost(scorer, texts).requests for texts in sets] == [2, 1]


def test_examples_are_counted_once_they_are_drawn(asked, copy):
    plain = costs(asked())["asked/demo_wires"]
    few = {"task": None, "shots": 2, "trained_on": ["demo_headlines"]}
    assert costs(asked(**few)) == {}  # what stands in the prompt is not known

    summary, _ = copy.run()  # draws them, and then nobody answers
    assert summary.failures
    found = costs(asked(**few))["asked/demo_wires"]

    assert found.requests == plain.requests
    assert found.likely > plain.likely


def test_texts_that_are_not_there_yet_cost_what_nobody_knows(copy):
    copy.write("models.yaml", {"models": {"asked": endpoint()}})
    copy.write("experiments/small.yaml", {**EXPERIMENT, "models": ["asked"], "combiners": {}})
    shutil.rmtree(copy.workspace.var)
    assert costs(plan_experiment(copy.workspace, "small")) == {}


def test_what_is_spent_counts_against_the_cap():
    cost = Cost(requests=3, likely=1.0, at_most=4.0, spent=4.5, cap=5.0)

    assert cost.too_much
    assert str(cost) == (
        "3 requests, about 1, at most 4; 4.5 of 5 is spent, which leaves too little"
    )

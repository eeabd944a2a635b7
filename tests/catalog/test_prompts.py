from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.catalog.models import form_of
from tickertone.errors import ConfigError

PROMPT = """\
about: A question
version: 1
template:
  instruction: "Is it {choices}?"
  example: "Text: {text}"
  cue: "Mood:"
"""
STANZA = """\
  asked:
    family: seq2seq
    base: {hub: someone/t5}
    tuning: none
    task: mood
    prompt: question
"""


@pytest.fixture
def prompted(data: Path) -> Path:
    """The small catalog with a prompt and a model that uses it."""
    (data / "prompts").mkdir()
    (data / "prompts" / "question.yaml").write_text(PROMPT)
    with (data / "models.yaml").open("a") as file:
        file.write(STANZA)
    return data


def mistake(data: Path, file: str, old: str, new: str) -> ConfigError:
    text = (data / file).read_text()
    assert old in text
    (data / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    return caught.value


def test_a_model_holds_the_wording_of_its_prompt_and_not_its_name(prompted: Path):
    model = load_catalog(prompted).models["asked"]
    assert model.prompt.cue == "Mood:"
    assert "question" not in form_of(model).model_dump_json()
    assert "A question" not in form_of(model).model_dump_json()


@pytest.mark.parametrize(
    ("old", "new", "place", "found"),
    [
        ("prompt: question", "prompt: qestion", "models.asked.prompt", "unknown prompt 'qestion'"),
        ("task: mood", "task: moood", "models.asked.task", "unknown task 'moood'"),
        ("task: mood\n", "words: {good: up}\n    task: mood\n", "models.asked.words", "'good'"),
        ("task: mood", "words: {positive: negative}\n    task: mood",
         "models.asked.words", "the words"),
        ("task: mood", "trained_on: [tweets]", "models.asked", "learns from nothing"),
        ("    task: mood\n", "", "models.asked", "exactly where trained_on is empty"),
        ("tuning: none", "tuning: lora", "models.asked", "needed for tuning"),
        ("tuning: none\n    task: mood", "tuning: lora\n    trained_on: [tweets]\n    shots: 2",
         "models.asked", "examples in the prompt"),
        ("task: mood", "trained_on: [tweets]\n    shots: 2\n    draw: nearest",
         "models.asked", "features: give embeddings"),
        ("task: mood", "trained_on: [tweets]\n    shots: 2\n"
         "    features: {kind: embedding, base: {hub: someone/bert}}",
         "models.asked", "exactly where draw is nearest"),
        ("task: mood", "draw: nearest\n    task: mood", "models.asked", "needs shots"),
        ("task: mood", "trained_on: [tweets]\n    shots: 2\n    draw: nearest\n"
         "    features: {kind: embedding, base: {hub: someone/bert}}\n"
         "    scoring: {calibration: contextual}",
         "models.asked", "the same for every text"),
        ("tuning: none", "tuning: whole", "models.asked.tuning", "'whole'"),
        ("tuning: none", "tuning: none\n    precision: float16",
         "models.asked.precision", "'float16'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_prompted_model_is_told(prompted, old, new, place, found):
    error = mistake(prompted, "models.yaml", old, new)
    assert error.place == f"data/models.yaml, {place}"
    assert found in error.found


RATIONALE = '  cue: "Mood:"\n  rationale: {cue: "Because:"}\n'
ENDPOINT = """\
  asked:
    family: endpoint
    url: http://127.0.0.1:8000/v1
    model: small
"""


@pytest.fixture
def reasoning(prompted: Path) -> Path:
    """The same, with a prompt that asks for a rationale."""
    file = prompted / "prompts" / "question.yaml"
    file.write_text(PROMPT.replace('  cue: "Mood:"\n', RATIONALE))
    return prompted


def test_a_rationale_is_written_at_most_so_long_unless_the_prompt_says_otherwise(reasoning):
    rationale = load_catalog(reasoning).models["asked"].prompt.rationale
    assert (rationale.cue, rationale.max_tokens) == ("Because:", 96)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (STANZA.partition("    task")[0].replace("    tuning: none\n", ""), ENDPOINT),
        ("tuning: none\n    task: mood", "tuning: lora\n    trained_on: [tweets]"),
    ],
)
def test_rationales_are_for_models_that_run_here_and_are_not_tuned(reasoning, old, new):
    if "endpoint" in new:
        file = reasoning / "models.yaml"
        file.write_text(
            file.read_text().replace("    tuning: none\n    task: mood", "    task: mood")
        )
    error = mistake(reasoning, "models.yaml", old, new)
    assert error.place == "data/models.yaml, models.asked.prompt"
    assert "rationale" in error.found


def test_what_is_written_before_an_answer_cannot_be_calibrated_away(reasoning):
    new = "tuning: none\n    scoring: {calibration: contextual}"
    error = mistake(reasoning, "models.yaml", "tuning: none", new)
    assert "without a rationale" in error.found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("{choices}", "{choises}", "{choises} stands for nothing"),
        ("Text: {text}", "Text: {txt}", "{txt} stands for nothing"),
        ("Text: {text}", "Text:", "{text} does not occur"),
        ("{choices}?", "{choices?", "instruction"),
        ('"Mood:"', '"Mood: "', "ends with a space"),
    ],
)
def test_a_mistake_in_a_prompt_is_told_with_its_file(prompted, old, new, found):
    error = mistake(prompted, "prompts/question.yaml", old, new)
    assert error.place.startswith("data/prompts/question.yaml, template")
    assert found in error.found


def test_a_model_of_another_task_than_the_target_is_told(prompted: Path):
    experiment = prompted / "experiments" / "first.yaml"
    experiment.write_text(experiment.read_text().replace("[bag, small]", "[bag, asked]"))
    load_catalog(prompted)
    error = mistake(prompted, "models.yaml", "task: mood", "task: topic")
    assert error.place == "data/experiments/first.yaml, models, model asked"
    assert error.found == "task topic"

"""Models that answer a prompt, from the catalog to the leaderboard."""

import shutil
from pathlib import Path

import pytest

from tests.dag.bench import EXPERIMENT, Bench
from tests.models.tiny import tiny_base
from tests.models.tiny_language import tiny_decoder, tiny_t5
from tickertone.store.artifacts import Artifacts

pytestmark = pytest.mark.slow
SCORED = ("demo_headlines", "demo_wires")
MODELS = ("zero_shot", "five_shot", "nearest")
ZERO_SHOT, FIVE_SHOT, NEAREST = (
    {f"finetune {model}", *(f"extract {model}/{dataset}" for dataset in SCORED)} for model in MODELS
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    import torch

    torch.set_num_threads(1)
    bench = Bench(tmp_path_factory.mktemp("prompted"))
    tiny_t5(bench.workspace.root / "bases" / "t5")
    tiny_decoder(bench.workspace.root / "bases" / "llama", "llama")
    tiny_base(bench.workspace.root / "bases" / "bert")
    asked = {"tuning": "none", "prompt": "plain", "max_length": 256}
    bench.write(
        "models.yaml",
        {
            "models": {
                "zero_shot": {
                    "family": "seq2seq",
                    "base": {"folder": "bases/t5"},
                    "task": "financial_sentiment",
                    **asked,
                },
                "five_shot": {
                    "family": "causal",
                    "base": {"folder": "bases/llama"},
                    "trained_on": ["demo_headlines"],
                    "shots": 5,
                    **asked,
                },
                "nearest": {
                    "family": "causal",
                    "base": {"folder": "bases/llama"},
                    "trained_on": ["demo_headlines"],
                    "shots": 2,
                    "draw": "nearest",
                    "features": {
                        "kind": "embedding",
                        "base": {"folder": "bases/bert"},
                        "max_length": 32,
                    },
                    **asked,
                },
            }
        },
    )
    experiment = {**EXPERIMENT, "models": [*MODELS], "combiners": {}}
    bench.write("experiments/small.yaml", {**experiment, "combiners": {"mean": {"kind": "mean"}}})
    assert bench.computed() >= ZERO_SHOT | FIVE_SHOT | NEAREST
    return bench


@pytest.fixture
def bench(ran: Bench, tmp_path: Path) -> Bench:
    return ran.copied_to(tmp_path / "copy")


def test_every_row_of_every_target_has_a_label_and_a_rank(ran: Bench) -> None:
    rows = ran.ask(
        "SELECT system, target, n FROM leaderboard WHERE kind = 'model' AND split = 'full'"
    )
    assert len({(system, target) for system, target, _ in rows}) == 2 * len(MODELS)
    assert all(n > 0 for *_, n in rows)


def test_what_was_asked_once_is_not_asked_again(bench: Bench) -> None:
    assert bench.computed() == set()


def test_a_word_in_a_prompt_is_a_change_and_what_people_call_it_is_none(bench: Bench) -> None:
    bench.edit("prompts/plain.yaml", lambda prompt: prompt.update(about="Other words", version=2))
    shutil.move(bench.data / "prompts" / "plain.yaml", bench.data / "prompts" / "renamed.yaml")
    bench.edit("models.yaml", lambda f: [m.update(prompt="renamed") for m in f["models"].values()])
    assert bench.computed() == set()
    bench.edit("prompts/renamed.yaml", lambda prompt: prompt["template"].update(cue="Mood:"))
    assert bench.computed() >= {step for step in ZERO_SHOT | FIVE_SHOT if "extract" in step}


def test_other_examples_are_scored_again(
    bench: Bench,
) -> None:
    bench.edit("models.yaml", lambda file: file["models"]["five_shot"].update(seed=1))
    computed = bench.computed()
    assert computed >= FIVE_SHOT
    assert not computed & ZERO_SHOT


def test_one_more_example_leaves_the_zero_shot_model_alone(bench: Bench) -> None:
    bench.edit("models.yaml", lambda file: file["models"]["five_shot"].update(shots=6))
    computed = bench.computed()
    assert computed >= FIVE_SHOT
    assert not computed & ZERO_SHOT


def scored(bench: Bench) -> dict[str, int]:
    """The extractions of another run, with the number of texts that each scored."""
    _, entries = bench.run()
    read = Artifacts(bench.workspace).read
    return {
        entry.subject: int(read(entry.stage, entry.fingerprint).facts["rows_scored"])
        for entry in entries
        if entry.stage == "extract" and entry.outcome == "computed"
    }


def test_a_new_text_is_scored_with_its_own_neighbours_and_no_other_anew(bench: Bench) -> None:
    rows = bench.rows("headlines_test.csv")
    bench.write_rows(
        "headlines_test.csv", [*rows, ["Ferrow closes a mill in the north", "negative"]]
    )
    assert scored(bench) == {f"{model}/demo_headlines": 1 for model in MODELS}


def test_more_training_rows_change_the_pool_and_score_that_models_texts_again(
    bench: Bench,
) -> None:
    rows = bench.rows("headlines_train.csv")
    new = [[f"Ferrow opens mill number {i} in the north", "positive"] for i in range(8)]
    bench.write_rows("headlines_train.csv", [*rows, *new])
    again = scored(bench)
    texts = dict(bench.ask("SELECT dataset, count(DISTINCT text_id) FROM examples GROUP BY 1"))
    assert again["nearest/demo_wires"] == texts["demo_wires"]
    assert again.get("zero_shot/demo_wires", 0) == 0


def test_the_base_that_finds_neighbours_is_known_by_what_it_holds(bench: Bench) -> None:
    bases = bench.workspace.root / "bases"
    (bases / "elsewhere").mkdir()
    shutil.move(bases / "bert", bases / "elsewhere" / "bert")

    def moved(file):
        file["models"]["nearest"]["features"]["base"] = {"folder": "bases/elsewhere/bert"}

    bench.edit("models.yaml", moved)
    assert bench.computed() == set()
    with (bases / "elsewhere" / "bert" / "config.json").open("a") as config:
        config.write("\n")
    computed = bench.computed()
    assert "finetune nearest" in computed
    assert not computed & (ZERO_SHOT | FIVE_SHOT)

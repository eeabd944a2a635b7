"""What a plan says of memory, before anything is loaded."""

import json
from pathlib import Path

import pytest

from tests.dag.bench import EXPERIMENT, Bench
from tickertone.catalog.load import load_catalog
from tickertone.cli.show_plan import plan_as_text
from tickertone.dag import expected_memory
from tickertone.dag.expected_memory import Device, Expected, ExpectedMemory, too_much
from tickertone.dag.plan import plan_experiment
from tickertone.workspace import Workspace

GIB = 2**30
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = {
    "model_type": "t5",
    "d_model": 64,
    "d_kv": 16,
    "d_ff": 128,
    "num_layers": 2,
    "num_heads": 4,
    "vocab_size": 1000,
    "feed_forward_proj": "gated-gelu",
    "dropout_rate": 0.1,
}


class Roomy(Device):
    """So many bytes, and no GPU."""

    gpu = None
    free = 64 * GIB


def checkpoint(folder: Path) -> Path:
    """A checkpoint as far as a plan reads it: config.json and the header, no weight."""
    folder.mkdir(parents=True)
    header = {
        "__metadata__": {"format": "pt"},
        "shared.weight": {"dtype": "F32", "shape": [1000, 64], "data_offsets": [0, 256000]},
        "encoder.block.0.layer.0.SelfAttention.q.weight": {
            "dtype": "F32",
            "shape": [64, 64],
            "data_offsets": [256000, 272384],
        },
    }
    written = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(written).to_bytes(8, "little") + written)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def expected(base, *, tuning="lora"):
    """Of both stages of a T5 from a base."""
    catalog = load_catalog(Workspace.find(Path(__file__).parent).data)
    recipe = catalog.models["flan_t5_base_qlora"]
    base = recipe.base.model_copy(update={"hub": None, "revision": None, **base})
    models = {"it": recipe.model_copy(update={"base": base, "tuning": tuning})}
    memory = ExpectedMemory(catalog.model_copy(update={"models": models}), Path(), Roomy())
    return [memory.of(stage, "it") for stage in ("finetune", "extract")]


def test_a_base_in_a_folder_is_estimated_by_its_headers(tmp_path):
    folder = checkpoint(tmp_path / "t5")

    training, scoring = expected({"folder": str(folder)})

    assert training.at_most > training.without_batches > 0
    assert scoring.at_most > 0
    assert training.fits
    assert "GiB of memory" in str(training)


def test_a_training_takes_less_with_fewer_rows_at_a_time(tmp_path, monkeypatch):
    folder = checkpoint(tmp_path / "t5")
    whole, scoring = expected({"folder": str(folder)})
    monkeypatch.setenv("TICKERTONE_MICRO_BATCH", "2")
    cut, same = expected({"folder": str(folder)})

    assert cut.at_most < whole.at_most
    assert cut.without_batches == whole.without_batches
    assert same == scoring


def test_a_model_that_is_not_tuned_takes_memory_only_to_score(tmp_path):
    folder = checkpoint(tmp_path / "t5")

    training, scoring = expected({"folder": str(folder)}, tuning="none")

    assert training is None
    assert scoring is not None


def test_a_base_that_is_not_here_is_estimated_by_its_published_shape():
    training, scoring = expected({"hub": "google/flan-t5-xl"}, tuning="qlora")

    assert 2 * GIB < training.without_batches < 4 * GIB  # three billion weights of four bits
    assert "of memory by its published shape" in str(training)
    assert scoring.without_batches < training.without_batches + GIB


def test_a_base_that_is_neither_pinned_nor_of_a_known_shape_cannot_be_told():
    training, _ = expected({"hub": "someone/flan-t5-xl"})

    assert str(training) == "memory not known: someone/flan-t5-xl is not pinned"
    assert training.fits  # nothing is known against it


def test_a_pinned_base_is_looked_for_in_the_hub_s_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    pinned = {"hub": "someone/flan-t5-xl", "revision": COMMIT}
    before, _ = expected(pinned)
    checkpoint(tmp_path / "models--someone--flan-t5-xl" / "snapshots" / COMMIT)
    after, _ = expected(pinned)

    assert str(before) == "memory not known: someone/flan-t5-xl is not in the Hub's cache"
    assert after.at_most > 0


LIST = b"[]"


@pytest.mark.parametrize("content", [b"\xff" * 64, len(LIST).to_bytes(8, "little") + LIST])
def test_weights_that_are_no_safetensors_cannot_be_told(tmp_path, content):
    folder = checkpoint(tmp_path / "t5")
    (folder / "model.safetensors").write_bytes(content)

    training, _ = expected({"folder": str(folder)})

    assert str(training) == "memory not known: the weights of t5 cannot be read"


@pytest.mark.parametrize("layers", ["two", [2]])
def test_a_config_with_other_than_numbers_cannot_be_told(tmp_path, layers):
    folder = checkpoint(tmp_path / "t5")
    (folder / "config.json").write_text(json.dumps({**CONFIG, "num_layers": layers}))

    training, _ = expected({"folder": str(folder)})

    assert (
        str(training)
        == "memory not known: the size of t5 cannot be read from its config.json and weights"
    )


def test_what_will_not_fit_is_told_from_what_may_not():
    def words(free):
        return str(Expected(at_most=8 * GIB, without_batches=5 * GIB, free=free * GIB))

    assert words(8) == "up to 8.0 GiB of memory"
    assert words(6) == "up to 8.0 GiB of memory, may not fit into 6.0 GiB"
    assert words(4) == "up to 8.0 GiB of memory, will not fit into 4.0 GiB"


def test_one_warning_names_the_steps_that_may_not_fit():
    large = Expected(at_most=8 * GIB, without_batches=5 * GIB, free=6 * GIB)
    small = Expected(at_most=1 * GIB, without_batches=1 * GIB, free=6 * GIB)
    steps = [("finetune a", large), ("finetune b", small), ("ingest c", None)]

    (warning,) = too_much(steps)

    assert warning.startswith("memory may run out in finetune a: 6.0 GiB are free.")
    assert "TICKERTONE_MICRO_BATCH" in warning  # a smaller batch_size would make another model
    assert too_much(steps[1:]) == []
    assert "and 2 more" in too_much([(f"finetune {i}", large) for i in range(5)])[0]


def nvidia_smi(folder, says):
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{says}\n")
    tool.chmod(0o755)


@pytest.mark.parametrize(
    ("torch", "visible", "says", "free"),
    [
        ("2.11.0+cu130", None, "echo 80000; echo 90000", 80000 * 2**20),
        ("2.11.0+cpu", None, "echo 80000", None),  # this torch computes on the processor
        ("2.11.0+cu130", "", "echo 80000", None),  # cards are hidden from it
        ("2.11.0+cu130", None, "exit 9", None),  # no driver
        ("2.11.0+cu130", "1,0", 'case "$1" in --id=1) echo 90000;; esac', 90000 * 2**20),
    ],
)
def test_the_memory_of_a_gpu_counts_where_torch_can_use_it(
    torch, visible, says, free, tmp_path, monkeypatch
):
    nvidia_smi(tmp_path, says)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    class Installed:
        version = torch

    monkeypatch.setattr(expected_memory, "distribution", lambda _name: Installed)

    assert Device().gpu == free
    assert Device().free is not None


def test_without_a_gpu_it_is_the_memory_that_linux_has_left(tmp_path):
    stated = tmp_path / "meminfo"
    stated.write_text("MemTotal: 9000 kB\nMemAvailable:    5000 kB\n")

    assert expected_memory._free_in_ram(stated) == 5000 * 1024


@pytest.fixture
def planned_with(tmp_path, monkeypatch):
    def planned(free):
        monkeypatch.setattr(Device, "gpu", None)
        monkeypatch.setattr(Device, "free", free)
        bench = Bench(tmp_path / str(free))
        minilm = load_catalog(Workspace.find(Path(__file__).parent).data).models["demo_minilm"]
        stanza = minilm.model_dump(mode="json", exclude_none=True)
        bench.edit("models.yaml", lambda file: file["models"].update(tuned=stanza))
        bench.write("experiments/small.yaml", {**EXPERIMENT, "models": ["words", "tuned"]})
        return plan_experiment(bench.workspace, "small")

    return planned


def test_a_plan_says_what_memory_trainings_and_scorings_take(planned_with):
    found = planned_with(64 * GIB)

    told = {step.step for step in found.steps if step.memory is not None}
    assert told == {"finetune tuned", "extract tuned/demo_headlines", "extract tuned/demo_wires"}
    assert "GiB of memory" in plan_as_text(found)
    assert found.warnings == ()


def test_a_plan_warns_of_what_will_not_fit(planned_with):
    found = planned_with(GIB // 2)

    assert "will not fit into 0.5 GiB" in plan_as_text(found)
    assert any("memory may run out in finetune tuned" in words for words in found.warnings)

"""The pieces of `python -m benchmarks.qlora`; the figures themselves are no matter of a test."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
import torch
from safetensors.torch import load_file
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForSeq2SeqLM

from benchmarks import qlora
from benchmarks.qlora import OURS, PAPER_ROWS, PLAIN, TINY, paired, summed_up
from benchmarks.qlora_shapes import SHAPES, T5Shape, random_checkpoint, random_network
from benchmarks.qlora_work import LABELS, load, prepare
from flows.local.settings import CHECKOUT
from tickertone.models.pretrained import load_tokenizer

TOKENS = 40


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("TICKERTONE_MIRROR", raising=False)
        prepare(CHECKOUT, folder)
    return folder


@pytest.fixture(scope="module")
def work(prepared):
    return load(prepared, rows=20, texts=9)


def test_the_work_travels_as_token_ids(work):
    tokenizer = load_tokenizer(work.folder)

    assert (len(work.train), len(work.test)) == (20, 9)
    assert set(work.train["labels"]) <= set(range(len(LABELS)))
    assert work.train["length"] == [len(row["input_ids"]) for row in work.train]
    assert "negative, neutral or positive" in tokenizer.decode(work.test[0]["input_ids"])


def test_the_recipe_is_that_of_the_paper_s_models(work):
    assert work.recipe.tuning == "qlora"
    assert work.recipe.precision == "bfloat16"


@pytest.mark.parametrize(("name", "millions"), [("base", 250), ("large", 780), ("xl", 3000)])
def test_shapes_have_as_many_weights_as_the_published_models(name, millions):
    with torch.device("meta"):
        model = random_network(SHAPES[name], ends=1)
    weights = sum(parameter.numel() for parameter in model.parameters())

    assert weights / 1e6 == pytest.approx(millions, rel=0.06)


def test_the_head_is_one_of_its_own_as_flan_t5_s_is(tmp_path):
    folder = tmp_path / "base"
    parameters = random_checkpoint(SHAPES[TINY], 102, folder)

    stored = load_file(folder / "model.safetensors")
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)

    assert parameters == sum(tensor.numel() for tensor in stored.values())
    assert torch.equal(model.lm_head.weight, stored["lm_head.weight"])
    assert not torch.equal(model.lm_head.weight, model.shared.weight)
    assert not model.config.scale_decoder_outputs


def counted(shape, *, backward):
    """What torch counts of the products of matrices; a frozen base, as adapters have it."""
    model = random_network(shape, ends=1).eval()
    model.set_attn_implementation("eager")
    model.requires_grad_(False)
    words = model.get_input_embeddings()(torch.arange(1, TOKENS + 1)[None])
    started = model.get_input_embeddings()(torch.zeros(1, 1, dtype=torch.long))
    with FlopCounterMode(display=False) as counter:
        output = model(
            inputs_embeds=words.requires_grad_(backward),
            decoder_inputs_embeds=started.requires_grad_(backward),
            use_cache=False,
        )
        if backward:
            output.logits.sum().backward()
    return counter.get_total_flops()


def test_the_estimate_of_operations_is_what_torch_counts():
    torch.set_num_threads(1)
    shape = T5Shape(d_model=32, d_ff=48, layers=3, heads=2, d_kv=8)

    assert shape.forward_flops(TOKENS) == pytest.approx(counted(shape, backward=False), rel=1e-3)
    assert shape.training_flops(TOKENS) == pytest.approx(counted(shape, backward=True), rel=1e-3)


def found(seconds, memory):
    part = {"seconds": seconds, "peak_mib": memory, "loss": 1.0}
    return {"loading": part, "training": part, "scoring": part, "threads": 1}


def test_sides_take_turns_in_going_first():
    order = []
    paired(lambda side: order.append(side) or {}, 3)

    assert order == [OURS, PLAIN, PLAIN, OURS, OURS, PLAIN]


def test_ratios_are_taken_within_rounds(work):
    rounds = [
        {OURS: found(ours, 100.0), PLAIN: found(plain, 400.0)}
        for ours, plain in ((1.0, 3.0), (10.0, 28.0), (2.0, 4.0))
    ]

    figures = summed_up(SHAPES["base"], work, rounds, 1e12)

    assert figures["ratios"]["training"] == {"median": 2.8, "least": 2.0, "most": 3.0}
    assert figures["memory_ratios"]["scoring"]["median"] == 0.25
    ours = figures["sides"][OURS]
    assert ours["training"]["samples_per_second"] == 10  # 20 rows in 2 s
    assert ours["paper_minutes"] == pytest.approx(PAPER_ROWS * 2 / 10 / 60)
    done = figures["flops"]["training"]
    assert ours["training"]["share_of_bfloat16_rate"] == pytest.approx(done / 2 / 1e12)


def test_a_shape_of_no_published_model_is_no_projection_of_the_paper(work):
    rounds = [{side: found(1.0, 1.0) for side in (OURS, PLAIN)}]

    sides = summed_up(SHAPES[TINY], work, rounds, 1e12)["sides"]

    assert sides[OURS]["paper_minutes"] is None


@pytest.mark.slow
@pytest.mark.parametrize("side", [OURS, PLAIN])
def test_a_side_needs_neither_data_sets_nor_a_database(side, prepared, work, tmp_path):
    base = tmp_path / "base"
    random_checkpoint(SHAPES[TINY], load_tokenizer(prepared).sep_token_id, base)
    asked = {"side": side, "work": str(prepared), "base": str(base), "rows": 20, "texts": 9}
    program = """
        import json, sys
        for absent in ("datasets", "duckdb", "prefect"):
            sys.modules[absent] = None
        from benchmarks.qlora_sides import Asked, measured
        print(json.dumps(measured(Asked.model_validate_json(sys.argv[1]))))
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), json.dumps(asked)],
        cwd=CHECKOUT,
        env={**os.environ, "TICKERTONE_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["training"]["seconds"] > 0
    assert figures["scoring"]["peak_mib"] > 0
    assert figures["training"]["loss"] == pytest.approx(figures["training"]["loss"])  # no nan


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="says what is said where there is no GPU")
def test_without_a_gpu_it_runs_at_a_tiny_shape_and_says_so(prepared, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TICKERTONE_THREADS", "1")
    results = tmp_path / "qlora.json"
    words = ["--work", str(prepared), "--rows", "20", "--texts", "9", "--rounds", "1"]

    assert qlora.main([*words, "--json", str(results)]) == 0

    assert "no GPU here" in capsys.readouterr().out
    (one,) = json.loads(results.read_text())
    assert (one["shape"], one["gpu"]) == (TINY, False)
    assert set(one["ratios"]) == {"training", "scoring"}

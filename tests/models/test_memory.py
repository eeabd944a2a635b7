"""The estimate of memory, against what torch keeps and what fits were measured to take."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    BertConfig,
    LlamaConfig,
    T5Config,
)

from tests.models.generative.tiny_prompted import prompted
from tests.models.tiny import tiny_recipe
from tickertone.catalog.bases import BaseSpec, ShapeSpec
from tickertone.models import memory, token_batches
from tickertone.models.generative.loading import prompted_model
from tickertone.models.memory import of_scoring, of_training
from tickertone.models.network_shapes import drawn, network
from tickertone.models.seq2seq.network import NETWORK

BATCH, LENGTH, LAYERS = 4, 48, 3
SIZE = {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": LAYERS}
T5 = T5Config(
    vocab_size=500,
    d_model=64,
    d_kv=16,
    d_ff=160,
    num_layers=LAYERS,
    num_heads=4,
    feed_forward_proj="gated-gelu",
    pad_token_id=0,
    decoder_start_token_id=0,
)
LLAMA = LlamaConfig(vocab_size=500, num_attention_heads=4, **SIZE)
BERT = BertConfig(vocab_size=500, num_attention_heads=4, **SIZE)
BASE = BaseSpec(folder="bases/x")


def asked(family, base=BASE, **changes):
    learns = {} if changes.get("tuning", "none") == "none" else {"trained_on": ("tweets",)}
    return prompted(family, base, **learns, **changes)


def built(config, dtype=torch.float32):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    kinds = {
        T5Config: AutoModelForSeq2SeqLM,
        LlamaConfig: AutoModelForCausalLM,
        BertConfig: AutoModelForSequenceClassification,
    }
    return kinds[type(config)].from_config(config, dtype=dtype).train()


def described(model):
    tensors = {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}
    found = network(model.config.to_dict(), tensors)
    assert found is not None
    return found


def kept(model):
    """Bytes that torch keeps of a forward pass for the way back, but for the weights."""
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    seen = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage  # alive, so that no other takes its place
        return tensor

    ids = torch.randint(1, 500, (BATCH, LENGTH))
    mask = torch.ones_like(ids)
    mask[0, -3:] = 0
    start = {"decoder_input_ids": torch.zeros(BATCH, 1, dtype=torch.long)}
    more = start if model.config.is_encoder_decoder else {}
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(input_ids=ids, attention_mask=mask, **more)
    return sum(storage.nbytes() for storage in seen.values())


def recipe_for(config, tuning, precision):
    if isinstance(config, BertConfig):
        return tiny_recipe(BASE, tuning=tuning, max_length=LENGTH)
    family = "seq2seq" if isinstance(config, T5Config) else "causal"
    return asked(family, tuning=tuning, max_length=LENGTH, precision=precision)


@pytest.mark.parametrize(
    ("config", "tuning", "precision"),
    [
        (T5, "full", "float32"),
        (T5, "lora", "float32"),
        (T5, "lora", "bfloat16"),
        (LLAMA, "full", "float32"),
        (LLAMA, "lora", "float32"),
        (LLAMA, "lora", "bfloat16"),
        (BERT, "full", "float32"),
        (BERT, "lora", "float32"),
    ],
    ids=lambda value: getattr(value, "model_type", value),
)
def test_activations_are_those_that_torch_keeps(config, tuning, precision):
    model = built(config, getattr(torch, precision))
    net, recipe = described(model), recipe_for(config, tuning, precision)
    if tuning == "lora":
        from peft import LoraConfig, get_peft_model

        model.requires_grad_(False)
        adapters = LoraConfig(target_modules="all-linear", lora_dropout=0.05, r=recipe.lora.rank)
        recipe = recipe.model_copy(
            update={"lora": recipe.lora.model_copy(update={"targets": "all-linear"})}
        )
        model = get_peft_model(model, adapters).train()

    found = kept(model) / (BATCH * LENGTH * LAYERS)

    assert memory.activations(recipe, net) / found == pytest.approx(1, abs=0.25)
    if tuning == "lora":
        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
        assert memory.tuned_weights(recipe, net) == trained


@pytest.mark.parametrize(
    ("tuning", "precision"),
    [("none", "float32"), ("none", "bfloat16"), ("lora_8bit", "bfloat16"), ("qlora", "bfloat16")],
)
def test_weights_take_what_they_take_when_loaded(tuning, precision, tmp_path):
    built(T5).save_pretrained(tmp_path)
    recipe = asked("seq2seq", tuning=tuning, precision=precision)
    model = prompted_model(tmp_path, recipe, NETWORK)
    net = described(built(T5))
    held = 0
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            continue
        state = getattr(parameter, "quant_state", None)
        held += parameter.nbytes + (
            state.absmax.nbytes + state.state2.absmax.nbytes if state else 0
        )
        scales = getattr(parameter, "SCB", None)
        held += scales.nbytes if scales is not None else 0

    assert memory.stored_weights(recipe, net) == pytest.approx(held, rel=0.05)


SHAPE = {"width": 384, "layers": 1, "heads": 6, "ff": 512, "tokenizer": {"folder": "bases/x"}}
# Whole processes of fits on tweets and headlines, with MiniLM's vocabulary, on two processors.
MEASURED_MIB = [
    ("t5", "full", 32, 1180),
    ("t5", "lora", 16, 856),
    ("t5", "qlora", 16, 912),
    ("llama", "full", 32, 1060),
    ("llama", "lora", 16, 829),
    ("llama", "qlora", 16, 861),
]


@pytest.mark.parametrize(("architecture", "tuning", "batch", "mib"), MEASURED_MIB)
def test_a_fit_was_measured_to_take_what_is_estimated(architecture, tuning, batch, mib):
    net = drawn(ShapeSpec(architecture=architecture, **SHAPE), 30522)
    family = "seq2seq" if architecture == "t5" else "causal"
    recipe = asked(family, tuning=tuning, batch_size=batch, max_length=96)

    assert of_training(recipe, net, paged=False).total / 2**20 == pytest.approx(mib, rel=0.25)


@pytest.mark.parametrize(("tuning", "mib"), [("full", 1913), ("lora", 2214)])
def test_a_fit_of_minilm_was_measured_to_take_what_is_estimated(tuning, mib):
    config = BertConfig(
        vocab_size=30522,
        hidden_size=384,
        intermediate_size=1536,
        num_hidden_layers=6,
        num_attention_heads=12,
    )
    with torch.device("meta"):
        net = described(AutoModelForSequenceClassification.from_config(config))
    recipe = tiny_recipe(BASE, tuning=tuning, batch_size=32, max_length=96, precision="bfloat16")

    assert of_training(recipe, net, paged=False).total / 2**20 == pytest.approx(mib, rel=0.25)


def test_a_shape_that_is_drawn_has_the_layers_that_it_gets():
    shape = ShapeSpec(architecture="t5", **SHAPE)
    config = T5Config(
        vocab_size=500,
        d_model=384,
        d_kv=64,
        d_ff=512,
        num_layers=1,
        num_heads=6,
        feed_forward_proj="gated-gelu",
    )
    with torch.device("meta"):
        real = described(AutoModelForSeq2SeqLM.from_config(config))

    assert sorted(sizes for _, *sizes in drawn(shape, 500).linear()) == sorted(
        sizes for _, *sizes in real.linear()
    )


def test_longer_texts_larger_batches_and_more_tuning_take_more():
    net = described(built(T5))

    def takes(**changes):
        recipe = asked("seq2seq", **{"tuning": "lora", "batch_size": 8, **changes})
        return of_training(recipe, net, paged=False).total

    assert takes(max_length=64) < takes(max_length=128)
    assert takes(batch_size=8) < takes(batch_size=16)
    assert takes(tuning="qlora") < takes(tuning="lora")


def test_adapters_are_counted_on_the_layers_that_are_named_and_on_no_others():
    net = drawn(ShapeSpec(architecture="t5", **SHAPE), 500)

    def tuned(*targets):
        return memory.tuned_weights(
            asked("seq2seq", tuning="lora", lora={"rank": 2, "targets": targets}), net
        )

    assert tuned("o") == 3 * 2 * (384 + 384)  # of three attentions; `wo` ends alike
    assert tuned("o", "wo") == tuned("o") + tuned("wo")
    assert tuned("SelfAttention.o") == 2 * 2 * (384 + 384)


def test_scoring_keeps_nothing_for_the_way_back():
    net = described(built(T5))
    recipe = asked("seq2seq", tuning="lora", batch_size=64)

    assert of_scoring(recipe, net).total < of_training(recipe, net, paged=False).total


def test_a_config_without_layers_gives_no_estimate():
    assert network({"model_type": "bert"}, {"a.weight": (2, 2)}) is None


def test_as_many_texts_count_as_are_scored_at_once():
    assert memory._SCORED_AT_ONCE == token_batches.BATCH

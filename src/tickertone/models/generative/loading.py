"""The one loader of prompted models, for training and for scoring: the same casts in both.

Safetensors alone, no remote code. A model that is tuned whole is stored as a checkpoint like any
other, so that another can start from it. Adapters are stored without their base and never merged
into it: 4-bit weights would lose by it.
"""

import logging
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file, load_model, save_file

from tickertone.catalog.forms.prompted import PromptedForm
from tickertone.errors import ModelError
from tickertone.models.generative.network import Network
from tickertone.models.pretrained import (
    device,
    load_tokenizer,
    require_all_weights,
    settle_config,
)

WEIGHTS = "model.safetensors"
ADAPTERS = "adapter_model.safetensors"


def prompted_model(base: Path, form: PromptedForm, network: Network) -> Any:
    """The base in evaluation mode on the device, with new adapters if the form has them.

    Adapters, and a base that is but a shape, are drawn from torch's global generator. Raises
    ModelError for a base of another kind, or one that lacks weights or positions.
    """
    if form.base.made is not None:
        from tickertone.models.generative.drawn import drawn

        model = drawn(form.base.made, base)
        _require_positions(model, form)
        return model.to(device()).eval()
    return _pretrained(base, form, network)


def tuned_whole(folder: Path, form: PromptedForm, network: Network) -> Any:
    """The model that `save_tuned` wrote into `folder`, in evaluation mode on the device."""
    return _pretrained(folder, form, network)


def _pretrained(folder: Path, form: PromptedForm, network: Network) -> Any:
    quantised = _quantised(form)
    try:
        model, report = getattr(transformers, network.auto_class).from_pretrained(
            folder,
            dtype=getattr(torch, form.precision),
            quantization_config=quantised,
            device_map={"": device()} if quantised else None,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # so that they are reported, and refused below
            output_loading_info=True,
        )
    except ValueError as error:
        raise ModelError(
            f"base {form.base.name}",
            found=str(error).splitlines()[0],
            expected=f"a base that {network.auto_class} knows",
            remedy="choose another base, or another family for this one",
        ) from None
    require_all_weights(report, form.base.name)
    network.require_suitable(model, form.base.name)
    _require_positions(model, form)
    _keep_four_bits_as_they_are(model)
    model.requires_grad_(form.tuning == "full")
    if form.tuning not in {"none", "full"}:
        model = _with_adapters(model, form, network)
    if quantised is None:
        model = model.to(device())
    return model.eval()


def prompt_tokenizer(base: Path, network: Network) -> Any:
    """The base's tokenizer, ready to pad prompts."""
    tokenizer = load_tokenizer(base)
    tokenizer.padding_side = network.padding_side
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token  # masked wherever it stands
    return tokenizer


def save_tuned(model: Any, tokenizer: Any, folder: Path, form: PromptedForm) -> None:
    """Write what scoring needs: a whole checkpoint for `tuning: full`, else the adapters alone."""
    if form.tuning == "full":
        settle_config(model, form.base.name)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    else:
        save_adapters(model, folder)


def put_tuned(model: Any, folder: Path, form: PromptedForm) -> None:
    """Put what was tuned, as a checkpoint has it, into the model that it was tuned in."""
    if form.tuning == "full":
        load_model(model, folder / WEIGHTS)
    else:
        put_adapters(model, folder)


def save_adapters(model: Any, folder: Path) -> None:
    """Write the adapters' tensors, and nothing else: the form says the rest."""
    tensors = {name: t.detach().cpu().contiguous() for name, t in _adapters(model).items()}
    save_file(tensors, folder / ADAPTERS)


def put_adapters(model: Any, folder: Path) -> None:
    """Put in the tensors that `save_adapters` wrote; raises ModelError unless all are there."""
    from peft import set_peft_model_state_dict

    stored, wanted = load_file(folder / ADAPTERS), _adapters(model).keys()
    if stored.keys() != wanted:
        raise ModelError(
            str(folder / ADAPTERS),
            found=f"tensors too many or missing: {', '.join(sorted(stored.keys() ^ wanted))}",
            expected="every adapter of the recipe, and nothing else",
            remedy="fit the model again",
        )
    set_peft_model_state_dict(model, stored)


def _quantised(form: PromptedForm) -> Any:
    """LLM.int8 (Dettmers et al. 2022) or NF4 with double quantisation (2023); None for neither.

    LLM.int8 finds outlying features over all rows of a batch: without that, which a threshold of 0
    means, a text's score does not depend on the texts beside it.
    """
    if form.tuning not in {"lora_8bit", "qlora"}:
        return None
    _hush()
    if form.tuning == "lora_8bit":
        return transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=0.0)
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, form.precision),
    )


def _keep_four_bits_as_they_are(model: Any) -> None:
    """On CPUs with avx512_bf16, bitsandbytes repacks a weight the first time it is used without
    gradients, and rounds its scales to bfloat16 for good: training would go on with other weights
    after a look at dev, and a resumed one would differ."""
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def _hush() -> None:
    """Bitsandbytes warns about compiled code that it could fetch from the Hub."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


def _require_positions(model: Any, form: PromptedForm) -> None:
    """A T5 states no limit. Within a sliding window every place sees all before it, as answers
    must see the whole prompt."""
    stated = ("max_position_embeddings", "sliding_window")
    limits = [getattr(model.config, name, None) for name in stated]
    limit = min((limit for limit in limits if limit), default=None)
    if limit is not None and form.max_length > limit:
        raise ModelError(
            f"base {form.base.name}",
            found=f"{limit} positions",
            expected=f"at least max_length, {form.max_length}",
            remedy="lower max_length of the model in data/models.yaml",
        )


def _with_adapters(model: Any, form: PromptedForm, network: Network) -> Any:
    _hush()
    from peft import LoraConfig, TaskType, get_peft_model

    targets = form.lora.targets
    return get_peft_model(
        model,
        LoraConfig(
            task_type=TaskType.CAUSAL_LM if network.continued else TaskType.SEQ_2_SEQ_LM,
            r=form.lora.rank,
            lora_alpha=form.lora.alpha,
            lora_dropout=form.lora.dropout,
            target_modules=targets if isinstance(targets, str) else list(targets),
        ),
    )


def _adapters(model: Any) -> dict[str, torch.Tensor]:
    from peft import get_peft_model_state_dict

    tensors: dict[str, torch.Tensor] = get_peft_model_state_dict(model, save_embedding_layers=False)
    return tensors

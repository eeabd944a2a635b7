"""The one loader of encoders, for training and for scoring.

A model is first built (from its base for LoRA and for training; from its stored config for a fully
tuned one), then its stored tensors are put in. Float32, no remote code, safetensors only.
"""

import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
)

from tickertone.catalog.forms.encoder import EncoderForm
from tickertone.errors import ModelError
from tickertone.models.encoder.pooling import MeanPooledClassifier
from tickertone.models.pretrained import require_positions, require_weights, settle_config

WEIGHTS = "model.safetensors"
ADAPTERS = "adapter_model.safetensors"


def untrained(base: Path, form: EncoderForm, labels: tuple[str, ...]) -> Any:
    """A base with a new classification head, and adapters if the recipe says so.

    The head is always drawn anew, from torch's global generator: a base that is a classifier has
    its labels in an order of its own. Raises ModelError for a base that is no encoder, that lacks
    weights (but for a pooler, which is then drawn and tuned as the head is), or that has fewer
    positions than the form's `max_length`.
    """
    config = _config(base, labels)
    kind = AutoModel if form.pooling == "mean" else AutoModelForSequenceClassification
    try:
        model, report = kind.from_pretrained(
            base,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # of a foreign head; inside the base they are refused
            output_loading_info=True,
            key_mapping=_names(base),
        )
    except ValueError as error:
        raise ModelError(
            f"base {form.base.name}",
            found=str(error).splitlines()[0],
            expected="an encoder that AutoModelForSequenceClassification knows",
        ) from None
    drawn = require_weights(model, report, form.base.name)
    require_positions(model, form.max_length, form.base.name)
    if form.pooling == "mean":
        model, drawn = MeanPooledClassifier(config, model), []
    _draw_head(model)
    return _with_adapters(model, form, drawn) if form.tuning == "lora" else model


def trained(folder: Path, form: EncoderForm, labels: tuple[str, ...], base: Path | None) -> Any:
    """The model whose tensors `save` wrote into `folder`; `base` is needed for LoRA."""
    if form.tuning == "lora":
        if base is None:
            raise ValueError("adapters need their base")
        model = untrained(base, form, labels)
    else:
        config = _config(folder, labels)
        if form.pooling == "mean":
            model = MeanPooledClassifier(config, AutoModel.from_config(config))
        else:
            model = AutoModelForSequenceClassification.from_config(config)
    put_weights(model, folder, form)
    if form.tuning == "lora":
        model = model.merge_and_unload()  # a product a layer, where adapters would make it three
    return model.float().eval()


def put_weights(model: Any, folder: Path, form: EncoderForm) -> None:
    """Put the tensors stored in `folder` into a model built by this module, all of them.

    Raises ModelError if adapters or head are not those of the recipe, or not all there.
    """
    if form.tuning == "lora":
        from peft import set_peft_model_state_dict

        stored, wanted = load_file(folder / ADAPTERS), _adapters(model).keys()
        if stored.keys() != wanted:
            raise ModelError(
                str(folder / ADAPTERS),
                found=f"tensors too many or missing: {', '.join(sorted(stored.keys() ^ wanted))}",
                expected="every adapter of the recipe and the whole head, and nothing else",
                remedy="fit the model again",
            )
        set_peft_model_state_dict(model, stored)
    else:
        model.load_state_dict(load_file(folder / WEIGHTS))


def save(model: Any, tokenizer: Any, folder: Path, form: EncoderForm) -> None:
    """Write what scoring needs: everything for a fully tuned model, adapters and head for LoRA."""
    if form.tuning == "lora":
        save_file(_contiguous(_adapters(model)), folder / ADAPTERS)
        return  # the recipe says the rest: peft's own config lists names in the order of a set
    save_file(_contiguous(model.state_dict()), folder / WEIGHTS, metadata={"format": "pt"})
    settle_config(model, form.base.name)
    model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _config(folder: Path, labels: tuple[str, ...]) -> Any:
    return AutoConfig.from_pretrained(
        folder,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        trust_remote_code=False,
    )


def _names(base: Path) -> dict[str, str] | None:
    """Pattern -> name, where the base is a mean-pooled classifier of ours: in it the encoder's
    tensors stand one level down."""
    for file in sorted(base.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            if any(name.startswith("encoder.embeddings.") for name in tensors.keys()):  # noqa: SIM118
                return {r"^encoder\.": ""}
    return None


def _draw_head(model: Any) -> None:
    """Normal weights of the base's own initial scale, zero biases, outside the base itself."""
    spread = getattr(model.config, "initializer_range", 0.02)
    inside = {id(module) for module in model.base_model.modules()}
    for module in model.modules():
        if isinstance(module, torch.nn.Linear) and id(module) not in inside:
            torch.nn.init.normal_(module.weight, std=spread)
            if module.bias is not None:
                torch.nn.init.zeros_(module.bias)


def _with_adapters(model: Any, form: EncoderForm, drawn: list[str]) -> Any:
    """Adapters on the base; the head, and the modules `drawn` in it, are tuned and stored whole."""
    # peft tries bitsandbytes, which warns about compiled code that it could fetch from the Hub.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    from peft import LoraConfig, TaskType, get_peft_model

    targets = form.lora.targets
    return get_peft_model(
        model,
        LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=form.lora.rank,
            lora_alpha=form.lora.alpha,
            lora_dropout=form.lora.dropout,
            target_modules=targets if isinstance(targets, str) else list(targets),
            modules_to_save=[*_head(model), *drawn],  # peft itself knows two names of heads
        ),
    )


def _head(model: Any) -> list[str]:
    """The names of the top-level modules with parameters outside the base."""
    return [
        name
        for name, module in model.named_children()
        if module is not model.base_model and any(True for _ in module.parameters())
    ]


def _adapters(model: Any) -> dict[str, torch.Tensor]:
    """The tensors of adapters and head, by the names under which they are stored."""
    from peft import get_peft_model_state_dict

    tensors: dict[str, torch.Tensor] = get_peft_model_state_dict(model, save_embedding_layers=False)
    return tensors


def _contiguous(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}

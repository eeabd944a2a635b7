"""What every use of a pretrained network shares: silence, device, tokenizer, and what its weights
must hold. Imports torch."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer
from transformers.utils import logging

from tickertone.errors import ModelError
from tickertone.models.token_batches import PAD_MULTIPLE

_POOLER = "pooler"
_OTHER_WEIGHTS = "choose weights that were saved for this config.json"
_BFLOAT16_ON_CPUS = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")  # x86, then Arm


def quiet() -> None:
    """No bars, and no tables of weights that are missing on purpose."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def device() -> torch.device:
    """The first GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def computes_bfloat16() -> bool:
    """Whether the device has instructions for bfloat16; without them a CPU emulates it."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in _BFLOAT16_ON_CPUS)


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in a folder."""
    return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)


def settle_config(model: Any, base: str) -> None:
    """Make a tuned model's config the same wherever its training was killed, and on any machine.

    A Trainer sets two of these on the way, so that a training which was killed after its last
    checkpoint, and has none on its return, lacks them. The name would be a path.
    """
    model.config.architectures = [type(model).__name__]
    model.config.use_cache = False
    model.config.name_or_path = base


def require_all_weights(report: dict[str, Any], base: str, remedy: str = _OTHER_WEIGHTS) -> None:
    """Raise ModelError unless the checkpoint had every parameter: what is drawn answers at random.

    `report` is what `from_pretrained` returned with output_loading_info.
    """
    _refuse_missing({*report["missing_keys"], *_mismatched(report)}, base, remedy)


def require_weights(model: Any, report: dict[str, Any], base: str) -> list[str]:
    """Raise ModelError if the checkpoint had no fitting tensor for a parameter of the base.

    `report` is what `from_pretrained` returned with output_loading_info. A pooler may be missing,
    since many encoders are published without one: its name in `model` is returned, to be tuned.
    """
    prefix = "" if model.base_model is model else f"{model.base_model_prefix}."
    parameters = {prefix + name for name, _ in model.base_model.named_parameters()}
    mismatched = _mismatched(report)
    drawn = parameters & (set(report["missing_keys"]) | mismatched)
    pooler = {name for name in drawn if name.startswith(f"{prefix}{_POOLER}.")} - mismatched
    _refuse_missing(drawn - pooler, base, _OTHER_WEIGHTS)
    return [prefix + _POOLER] if pooler else []


def _mismatched(report: dict[str, Any]) -> set[str]:
    return {entry[0] for entry in report["mismatched_keys"]}


def _refuse_missing(names: set[str], base: str, remedy: str) -> None:
    if names:
        raise ModelError(
            f"base {base}",
            found=f"{len(names)} parameters missing or of another shape, such as {min(names)}",
            expected="a tensor for each parameter of the architecture in config.json",
            remedy=remedy,
        )


def require_positions(model: Any, max_length: int, base: str) -> None:
    """Raise ModelError if the network has fewer positions than texts of `max_length`, padded."""
    stated = getattr(model.config, "max_position_embeddings", None) or 0
    limits = [stated] if stated > 0 else []  # -1: positions are relative
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            before_first = 0 if module.padding_idx is None else module.padding_idx + 1
            limits.append(module.num_embeddings - before_first)
    needed = -(-max_length // PAD_MULTIPLE) * PAD_MULTIPLE
    if limits and needed > min(limits):
        raise ModelError(
            f"base {base}",
            found=f"{min(limits)} positions",
            expected=f"at least {needed}: max_length {max_length}, padded to a multiple of "
            f"{PAD_MULTIPLE}",
            remedy="lower max_length of the model in data/models.yaml",
        )

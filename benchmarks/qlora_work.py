"""What `benchmarks.qlora` trains on and scores: prompts as token ids, in a folder that can travel.

The folder has MiniLM's tokenizer, the recipe, and the tokens. Tokens are texts: what the licence
of a data set says of its texts holds for the folder. Reading it takes neither catalog nor data.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tickertone.catalog.recipes.prompted import Seq2SeqSpec

LABELS = ("negative", "neutral", "positive")
RECIPE = "flan_t5_base_qlora"  # of data/models.yaml; all three shapes are tuned alike
_FILE = "work.json"
Encoding = dict[str, list[int]]


class Rows:
    """Prompts with their labels, as much of a datasets.Dataset as trainers read."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __getitem__(self, key: int | str) -> Any:
        return [row[key] for row in self.rows] if isinstance(key, str) else self.rows[key]

    def remove_columns(self, name: str) -> "Rows":
        """All columns but one."""
        return Rows([{k: v for k, v in row.items() if k != name} for row in self.rows])

    def first(self, number: int) -> "Rows":
        """The first rows."""
        return Rows(self.rows[:number])

    @property
    def tokens(self) -> int:
        """Of all prompts, none of them padding."""
        return sum(self["length"])


@dataclass(frozen=True)
class Work:
    """Rows to train on, prompts to score, and the recipe of the training."""

    source: str  # the data set
    recipe: Seq2SeqSpec
    train: Rows
    test: list[Encoding]
    folder: Path  # where the tokenizer is


def prepare(project: Path, folder: Path) -> None:
    """Write the work into a folder: tweets where TICKERTONE_MIRROR is set, else the demo's texts.

    Raises TickertoneError if the catalog or a source cannot be read.
    """
    from transformers import AutoTokenizer

    from benchmarks.random_models import put_tokenizer
    from benchmarks.scoring_cases import tweets
    from tickertone.catalog.load import load_catalog
    from tickertone.models.generative.encoding import PromptEncoder
    from tickertone.workspace import Workspace

    workspace = Workspace.find(project)
    catalog = load_catalog(workspace.data)
    recipe = catalog.models[RECIPE]
    if not isinstance(recipe, Seq2SeqSpec):
        raise TypeError(f"{RECIPE} is no encoder-decoder")
    found = tweets(catalog, sys.maxsize)
    folder.mkdir(parents=True, exist_ok=True)
    put_tokenizer(catalog, workspace.root, folder)
    prompts = PromptEncoder(
        AutoTokenizer.from_pretrained(folder, trust_remote_code=False),
        recipe.prompt,
        recipe.words_for(LABELS),
        recipe.max_length,
        continued=False,
    )
    work = {
        "source": found.source,
        "recipe": recipe.model_dump(mode="json"),
        "train": [
            [prompts.encode(text)["input_ids"], LABELS.index(label)]
            for text, label in found.labelled
        ],
        "test": [prompts.encode(text)["input_ids"] for text in found.texts],
    }
    (folder / _FILE).write_text(json.dumps(work, separators=(",", ":")))


def load(folder: Path, rows: int, texts: int) -> Work:
    """So many training rows and texts of what was prepared, the first of each."""
    found = json.loads((folder / _FILE).read_text())
    train = [
        {**_encoding(ids), "labels": label, "length": len(ids)}
        for ids, label in found["train"][:rows]
    ]
    return Work(
        source=found["source"],
        recipe=Seq2SeqSpec.model_validate(found["recipe"]),
        train=Rows(train),
        test=[_encoding(ids) for ids in found["test"][:texts]],
        folder=folder,
    )


def _encoding(ids: list[int]) -> Encoding:
    return {"input_ids": ids, "attention_mask": [1] * len(ids)}

"""Work for the stages finetune and extract, on the sentences of tests.models.tiny."""

import dataclasses
from pathlib import Path
from typing import Any

from tests.models.tiny import LABELS, examples, snapshot
from tickertone.catalog.models import form_of
from tickertone.models.families import family_of
from tickertone.stages.work import Work


def work(folder: Path, recipe: Any, inputs: dict[str, tuple[Path, ...]], **settings: Any) -> Work:
    """A Work as the store makes one; `folder` stands for the workspace."""
    out, scratch = folder / "out", folder / "scratch"
    out.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    return Work(
        subject="sentences_model",
        settings={
            "recipe": recipe.model_dump(mode="json"),
            "form": form_of(recipe).model_dump(mode="json"),
            "program": dataclasses.asdict(family_of(recipe)),
            "task": {"name": "tone", "labels": list(LABELS), "pairs": False},
            "base": None,
            **settings,
        },
        inputs=inputs,
        notes={
            "recipe": recipe.model_dump(mode="json"),
            "form": form_of(recipe).model_dump(mode="json"),
        },
        contents=dict.fromkeys(inputs, "content"),
        out=out,
        scratch=scratch,
        shards=folder / "shards",
        reports=folder / "reports",
        project=folder,
        say=lambda line: None,
    )


def training_inputs(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Train and dev of the data set `sentences`."""
    rows = examples()
    train = snapshot(folder / "train.parquet", [row for i, row in enumerate(rows) if i % 3])
    dev = snapshot(folder / "dev.parquet", rows[::3])
    return {"train:sentences": (train,), "dev:sentences": (dev,)}

"""Requests to a training process, on the sentences of tests.models.tiny."""

from pathlib import Path
from typing import Any

from tests.models.tiny import LABELS, job
from tickertone.catalog.forms.linear import TfidfSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.models.families import family_of
from tickertone.training.request import FitRequest

TFIDF = LinearSpec(
    family="linear", trained_on=("sentences",), features=TfidfSpec(kind="tfidf", min_df=1)
)


def request(folder: Path, recipe: Any = TFIDF, **changes: Any) -> FitRequest:
    """A request whose snapshots exist."""
    family, fitting = family_of(recipe), job(folder, recipe)
    fields: dict[str, Any] = {
        "subject": "sentences_model",
        "fit": family.fit,
        "embeddings": family.embeddings,
        "uses_torch": family.uses_torch,
        "recipe": recipe.model_dump(mode="json"),
        "labels": LABELS,
        "train": fitting.train,
        "dev": fitting.dev,
        "out": fitting.out,
        "scratch": fitting.scratch,
        "project": folder,
        "shards": folder / "shards",
        **changes,
    }
    return FitRequest(**fields)

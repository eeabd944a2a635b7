"""The form of classifiers that are taken as published: whose labels mean which of ours."""

from typing import Literal

from pydantic import Field

from tickertone.catalog.bases import BaseSpec
from tickertone.frozen import Frozen


class ClassifierForm(Frozen):
    """An AutoModelForSequenceClassification with its own head."""

    family: Literal["classifier"]
    base: BaseSpec
    head: dict[str, str] = Field(
        min_length=2, description="label of the checkpoint's config.json -> label of the task"
    )
    max_length: int = Field(128, ge=8, description="in tokens; longer texts are cut")

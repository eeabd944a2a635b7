"""Recipes of classifiers that are taken as published: nothing is trained."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.forms.classifier import ClassifierForm
from tickertone.catalog.identifiers import Name
from tickertone.catalog.recipes.recipe import Recipe


class ClassifierSpec(ClassifierForm, Recipe):
    """Which task such a classifier is for."""

    trained_on: tuple[Name, ...] = Field((), max_length=0)
    task: Name
    tuning: Literal["none"] = "none"

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len({*self.head.values()}) != len(self.head):
            raise ValueError("head: two labels of the checkpoint stand for one of the task")
        return self

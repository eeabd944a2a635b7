"""Recipes of endpoints: nothing is trained, examples may stand in the prompt."""

from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.catalog.identifiers import Name
from tickertone.catalog.recipes.recipe import Recipe


class EndpointSpec(EndpointForm, Recipe):
    """How an endpoint's prompt comes about."""

    trained_on: tuple[Name, ...] = ()  # the source of the examples in the prompt
    task: Name | None = Field(None, description="of a model without examples: what it is asked")
    shots: int = Field(0, ge=0, description="examples in the prompt: balanced, drawn by the seed")

    @model_validator(mode="after")
    def _examples_come_from_somewhere(self) -> Self:
        if bool(self.shots) != bool(self.trained_on):
            raise ValueError("trained_on: give it exactly where shots is above 0")
        if bool(self.trained_on) == (self.task is not None):
            raise ValueError("task: give it exactly where trained_on is empty")
        return self

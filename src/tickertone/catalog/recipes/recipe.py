"""What every recipe says."""

from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Name
from tickertone.frozen import Frozen


class Recipe(Frozen):
    """What every model says: the data sets it is trained on, and its seed."""

    trained_on: tuple[Name, ...] = Field(min_length=1)
    seed: int = 0

    @model_validator(mode="after")
    def _data_sets_differ(self) -> Self:
        if len(set(self.trained_on)) != len(self.trained_on):
            raise ValueError(f"trained_on names a data set twice: {', '.join(self.trained_on)}")
        return self

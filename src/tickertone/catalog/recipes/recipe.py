"""What every recipe says, and which rows one that is trained here learns from."""

from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Name
from tickertone.frozen import Frozen


class FewSpec(Frozen):
    """So many rows of each label, drawn from the part `labels` of the data sets, and no other."""

    per_class: int = Field(ge=1)
    draw: int = Field(0, ge=0, description="which draw; those of one number are nested")


class Recipe(Frozen):
    """What every model says: the data sets it is trained on, and its seed."""

    trained_on: tuple[Name, ...] = Field(min_length=1)
    seed: int = 0

    @model_validator(mode="after")
    def _data_sets_differ(self) -> Self:
        if len(set(self.trained_on)) != len(self.trained_on):
            raise ValueError(f"trained_on names a data set twice: {', '.join(self.trained_on)}")
        return self


class LearnsFromRows(Frozen):
    """Which rows of its data sets a recipe learns from: train, some of it, or a few labels."""

    rows: int | None = Field(
        None, ge=1, description="train on so many rows at most, drawn by the seed, in their shares"
    )
    few: FewSpec | None = None

    @model_validator(mode="after")
    def _rows_or_few(self) -> Self:
        if self.rows is not None and self.few is not None:
            raise ValueError("rows: it is of train, and few is of labels; give one of the two")
        return self

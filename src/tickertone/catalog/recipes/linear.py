"""Recipes of linear models."""

from pydantic import Field

from tickertone.catalog.forms.linear import LinearForm
from tickertone.catalog.recipes.recipe import LearnsFromRows, Recipe


class LinearSpec(LinearForm, LearnsFromRows, Recipe):
    """Logistic regression on TF-IDF or on frozen embeddings: the baseline to beat."""

    c: float = Field(1.0, gt=0, description="inverse of the L2 penalty")
    balanced: bool = Field(False, description="weight classes by the inverse of their share")

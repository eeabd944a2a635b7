"""That several seeds in one stanza make several models."""

from collections.abc import Mapping

from tickertone.catalog.models import ModelSpec
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.catalog.recipes.prompted import PromptedRecipe
from tickertone.catalog.seeds import Groups
from tickertone.errors import ConfigError


def check_seeds(shown: str, models: Mapping[str, ModelSpec], written_out: Groups) -> None:
    """Raise ConfigError, naming file and stanza, where the seed changes nothing."""
    for name, groups in written_out.items():
        members = [member for of_group in groups.values() for member in of_group]
        why = _why_alike(models[members[0]])
        if why and len(members) > 1:
            raise ConfigError(
                f"{shown}, models.{name}.seeds",
                found=f"{len(members)} seeds of equal models: {why}",
                expected="seeds of a stanza whose training, or whose examples, they draw",
                remedy="give no seeds: such a model need be there only once",
            )


def _why_alike(model: ModelSpec) -> str | None:
    if isinstance(model, LinearSpec):
        if model.few is not None or model.rows is not None:
            return None
        return "a logistic regression has one solution"
    if isinstance(model, ClassifierSpec):
        return "a published classifier is taken as it is"
    if isinstance(model, EncoderSpec):
        return None
    if isinstance(model, PromptedRecipe):
        if model.tuning != "none":
            return None
        if model.draw == "nearest":
            return "draw: nearest takes the examples that are most like a text"
    return None if model.shots else "without training and shots nothing is drawn"

"""Recipes of tiny prompted models."""

from typing import Any

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.catalog.recipes.prompted import CausalSpec, Seq2SeqSpec

TEMPLATE = PromptTemplate(
    instruction="Is the sentiment {choices}?", example="Text: {text}", cue="Sentiment:"
)


def prompted(family: str, base: BaseSpec, **changes: Any) -> Seq2SeqSpec | CausalSpec:
    """Zero-shot, unless changed."""
    fields: dict[str, Any] = {
        "family": family,
        "base": base,
        "tuning": "none",
        "prompt": TEMPLATE,
        "max_length": 200,
        **changes,
    }
    if "trained_on" not in fields:
        fields.setdefault("task", "tone")
    return (Seq2SeqSpec if family == "seq2seq" else CausalSpec)(**fields)

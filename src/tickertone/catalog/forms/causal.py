"""The form of decoders such as Llama, Mistral and Qwen: the answer continues the prompt."""

from typing import Literal

from tickertone.catalog.forms.prompted import PromptedForm


class CausalForm(PromptedForm):
    """A base that AutoModelForCausalLM knows."""

    family: Literal["causal"]

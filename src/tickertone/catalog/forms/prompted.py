"""The form of language models that answer a prompt: what is common to seq2seq and causal."""

from typing import Literal

from pydantic import Field

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.linear import EmbeddingSpec
from tickertone.catalog.forms.lora import LoraSpec
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.frozen import Frozen


class LabelScoring(Frozen):
    """How the log-likelihoods of the label words become scores."""

    per_token: bool = Field(False, description="mean over a word's tokens instead of their sum")
    end_token: bool = Field(False, description="the end of the sequence counts as a last token")
    calibration: Literal["none", "contextual"] = Field(
        "none",
        description="contextual: less the log-probabilities of the same words after texts that say "
        "nothing (Zhao et al. 2021)",
    )


class PromptedForm(Frozen):
    """A base that is asked, and the words that it may answer with."""

    base: BaseSpec
    tuning: Literal["none", "full", "lora", "lora_8bit", "qlora"] = Field(
        description="none: as published; full: every weight; lora: adapters on the base in its "
        "precision; lora_8bit: on the base in 8 bits (LLM.int8); qlora: in 4 bits (NF4, double "
        "quantisation)"
    )
    lora: LoraSpec = LoraSpec()
    prompt: PromptTemplate = Field(description="in data/models.yaml the name of a file in prompts/")
    words: dict[str, str] = Field(
        default_factory=dict, description="label -> the word that stands for it, if another"
    )
    scoring: LabelScoring = LabelScoring()
    max_length: int = Field(512, ge=16, description="of a prompt in tokens, examples included")
    features: EmbeddingSpec | None = Field(
        None, description="of draw: nearest: the embeddings by which examples are like a text"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the base's weights, and of what is computed with them"
    )

    def words_for(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """The word of each label."""
        return tuple(self.words.get(label, label) for label in labels)

"""Models that write a rationale and are then asked for the label: chain of thought, CARP.

A rationale is one greedy continuation of a prompt (for CARP clues and reasoning in one), decoded
beside others of the same padded length: no company changes a token, but where two are likely alike
up to float32 rounding. What it says is never read for a label: it is put back into the prompt, and
the label's words are scored after it, as they are without one.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.models.generative.encoding import Encoding
from tickertone.models.generative.network import Network
from tickertone.models.generative.prompts import Shot
from tickertone.models.generative.rationale_prompts import RationalePrompts
from tickertone.models.generative.scorer import PromptedScorer
from tickertone.models.protocol import Matrix, Text
from tickertone.models.token_batches import PAD_MULTIPLE

_AT_ONCE = 16  # prompts; their keys and values, and those of what is written, are kept


class ReasoningScorer(PromptedScorer):
    """A PromptedScorer whose prompt asks for a rationale."""

    encoder = RationalePrompts
    prompts: RationalePrompts

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text, after a rationale that is written for it now."""
        return self.logits_after(texts, self.rationales(texts))

    def rationales(self, texts: Sequence[Text]) -> list[str]:
        """What the model writes about each text before it answers."""
        found = self.shots_for(texts)
        if self.nearest:
            self._awaited.update(zip(texts, found, strict=True))
        asked = [
            self.prompts.before_rationale(text, shots)
            for text, shots in zip(texts, found, strict=True)
        ]
        written = greedy(
            self.model, self.tokenizer, self.network, asked, self.prompts.spec.max_tokens
        )
        return [trimmed(rationale, self.form.prompt) for rationale in written]

    def logits_after(self, texts: Sequence[Text], rationales: Sequence[str]) -> Matrix:
        """One row per text: log-likelihoods in nats of the labels' words after its rationale."""
        if not texts:
            return np.zeros((0, len(self.trie.words)), dtype=np.float32)
        return self.scores(
            [
                self.prompts.after_rationale(text, shots, rationale)
                for text, shots, rationale in zip(
                    texts, self._shots_again(texts), rationales, strict=True
                )
            ]
        )

    def _shots_again(self, texts: Sequence[Text]) -> list[Sequence[Shot]]:
        """The examples that stood before the rationale; looked up where it was written earlier."""
        distinct = dict.fromkeys(texts)
        known = {text: self._awaited.pop(text) for text in distinct if text in self._awaited}
        new = [text for text in distinct if text not in known]
        known.update(zip(new, self.shots_for(new), strict=True))
        return [known[text] for text in texts]

    @cached_property
    def _awaited(self) -> dict[Text, Sequence[Shot]]:
        """The nearest examples of texts that have a rationale and no scores yet."""
        return {}


def greedy(
    model: Any, tokenizer: Any, network: Network, prompts: Sequence[Encoding], max_tokens: int
) -> list[str]:
    """What follows each prompt if the likeliest token is taken each time, special ones left out.

    Of the checkpoint's own settings for generation (sampling, penalties) only the ends count.
    """
    place, last = next(model.parameters()).device, ends(model, tokenizer)
    settings = GenerationConfig(
        do_sample=False,
        num_beams=1,
        max_new_tokens=max_tokens,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=last or None,
        decoder_start_token_id=getattr(model.config, "decoder_start_token_id", None),
    )
    before, model.generation_config = model.generation_config, settings
    written = [""] * len(prompts)
    try:
        for chosen in _alike(prompts):
            batch = tokenizer.pad(
                [prompts[i] for i in chosen], pad_to_multiple_of=PAD_MULTIPLE, return_tensors="pt"
            ).to(place)
            with torch.inference_mode():
                tokens = model.generate(**batch, generation_config=settings)
            new = tokens[:, batch["input_ids"].shape[1] if network.continued else 1 :].tolist()
            for i, row in zip(chosen, new, strict=True):
                written[i] = tokenizer.decode(_up_to_end(row, last), skip_special_tokens=True)
    finally:
        model.generation_config = before
    return written


def ends(model: Any, tokenizer: Any) -> list[int]:
    """The tokens after which nothing follows: the checkpoint's, else the tokenizer's."""
    stated = model.generation_config.eos_token_id
    if stated is None:
        stated = tokenizer.eos_token_id
    if stated is None:
        return []
    return [stated] if isinstance(stated, int) else list(stated)


def trimmed(written: str, template: PromptTemplate) -> str:
    """A rationale without what a model may go on with: its answer, or a text that it makes up."""
    opening = template.example.partition("{")[0]
    for beginning in (template.cue, *([template.separator + opening] if opening else [])):
        written = written.partition(beginning)[0]
    return written.strip()


def _up_to_end(tokens: list[int], last: Sequence[int]) -> list[int]:
    return list(takewhile(lambda token: token not in last, tokens))


def _alike(prompts: Sequence[Encoding]) -> Iterator[list[int]]:
    """Batches of prompts of one padded length each."""
    padded = np.array([-(-len(e["input_ids"]) // PAD_MULTIPLE) for e in prompts])
    for length in np.unique(padded):
        alike = np.flatnonzero(padded == length).tolist()
        for start in range(0, len(alike), _AT_ONCE):
            yield alike[start : start + _AT_ONCE]

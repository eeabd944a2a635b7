"""From the files of a fitted model to the scorer that its prompt asks for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tickertone.catalog.forms.prompted import PromptedForm
from tickertone.models.bases import checked_base
from tickertone.models.generative.drawn_shots import read_shots
from tickertone.models.generative.loading import (
    prompt_tokenizer,
    prompted_model,
    put_adapters,
    tuned_whole,
)
from tickertone.models.generative.neighbours import Pool
from tickertone.models.generative.network import Network
from tickertone.models.generative.prompts import Shot
from tickertone.models.generative.reasoning import ReasoningScorer
from tickertone.models.generative.scorer import (
    NearestShots,
    PromptedScorer,
    require_answer_alone,
)
from tickertone.models.pretrained import quiet
from tickertone.models.protocol import Embed, Text


def load_prompted(
    folder: Path,
    form: PromptedForm,
    network: Network,
    labels: tuple[str, ...],
    project: Path,
    embed: Embed | None,
) -> PromptedScorer:
    """The scorer of a model whose files are in `folder`: shots, a pool, adapters, a checkpoint.

    But for a checkpoint the base is found and checked again; raises ModelError if it is not what it
    was.
    """
    quiet()
    if form.tuning != "none":
        require_answer_alone(form)
    if form.tuning == "full":
        model, tokenizer = tuned_whole(folder, form, network), prompt_tokenizer(folder, network)
        return PromptedScorer(model, tokenizer, form, network, labels)
    with checked_base(form.base, project) as base:
        model = prompted_model(base, form, network)
        tokenizer = prompt_tokenizer(base, network)
    if form.tuning != "none":
        put_adapters(model, folder)
        return PromptedScorer(model, tokenizer, form, network, labels)
    kind = PromptedScorer if form.prompt.rationale is None else ReasoningScorer
    words = dict(zip(labels, form.words_for(labels), strict=True))
    if form.features is not None:
        nearest = _nearest_shots(Pool.load(folder), words, embed)
        return kind(model, tokenizer, form, network, labels, nearest=nearest)
    return kind(model, tokenizer, form, network, labels, read_shots(folder, words))


def _nearest_shots(pool: Pool, words: Mapping[str, str], embed: Embed | None) -> NearestShots:
    if embed is None:
        raise ValueError("a model that draws the nearest examples needs an embed callable")

    def nearest(texts: Sequence[Text]) -> list[list[Shot]]:
        chosen = pool.nearest_to(texts, embed)
        return [[Shot(text, words[label]) for text, label in some] for some in chosen]

    return nearest

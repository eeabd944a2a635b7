"""A model behind a server as stages see models: texts in, one row of scores each out."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.label_scores import Matrix, Say, Scored, score
from tickertone.endpoint.question import Message, Prompt
from tickertone.models.protocol import Text
from tickertone.store.answers import answers_folder
from tickertone.workspace import Workspace

Render = Callable[[Text], str]  # the whole prompt for a text, ending in what the answer follows


class EndpointScorer:
    """A Scorer whose model is elsewhere; its logits are log-probabilities."""

    def __init__(
        self,
        form: EndpointForm,
        labels: tuple[str, ...],
        render: Render,
        *,
        project: Path,
        say: Say | None = None,
    ) -> None:
        self.form = form
        self.words = form.words_for(labels)
        self.render = render
        self.cost = 0.0  # of all that was asked by this scorer, in the currency of its prices
        self._workspace = Workspace(project)
        self._say = say or _silent
        self._counts: Counter[str] = Counter()

    def tell(self, say: Say) -> None:
        """Say from now on there what requests will cost, and what they did."""
        self._say = say

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text, columns in the order of the task's labels.

        Raises what endpoint.label_scores.score raises.
        """
        prompts, words = self.asked(texts)
        scored = score(
            prompts,
            words,
            self.form,
            answers=answers_folder(self._workspace),
            locks=self._workspace.locks,
            say=self._say,
        )
        self._note(scored)
        return scored.matrix

    def asked(self, texts: Sequence[Text]) -> tuple[list[Prompt], list[str]]:
        """A prompt for each text, and the labels' words as they follow it."""
        prompts = [self.render(text) for text in texts]
        if self.form.api == "completions":
            # A word that continues a text begins with the space that the prompt does not end in.
            return [*prompts], [f" {word}" for word in self.words]
        return [(Message("user", prompt),) for prompt in prompts], [*self.words]

    def counted(self) -> dict[str, int]:
        """Requests, void answers and bounded values since this was asked last."""
        counts, self._counts = self._counts, Counter()
        return dict(counts)

    def _note(self, scored: Scored) -> None:
        self.cost += scored.cost
        self._counts.update(
            requests_sent=scored.requests,
            answers_without_a_label=scored.void,
            labels_that_were_not_listed=scored.bounded,
        )
        self._counts.update(
            {f"texts_by_{way.replace(' ', '_')}": n for way, n in scored.ways.items()}
        )
        if scored.cost:
            self._say(f"{self.form.model}: {scored.cost:.4g} spent now, {scored.spent:.4g} in all")


def _silent(_line: str) -> None:
    """Where nobody listens."""

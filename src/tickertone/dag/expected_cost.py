"""What a plan says of models behind a server: how many requests are to be sent, and their cost.

By the same count as before a run's first request, and against a copy of the kept answers: nothing
is sent, written or locked.
"""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.catalog.models import form_of
from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.dag.expected import is_unknown
from tickertone.dag.planner import Node
from tickertone.dag.row_changes import read_columns
from tickertone.dag.scope import Scope
from tickertone.errors import TickertoneError
from tickertone.frozen import Frozen
from tickertone.store.answers import answer_files
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Output

if TYPE_CHECKING:
    from tickertone.endpoint.question import Prompt
    from tickertone.endpoint.scorer import EndpointScorer
    from tickertone.models.protocol import Text

_COLUMNS = ("text_id", "text", "text_b")


class Cost(Frozen):
    """Requests that no kept answer saves, and money in the currency of the stanza's prices."""

    requests: int
    likely: float
    at_most: float
    spent: float  # on the server's model so far, by all stanzas that name it
    before: float = 0.0  # that steps before this one are likely to spend on it
    cap: float | None  # None for a server without prices

    @property
    def too_much(self) -> bool:
        """Whether a run would refuse to send anything."""
        return self.cap is not None and self.spent + self.before + self.likely > self.cap

    def __str__(self) -> str:
        """Such as "10 requests, about 0.002, at most 0.01; 0 of 2 is spent"."""
        words = f"{self.requests:,} request{'' if self.requests == 1 else 's'}"
        if self.cap is None or not self.requests:
            return words
        words += f", about {self.likely:.4g}, at most {self.at_most:.4g}"
        words += f"; {self.spent:.4g} of {self.cap:g} is spent"
        words += f", and about {self.before:.4g} by steps before" if self.before else ""
        return f"{words}, which leaves too little" if self.too_much else words


def beyond_the_cap(steps: Iterable[tuple[str, Cost | None]]) -> list[str]:
    """A warning for each step that a run would refuse for its cost."""
    return [
        f"{step}: {cost}; raise spend_at_most in data/models.yaml, or score fewer texts"
        for step, cost in steps
        if cost is not None and cost.too_much
    ]


class ExpectedCost:
    """Of the extractions of one plan, in order: what two of them ask for counts once."""

    def __init__(self, scope: Scope, artifacts: Artifacts) -> None:
        self.scope = scope
        self.artifacts = artifacts
        self._asked: defaultdict[tuple[str, ...], set[Prompt]] = defaultdict(set)
        self._likely: defaultdict[tuple[str, str], float] = defaultdict(float)

    def of(self, subject: str, results: Mapping[Node, Manifest]) -> Cost | None:
        """Of a model on a data set, by what is known of the steps before.

        None for a model that runs here, where texts or examples are not known yet, and for what a
        run will refuse.
        """
        model, dataset = subject.split("/")
        recipe = self.scope.model(model)
        if not isinstance(recipe, EndpointSpec):
            return None
        texts = self._texts(model, dataset, results)
        scorer = self._scorer(recipe, model, dataset, results) if texts is not None else None
        if scorer is None or texts is None:
            return None
        try:
            return self._cost(scorer, texts)
        except TickertoneError:  # whoever runs it will say so
            return None

    def _texts(
        self, model: str, dataset: str, results: Mapping[Node, Manifest]
    ) -> "list[Text] | None":
        """Each text of the splits once."""
        found: dict[str, Text] = {}
        for split in self.scope.scored(model)[dataset]:
            output = _known(results, Node("validate", dataset), f"{split}.texts")
            rows = read_columns(self.artifacts.paths(output), _COLUMNS) if output else None
            if rows is None:
                return None
            columns = (rows[name].to_pylist() for name in _COLUMNS)
            found |= {i: a if b is None else (a, b) for i, a, b in zip(*columns, strict=True)}
        return [*found.values()]

    def _scorer(
        self, recipe: EndpointSpec, model: str, dataset: str, results: Mapping[Node, Manifest]
    ) -> "EndpointScorer | None":
        """As extraction will load it; None while its examples are not drawn."""
        from tickertone.endpoint.scorer import EndpointScorer
        from tickertone.endpoint.scoring import load
        from tickertone.models.generative.prompts import render

        task: Any = self.scope.task(dataset)
        form, labels = form_of(recipe), tuple(task["labels"])
        project = self.artifacts.workspace.root
        if not recipe.shots:
            ask = partial(render, recipe.prompt, recipe.words_for(labels))
            return EndpointScorer(EndpointForm.model_validate(form), labels, ask, project=project)
        drawn = _known(results, Node("finetune", model), "model")
        if drawn is None or not self.artifacts.whole(drawn):
            return None
        return load(self.artifacts.paths(drawn)[0].parent, form, labels, project=project)

    def _cost(self, scorer: "EndpointScorer", texts: "list[Text]") -> Cost:
        from tickertone.endpoint.label_scores import estimated
        from tickertone.endpoint.ledger import Ledger

        form = scorer.form
        prompts, words = scorer.asked(texts)
        asked = self._asked[form.for_identity().model_dump_json(), *words]
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in asked]
        with tempfile.TemporaryDirectory(prefix="tickertone-answers-") as scratch:
            copy = Path(scratch)
            for file in answer_files(self.artifacts.workspace):
                shutil.copyfile(file, copy / file.name)
            found = estimated(new, words, form, answers=copy, locks=copy)
            with Ledger.of(form, copy, copy) as ledger:
                spent = ledger.spent
        one = form.url.rstrip("/"), form.model
        cost = Cost(
            requests=found.requests,
            likely=found.likely,
            at_most=found.at_most,
            spent=spent,
            before=self._likely[one],
            cap=form.service.spend_at_most,
        )
        if not cost.too_much:  # else nothing is sent
            asked.update(new)
            self._likely[one] += cost.likely
        return cost


def _known(results: Mapping[Node, Manifest], node: Node, name: str) -> Output | None:
    manifest = results.get(node)
    output = manifest.outputs.get(name) if manifest is not None else None
    return None if output is None or is_unknown(output) else output

"""python -m tests.endpoint.one_scoring URL FOLDER: score the sentences, to be killed midway."""

import sys
from pathlib import Path

from tests.models.tiny import LABELS, texts
from tickertone.catalog.forms.endpoint import EndpointForm, ServiceSpec
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.endpoint.label_scores import score
from tickertone.endpoint.question import Message


def main(url: str, folder: Path) -> None:
    scored = score(
        [(Message("user", str(text)),) for text in texts()],
        LABELS,
        EndpointForm(
            family="endpoint",
            url=url,
            model="tiny",
            prompt=PromptTemplate(instruction="", example="{text}", cue="Sentiment:"),
            scores="votes",
            votes=3,
            service=ServiceSpec(concurrency=2, price_in=1, price_out=1, spend_at_most=1),
        ),
        answers=folder / "answers",
        locks=folder / "locks",
        say=lambda line: None,
    )
    sys.stdout.write(f"{scored.requests} {scored.spent:.9f}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

"""A server with a model that learnt something, and forms that ask it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.endpoint.server import Server
from tests.endpoint.tiny_causal import TinyCausal, make
from tickertone.catalog.forms.endpoint import EndpointForm, ServiceSpec
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.endpoint import waiting
from tickertone.endpoint.label_scores import Scored, score

PLAIN = PromptTemplate(instruction="", example="{text}", cue="Sentiment:")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyCausal:
    import torch

    torch.set_num_threads(1)
    return make(tmp_path_factory.mktemp("tiny causal"))


@pytest.fixture
def server(tiny: TinyCausal) -> Iterator[Server]:
    import torch

    torch.set_num_threads(1)
    with Server(tiny).running() as running:
        yield running


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_FIRST", 0.01)


class Asker:
    """Scores prompts at a server, with a ledger in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []

    @property
    def answers(self) -> Path:
        return self.folder / "answers"

    def score(self, prompts: Any, labels: Any, form: EndpointForm) -> Scored:
        return score(
            prompts,
            labels,
            form,
            answers=self.answers,
            locks=self.folder / "locks",
            say=self.said.append,
        )


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


def form(url: str, service: dict[str, Any] | None = None, **changes: Any) -> EndpointForm:
    """A form of the tiny model; `service` changes how the server is treated."""
    return EndpointForm(
        family="endpoint",
        url=url,
        model="tiny",
        prompt=PLAIN,
        service=ServiceSpec(**(service or {})),
        **changes,
    )

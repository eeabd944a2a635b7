"""What a server is asked: the body of one request, and its identity in the ledger."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.frozen import JSON
from tickertone.identity.canonical import digest

Path = Literal["chat/completions", "completions"]


class Message(NamedTuple):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt = str | tuple[Message, ...]  # continued as plain text, or answered as a chat


@dataclass(frozen=True)
class Question:
    """One request. Those that differ in `draw` alone are asked, and paid for, each on its own."""

    path: Path
    body: dict[str, JSON]
    draw: int = 0

    @cached_property
    def identity(self) -> str:
        """sha256 of all that decides the answer, except the server."""
        return digest([self.path, self.body, self.draw])


def question(form: EndpointForm, prompt: Prompt, draw: int = 0, **fields: JSON) -> Question:
    """A request for one prompt, with the fields that every request to this server carries."""
    body: dict[str, JSON] = {"model": form.model, **form.extra, **fields}
    if isinstance(prompt, str):
        return Question("completions", {**body, "prompt": prompt}, draw)
    messages: list[JSON] = [{"role": m.role, "content": m.content} for m in prompt]
    return Question("chat/completions", {**body, "messages": messages}, draw)

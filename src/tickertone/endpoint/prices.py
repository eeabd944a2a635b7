"""What requests cost: at most before they are sent, and in truth from the server's own count.

The server's tokenizer is not known. A token of a byte-level tokenizer holds at least one byte, so
the bytes of a prompt are an upper bound; four bytes a token is what English text comes to.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from tickertone.catalog.forms.endpoint import ServiceSpec
from tickertone.endpoint.question import Question

_BYTES_A_TOKEN = 4
_AROUND_A_MESSAGE = 16  # tokens of a chat template: role and marks, at most
_MILLION = 1e6


@dataclass(frozen=True)
class Tokens:
    """Tokens of a prompt and of its answers."""

    prompt: int
    answer: int

    @property
    def total(self) -> int:
        """Both, as rate limits count them."""
        return self.prompt + self.answer


@dataclass(frozen=True)
class Estimate:
    """Cost of requests that are not sent yet, in the currency of the prices."""

    requests: int = 0
    likely: float = 0.0
    at_most: float = 0.0


def tokens_likely(question: Question) -> Tokens:
    """At four bytes a token, with answers of full length."""
    texts, around = _texts(question)
    return Tokens(sum(math.ceil(n / _BYTES_A_TOKEN) for n in texts) + around, _answer(question))


def tokens_at_most(question: Question) -> Tokens:
    """At one byte a token."""
    texts, around = _texts(question)
    return Tokens(sum(texts) + around, _answer(question))


def tokens_counted(answer: dict[str, Any]) -> Tokens | None:
    """As the server counted them in its answer; None if it did not."""
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, answered = usage.get("prompt_tokens"), usage.get("completion_tokens", 0)
    if not isinstance(prompt, int) or not isinstance(answered, int):
        return None
    return Tokens(prompt, answered) if prompt >= 0 and answered >= 0 else None


def cost(service: ServiceSpec, tokens: Tokens) -> float:
    """In the currency of the prices; 0 where the service has none."""
    paid = tokens.prompt * (service.price_in or 0) + tokens.answer * (service.price_out or 0)
    return paid / _MILLION


def estimate(service: ServiceSpec, questions: list[Question]) -> Estimate:
    """What these requests will cost, if each is answered at the first attempt."""
    return Estimate(
        requests=len(questions),
        likely=sum(cost(service, tokens_likely(q)) for q in questions),
        at_most=sum(cost(service, tokens_at_most(q)) for q in questions),
    )


def _texts(question: Question) -> tuple[list[int], int]:
    """Bytes of each text of a request, and the tokens around them."""
    body: Any = question.body
    if "messages" in body:
        contents = [m["content"] for m in body["messages"]]
        return [_bytes(c) for c in contents], _AROUND_A_MESSAGE * (len(contents) + 1)
    prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
    return [_bytes(p) for p in prompts], len(prompts)  # one token each where a sequence begins


def _bytes(content: Any) -> int:
    return len((content if isinstance(content, str) else json.dumps(content)).encode())


def _answer(question: Question) -> int:
    body: Any = question.body
    prompts = len(body["prompt"]) if isinstance(body.get("prompt"), list) else 1
    return int(body.get("max_tokens", 0)) * int(body.get("n", 1)) * prompts

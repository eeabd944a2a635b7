"""The form of endpoints: which server, which of its models, and how labels are scored there."""

import ipaddress
import re
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, model_validator

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.frozen import JSON, Frozen

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_OURS = frozenset(
    {"messages", "prompt", "model", "n", "max_tokens", "logprobs", "top_logprobs", "echo", "stream"}
)


def is_loopback(url: str) -> bool:
    """Whether an address names this machine: what is sent there does not leave it."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):  # the value is not repeated: it may be the key itself
        raise ValueError(
            "this is not the name of an environment variable (capitals, digits, underscores); "
            "the key itself does not belong into this file"
        )
    return name


class ServiceSpec(Frozen):
    """How the server is to be treated. No part of a model's identity: it changes no answer."""

    key: Annotated[str, AfterValidator(_variable)] | None = Field(
        None, description="environment variable that holds the key, never the key; null: no key"
    )
    concurrency: int = Field(4, ge=1, le=256, description="requests under way at once")
    requests_per_minute: float | None = Field(None, gt=0)
    tokens_per_minute: float | None = Field(None, gt=0, description="of prompts and answers")
    timeout_seconds: float = Field(60, gt=0, description="for one request")
    attempts: int = Field(6, ge=1, description="for one request, before the run gives up")
    wait_at_most_seconds: float = Field(
        600, gt=0, description="a server that asks for a longer wait ends the step"
    )
    price_in: float | None = Field(None, ge=0, description="for a million tokens of prompts")
    price_out: float | None = Field(None, ge=0, description="for a million tokens of answers")
    spend_at_most: float | None = Field(
        None, ge=0, description="for this model in all runs together, in the currency of prices"
    )


class EndpointForm(Frozen):
    """One model of an OpenAI-compatible server."""

    family: Literal["endpoint"]
    url: str = Field(description="what paths are put behind, such as https://api.openai.com/v1")
    model: str = Field(description="the server's name for it")
    api: Literal["chat", "completions"] = Field(
        "chat", description="chat: the prompt is a user's message; completions: text to go on with"
    )
    prompt: PromptTemplate = Field(description="in data/models.yaml the name of a file in prompts/")
    words: dict[str, str] = Field(
        default_factory=dict, description="label -> the word that stands for it, if another"
    )
    scores: Literal["auto", "logprobs", "votes"] = Field(
        "auto",
        description="logprobs: log-probabilities of the labels; votes: shares of sampled answers; "
        "auto: log-probabilities where the server gives them, otherwise votes",
    )
    votes: int = Field(10, ge=1, description="answers sampled for each text")
    temperature: float = Field(1.0, ge=0, le=2, description="of sampled answers")
    first_seed: int = Field(0, ge=0, description="answer i of a text is asked for with this plus i")
    answer_tokens: int = Field(8, ge=1, description="length of a sampled answer at most")
    smoothing: float = Field(0.5, gt=0, description="votes that each label has beforehand")
    extra: dict[str, JSON] = Field(
        default_factory=dict, description="more fields of every request, such as generation_config"
    )
    allow_http: bool = Field(False, description="send texts and key unencrypted to another machine")
    service: ServiceSpec = ServiceSpec()

    def words_for(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """The word of each label."""
        return tuple(self.words.get(label, label) for label in labels)

    def for_identity(self) -> Self:
        """The same without what changes no answer: prices, limits, where the key is."""
        return self.model_copy(update={"service": ServiceSpec()})

    @model_validator(mode="after")
    def _address_is_fit(self) -> Self:
        try:
            parts = urlsplit(self.url)
            fit = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            fit = False
        if not fit or parts.scheme not in {"http", "https"}:
            raise ValueError("url: this is not an address such as https://api.openai.com/v1")
        _no_secret_in(parts)
        if parts.scheme == "http" and not is_loopback(self.url) and not self.allow_http:
            raise ValueError(
                "url: texts and key would travel unencrypted; use https, an address of this "
                "machine, or say allow_http: true"
            )
        return self

    @model_validator(mode="after")
    def _a_remote_server_has_prices(self) -> Self:
        service = self.service
        priced = None not in (service.price_in, service.price_out)
        if service.spend_at_most is not None and not priced:
            raise ValueError("service.spend_at_most: a cap needs price_in and price_out")
        if not is_loopback(self.url) and (not priced or service.spend_at_most is None):
            raise ValueError(
                "service: a server on another machine needs price_in, price_out and spend_at_most "
                "(0 for what is free)"
            )
        return self

    @model_validator(mode="after")
    def _extra_fields_are_others(self) -> Self:
        ours = sorted(self.extra.keys() & (_OURS | {"temperature", "seed"}))
        if ours:
            raise ValueError(f"extra: {', '.join(ours)} cannot be set here")
        return self


def _no_secret_in(parts: SplitResult) -> None:
    """Addresses are shown; those that could hold a key are refused, without repeating them."""
    if parts.username is not None or parts.password is not None:
        raise ValueError("url: a name or password in an address would be shown; use service.key")
    if parts.query or parts.fragment:
        raise ValueError("url: nothing may follow the path; keys go into service.key")

"""Scores of labels from a server: the best way that it offers, and votes for what is left over.

The way in for families and stages: rendered prompts and label words in, a matrix and its cost out.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.client import Client, Stopped
from tickertone.endpoint.echo import Echo
from tickertone.endpoint.keys import find_key
from tickertone.endpoint.label_words import plain_labels
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.prices import Estimate, estimate
from tickertone.endpoint.question import Prompt
from tickertone.endpoint.top_tokens import TopTokens
from tickertone.endpoint.votes import Votes
from tickertone.endpoint.ways import Asking, NotOffered, Row, Way
from tickertone.errors import ConfigError, ModelError

Matrix = npt.NDArray[np.float32]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Scored:
    """Natural-log probabilities, one row a prompt, one column a label; and what they took.

    Rows of votes and of first tokens are of one answer's probability; those of echoed prompts are
    likelihoods of the label word. None is normalised over the labels but votes.
    """

    matrix: Matrix
    ways: dict[str, int]  # way -> distinct prompts scored by it
    requests: int  # sent now; those that failed count too
    cost: float  # spent now, in the currency of the stanza's prices
    spent: float  # by this model in all runs
    void: int  # sampled answers that named no label
    bounded: int  # labels whose value is an upper bound


def score(
    prompts: Sequence[Prompt],
    labels: Sequence[str],
    form: EndpointForm,
    *,
    answers: Path,
    locks: Path,
    say: Say,
) -> Scored:
    """The labels' scores for every prompt; all prompts are text, or all are chats.

    `labels`: the words, in order; behind a text prompt exactly as it goes on, with their space.
    `answers`: folder of the ledgers. Raises ConfigError (key, cap, label words), ModelError (the
    server refuses or offers nothing) and SourceUnavailable (it does not answer).
    """
    plain_labels(labels)
    asked = list(dict.fromkeys(prompts))  # the same prompt twice is one question
    place = {prompt: i for i, prompt in enumerate(asked)}
    with (
        Ledger.of(form, answers, locks) as ledger,
        Client(form, ledger, partial(find_key, form.service.key)) as client,
    ):
        before = ledger.spent
        if ledger.unreadable:
            say(f"{ledger.unreadable} kept answers are damaged and will be asked for again")
        rows: dict[int, Row] = {}
        ways: Counter[str] = Counter()
        for way in _ways(form, labels, asked):
            left = [i for i in range(len(asked)) if i not in rows]
            if left:
                found = _pass(way, asked, left, client, say)
                rows |= found
                ways[way.name] += len(found)
        if len(rows) < len(asked):
            raise ModelError(
                client.place,
                found=f"no log-probabilities of the labels for {len(asked) - len(rows)} texts",
                expected="some for every label, as scores: logprobs asks",
                remedy="set scores to auto or votes in this model's stanza",
            )
        if len(rows) > 1 and form.temperature and all(row.unanimous for row in rows.values()):
            say(f"all answers to each text agree: {client.place} may ignore temperature")
        return Scored(
            matrix=np.array(
                [rows[place[prompt]].values for prompt in prompts], dtype=np.float32
            ).reshape(len(prompts), len(labels)),
            ways=dict(+ways),
            requests=client.requests,
            cost=ledger.spent - before,
            spent=ledger.spent,
            void=sum(row.void for row in rows.values()),
            bounded=sum(row.bounded for row in rows.values()),
        )


def estimated(
    prompts: Sequence[Prompt],
    labels: Sequence[str],
    form: EndpointForm,
    *,
    answers: Path,
    locks: Path,
) -> Estimate:
    """What scoring these prompts would cost, beyond what is kept, by the first way to be tried."""
    with Ledger.of(form, answers, locks) as ledger:
        way = next(iter(_ways(form, labels, prompts)))
        return _estimate(way, prompts, ledger, form)


def _ways(form: EndpointForm, labels: Sequence[str], prompts: Sequence[Prompt]) -> list[Way]:
    """In the order in which they are tried."""
    plain = {isinstance(prompt, str) for prompt in prompts}
    if len(plain) > 1:
        raise TypeError("prompts are all texts or all chats")
    listed: Way = Echo(form, labels) if plain == {True} else TopTokens(form, labels)
    by_scores: dict[str, list[Way]] = {
        "logprobs": [listed],
        "votes": [Votes(form, labels)],
        "auto": [listed, Votes(form, labels)],
    }
    return by_scores[form.scores]


def _pass(
    way: Way, prompts: Sequence[Prompt], left: list[int], client: Client, say: Say
) -> dict[int, Row]:
    """The rows that one way brings. The first prompt goes alone: it shows what is offered."""
    form, ledger = client.form, client.ledger
    expected = _estimate(way, [prompts[i] for i in left], ledger, form)
    _check_room(expected, ledger, client.place)
    say(_in_words(way, len(left), expected, ledger, form))
    asking = Asking(client.ask, ledger.kept)
    try:
        first = way.row(prompts[left[0]], asking)
    except NotOffered as refusal:
        if isinstance(way, Votes):  # there is nothing to fall back on
            raise _refused(client.place, refusal) from None
        say(f"{client.place} offers no {way.name}: {refusal}")
        return {}
    rows = {left[0]: first, **_all_rows(partial(_row, way, asking), prompts, left[1:], client)}
    return {i: made for i, made in rows.items() if made is not None}


def _row(way: Way, asking: Asking, prompt: Prompt) -> Row | None:
    try:
        return way.row(prompt, asking)
    except NotOffered:
        if isinstance(way, Votes):
            raise
        return None


def _all_rows(
    row: Callable[[Prompt], Row | None], prompts: Sequence[Prompt], left: list[int], client: Client
) -> dict[int, Row | None]:
    """Those of every prompt that has one; the first error stops all others."""
    with ThreadPoolExecutor(client.form.service.concurrency) as pool:
        futures = {pool.submit(row, prompts[i]): i for i in left}
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            client.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        errors = [error for future in done if (error := future.exception())]
        if errors:
            client.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            real = next((e for e in errors if not isinstance(e, Stopped)), errors[0])
            raise _refused(client.place, real) if isinstance(real, NotOffered) else real from None
    return {i: future.result() for future, i in futures.items()}


def _estimate(way: Way, prompts: Sequence[Prompt], ledger: Ledger, form: EndpointForm) -> Estimate:
    new = [q for prompt in prompts for q in way.first(prompt) if ledger.kept(q) is None]
    return estimate(form.service, new)


def _check_room(expected: Estimate, ledger: Ledger, place: str) -> None:
    """Refuse before anything is sent what would run into the cap midway."""
    if ledger.cap is not None and ledger.spent + expected.likely > ledger.cap:
        raise ConfigError(
            place,
            found=f"{expected.requests} requests will cost about {expected.likely:.4g}, and "
            f"{ledger.spent:.4g} of {ledger.cap:g} is spent",
            expected="an estimate within service.spend_at_most; nothing was sent",
            remedy="raise spend_at_most in this model's stanza, or score fewer texts",
        )


def _in_words(way: Way, texts: int, expected: Estimate, ledger: Ledger, form: EndpointForm) -> str:
    line = f"{form.model}: {texts} texts by {way.name}, {expected.requests} requests to send"
    if ledger.cap is None:
        return line
    return (
        f"{line}, about {expected.likely:.4g}, at most {expected.at_most:.4g}; "
        f"{ledger.spent:.4g} of {ledger.cap:g} is spent"
    )


def _refused(place: str, refusal: BaseException) -> ModelError:
    return ModelError(
        place,
        found=str(refusal),
        expected="an answer",
        remedy="check url, model and extra in this model's stanza, and the length of the prompt",
    )

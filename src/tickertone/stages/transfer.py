"""transfer: how well each member of a target's pool should do on it, and how well that is foretold.

settings: `labels` of the target's task; `members`, each {name, labels, source} with the labels it
was made for and the data set that it is from; `draws` and `seed` of the resamples.
inputs: `fit` and `test` (ids and labels), and the members' logits on both.
outputs: `transfer`, each member's scores on the labelled part; `agreement`, how well a score ranks
the members by their accuracy on test (those that know all of the target's labels).

Features of LogME are a member's log-probabilities: what lies below its head is not kept.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from tickertone.metrics.classification import Floats, Labels
from tickertone.metrics.transfer.leep import leep
from tickertone.metrics.transfer.logme import logme
from tickertone.metrics.transfer.neg_conditional_entropy import neg_conditional_entropy
from tickertone.metrics.transfer.rank_agreement import rank_agreement
from tickertone.stages.examples import Examples, read_examples, read_labels
from tickertone.stages.logits import read_logits
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

TRANSFER = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "model", "score")),
        ("value", pa.float64()),
    ]
)
AGREEMENT = pa.schema(
    [
        ("score", pa.string()),
        ("models", pa.int64()),
        *((name, pa.float64()) for name in ("tau", "low", "high")),  # null where undefined
    ]
)


def _of_features(logs: Floats, labels: Labels) -> float:
    return logme(np.column_stack([logs, np.ones(len(logs))]), labels)


_SCORES: Mapping[str, Callable[[Floats, Labels], float]] = {
    "leep": lambda logs, labels: leep(np.exp(logs), labels),
    "logme": _of_features,
    "neg_conditional_entropy": lambda logs, labels: neg_conditional_entropy(
        logs.argmax(axis=1), labels
    ),
}


def run(work: Work) -> Product:
    """Make `transfer` and `agreement`."""
    labels: list[str] = work.settings["labels"]
    fit, test = (read_examples(work.only(role)) for role in ("fit", "test"))
    known, truth = (read_labels(work.only(role), labels) for role in ("fit", "test"))
    rows, of_members = [], {}
    for member in work.settings["members"]:
        name = member["name"]
        logs = _log_probabilities(work, f"fit:{name}", fit, member["labels"])
        values = {score: measured(logs, known) for score, measured in _SCORES.items()}
        if set(labels) <= {*member["labels"]}:
            of_members[name] = (values, _accuracy(work, f"test:{name}", test, truth))
        rows += [
            {"source": member["source"], "model": name, "score": score, "value": value}
            for score, value in values.items()
        ]
    agreement = [_agreement(work, score, of_members) for score in _SCORES]
    tables = {
        "transfer": pa.Table.from_pylist(rows, TRANSFER),
        "agreement": pa.Table.from_pylist(agreement, AGREEMENT),
    }
    facts = {"texts": len(known), "members": len(rows) // len(_SCORES)}
    return Product(written(work, tables), facts)


def _log_probabilities(work: Work, role: str, examples: Examples, own: list[str]) -> Floats:
    """Over the labels that the member was made for, shape (text, label)."""
    from scipy.special import log_softmax

    return np.asarray(log_softmax(read_logits(work.inputs[role], examples, own), axis=1))


def _accuracy(work: Work, role: str, examples: Examples, truth: Labels) -> float:
    name = role.partition(":")[2]
    (own,) = (m["labels"] for m in work.settings["members"] if m["name"] == name)
    logits = read_logits(work.inputs[role], examples, work.settings["labels"], of=own)
    return float((logits.argmax(axis=1) == truth).mean())


def _agreement(
    work: Work, score: str, of_members: Mapping[str, tuple[Mapping[str, float], float]]
) -> dict[str, Any]:
    values = np.array([values[score] for values, _ in of_members.values()])
    accuracies = np.array([accuracy for _, accuracy in of_members.values()])
    draws, seed = work.settings["draws"], work.settings["seed"]
    tau = rank_agreement(values, accuracies, draws=draws, seed=seed)
    return {
        "score": score,
        "models": len(of_members),
        "tau": tau.value if tau else None,
        "low": tau.low if tau else None,
        "high": tau.high if tau else None,
    }

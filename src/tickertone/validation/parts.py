"""The splits of a data set as they are used: of its files, carved from train, and samples."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tickertone.identity.near_twins import find_twins
from tickertone.validation.carve import carve
from tickertone.validation.rows import rows_of, texts_of
from tickertone.validation.rules import Rules
from tickertone.validation.sample import sample


def with_parts(rules: Rules, source: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The splits of the source, less what is carved from train, and the parts.

    The parts of a target are apart: a train row with a near-twin in a test split of the source is
    in none of them, and stays in train (or dev), where it makes the test row unclean.
    """
    splits = dict(source)
    if shares := dict(rules.dataset.carve):
        train = source["train"]
        held = _twins_of_tests(rules, source) if {*shares} - {"dev"} else None
        parts = carve(texts_of(train), shares, held=held)
        splits |= {name: train.filter(pa.array(rows, pa.bool_())) for name, rows in parts.items()}
        rest = ~np.any([*parts.values()], axis=0)
        splits["train"] = train.filter(pa.array(rest, pa.bool_()))
    return splits


def with_samples(rules: Rules, splits: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The splits and the samples that the stanza asks for; of what is fit no part is unfit."""
    drawn = dict(splits)
    for name, asked in rules.dataset.samples.items():
        rows = rows_of(rules.name, asked.of, splits[asked.of])
        chosen = sample(rows.example_ids, rows.labels, asked.rows, balanced=asked.balanced)
        drawn[name] = splits[asked.of].filter(pa.array(chosen, pa.bool_()))
    return drawn


def _twins_of_tests(rules: Rules, source: Mapping[str, pa.Table]) -> npt.NDArray[np.bool_]:
    """Shape (rows of train,): those with a near-twin in a test split of the source."""
    train = texts_of(source["train"])
    found = np.zeros(len(train), dtype=np.bool_)
    for name, table in source.items():
        if rules.dataset.is_test(name):
            found[find_twins(texts_of(table), train).right] = True
    return found

from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.catalog.overlap import pool

CATALOG = load_catalog(Path(__file__).resolve().parents[2] / "data")


@pytest.mark.parametrize(
    ("target", "out"),
    [("tfsn", ()), ("fpb_50agree", ("minilm_fpb",)), ("fpb_allagree", ("minilm_fpb",))],
)
def test_a_model_sits_out_the_targets_whose_texts_it_was_trained_on(target, out):
    experiment = CATALOG.experiment("financial")
    members = pool(experiment.targets[target], experiment.models, CATALOG.models, CATALOG)
    assert set(experiment.models) - set(members) == set(out)

"""What a database says of one experiment, to be compared with what another one says."""

from tests.dag.bench import Bench
from tickertone.catalog.load import load_catalog
from tickertone.dag.scope import Scope

_OF_DATASETS = {
    "datasets": "* EXCLUDE (fingerprint)",
    "examples": "* EXCLUDE (fingerprint)",
    "quarantine": "* EXCLUDE (fingerprint)",
}
_OF_MODELS = {
    # Rows are shared by whoever asks for a text; those of texts that left stay true of the model.
    "logits": "model, text_id, logits",
    "models": "model, family, base, tuning, trained_on, parameters, content, licences",
}
_OF_THE_EXPERIMENT = {
    "leaderboard": "* EXCLUDE (fingerprint)",
    "evaluations": "* EXCLUDE (fingerprint)",
    "predictions": "* EXCLUDE (fingerprint)",
    "confusion": "* EXCLUDE (fingerprint)",
    "claims": "* EXCLUDE (fingerprint)",
    "groups": "*",
    "budget_curves": "* EXCLUDE (fingerprint)",
    "budget_contrasts": "* EXCLUDE (fingerprint)",
    "prediction_sets": "* EXCLUDE (fingerprint)",
    "selective": "* EXCLUDE (fingerprint)",
    "frontier": "* EXCLUDE (fingerprint)",
    "transfer": "* EXCLUDE (fingerprint)",
    "transfer_agreement": "* EXCLUDE (fingerprint)",
}
_SCORED = " AND text_id IN (SELECT text_id FROM examples WHERE list_contains(?, dataset))"


def content(bench: Bench, experiment: str) -> dict[str, list[str]]:
    """View -> its rows for an experiment, sorted; times and identities left out."""
    scope = Scope.of(load_catalog(bench.data), experiment)
    datasets = list(scope.validated)
    rows = {}
    for view, columns in _OF_DATASETS.items():
        asked = f"SELECT {columns} FROM {view} WHERE list_contains(?, dataset)"
        rows[view] = bench.ask(asked, datasets)
    for view, columns in _OF_MODELS.items():
        asked = f"SELECT {columns} FROM {view} WHERE list_contains(?, model)"
        of_texts = view == "logits"
        parameters = [list(scope.spec.models), *([datasets] * of_texts)]
        rows[view] = bench.ask(asked + _SCORED * of_texts, *parameters)
    for view, columns in _OF_THE_EXPERIMENT.items():
        rows[view] = bench.ask(f"SELECT {columns} FROM {view} WHERE experiment = ?", experiment)
    return {view: sorted(map(repr, found)) for view, found in rows.items()}


def fingerprints(bench: Bench) -> dict[str, str]:
    """Step -> the fingerprint that stands for it in the database."""
    found = bench.ask("SELECT stage || ' ' || subject, fingerprint FROM current")
    return dict(found)

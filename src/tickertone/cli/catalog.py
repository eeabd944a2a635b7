"""`tickertone datasets` and `models`: what data/ declares, and what is known of it."""

from typing import TYPE_CHECKING

from tickertone.cli.results import AsJson
from tickertone.cli.show import show
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from tickertone.catalog.models import ModelSpec
    from tickertone.store.query import Answer

_COUNTS = "SELECT dataset, split, rows_read, rows_accepted, rows_quarantined FROM datasets"
_COSTS = "SELECT model, parameters, trainable_parameters, train_seconds FROM models"


def datasets(as_json: AsJson = False) -> None:
    """List the data sets: source, pin, licence, and the rows there are."""
    from tickertone.catalog.load import load_catalog
    from tickertone.store.query import Answer

    workspace = Workspace.find()
    counts = {(row["dataset"], row["split"]): row for row in _ask(workspace, _COUNTS).records()}
    rows = []
    for name, spec in load_catalog(workspace.data).datasets.items():
        source = spec.source
        pinned = all(f.sha256 for split in spec.splits.values() for f in split.files)
        pin = source.revision or ("sha256" if pinned else "none")
        for split in spec.split_names:
            known = counts.get((name, split), {})
            rows.append(
                (
                    name,
                    split,
                    source.hub or source.mirror or source.local,
                    pin if source.local is None else "in the checkout",
                    spec.licence.name,
                    known.get("rows_read"),
                    known.get("rows_accepted"),
                    known.get("rows_quarantined"),
                )
            )
    columns = ("dataset", "split", "source", "pin", "licence", "read", "accepted", "quarantined")
    show(Answer(columns=columns, rows=tuple(rows)), as_json=as_json)


def models(as_json: AsJson = False) -> None:
    """List the models: recipe, base, and what training them took."""
    from tickertone.catalog.load import load_catalog
    from tickertone.store.query import Answer

    workspace = Workspace.find()
    costs = {row["model"]: row for row in _ask(workspace, _COSTS).records()}
    rows = []
    for name, spec in load_catalog(workspace.data).models.items():
        known = costs.get(name, {})
        rows.append(
            (
                name,
                spec.family,
                _tuning(spec),
                _starts_from(spec),
                ", ".join(spec.trained_on),
                known.get("parameters"),
                known.get("trainable_parameters"),
                known.get("train_seconds"),
            )
        )
    columns = (
        "model", "family", "tuning", "base", "trained on", "parameters", "trainable", "seconds",
    )  # fmt: skip
    show(Answer(columns=columns, rows=tuple(rows)), as_json=as_json)


def _ask(workspace: Workspace, statement: str) -> "Answer":
    """What the store knows; nothing where there is none yet."""
    from tickertone.store.query import Answer, query

    if not workspace.database.is_file():
        return Answer(columns=(), rows=())
    return query(workspace, statement)


def _tuning(spec: "ModelSpec") -> str:
    match spec.family:
        case "linear":
            return spec.features.kind
        case "endpoint":
            return spec.scores
        case _:
            return spec.tuning


def _starts_from(spec: "ModelSpec") -> str | None:
    """The base, or what the server calls the model."""
    from tickertone.catalog.models import base_of

    if spec.family == "endpoint":
        return spec.model
    base = base_of(spec)
    return base.name if base else None

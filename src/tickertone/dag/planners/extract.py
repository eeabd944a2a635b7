"""extract(model x data set): the model's logits for every text that it has not scored yet."""

from tickertone.catalog.lineage import base_model
from tickertone.catalog.models import ModelSpec, form_of
from tickertone.dag.may_leave import check_may_leave
from tickertone.dag.planner import Node, Results
from tickertone.dag.recipes import checked, placeless
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.models.families import family_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every model on every data set of the targets that it takes part in."""
    return [f"{model}/{dataset}" for model in scope.spec.models for dataset in scope.scored(model)]


def needs(scope: Scope, subject: str) -> list[Node]:
    """The model, the data set, and the model below where weights of it are read again."""
    model, dataset = subject.split("/")
    nodes = [Node("finetune", model), Node("validate", dataset)]
    below = _read_again(scope.model(model))
    return [*nodes, Node("finetune", below)] if below else nodes


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the model and the texts, never a label.

    The scorer's key leaves the texts out: rows are shared by all data sets that hold a text.
    """
    model, dataset = subject.split("/")
    spec = scope.model(model)
    check_may_leave(scope, model, dataset)
    family = family_of(spec)
    base, similarity = scope.base_identity(model), scope.similarity_identity(model)
    models = {"model": results.output("finetune", model, "model")}
    if (below := _read_again(spec)) is not None:
        models["base"] = results.output("finetune", below, "model")
    scorer = parts_of(
        "extract",
        settings={
            "form": form_of(placeless(spec)).model_dump(mode="json"),
            "task": scope.model_task(model),
            "base": base,
            **({"similarity": similarity} if similarity is not None else {}),
            "program": {
                "score": family.score,
                "embeddings": family.embeddings,
                "uses_torch": family.uses_torch,
            },
        },
        inputs={role: output.content for role, output in models.items()},
        entry_points=["tickertone.stages.extract", *family.score_entry_points],
        libraries=family.score_libraries,
    )
    inputs = dict(models)
    for split in scope.scored(model)[dataset]:
        inputs[f"texts:{split}"] = results.output("validate", dataset, f"{split}.texts")
    parts = scorer.model_copy(
        update={
            "settings": {**scorer.settings, "scorer": scorer.fingerprint},
            "inputs": {role: output.content for role, output in inputs.items()},
        }
    )
    form = form_of(checked(spec, base, similarity)).model_dump(mode="json")
    return Step(subject=subject, parts=parts, inputs=inputs, notes={"form": form})


def _read_again(spec: ModelSpec) -> str | None:
    """The model below, unless all weights were tuned and stored whole."""
    return None if getattr(spec, "tuning", None) == "full" else base_model(spec)

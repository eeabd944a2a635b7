"""finetune(model): one recipe, fitted on the train splits that it names.

Where its base is another model, what came out of that is an input, known by its content alone.
"""

from tickertone.catalog.lineage import base_model, learns_from
from tickertone.dag.planner import Node, Results
from tickertone.dag.recipes import checked, placeless
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.models.families import family_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every model of the experiment, and those that they stand on; each after its base."""
    return list(scope.fitted)


def needs(scope: Scope, subject: str) -> list[Node]:
    """The data sets that it is trained on, and the model that it starts from."""
    spec = scope.model(subject)
    below = base_model(spec)
    nodes = [Node("validate", name) for name in spec.trained_on]
    return [*nodes, Node("finetune", below)] if below else nodes


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads train, and dev where the data set carves one; the model's name is no part of it.

    One that learns from a few labels reads that part alone, no dev.
    """
    spec = scope.model(subject)
    family = family_of(spec)
    base, similarity = scope.base_identity(subject), scope.similarity_identity(subject)
    inputs, split = {}, learns_from(spec)
    for name in spec.trained_on:
        inputs[f"train:{name}"] = results.output("validate", name, split)
        if split == "train" and "dev" in scope.dataset(name).split_names:
            inputs[f"dev:{name}"] = results.output("validate", name, "dev")
    if (below := base_model(spec)) is not None:
        inputs["base"] = results.output("finetune", below, "model")
    parts = parts_of(
        "finetune",
        settings={
            "recipe": placeless(spec).model_dump(mode="json"),
            "task": scope.model_task(subject),
            "base": base,
            **({"similarity": similarity} if similarity is not None else {}),
            "program": {
                "fit": family.fit,
                "embeddings": family.embeddings,
                "uses_torch": family.fits_with_torch,
            },
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.finetune", *family.fit_entry_points],
        libraries=family.fit_libraries,
    )
    recipe = checked(spec, base, similarity).model_dump(mode="json")
    return Step(subject=subject, parts=parts, inputs=inputs, notes={"recipe": recipe})

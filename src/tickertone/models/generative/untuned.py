"""A prompted model without tuning: draw the examples that stand in its prompt, if any.

The examples are the model's content: other rows in the training data that change no draw change
nothing after. Of nearest neighbours it is all rows that examples may be taken from. Imports no
torch.
"""

import time

from pydantic import TypeAdapter

from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.catalog.recipes.prompted import CausalSpec, PromptedRecipe, Seq2SeqSpec
from tickertone.errors import DataError
from tickertone.models.bases import checked_base
from tickertone.models.checkpoint_size import parameters_in
from tickertone.models.examples import labels_of, open_snapshots, texts_of
from tickertone.models.generative.drawn_shots import write_shots
from tickertone.models.generative.neighbours import Pool
from tickertone.models.generative.shots import balanced_draw
from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    """Write shots.json, a list of [text, second part or null, label], into `job.out`.

    Or, for `draw: nearest`, the pool of examples with their embeddings.
    """
    recipe: Seq2SeqSpec | CausalSpec = TypeAdapter(Seq2SeqSpec | CausalSpec).validate_python(
        job.recipe
    )
    began = time.monotonic()
    examples = _keep_pool(job, recipe) if recipe.draw == "nearest" else _keep_shots(job, recipe)
    with checked_base(recipe.base, job.project) as base:
        parameters = parameters_in(base)
    return Fitted(
        parameters=parameters,
        trainable_parameters=0,
        samples_per_second=examples / max(time.monotonic() - began, 1e-9),
    )


def _keep_shots(job: FitJob, recipe: PromptedRecipe) -> int:
    shots = drawn(job, recipe)
    job.say(write_shots(job.out, shots))
    return len(shots)


def _keep_pool(job: FitJob, recipe: PromptedRecipe) -> int:
    if job.embed is None:
        raise ValueError("a recipe that draws the nearest examples needs an embed callable")
    rows = open_snapshots(job.train, job.scratch / "datasets")
    pool = Pool.of(texts_of(rows), rows["label"], recipe.shots, job.embed)
    if len(pool.texts) < recipe.shots:
        raise _too_few(recipe, len(pool.texts))
    pool.save(job.out)
    job.say(f"{len(pool.texts)} examples to choose the nearest {recipe.shots} from")
    return len(pool.texts)


def drawn(job: FitJob, recipe: PromptedRecipe | EndpointSpec) -> list[list[str | None]]:
    """The examples of a recipe: [text, second part or None, label]. Raises DataError."""
    if not recipe.shots:
        return []
    rows = open_snapshots(job.train, job.scratch / "datasets")
    labels = labels_of(rows, job.labels)
    chosen = balanced_draw(labels, len(job.labels), recipe.shots, recipe.seed)
    if len(chosen) < recipe.shots:
        raise _too_few(recipe, len(chosen))
    return [[rows[i]["text"], rows[i]["text_b"], rows[i]["label"]] for i in chosen]


def _too_few(recipe: PromptedRecipe | EndpointSpec, rows: int) -> DataError:
    return DataError(
        ", ".join(recipe.trained_on),
        found=f"{rows} training rows",
        expected=f"at least {recipe.shots}, the shots of the recipe",
        remedy="lower shots of the model in data/models.yaml",
    )

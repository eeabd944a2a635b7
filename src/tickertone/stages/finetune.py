"""finetune: fit one model on the training splits of its data sets, in a process of its own."""

from pydantic import TypeAdapter

from tickertone.catalog.models import ModelSpec
from tickertone.identity.canonical import digest
from tickertone.models.families import family_of
from tickertone.stages.work import Made, Product, Work
from tickertone.store.files import sha256_file
from tickertone.training.launch import fit_in_process
from tickertone.training.request import FitRequest


def run(work: Work) -> Product:
    """Inputs train:<data set> and dev:<data set>; outputs model and measurements."""
    recipe: ModelSpec = TypeAdapter(ModelSpec).validate_python(work.settings["recipe"])
    family = family_of(recipe)
    request = FitRequest(
        subject=work.subject,
        fit=family.fit,
        embeddings=family.embeddings,
        uses_torch=family.uses_torch,
        recipe=recipe,
        labels=tuple(work.settings["task"]["labels"]),
        train=tuple(work.only(f"train:{name}") for name in recipe.trained_on),
        dev=tuple(work.only(role) for role in sorted(work.inputs) if role.startswith("dev:")),
        out=work.out / "model",
        scratch=work.scratch,
        project=work.project,
        shards=work.shards,
    )
    measurements = fit_in_process(request, work.say)
    written = work.out / "measurements.json"
    written.write_text(measurements.model_dump_json(indent=1))
    files = tuple(sorted(request.out.iterdir()))
    return Product(
        outputs={
            "model": Made(files),
            # Known by the model it tells of: the same weights in another time change nothing after.
            "measurements": Made((written,), digest([[f.name, sha256_file(f)] for f in files])),
        },
        facts=measurements.model_dump(mode="json"),
    )

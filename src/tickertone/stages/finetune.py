"""finetune: fit one model on the training splits of its data sets, in a process of its own."""

from tickertone.identity.canonical import digest
from tickertone.stages.base_files import with_base_files
from tickertone.stages.work import Made, Product, Work
from tickertone.store.files import sha256_file
from tickertone.training.launch import fit_in_process
from tickertone.training.request import FitRequest


def run(work: Work) -> Product:
    """Inputs train:<data set>, dev:<data set>, and base where that is another model.

    Outputs model and measurements.

    In the notes: `recipe` with the place of its base, as where that lies is no part of it, and
    `threads`, if it is to use no more.
    """
    recipe, program = with_base_files(work.notes["recipe"], work), work.settings["program"]
    request = FitRequest(
        subject=work.subject,
        fit=program["fit"],
        embeddings=program["embeddings"],
        uses_torch=program["uses_torch"],
        recipe=recipe,
        labels=tuple(work.settings["task"]["labels"]),
        train=tuple(work.only(f"train:{name}") for name in recipe["trained_on"]),
        dev=tuple(work.only(role) for role in sorted(work.inputs) if role.startswith("dev:")),
        out=work.out / "model",
        scratch=work.scratch,
        project=work.project,
        shards=work.shards,
        threads=work.notes.get("threads"),
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

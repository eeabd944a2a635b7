"""Models that start from models: what a change below costs above, and what it does not."""

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Scenario
from tests.recompute.scenarios.models import ENDS, model

ON_GROUND = (
    "finetune asked",
    "finetune again",
    "extract asked/*",
    "extract again/*",
    "combine *",
    *ENDS,
)


def renamed_ground(bench: Bench, _around: Around) -> None:
    def rename(content):
        models = content["models"]
        models["soil"] = models.pop("ground")
        for name in ("asked", "again"):
            models[name]["base"] = {"model": "soil"}

    bench.edit("models.yaml", rename)


SCENARIOS = [
    Scenario(
        "the recipe of a model that others start from",
        model("ground", seed=7),
        will=("finetune ground",),
        may=ON_GROUND,
        why=("finetune ground", "recipe.seed 0 -> 7"),
    ),
    Scenario(
        "a batch size that makes no other batches, below others",
        model("ground", warmup=0.031),
        will=("finetune ground",),
        spared=ON_GROUND,
        same_data=True,
    ),
    Scenario(
        "the recipe of a model that starts from another",
        model("again", seed=2),
        will=("finetune again",),
        may=("extract again/*", "combine *", *ENDS),
    ),
    Scenario(
        "a model that others start from is renamed",
        renamed_ground,
        will=("report small",),
    ),
]

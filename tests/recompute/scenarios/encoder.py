"""What only a model with pretrained weights has: epochs, and a base that lies somewhere."""

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Scenario
from tests.recompute.scenarios.models import ENDS, model

AFTER_TRAINING = ("extract tiny/*", "combine *", *ENDS)


def base_moved(bench: Bench, _around: Around) -> None:
    root = bench.workspace.root
    (root / "elsewhere").mkdir()
    (root / "bases" / "tiny").rename(root / "elsewhere" / "tiny")
    model("tiny", base={"folder": "elsewhere/tiny"})(bench, _around)


SCENARIOS = [
    Scenario(
        "a learning rate",
        model("tiny", learning_rate=2e-3),
        will=("finetune tiny",),
        may=AFTER_TRAINING,
        why=("finetune tiny", "recipe.learning_rate 0.003 -> 0.002"),
    ),
    Scenario(
        "a patience that is never exhausted",
        model("tiny", patience=9),
        will=("finetune tiny",),
        spared=AFTER_TRAINING,
        why=("finetune tiny", "recipe.patience null -> 9"),
        same_data=True,
    ),
    Scenario("the folder of a base is moved", base_moved, same_data=True),
]

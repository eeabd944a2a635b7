"""Models, combiners, targets and experiments."""

from typing import Any

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Change, Scenario

ENDS = ("evaluate *", "report small")


def nothing(_bench: Bench, _around: Around) -> None:
    pass


def model(name: str, **changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("models.yaml", lambda content: content["models"][name].update(changes))

    return change


def experiment(**changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("experiments/small.yaml", lambda content: content.update(changes))

    return change


def new_model(bench: Bench, _around: Around) -> None:
    features = {"kind": "tfidf", "char_ngrams": [3, 4], "min_df": 1}
    recipe = {"family": "linear", "trained_on": ["demo_headlines"], "features": features}
    bench.edit("models.yaml", lambda content: content["models"].update(long_letters=recipe))
    bench.edit("experiments/small.yaml", lambda content: content["models"].append("long_letters"))


def twin(bench: Bench, _around: Around) -> None:
    bench.edit("models.yaml", lambda c: c["models"].update(twin=c["models"]["words"]))
    bench.edit("experiments/small.yaml", lambda content: content["models"].append("twin"))


def renamed_model(bench: Bench, _around: Around) -> None:
    bench.edit("models.yaml", lambda c: c["models"].update(terms=c["models"].pop("words")))
    bench.edit("experiments/small.yaml", lambda c: c.update(models=["terms", "letters"]))


def renamed_experiment(bench: Bench, _around: Around) -> None:
    folder = bench.data / "experiments"
    (folder / "small.yaml").rename(folder / "little.yaml")


def second_experiment(bench: Bench, _around: Around) -> None:
    bench.edit("experiments/small.yaml", lambda _content: None)
    path = bench.data / "experiments" / "small.yaml"
    path.with_name("little.yaml").write_text(path.read_text())


def other_order(bench: Bench, _around: Around) -> None:
    def turn(content):
        for part in ("targets", "combiners"):
            content[part] = dict(reversed(content[part].items()))

    bench.edit("experiments/small.yaml", turn)


def combiner(name: str, **changes: Any) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("experiments/small.yaml", lambda c: c["combiners"][name].update(changes))

    return change


def new_combiner(bench: Bench, _around: Around) -> None:
    best = {"kind": "pick_best"}
    bench.edit("experiments/small.yaml", lambda c: c["combiners"].update(best=best))


def new_target(bench: Bench, _around: Around) -> None:
    def aim(content):
        calls = {"dataset": "demo_earnings_calls", "split": "dev"}
        content["targets"]["fitted"] = {**content["targets"]["wires"], "fit_on": calls}

    bench.edit("experiments/small.yaml", aim)


def fitted_on_calls(bench: Bench, _around: Around) -> None:
    calls = {"dataset": "demo_earnings_calls", "split": "dev"}
    bench.edit("experiments/small.yaml", lambda c: c["targets"]["wires"].update(fit_on=calls))


def target_under_two_names(bench: Bench, _around: Around) -> None:
    bench.edit("experiments/small.yaml", lambda c: c["targets"].update(again=c["targets"]["wires"]))


def one_target_less(bench: Bench, _around: Around) -> None:
    bench.edit("experiments/small.yaml", lambda content: content["targets"].pop("wires"))


SCENARIOS = [
    Scenario("nothing", nothing, same_data=True, why=("report small", "in the store")),
    Scenario(
        "a model's penalty",
        model("words", c=3.0),
        will=("finetune words",),
        may=("extract words/*", "combine *", *ENDS),
        why=("finetune words", "recipe.c 1.0 -> 3.0"),
    ),
    Scenario(
        "a model's seed, which draws nothing in its fit",
        model("words", seed=7),
        will=("finetune words",),
        spared=("extract words/*", "combine *", *ENDS),
        why=("finetune words", "recipe.seed 0 -> 7"),
        same_data=True,
    ),
    Scenario(
        "a new model",
        new_model,
        will=("finetune long_letters",),
        may=("extract long_letters/*", "combine *", *ENDS),
        why=("finetune long_letters", "never run before"),
    ),
    Scenario("a second model of the same recipe", twin, will=("combine *",), may=ENDS),
    Scenario(
        "a model leaves the experiment",
        experiment(models=["words"]),
        will=("combine *",),
        may=ENDS,
        why=("combine small/wires/mean", "members lost letters"),
    ),
    Scenario("a model is renamed", renamed_model, will=("combine *",), may=ENDS),
    Scenario(
        "an experiment is renamed",
        renamed_experiment,
        will=("report little",),
        experiment="little",
    ),
    Scenario(
        "a second experiment asks for the same",
        second_experiment,
        will=("report little",),
        experiment="little",
    ),
    Scenario(
        "an experiment is given another title",
        experiment(title="Little"),
        will=("report small",),
        why=("report small", "title Small -> Little"),
        same_data=True,
    ),
    Scenario(
        "targets and combiners stand in another order, and targets on the page with them",
        other_order,
        will=("report small",),
        why=("report small", "order.targets in another order"),
        same_data=True,
    ),
    Scenario(
        "a combiner's setting",
        combiner("stacking", c=0.5),
        will=("combine small/*/stacking",),
        may=ENDS,
        why=("combine small/wires/stacking", "combiner.c 0.1 -> 0.5"),
    ),
    Scenario(
        "a new combiner",
        new_combiner,
        will=("combine small/*/best",),
        may=ENDS,
    ),
    Scenario(
        "how often the bootstrap draws",
        experiment(bootstrap_draws=200),
        will=("evaluate *",),
        may=("report small",),
        why=("evaluate small/wires", "bootstrap_draws 100 -> 200"),
    ),
    Scenario(
        "a new target, fitted on a data set that was only compared with so far",
        new_target,
        will=("validate demo_earnings_calls",),
        may=(
            "extract */demo_earnings_calls",
            "combine small/fitted/stacking",
            "evaluate small/fitted",
            "report small",
        ),
        why=("validate demo_earnings_calls", "never run before"),
    ),
    Scenario(
        "a target is fitted on other labels, of which the mean has no need",
        fitted_on_calls,
        will=("validate demo_earnings_calls",),
        may=(
            "extract */demo_earnings_calls",
            "combine small/wires/stacking",
            "evaluate small/wires",
            "report small",
        ),
    ),
    Scenario("a target under a second name", target_under_two_names, will=("report small",)),
    Scenario("a target is dropped", one_target_less, will=("report small",)),
    Scenario(
        "training is asked for anew, and comes out as before",
        nothing,
        will=("finetune *",),
        spared=("extract *", "combine *", *ENDS),
        why=("finetune words", "to be computed anew, as asked"),
        options={"refresh": ("finetune",)},
        same_data=True,
    ),
    Scenario(
        "combining is asked for anew, and comes out as before",
        nothing,
        will=("combine *",),
        spared=ENDS,
        options={"refresh": ("combine",)},
        same_data=True,
    ),
    Scenario(
        "a model was changed that this run may not compute",
        model("words", c=3.0),
        will=("evaluate *",),
        may=("report small",),
        blocked=("finetune words", "extract words/*", "combine *"),
        why=("finetune words", "not chosen, and not in the store"),
        options={"models": ("letters",)},
    ),
]

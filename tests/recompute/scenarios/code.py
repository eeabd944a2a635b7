"""Code, libraries and templates. There are no prompts yet; the page's template stands for them."""

import ast
import re
from pathlib import Path

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Change, Scenario
from tests.recompute.scenarios.models import ENDS

AFTER_VALIDATE = ("finetune *", "extract *", "combine *", *ENDS)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def added_to(module: str, text: str) -> Change:
    def change(_bench: Bench, around: Around) -> None:
        append(around.module(module), text)

    return change


CODE = "\n\ndef _added() -> int:\n    return 1\n"


def docstrings(_bench: Bench, around: Around) -> None:
    for module in ("stages.validate", "training.worker", "store.shards"):
        path = around.module(module)
        text = re.sub('^"""', '"""In other words: ', path.read_text(), count=1)
        path.write_text(text.replace('    """', '    """Well, ', 1))


def formatting(_bench: Bench, around: Around) -> None:
    for path in around.package.rglob("*.py"):
        path.write_text(ast.unparse(ast.parse(path.read_text())))


def new_metric(_bench: Bench, around: Around) -> None:
    """Balanced accuracy: the mean of the recalls."""
    path = around.module("metrics.scorecard")
    known = '        Metric("mcc"): classification.mcc(confusion),\n'
    assert known in path.read_text()
    added = '        Metric("balanced"): classification.recall(confusion).mean(axis=-1),\n'
    path.write_text(path.read_text().replace(known, known + added))


def template(_bench: Bench, around: Around) -> None:
    path = around.package / "report" / "templates" / "report.html.j2"
    append(path, "<!-- another page -->\n")


def library(name: str, version: str) -> Change:
    def change(_bench: Bench, around: Around) -> None:
        from tickertone.identity import fingerprint

        known = fingerprint._version
        around.patch.setattr(
            fingerprint, "_version", lambda asked: version if asked == name else known(asked)
        )

    return change


SCENARIOS = [
    Scenario(
        "a comment in a module that trains",
        added_to("training.worker", "\n# That is all.\n"),
        same_data=True,
    ),
    Scenario("docstrings of modules that are used", docstrings, same_data=True),
    Scenario("every module is formatted anew and loses its comments", formatting, same_data=True),
    Scenario(
        "a metric is added",
        new_metric,
        will=("evaluate *",),
        may=("report small",),
        why=("evaluate small/wires", "module tickertone.metrics.scorecard changed"),
        own_process=True,
    ),
    Scenario(
        "code of training alone",
        added_to("training.worker", CODE),
        will=("finetune *",),
        spared=("extract *", "combine *", *ENDS),
        why=("finetune letters", "module tickertone.training.worker changed"),
        same_data=True,
    ),
    Scenario(
        "code of scoring alone",
        added_to("models.linear.scoring", CODE),
        will=("extract *",),
        spared=("combine *", *ENDS),
        same_data=True,
    ),
    Scenario(
        "code of validation alone",
        added_to("validation.carve", CODE),
        will=("validate *",),
        spared=AFTER_VALIDATE,
        same_data=True,
    ),
    Scenario(
        "code of one combiner alone",
        added_to("combiners.stacking", CODE),
        will=("combine small/*/stacking",),
        spared=ENDS,
        same_data=True,
    ),
    Scenario(
        "code of the page alone",
        added_to("report.charts", CODE),
        will=("report small",),
        same_data=True,
    ),
    Scenario(
        "a helper two imports away from the stage that uses it",
        added_to("datasets.readers.decoding", CODE),
        will=("ingest *",),
        spared=("validate *", *AFTER_VALIDATE),
        why=("ingest demo_wires", "module tickertone.datasets.readers.decoding changed"),
        same_data=True,
    ),
    Scenario(
        "code of a family and of a combiner that nobody asks for",
        lambda _bench, around: [
            append(around.module(module), CODE)
            for module in ("models.encoder.fitting", "models.encoder.scoring", "combiners.greedy")
        ],
        same_data=True,
    ),
    Scenario(
        "code of commands, planning and the database",
        lambda _bench, around: [
            append(around.module(module), CODE)
            for module in ("cli.main", "dag.plan", "dag.planners.extract", "store.indexer")
        ],
        same_data=True,
    ),
    Scenario(
        "the text of a template",
        template,
        will=("report small",),
        why=("report small", "templates changed"),
        own_process=True,
        same_data=True,
    ),
    Scenario(
        "another version of scikit-learn",
        library("scikit-learn", "99.0"),
        will=("finetune *",),
        may=("extract *",),
        spared=("combine *", *ENDS),
        why=("finetune words", "-> 99.0"),
        same_data=True,
    ),
    Scenario(
        "another version of Great Expectations",
        library("great_expectations", "99.0"),
        will=("validate *",),
        spared=AFTER_VALIDATE,
        same_data=True,
    ),
    Scenario(
        "another version of a library that no model here uses",
        library("torch", "99.0"),
        same_data=True,
    ),
]

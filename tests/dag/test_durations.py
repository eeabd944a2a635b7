"""An estimate from past durations: by rows where these are known, else by others of the kind."""

import pytest

from tickertone.dag.durations import Durations
from tickertone.dag.planner import Node
from tickertone.identity.fingerprint import Parts
from tickertone.store.artifacts import Artifacts, write_manifest
from tickertone.store.manifest import FileRecord, Manifest, Output, Step
from tickertone.workspace import Workspace


@pytest.fixture
def past(tmp_path):
    """Write manifests of steps that were done; answer what is then estimated."""

    class Past:
        artifacts = Artifacts(Workspace(tmp_path))
        made = 0

        def add(
            self, stage, subject, seconds, *, settings=None, inputs=None, outputs=None, **facts
        ):
            self.made += 1
            parts = Parts(
                stage=stage,
                settings={"n": self.made, **(settings or {})},
                inputs=inputs or {},
                code={},
                libraries={},
            )
            manifest = Manifest(
                subject=subject,
                fingerprint=parts.fingerprint,
                parts=parts,
                outputs=outputs or {},
                facts={**facts, "seconds": seconds},
            )
            write_manifest(self.artifacts.folder(stage, parts.fingerprint), manifest)

        def split(self, dataset, rows):
            file = FileRecord(path=f"{dataset}.parquet", size=1, sha256="0" * 64)
            outputs = {"train": Output(content=dataset, files=(file,))}
            counts = {"train": {"rows_accepted": rows}}
            self.add("validate", dataset, 1.0, outputs=outputs, splits=counts)

        def estimate(self, stage, subject, **known):
            return Durations(self.artifacts).estimate(Node(stage, subject), **known)

    return Past()


LINEAR, ENCODER = {"recipe": {"family": "linear"}}, {"recipe": {"family": "encoder"}}


def test_scoring_takes_as_long_a_row_as_the_same_model_took(past):
    past.add("extract", "words/tweets", 10.0, rows_scored=1000)
    past.add("extract", "words/wires", 2.0, rows_scored=200)
    past.add("extract", "other/wires", 99.0, rows_scored=1)
    assert past.estimate("extract", "words/news", rows=50) == 0.5
    assert past.estimate("extract", "words/news", rows=0) == 0


def test_a_step_that_had_nothing_to_score_says_nothing_of_those_that_have(past):
    past.add("extract", "words/tweets", 0.1, rows_scored=0)
    assert past.estimate("extract", "words/tweets", rows=10) is None


def test_training_scales_with_the_rows(past):
    past.split("tweets", 100)
    past.split("wires", 300)
    past.add("finetune", "words", 20.0, settings=LINEAR, inputs={"train:tweets": "tweets"})
    durations = Durations(past.artifacts)
    both = {f"train:{name}": Output(content=name, files=()) for name in ("tweets", "wires")}
    parts = Parts(stage="finetune", settings={}, inputs={}, code={}, libraries={})
    rows = durations.training_rows(Step(subject="words", parts=parts, inputs=both))
    assert rows == 400
    assert past.estimate("finetune", "words", rows=rows) == 80
    assert past.estimate("finetune", "words") == 20


def test_a_training_counts_what_it_took_before_it_was_taken_up_again(past):
    past.add("finetune", "words", 20.0, settings=LINEAR, train_seconds=50.0)
    assert past.estimate("finetune", "words") == 50


def test_a_model_that_never_ran_takes_after_its_family(past):
    past.add("finetune", "full", 600.0, settings=ENCODER)
    past.add("finetune", "words", 2.0, settings=LINEAR)
    past.add("finetune", "letters", 4.0, settings=LINEAR)
    assert past.estimate("finetune", "numbers", kind="linear") == 3
    assert past.estimate("finetune", "lora", kind="encoder") == 600
    assert past.estimate("finetune", "llama", kind="causal") is None


def test_a_torn_manifest_tells_nothing(past, tmp_path):
    past.add("combine", "demo/tweets/mean", 2.0)
    folder = past.artifacts.folder("combine", "torn")
    folder.mkdir()
    (folder / "manifest.json").write_text('{"subject": "demo/twe')
    assert past.estimate("combine", "demo/tweets/mean") == 2


def test_a_recipe_with_a_limit_trains_on_no_more_rows(past):
    past.split("tweets", 1000)
    limited = {"recipe": {"family": "seq2seq", "rows": 50}}
    past.add("finetune", "small", 10.0, settings=limited, inputs={"train:tweets": "tweets"})
    assert past.estimate("finetune", "small", rows=100) == 20.0

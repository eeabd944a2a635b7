"""What `benchmarks.scoring` asks: four cases, their prompts, and the tweets."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.random_models import LLAMA, T5, Shape, put_tokenizer, random_llama, random_t5
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.causal import CausalForm
from tickertone.catalog.forms.seq2seq import Seq2SeqForm
from tickertone.catalog.load import Catalog
from tickertone.catalog.prompts import PromptFile
from tickertone.catalog.yaml_files import read_yaml
from tickertone.datasets.examples import Row
from tickertone.datasets.readers.choose import SourceFile, read_split
from tickertone.datasets.sources.locate import locate
from tickertone.models.generative.prompts import Shot
from tickertone.models.generative.shots import balanced_draw
from tickertone.workspace import mirror_folder

REAL, DEMO = "twitter_financial_news", "demo_headlines"
LABELS = ("negative", "neutral", "positive")
_SEVERAL = {"negative": "bearish", "neutral": "undecided", "positive": "bullish"}
Family = Literal["seq2seq", "causal"]


@dataclass(frozen=True)
class Case:
    """A question to a model; `goal` is how many times as fast Tickertone should be."""

    name: str
    family: Family
    words: Mapping[str, str]  # label -> the word that stands for it, if another
    shots: int
    goal: float


CASES = (
    Case("encoder-decoder, one-token labels", "seq2seq", {}, 0, 2.8),
    Case("encoder-decoder, multi-token labels", "seq2seq", _SEVERAL, 0, 3.0),
    Case("causal, zero-shot", "causal", {}, 0, 1.0),
    Case("causal, shared 5-shot prefix", "causal", {}, 5, 3.0),
)


@dataclass(frozen=True)
class Tweets:
    """Texts to score, and labelled ones (text, label) to draw examples from."""

    source: str  # the data set
    texts: tuple[str, ...]
    labelled: tuple[tuple[str, str], ...]

    def shots(self, case: Case) -> list[Shot]:
        """Balanced, drawn with a fixed seed."""
        labels = np.array([LABELS.index(label) for _, label in self.labelled])
        drawn = [self.labelled[i] for i in balanced_draw(labels, len(LABELS), case.shots, 1)]
        return [Shot(text, case.words.get(label, label)) for text, label in drawn]


def tweets(catalog: Catalog, number: int) -> Tweets:
    """The first tweets of TFSN where TICKERTONE_MIRROR is set, else of the demo's headlines."""
    source = REAL if mirror_folder() is not None else DEMO
    dataset = catalog.datasets[source]
    found: dict[str, list[tuple[str, str]]] = {}
    for file in locate(dataset, catalog.folder):
        read = read_split(dataset.reader, [SourceFile(file.spec.file, file.place, file.read())])
        for row in (row for source_rows in read for row in source_rows.rows):
            if isinstance(row, Row) and row.label in dataset.labels:
                found.setdefault(file.split, []).append((row.text, dataset.labels[row.label]))
    texts = tuple(text for text, _ in found["test"][:number])
    return Tweets(source, texts, tuple(found["train"]))


def checkpoint(
    case: Case, catalog: Catalog, project: Path, folder: Path, shape: Shape | None = None
) -> Path:
    """Write the model of a case into a new folder."""
    folder.mkdir(parents=True)
    if case.family == "seq2seq":
        random_t5(folder, shape or T5)
    else:
        random_llama(folder, shape or LLAMA)
    put_tokenizer(catalog, project, folder)
    return folder


def form_of(case: Case, catalog: Catalog, base: Path) -> Seq2SeqForm | CausalForm:
    """The model as a stanza would describe it: the plain prompt, float32, no tuning."""
    raw = read_yaml(catalog.folder / "prompts" / "plain.yaml", "data/prompts/plain.yaml")
    plain = PromptFile.model_validate(raw)
    kind = Seq2SeqForm if case.family == "seq2seq" else CausalForm
    return kind(
        family=case.family,  # type: ignore[arg-type]
        base=BaseSpec(folder=str(base)),
        tuning="none",
        prompt=plain.template,
        words=dict(case.words),
    )

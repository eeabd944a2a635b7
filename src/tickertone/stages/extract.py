"""extract: the logits of one model for the distinct texts of one data set.

Only texts that no shard of this scorer has are scored; a step without such texts loads no model.
What a model writes before it answers is kept in shards of its own, before anything is scored: a run
that is killed writes at most one shard of it twice.
"""

import importlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow.parquet as pq

from tickertone.identity.canonical import digest
from tickertone.models.protocol import Embed, Matrix, Say, Scorer, Text
from tickertone.stages.base_files import with_base_files
from tickertone.stages.work import Made, Product, Work
from tickertone.store.rationales import Rationales, RationaleSet
from tickertone.store.shards import ShardSet, rows_content

_TEXTS = "texts:"
_BLOCK = 2048  # texts between two lines of progress
_WRITTEN_AT_ONCE = 256  # rationales in one shard, and so lost at most when a run is killed
# Steps run in threads: two models would share the processor and double the memory, and transformers
# breaks when two threads import it at once.
_one_at_a_time = threading.Lock()
_loaded: dict[str, Scorer] = {}  # at most one: the model that was used last


@runtime_checkable
class _Counting(Protocol):
    """A scorer that counts things, such as what it had to leave out of what it was asked."""

    def counted(self) -> dict[str, int]:
        """What there was, and how often, since this was asked last."""
        ...


@runtime_checkable
class _Telling(Protocol):
    """A scorer that has something to say while it scores, such as what it will cost."""

    def tell(self, say: Say) -> None:
        """Where to say it."""
        ...


@runtime_checkable
class _Reasoning(Protocol):
    """A scorer that writes a rationale about each text, and scores it after that."""

    def rationales(self, texts: Sequence[Text]) -> list[str]:
        """What it writes, a function of each text alone."""
        ...

    def logits_after(self, texts: Sequence[Text], rationales: Sequence[str]) -> Matrix:
        """One row of logits per text, in the light of its rationale."""
        ...


class _Log:
    """The log of the step that is scoring now: a model in memory outlives the step it came with."""

    say: Say

    def __call__(self, line: str) -> None:
        self.say(line)


_log = _Log()


def run(work: Work) -> Product:
    """Inputs model, texts:<split>, and base where another model's weights are read again.

    One output logits:<split> for each split, and rationales:<split> of a model whose prompt asks
    for them.
    """
    began = time.monotonic()
    shards = ShardSet(work.shards / "logits" / str(work.settings["scorer"]))
    outputs: dict[str, Made] = {}
    counts: Counter[str] = Counter()
    reasons = bool((work.settings["form"].get("prompt") or {}).get("rationale"))
    rows = scored = 0
    texts = {
        role.removeprefix(_TEXTS): _distinct_texts(work.only(role))
        for role in sorted(work.inputs)
        if role.startswith(_TEXTS)
    }
    said: dict[str, tuple[str, ...]] = {}
    for split, some in texts.items() if reasons else ():
        # Of all splits before any is scored: what is forgotten may lie in a shard of another's.
        found = _reasoned(work, [*some], [*some.values()], shards)
        said[split] = found.rows
        outputs[f"rationales:{split}"] = Made(found.files, found.content([*some]))
        counts["rationales_written"] += found.written
    for split, some in texts.items():
        ids = [*some]
        score = partial(_score, work, [*some.values()], said.get(split), counts)
        values, files, computed = shards.fill(ids, score)
        outputs[f"logits:{split}"] = Made(tuple(files), rows_content(ids, values))
        rows, scored = rows + len(ids), scored + computed
    seconds = round(time.monotonic() - began, 3)
    facts = {"rows": rows, "rows_scored": scored, "scoring_seconds": seconds}
    return Product(outputs, {**facts, **counts})


def _distinct_texts(snapshot: Path) -> dict[str, Text]:
    """By their ids, in the order of these."""
    columns = pq.read_table(snapshot, columns=["text_id", "text", "text_b"]).to_pydict()
    triples = zip(columns["text_id"], columns["text"], columns["text_b"], strict=True)
    texts: dict[str, Text] = {text_id: a if b is None else (a, b) for text_id, a, b in triples}
    return {text_id: texts[text_id] for text_id in sorted(texts)}


def _reasoned(work: Work, ids: list[str], texts: list[Text], logits: ShardSet) -> Rationales:
    """The rationales of the texts; those that no shard has are written now.

    A text counts as scored only if what it was scored after is there.
    """
    done = 0

    def write(missing: list[int]) -> list[str]:
        nonlocal done
        with _one_at_a_time:
            _log.say = work.say
            scorer = _scorer(work)
            if not isinstance(scorer, _Reasoning):
                raise TypeError("a prompt that asks for a rationale, and a scorer that writes none")
            written = scorer.rationales([texts[i] for i in missing])
        work.recheck()
        done += len(missing)
        work.say(f"wrote {done} rationales")
        return written

    kept = RationaleSet(work.shards, str(work.settings["scorer"]))
    return kept.fill(ids, write, _WRITTEN_AT_ONCE, logits.forget)


def _score(
    work: Work,
    texts: list[Text],
    said: Sequence[str] | None,
    counts: Counter[str],
    missing: list[int],
) -> Matrix:
    with _one_at_a_time:
        _log.say = work.say
        rows = _score_all(work, texts, said, missing)
        if isinstance(scorer := _scorer(work), _Counting):
            counts.update(told := scorer.counted())
            for what, count in told.items():
                work.say(f"{what.replace('_', ' ')}: {count}")
    work.recheck()
    return rows


def _score_all(
    work: Work, texts: list[Text], said: Sequence[str] | None, missing: list[int]
) -> Matrix:
    scorer = _scorer(work)
    work.say(f"scoring {len(missing)} texts")
    blocks = []
    for start in range(0, len(missing), _BLOCK):
        chosen = missing[start : start + _BLOCK]
        asked = [texts[i] for i in chosen]
        if said is not None and isinstance(scorer, _Reasoning):
            blocks.append(scorer.logits_after(asked, [said[i] for i in chosen]))
        else:
            blocks.append(scorer.logits(asked))
        if start + _BLOCK < len(missing):
            work.say(f"scored {start + len(chosen)} of {len(missing)} texts")
    return np.concatenate(blocks)


def _scorer(work: Work) -> Scorer:
    """The model of this step, from memory if it was used last."""
    # The notes as well: how a server is to be treated may change from run to run.
    identity = digest([work.settings["scorer"], work.notes["form"]])
    scorer = _loaded.get(identity)
    if scorer is None:
        _loaded.clear()  # first, so that two models are not in memory at once
        scorer = _load(work)
        _loaded[identity] = scorer
    return scorer


def _load(work: Work) -> Scorer:
    program = work.settings["program"]
    if program["uses_torch"]:
        from tickertone.training.threads import choose_threads

        choose_threads()
    scorer: Scorer = importlib.import_module(program["score"]).load(
        work.inputs["model"][0].parent,
        with_base_files(work.notes["form"], work),
        tuple(work.settings["task"]["labels"]),
        project=work.project,
        embed=_embed(work),
    )
    if isinstance(scorer, _Telling):
        scorer.tell(_log)
    return scorer


def _embed(work: Work) -> Embed | None:
    name = work.settings["program"]["embeddings"]
    if name is None:
        return None
    features = work.notes["form"]["features"]
    embed: Embed = importlib.import_module(name).remembering_embed(
        features, work.project, work.shards, _log
    )
    return embed

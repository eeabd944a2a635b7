"""How many texts an extraction will score: those that no shard of its scorer holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tickertone.dag.expected import is_unknown
from tickertone.dag.row_changes import read_columns
from tickertone.store.artifacts import SHARDS, Artifacts
from tickertone.store.files import sha256_file
from tickertone.store.manifest import Step

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = "texts:"


class ToScore:
    """Counts for the steps of one plan, in order: a text that two of them ask for counts once."""

    def __init__(self, artifacts: Artifacts) -> None:
        self._artifacts = artifacts
        self._held: dict[str, set[str]] = {}  # scorer -> texts in its shards, or scored before

    def count(self, step: Step, coming: Mapping[str, "pa.Table"], *, anew: bool) -> int | None:
        """Texts to be scored; None if a split is not known.

        `coming`: split -> the rows of a snapshot that is not made yet. `anew`: as if there were no
        shards. A model that is not known yet has none.
        """
        wanted: set[str] = set()
        for role, output in step.inputs.items():
            if not role.startswith(_TEXTS):
                continue
            split = role.removeprefix(_TEXTS)
            rows = coming.get(split)
            if rows is None and not is_unknown(output):
                rows = read_columns(self._artifacts.paths(output), ("text_id",))
            if rows is None:
                return None
            wanted |= {*rows["text_id"].to_pylist()}
        scorer = str(step.parts.settings["scorer"])
        if scorer not in self._held:
            self._held[scorer] = set() if anew else self._scored(step, scorer)
        new = wanted - self._held[scorer]
        self._held[scorer] |= new
        return len(new)

    def _scored(self, step: Step, scorer: str) -> set[str]:
        """Where a rationale comes first, a text counts as scored only if that is there too."""
        held = self._in_shards(self._artifacts.logits(scorer))
        match step.parts.settings["form"]:
            case {"prompt": {"rationale": dict()}}:
                held &= self._in_shards(self._artifacts.root / SHARDS / "rationales" / scorer)
        return held

    def _in_shards(self, folder: Path) -> set[str]:
        """As extraction finds them: a shard with other bytes than its name says does not count."""
        held: set[str] = set()
        for shard in folder.glob("*.parquet"):
            if sha256_file(shard) == shard.stem:
                rows = read_columns((shard,), ("text_id",))
                held |= {*rows["text_id"].to_pylist()} if rows is not None else set()
        return held

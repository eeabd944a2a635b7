"""What a plan says of memory: how much a training or a scoring may take, and whether that is there.

By files that are on this machine: a base in a folder, a package or the Hub's cache, or a shape; and
by data/networks.yaml for a base that is not here. Nothing is fetched, and no library is loaded that
computes.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from tickertone.catalog.bases import BaseSpec, FilesSpec
from tickertone.catalog.lineage import first_base
from tickertone.catalog.load import Catalog, load_catalog
from tickertone.catalog.networks import NetworkSpec
from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.prompted import PromptedRecipe
from tickertone.frozen import Frozen
from tickertone.models.bases import carried_by
from tickertone.models.data_parallel import MICRO_BATCH, whole_number
from tickertone.models.memory import of_scoring, of_training
from tickertone.models.network_shapes import Network, drawn, network, stated
from tickertone.workspace import Workspace

_GIB = 2**30
_NAMED = 3  # steps in a warning
_NOT_AS_EXPECTED = (ValueError, TypeError, KeyError, AttributeError)  # JSON of another structure
_LONGEST_HEADER = 2**27  # bytes; safetensors itself takes no longer one


class Expected(Frozen):
    """Memory of a step in bytes; None of what cannot be told."""

    at_most: float | None = None
    without_batches: float | None = None  # what of it stands there whatever the length of texts
    free: int | None = None
    why: str = ""  # it cannot be told
    by: str = ""  # what is known of the network; its own files where this is empty

    @property
    def fits(self) -> bool:
        """Whether it will, or nothing is known against it."""
        return None in (self.at_most, self.free) or self.at_most <= self.free  # type: ignore[operator]

    def __str__(self) -> str:
        """Such as "up to 3.4 GiB of memory"."""
        if self.at_most is None:
            return f"memory not known: {self.why}"
        words = f"up to {self.at_most / _GIB:.1f} GiB of memory{self.by}"
        if self.fits or self.free is None or self.without_batches is None:
            return words
        verdict = "will" if self.without_batches > self.free else "may"
        return f"{words}, {verdict} not fit into {self.free / _GIB:.1f} GiB"


def too_much(steps: Iterable[tuple[str, Expected | None]]) -> list[str]:
    """One warning about all steps that may not fit; none where all do."""
    found = [(step, memory) for step, memory in steps if memory is not None and not memory.fits]
    if not found:
        return []
    free = found[0][1].free or 0
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    named = ", ".join(step for step, _ in found[:_NAMED])
    return [
        f"memory may run out in {named}{more}: {free / _GIB:.1f} GiB are free. Set {MICRO_BATCH} "
        "to a few rows, which does not change the model; or lower max_length in data/models.yaml, "
        "or tune adapters (tuning: lora or qlora)"
    ]


class Device:
    """Where networks compute: the first GPU where torch is made for one, else the processor."""

    @cached_property
    def gpu(self) -> int | None:
        """Bytes free on the first GPU that is visible; None without one."""
        tool = shutil.which("nvidia-smi")
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0].strip()
        if tool is None or visible in {"", "-1"}:
            return None
        asked = [
            tool,
            f"--id={visible}",
            "--query-gpu=memory.free",
            "--format=csv,noheader,nounits",
        ]
        try:
            if distribution("torch").version.endswith("+cpu"):
                return None
            said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
            return int(said.stdout.split()[0]) * 2**20
        except (PackageNotFoundError, OSError, subprocess.SubprocessError, ValueError, IndexError):
            return None

    @cached_property
    def free(self) -> int | None:
        """Bytes free there; None where the system does not say."""
        return self.gpu if self.gpu is not None else _free_in_ram(Path("/proc/meminfo"))


class ExpectedMemory:
    """Of the steps of one plan."""

    def __init__(self, catalog: Catalog, project: Path, device: Device | None = None) -> None:
        self.catalog = catalog
        self.project = project
        self.device = device or Device()
        self._network = cache(self._find_network)

    def of(self, stage: str, model: str) -> Expected | None:
        """None where a step is no training or scoring by a network.

        Raises ConfigError for a micro-batch that is no number.
        """
        recipe = self.catalog.models[model] if stage in {"finetune", "extract"} else None
        if not isinstance(recipe, EncoderSpec | ClassifierSpec | PromptedRecipe):
            return None
        if stage == "finetune" and getattr(recipe, "tuning", "none") == "none":
            return None
        found, by = self._network(model), ""
        if isinstance(found, str):
            published = self._published(model)
            if published is None:
                return Expected(why=found)
            found, by = stated(published), " by its published shape"
        if stage == "finetune":
            paged, at_once = self.device.gpu is not None, whole_number(MICRO_BATCH)
            memory = of_training(recipe, found, paged=paged, at_once=at_once)
        else:
            memory = of_scoring(recipe, found)
        return Expected(
            at_most=memory.total, without_batches=memory.standing, free=self.device.free, by=by
        )

    def _published(self, model: str) -> NetworkSpec | None:
        base = first_base(model, self.catalog.models)
        return self.catalog.networks.get(base.name) if base else None

    def _find_network(self, model: str) -> Network | str:
        """What a model starts from at the very bottom; words where that cannot be told."""
        base = first_base(model, self.catalog.models)
        if base is None or base.files is None:
            return "it has no base"
        folder = _folder(base.files, self.project)
        if isinstance(folder, str):
            return folder
        config = _json(folder / "config.json")
        if isinstance(base, BaseSpec) and base.made is not None:
            vocabulary = config.get("vocab_size")
            if not isinstance(vocabulary, int):
                return "the size of the vocabulary is not stated"
            return drawn(base.made, vocabulary)
        try:
            tensors = dict(_tensors(folder))
        except (OSError, *_NOT_AS_EXPECTED):
            return f"the weights of {base.name} cannot be read"
        unsaid = f"the size of {base.name} cannot be read from its config.json and weights"
        try:
            return (network(config, tensors) if tensors else None) or unsaid
        except _NOT_AS_EXPECTED:
            return unsaid


def memory_of_training(model: str, workspace: Workspace) -> float | None:
    """Bytes that it may need, hardly any without a network; None where that cannot be told."""
    catalog = load_catalog(workspace.data)
    expected = ExpectedMemory(catalog, workspace.root).of("finetune", model)
    return 0.0 if expected is None else expected.at_most


def _folder(base: FilesSpec, project: Path) -> Path | str:
    """Where a base lies here; words where it does not."""
    if base.folder is not None:
        place = project / base.folder
        return place if place.is_dir() else f"{base.name} is not there"
    if base.package is not None:
        try:
            carried = carried_by(base.package)
        except PackageNotFoundError:
            return f"{base.package} is not installed"
        return carried or f"{base.package} has no weights"
    if base.revision is None:
        return f"{base.name} is not pinned"
    from huggingface_hub.constants import HF_HUB_CACHE

    name = f"models--{str(base.hub).replace('/', '--')}"
    place = Path(HF_HUB_CACHE) / name / "snapshots" / base.revision
    return place if place.is_dir() else f"{base.name} is not in the Hub's cache"


def _tensors(folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The shapes that the headers of safetensors files state; no weight is read."""
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LONGEST_HEADER:
                raise ValueError("no header of safetensors")
            header = json.loads(file.read(length))
        for name, tensor in header.items():
            if name != "__metadata__":
                yield name, tuple(tensor["shape"])


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _free_in_ram(stated: Path) -> int | None:
    """Bytes that Linux says are available; elsewhere all that there are."""
    try:
        for line in stated.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return None
    except OSError:
        pages = os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else -1
        return pages * os.sysconf("SC_PAGE_SIZE") if pages > 0 else None

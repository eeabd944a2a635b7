"""How many processes train a model, and the device of each.

One process a visible GPU; the variable TICKERTONE_PROCESSES says otherwise, on a machine without
GPUs too. Imports no torch, which would take hold of a GPU in the process that only starts others.
"""

import os
import shutil
import socket
import subprocess
from importlib.metadata import version

from tickertone.errors import ConfigError
from tickertone.models.data_parallel import whole_number

VARIABLE = "TICKERTONE_PROCESSES"
_GPUS = "CUDA_VISIBLE_DEVICES"
_HERE = "127.0.0.1"


def environments(rows: int) -> list[dict[str, str]]:
    """What each process is to find in its environment, for batches of so many rows.

    No process is without a row in a whole batch. Raises ConfigError if more are asked for than
    there are GPUs, where there are any.
    """
    gpus = visible_gpus()
    asked = whole_number(VARIABLE)
    if asked is not None and gpus and asked > len(gpus):
        raise ConfigError(VARIABLE, found=str(asked), expected=f"at most {len(gpus)}, one a GPU")
    count = min(asked or len(gpus) or 1, rows)
    own = [{_GPUS: gpu} for gpu in gpus[:count]] if len(gpus) > 1 else [{}] * count
    return own if count == 1 else [{**own[i], **_group(i, count)} for i in range(count)]


def visible_gpus() -> list[str]:
    """The names by which CUDA knows them; none for a torch that computes on processors alone."""
    if version("torch").endswith("+cpu"):
        return []
    named = os.environ.get(_GPUS)
    if named is None:
        program = shutil.which("nvidia-smi")
        if program is None:
            return []
        query = [program, "--query-gpu=uuid", "--format=csv,noheader"]
        told = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603
        named = ",".join(told.stdout.splitlines()) if told.returncode == 0 else ""
    return [name.strip() for name in named.split(",") if name.strip() not in {"", "-1"}]


def _group(rank: int, count: int) -> dict[str, str]:
    """Torch's variables. LOCAL_RANK picks a GPU among those visible, of which each has one."""
    return {
        "RANK": str(rank),
        "WORLD_SIZE": str(count),
        "LOCAL_RANK": "0",
        "MASTER_ADDR": _HERE,
    }


def free_port() -> str:
    """One on which the first process may listen for the others."""
    with socket.socket() as asking:
        asking.bind((_HERE, 0))
        return str(asking.getsockname()[1])

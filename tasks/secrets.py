"""Keys of endpoints from Prefect's secret blocks: OPENAI_API_KEY is in the block openai-api-key.

The environment comes first. A block is read just before it is needed, and what it holds goes to
`tickertone.endpoint.keys` alone: no parameter, record or log of a task sees it.
"""

import os

from prefect.blocks.system import Secret
from pydantic import SecretStr

from tickertone.endpoint.keys import hand_in, secret_name
from tickertone.store.manifest import Step


def hand_in_key(step: Step) -> None:
    """Hand in the key that a step's model asks for, if the environment lacks it and a block has it.

    Where neither has it, the step itself says so.
    """
    variable = step.notes.get("form", {}).get("service", {}).get("key")
    if variable is None or os.environ.get(variable):
        return
    try:
        block = Secret.load(secret_name(variable))
    except ValueError:  # there is no such block
        return
    hand_in(variable, SecretStr(str(block.get())))

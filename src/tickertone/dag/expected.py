"""What can be expected of a step that is yet to run, if it succeeds.

An output that comes from unchanged inputs alone, by the same settings, code and libraries, comes
out as before: a new test row does not touch what was made of the training rows. Of any other
output only the name is known, and a step that reads it cannot be identified yet.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tickertone.dag.planner import Node
from tickertone.identity.fingerprint import Parts
from tickertone.store.manifest import Manifest, Output, Step

_UNKNOWN = "what comes out of "  # in place of a content hash


def stand_in(
    node: Node, made: Manifest, now: Parts | None, whole: Callable[[Output], bool]
) -> Manifest:
    """The manifest of the last time, with those outputs unknown that may come out otherwise.

    `now` may hold unknown inputs itself; None if nothing is known. `whole`: are the files there?
    """
    unknown = f"{_UNKNOWN}{node}"
    outputs = {
        name: output
        if now is not None and _stays(name, output, made.parts, now, whole)
        else output.model_copy(update={"content": unknown})
        for name, output in made.outputs.items()
    }
    return made.model_copy(update={"outputs": outputs})


def is_unknown(output: Output) -> bool:
    """Whether only the name of an output is known."""
    return output.content.startswith(_UNKNOWN)


def unknown_inputs(step: Step) -> dict[str, str]:
    """Role -> the step that it comes out of, for all inputs that are not known yet."""
    return {
        role: output.content.removeprefix(_UNKNOWN)
        for role, output in step.inputs.items()
        if is_unknown(output)
    }


def _stays(
    name: str, output: Output, before: Parts, now: Parts, whole: Callable[[Output], bool]
) -> bool:
    reads = _comes_from(now.stage, name, now.settings)
    if reads is None or before.model_copy(update={"inputs": now.inputs}) != now:
        return False
    roles = {role for role in (*before.inputs, *now.inputs) if reads(role)}
    if any(before.inputs.get(role) != now.inputs.get(role) for role in roles):
        return False
    # Logits are taken from the shards; scored anew beside other texts, they may round otherwise.
    return now.stage != "extract" or whole(output)


def _comes_from(stage: str, output: str, settings: Any) -> Callable[[str], bool] | None:
    """Which inputs an output is made of; None where equal inputs promise no equal output."""
    split = Path(output).stem  # "train" of "train.texts"
    match stage:
        case "ingest":
            # A list of exclusions bears on every split.
            return lambda role: (
                output == "quarantine" or role.partition("/")[0] in {output, "exclude"}
            )
        case "validate":
            dataset = settings.get("dataset", {})
            train = dataset.get("splits", {}).get("train", {})
            split = dataset.get("samples", {}).get(split, {}).get("of", split)
            carved = {part for part, _ in dataset.get("carve", [])}
            # "clean" of what is carved as test looks at other data sets.
            ids_alone = split != "test" or output.endswith((".texts", ".examples"))
            if split in {"train", *carved} and train.get("role") == "train" and ids_alone:
                # Parts but for dev are kept apart from the tests of the source.
                apart = split != "dev" and bool(carved - {"dev"})
                made_of = {*dataset.get("splits", {})} if apart else {"train"}
                return lambda role: role in made_of
            if output.endswith((".texts", ".examples")):
                return lambda role: role == split
            return lambda _role: True  # "clean" and the checks look at everything
        case "extract":
            texts = f"texts:{output.partition(':')[2]}"  # of its logits or its rationales
            return lambda role: role in {"model", "base", texts}
    return None  # training and fitting: nothing is promised

"""Reading pools from the inputs of a step: what its members say of a split.

settings: `labels` of the task, and `members`, each {name, labels} with the labels it was made for.
inputs: ROLE:MEMBER, the shards with a member's logits on the split of that role.
"""

from tickertone.combiners.pool import Pool
from tickertone.stages.examples import Examples, read_examples
from tickertone.stages.logits import read_logits
from tickertone.stages.work import Work


def read_pool(work: Work, role: str, examples: Examples) -> Pool:
    """The pool of a step's members on the examples of a split, in their order."""
    labels: list[str] = work.settings["labels"]
    return Pool.gather(
        tuple(labels),
        {
            member["name"]: read_logits(
                work.inputs[f"{role}:{member['name']}"], examples, labels, of=member["labels"]
            )
            for member in work.settings["members"]
        },
    )


def read_unlabelled(work: Work) -> Pool | None:
    """The pool on the unlabelled part of a target, where the step has one; no label is read."""
    if "unlabelled" not in work.inputs:
        return None
    return read_pool(work, "unlabelled", read_examples(work.only("unlabelled")))

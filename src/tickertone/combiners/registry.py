"""Which module is which combiner: the module of kind `mean` is tickertone.combiners.mean.

There is no table on purpose. This file is part of the identity of every combine step, so a table
here would make each new combiner recompute all the old ones.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tickertone.errors import ConfigError

if TYPE_CHECKING:  # a plan names combiners and needs no numpy
    from tickertone.combiners.protocol import Combiner


def combiner_module(kind: str) -> str:
    """The module of a kind of combiner, not imported; raises ConfigError if there is none."""
    name = f"{__package__}.{kind}"
    if not kind.isidentifier() or find_spec(name) is None:
        raise ConfigError(
            "combiner",
            found=f"kind {kind!r}",
            expected=f"the name of a module of {__package__}",
        )
    return name


def make_combiner(settings: Mapping[str, Any]) -> "Combiner":
    """The combiner of a spec's plain dump, such as {"kind": "stacking", "c": 0.1}.

    Imports the module of that kind and no other. Raises ConfigError if the kind is unknown.
    """
    parameters = {name: value for name, value in settings.items() if name != "kind"}
    module = import_module(combiner_module(settings["kind"]))
    if not hasattr(module, "COMBINER"):
        raise ConfigError("combiner", found=f"kind {settings['kind']!r}, which is no combiner")
    combiner: Combiner = module.COMBINER(**parameters)
    return combiner

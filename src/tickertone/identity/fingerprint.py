"""The identity of a step: equal fingerprint, equal result.

A fingerprint is the hash of five parts and of nothing else: no path, host, clock, name of a run or
order of a set. The parts are kept beside every result, so that a difference can be put in words.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version

from tickertone.frozen import JSON, Frozen
from tickertone.identity.canonical import canonical_json, digest
from tickertone.identity.code import code_parts


class Parts(Frozen):
    """All that a step's result depends on."""

    stage: str
    settings: dict[str, JSON]
    inputs: dict[str, str]  # role -> content hash of exactly what is read
    code: dict[str, str]  # module -> hash of its syntax tree
    libraries: dict[str, str]  # distribution -> version, the ones that change numbers

    @property
    def fingerprint(self) -> str:
        """sha256 (hex) of the canonical JSON of the parts."""
        return digest(self.model_dump(mode="json"))


def parts_of(
    stage: str,
    *,
    settings: Mapping[str, JSON],
    inputs: Mapping[str, str],
    entry_points: Iterable[str],
    libraries: Iterable[str],
) -> Parts:
    """Gather the parts of a step from its settings, inputs, entry points and libraries.

    Mappings are put in canonical order: what is no part of the identity must not reach a result.
    """
    return Parts(
        stage=stage,
        settings=json.loads(canonical_json(dict(settings))),
        inputs=dict(sorted(inputs.items())),
        code=code_parts(entry_points),
        libraries={name: _version(name) for name in sorted(libraries)},
    )


@cache
def _version(distribution: str) -> str:
    return version(distribution)

"""Arrows point one way: what a layer imports stands beside or below it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = {"errors", "frozen", "workspace", "hub", "identity", "catalog", "draws"}
MAY_IMPORT = {
    "errors": set(),
    "frozen": set(),
    "workspace": {"errors"},
    "hub": {"errors"},
    "identity": {"frozen"},
    "catalog": {"errors", "frozen"},
    "draws": set(),
    "datasets": GROUND,
    "validation": GROUND,
    "models": GROUND,
    "training": GROUND | {"models", "store"},
    "endpoint": GROUND | {"models", "store"},
    "combiners": GROUND,
    "metrics": GROUND,
    "report": GROUND,
    "store": GROUND | {"stages"},  # of stages only the contract, stages.work
    "stages": GROUND
    | {"datasets", "validation", "models", "training", "combiners", "metrics", "report", "store"},
    "dag": GROUND
    | {"endpoint", "datasets", "models", "combiners", "stages", "store", "validation"},
    "cli": GROUND | {"datasets", "models", "training", "dag", "store"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_a_layer_imports_only_what_stands_below_it(layer):
    src = ROOT / "src" / "tickertone"
    place = src / layer
    files = list(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    assert files
    for path in files:
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "tickertone" and len(parts) > 1 and parts[1] != layer:
                assert parts[1] in MAY_IMPORT[layer], f"{path.relative_to(src)} imports {name}"


def test_every_layer_is_listed():
    names = {p.stem for p in (ROOT / "src" / "tickertone").iterdir() if p.suffix in {"", ".py"}}
    assert names - {"__init__", "__pycache__"} == set(MAY_IMPORT)


def test_the_library_does_not_know_prefect():
    for path in (ROOT / "src").rglob("*.py"):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & {"prefect", "flows", "tasks"}, path


def test_the_store_takes_only_the_contract_from_the_stages():
    for path in (ROOT / "src" / "tickertone" / "store").rglob("*.py"):
        assert {n for n in imports(path) if n.startswith("tickertone.stages")} <= {
            "tickertone.stages.work"
        }

"""What the code uses, the project installs: a developer's own environment may hold more."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tickertone.catalog.recipes.prompted import Seq2SeqSpec
from tickertone.models.families import family_of

ROOT = Path(__file__).resolve().parents[1]
OURS = {"tickertone", "flows", "tasks", "tests", "benchmarks"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in project["dependencies"]}


def imported(folder: str) -> set[str]:
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add((node.module or "").split(".")[0])
    return found - sys.stdlib_module_names - OURS


@pytest.mark.parametrize("folder", ["src", "flows", "tasks"])
def test_what_is_imported_is_declared(folder):
    distributions = importlib.metadata.packages_distributions()
    for module in imported(folder):
        assert {normal(name) for name in distributions[module]} & declared(), module


@pytest.mark.parametrize("tuning", ["full", "lora", "lora_8bit", "qlora"])
def test_a_library_that_a_family_names_is_declared(tuning):
    recipe = Seq2SeqSpec.model_construct(family="seq2seq", tuning=tuning, draw="random")
    assert set(family_of(recipe).fit_libraries) <= declared()


def test_every_dependency_has_a_tested_version():
    tested = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {normal(line.split("==")[0]) for line in tested if "==" in line}
    assert declared() <= pinned

"""Identity of code: a hash of the syntax trees that an entry point reaches by imports.

Only modules of this package count. Comments, blank lines, docstrings and formatting do not.
Imports inside functions count as well: heavy ones live there. A module that is named by a string
at run time is invisible here, so whoever names it passes it as one more entry point.

The code of a process is what was on disk when it first looked: an edit during a run must not put
the old code's results under the new code's name. `changed_since` tells of such an edit.
"""

import ast
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGE = "tickertone"
_ROOT = Path(__file__).resolve().parents[1]


def code_parts(entry_points: Iterable[str]) -> dict[str, str]:
    """Module name -> hash of its syntax tree, for all modules reached from `entry_points`.

    Raises ModuleNotFoundError if an entry point is not a module of this package.
    """
    parts: dict[str, str] = {}
    waiting: list[str] = []
    for name in entry_points:
        if module_path(name) is None:
            raise ModuleNotFoundError(f"no module {name} in {_PACKAGE}")
        waiting += [name, *_packages_around(name)]
    while waiting:
        name = waiting.pop()
        if name in parts or (path := module_path(name)) is None:
            continue
        found = _read_once(name, path)
        parts[name] = found.tree
        waiting.extend(found.imports)
    return dict(sorted(parts.items()))


def remember_all_code() -> None:
    """Take note of every module of the package as it is now, before the stages are imported."""
    for path in _ROOT.rglob("*.py"):
        steps = path.relative_to(_ROOT).with_suffix("").parts
        name = ".".join([_PACKAGE, *(step for step in steps if step != "__init__")])
        with suppress(SyntaxError):  # whoever needs that module will be told when importing it
            _read_once(name, path)


def changed_since(parts: Mapping[str, str]) -> list[str]:
    """The modules whose code on disk is no longer that of `parts`."""
    changed = []
    for name, known in parts.items():
        path = module_path(name)
        if path is None or _tree_now(name, path) != known:
            changed.append(name)
    return changed


def _tree_now(name: str, path: Path) -> str | None:
    """The hash of the tree on disk; None for a file that is only half saved."""
    try:
        first = _read_once(name, path)
        if hashlib.sha256(path.read_bytes()).hexdigest() == first.source:
            return first.tree
        return _read(name, path).tree
    except (SyntaxError, UnicodeDecodeError, FileNotFoundError):
        return None


def module_path(name: str) -> Path | None:
    """The source file of a module of this package, or None if it is not one."""
    head, _, rest = name.partition(".")
    if head != _PACKAGE:
        return None
    base = "/".join([str(_ROOT), *rest.split(".")]) if rest else str(_ROOT)
    for path in (f"{base}.py", f"{base}/__init__.py"):
        if os.path.isfile(path):  # noqa: PTH113 - asked thousands of times, and pathlib is slow
            return Path(path)
    return None


@dataclass(frozen=True)
class _Module:
    """One module as it was read."""

    source: str  # sha256 of its bytes
    tree: str
    imports: tuple[str, ...]


@cache
def _read_once(name: str, path: Path) -> _Module:
    return _read(name, path)


# Steps run in threads, and CPython 3.11 fails with "AST constructor recursion depth mismatch" when
# two of them parse at once.
_one_at_a_time = threading.Lock()


def _read(name: str, path: Path) -> _Module:
    data = path.read_bytes()
    with _one_at_a_time:
        tree = ast.parse(data)
        imported = tuple(sorted(_imports(name, path.name == "__init__.py", tree)))
        return _Module(hashlib.sha256(data).hexdigest(), tree_hash(tree), imported)


def tree_hash(tree: ast.Module) -> str:
    """sha256 (hex) of a syntax tree without its docstrings and positions."""
    for node in _statements(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_docstring(node)
    return hashlib.sha256(_spelt(tree).encode()).hexdigest()


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """The module and every statement in it: no import and no docstring is in an expression."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside = getattr(node, field, None)
            if isinstance(inside, list):
                waiting += inside


def _spelt(value: object) -> str:
    """A tree as text, as `ast.dump` of Python 3.11 writes it, in half the time."""
    if isinstance(value, ast.AST):
        kind = type(value)
        fields = []
        for name in kind._fields:
            inside = getattr(value, name, None)
            if inside is not None or getattr(kind, name, ...) is not None:
                fields.append(f"{name}={_spelt(inside)}")
        return f"{kind.__name__}({', '.join(fields)})"
    if isinstance(value, list):
        return f"[{', '.join([_spelt(item) for item in value])}]"
    return repr(value)


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        node.body = node.body[1:]


def _imports(name: str, is_package: bool, tree: ast.Module) -> set[str]:
    """Names that `name` imports: modules of this package, and the packages around them."""
    found: set[str] = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, is_package, node)
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    modules = {m for m in found if module_path(m) is not None}
    return modules.union(*map(_packages_around, modules))


def _packages_around(name: str) -> list[str]:
    """a.b.c is imported through a and a.b."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _absolute(name: str, is_package: bool, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parts = name.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*parts, node.module] if node.module else parts)

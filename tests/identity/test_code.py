import ast
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tickertone.identity import code
from tickertone.identity.code import code_parts, tree_hash

PLAIN = """
def tone(x):
    return x + 1
"""
DRESSED = '''
"""A module."""

# A comment.
def tone(
    x,
):
    """What it does."""

    return x + 1  # and why
'''
OTHER = """
def tone(x):
    return x + 2
"""


def hash_of(source):
    return tree_hash(ast.parse(source))


def test_comments_docstrings_and_formatting_do_not_count():
    assert hash_of(PLAIN) == hash_of(DRESSED)


def test_what_is_computed_counts():
    assert hash_of(PLAIN) != hash_of(OTHER)


def test_a_string_that_is_no_docstring_counts():
    assert hash_of("x = 'up'") != hash_of("x = 'down'")


def package(tmp_path, monkeypatch, files):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(code, "_ROOT", tmp_path)
    code._read_once.cache_clear()
    return lambda *entry: code_parts(entry)


FILES = {
    "__init__.py": "",
    "a/__init__.py": "",
    "a/entry.py": "def f():\n    from tickertone.b import near\n    return near\n",
    "b/__init__.py": "",
    "b/near.py": "from . import far\nimport json\n",
    "b/far.py": "x = 1\n",
    "b/alone.py": "y = 1\n",
}


def test_imports_are_followed_also_inside_functions_and_relative_ones(tmp_path, monkeypatch):
    parts = package(tmp_path, monkeypatch, FILES)("tickertone.a.entry")
    assert set(parts) == {
        "tickertone", "tickertone.a", "tickertone.a.entry", "tickertone.b", "tickertone.b.far",
        "tickertone.b.near",
    }  # fmt: skip


def test_a_change_two_imports_away_changes_one_part(tmp_path, monkeypatch):
    before = package(tmp_path, monkeypatch, FILES)("tickertone.a.entry")
    after = package(tmp_path, monkeypatch, {"b/far.py": "x = 22\n"})("tickertone.a.entry")
    assert {m for m in before if before[m] != after[m]} == {"tickertone.b.far"}


def test_a_module_that_is_not_imported_changes_nothing(tmp_path, monkeypatch):
    before = package(tmp_path, monkeypatch, FILES)("tickertone.a.entry")
    after = package(tmp_path, monkeypatch, {"b/alone.py": "y = 22\n"})("tickertone.a.entry")
    assert before == after


def test_an_entry_point_that_does_not_exist_is_an_error():
    with pytest.raises(ModuleNotFoundError, match=r"no module tickertone\.nowhere"):
        code_parts(["tickertone.nowhere"])


def test_an_edit_while_a_process_runs_does_not_change_what_it_says_it_ran(tmp_path, monkeypatch):
    parts = package(tmp_path, monkeypatch, FILES)
    code.remember_all_code()
    before = parts("tickertone.a.entry")
    (tmp_path / "b" / "far.py").write_text("x = 22\n")
    assert parts("tickertone.a.entry") == before
    assert code.changed_since(before) == ["tickertone.b.far"]


def test_modules_can_be_checked_from_many_threads_at_once(tmp_path, monkeypatch):
    parts = package(tmp_path, monkeypatch, FILES)("tickertone.a.entry")
    body = "".join(f"def f{i}(x):\n    return [x + {i}, (x, {{x: [{i}]}})]\n" for i in range(300))
    (tmp_path / "b" / "far.py").write_text(body)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: code.changed_since(parts), range(64)))
    assert answers == [["tickertone.b.far"]] * 64


NESTED = '''
import a
def f(x):
    """Gone."""
    try:
        with x:
            import b
    except ValueError:
        import c
    else:
        for _ in x:
            import d
    finally:
        if x:
            from e import f
        else:
            class Inner:
                """Gone."""
                import g
    match x:
        case 1:
            import h
    return lambda: [i for i in x]
'''


def test_imports_and_docstrings_are_found_wherever_a_statement_may_stand():
    tree = ast.parse(NESTED)
    found = [n for n in code._statements(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert len(found) == sum(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(tree))
    assert hash_of(NESTED) == hash_of(NESTED.replace("Gone.", "Other words."))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="ast.dump leaves out empty lists there")
def test_a_tree_is_spelt_as_python_does_it():
    for source in (PLAIN, DRESSED, NESTED, Path(code.__file__).read_text(encoding="utf-8")):
        assert code._spelt(ast.parse(source)) == ast.dump(ast.parse(source))

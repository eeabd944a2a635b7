from pathlib import Path

import pytest

from tickertone.catalog.yaml_files import read_yaml
from tickertone.errors import ConfigError


def read(tmp_path: Path, text: str | bytes) -> object:
    path = tmp_path / "f.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(path, "data/f.yaml")


def test_yaml_is_read_with_safe_types_merge_keys_and_a_byte_order_mark(tmp_path: Path):
    text = "\ufeffa: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"
    assert read(tmp_path, text) == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "data/f.yaml, line 3, column 2"),
        ("a: 1\n  b: 2\n", "data/f.yaml, line 2, column 4"),
        ("a:\n\t- b\n", "data/f.yaml, line 2, column 1"),
        ("a: 1\nb: 2\na: 3\n", "data/f.yaml, line 3, column 1"),
        ("a: {x: 1, x: 2}\n", "data/f.yaml, line 1, column 11"),
        ("a: !!python/object/apply:os.getcwd []\n", "data/f.yaml, line 1, column 4"),
        ("a: *nowhere\n", "data/f.yaml, line 1, column 4"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(tmp_path: Path, text: str, place: str):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.place == place
    assert caught.value.remedy


def test_a_duplicate_key_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="'a' stands here a second time"):
        read(tmp_path, "a: 1\na: 2\n")


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"", "empty"), (b"# only a comment\n", "empty"), (b"a: caf\xe9\n", "byte 6 is not UTF-8"),
     (b"a: \x07\n", "unacceptable character")],
)  # fmt: skip
def test_a_file_without_yaml_in_it_is_told(tmp_path: Path, data: bytes, found: str):
    with pytest.raises(ConfigError, match=found) as caught:
        read(tmp_path, data)
    assert caught.value.place == "data/f.yaml"

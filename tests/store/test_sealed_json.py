"""A record that carries its own checksum is believed whole, or not at all."""

import json

import pytest

from tickertone.errors import StoreError
from tickertone.store.sealed_json import is_sealed, read_sealed, sealed, unsealed, write_sealed

TEXT = '{"who":"me","because":"a log line, é"}'


def test_what_was_sealed_is_read_as_it_was_and_is_json():
    written = sealed(TEXT)
    assert unsealed(written.encode()) == TEXT.encode()
    assert json.loads(written).keys() == {"who", "because", "sha256"}


def test_every_single_changed_byte_is_seen():
    whole = sealed(TEXT).encode()
    for place in range(len(whole)):
        for other in (whole[place] ^ 1, whole[place] ^ 0x80, 0x20, 0x09):
            changed = bytearray(whole)
            changed[place] = other
            assert changed == whole or unsealed(bytes(changed)) is None, (place, other)


def test_a_record_without_a_seal_is_taken_as_it_is():
    assert not is_sealed(TEXT.encode())
    assert unsealed(TEXT.encode()) == TEXT.encode()
    assert unsealed(b"") == b""


def test_a_file_that_was_changed_or_cut_short_is_refused(tmp_path):
    path = tmp_path / "record.json"
    write_sealed(path, {"positive": {"train": 3}})
    assert read_sealed(path) == {"positive": {"train": 3}}
    whole = path.read_bytes()
    for damaged in (whole.replace(b"3", b"4"), whole[:-1], whole[:-30], whole[30:], b""):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match="verify --mend"):
            read_sealed(path)


def test_writing_the_same_again_touches_nothing(tmp_path):
    path = tmp_path / "record.json"
    write_sealed(path, {"a": 1})
    before = path.stat().st_ino
    write_sealed(path, {"a": 1})
    assert path.stat().st_ino == before
    write_sealed(path, {"a": 2})
    assert path.stat().st_ino != before

"""Errors as words: what a user can cure ends without a stack trace."""

import errno
import os

import pytest

from tickertone.cli.mistakes import told
from tickertone.errors import ConfigError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError("data/x.yaml", found="a typo"), "a typo"),
        (PermissionError(errno.EACCES, "Permission denied", "data/x"), "data/x: Permission denied"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "var/x"), "free some space"),
        (OSError("not a file of ours"), "the system: not a file of ours"),
    ],
)
def test_an_error_is_told_in_its_own_words(capsys, error, words):
    with pytest.raises(SystemExit) as ended, told(2):
        raise error
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert words in said
    assert "None" not in said


def test_ctrl_c_ends_with_the_status_of_its_signal(capsys):
    with pytest.raises(SystemExit) as ended, told():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"

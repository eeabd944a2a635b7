"""The command `tickertone`: thin, and quick to answer; every heavy import is inside a command."""

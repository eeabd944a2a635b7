"""Where keys come from: a secret handed in by the program, or the environment. Never a file.

A key is a SecretStr from end to end: printed, logged or written, it shows as asterisks.
"""

import json
import os

from pydantic import SecretStr

from tickertone.errors import ConfigError

_handed_in: dict[str, SecretStr] = {}


def hand_in(variable: str, key: SecretStr) -> None:
    """Use `key` wherever a stanza names `variable`, for as long as this process lives.

    For programs that keep keys elsewhere, such as a flow with a secret block.
    """
    _handed_in[variable] = key


def secret_name(variable: str) -> str:
    """Its name where none but a-z, 0-9 and dashes may stand, such as in Prefect's blocks."""
    return variable.lower().replace("_", "-").strip("-")


def find_key(variable: str | None) -> SecretStr | None:
    """The key that a stanza names; None if it names none. Raises ConfigError if it is nowhere."""
    if variable is None:
        return None
    handed_in = _handed_in.get(variable)
    value = handed_in.get_secret_value() if handed_in else os.environ.get(variable, "")
    value = value.strip()
    if not value:
        raise ConfigError(
            f"environment variable {variable}",
            found="not set",
            expected="the key of the server that a model's stanza names",
            remedy=f"export {variable}, or keep it in Prefect's secret block "
            f"{secret_name(variable)}; "
            "or set service.key to null if the server needs none",
        )
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(
            f"environment variable {variable}",
            found="characters that no header can carry (it is not shown)",
            expected="the key as the server's owner gave it: one word of ASCII",
            remedy=f"export {variable} again",
        )
    return SecretStr(value)


def without(text: str, key: SecretStr | None) -> str:
    """A server's words with the key blotted out, should it repeat it."""
    secret = key.get_secret_value() if key else ""
    for spelling in {secret, json.dumps(secret)[1:-1]} - {""}:
        text = text.replace(spelling, "[key]")
    return text

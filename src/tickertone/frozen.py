"""The base of every value that crosses a boundary: immutable, and strict about its fields."""

from pydantic import BaseModel, ConfigDict
from pydantic import JsonValue as JSON  # noqa: N814 - a type: any value that JSON can say

__all__ = ["JSON", "Frozen"]


class Frozen(BaseModel):
    """A Pydantic model that cannot be changed and refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

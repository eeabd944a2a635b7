"""Where pretrained weights come from."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Commit, Sha256
from tickertone.frozen import Frozen


class BaseSpec(Frozen):
    """The pretrained weights that a model starts from: exactly one of three places."""

    hub: str | None = Field(None, description="Hub model id")
    revision: Commit | None = Field(None, description="Hub commit; null until `tickertone lock`")
    folder: str | None = Field(None, description="local folder, absolute or below the project")
    package: str | None = Field(None, description="installed distribution that carries the files")
    sha256: dict[str, Sha256] = Field(
        default_factory=dict, description="file name -> sha256, checked before anything is loaded"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [p for p in (self.hub, self.folder, self.package) if p is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of hub, folder, package")
        if self.package is not None and not self.sha256:
            raise ValueError("a package base needs the sha256 of each file that is read")
        return self

    @property
    def name(self) -> str:
        """What people call it: the Hub id, the folder's own name or the distribution."""
        return self.hub or self.package or Path(self.folder or "").name

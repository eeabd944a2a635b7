"""The stanzas of data/published.yaml: figures that others published, never mixed with ours."""

from pydantic import Field

from tickertone.frozen import Frozen


class PublishedRow(Frozen):
    """One published result; scores are shares in [0, 1], null where the source gives none."""

    target: str = Field(description="the target of ours that it can be read next to")
    system: str
    accuracy: float = Field(ge=0, le=1)
    macro_f1: float | None = Field(None, ge=0, le=1)
    weighted_f1: float | None = Field(None, ge=0, le=1)
    source: str = Field(description="where the figure stands")


class PublishedTraining(Frozen):
    """What others said that a training took, next to a model of ours."""

    model: str = Field(description="the model of ours that it can be read next to")
    system: str
    minutes: float = Field(gt=0)
    device: str
    source: str = Field(description="where the figure stands")


class PublishedFile(Frozen):
    """The whole of data/published.yaml."""

    published: tuple[PublishedRow, ...] = ()
    training: tuple[PublishedTraining, ...] = ()

"""Whether texts may be sent to a server: each data set's licence says so, and the default is no."""

from collections.abc import Mapping

from tickertone.catalog.datasets import LicenceSpec
from tickertone.catalog.forms.endpoint import EndpointForm, is_loopback
from tickertone.errors import ConfigError


def refuse_what_may_not_leave(
    place: str, form: EndpointForm, licences: Mapping[str, LicenceSpec]
) -> None:
    """Raise ConfigError if a text of these data sets must not go to the server of `form`.

    `licences`: by name of the data sets whose texts go into prompts, examples included. What is
    sent to this machine's own loopback address does not leave it.
    """
    if is_loopback(form.url):
        return
    kept = [name for name, licence in licences.items() if not licence.may_leave]
    if kept:
        raise ConfigError(
            place,
            found=f"texts of {', '.join(kept)} would be sent to {form.url}, "
            "and their licence does not let them leave this machine",
            expected="data sets with licence.may_leave: true, or a server on this machine",
            remedy="take the model out of the experiment, or, if you have that right, set "
            "licence.may_leave of these data sets in data/datasets.yaml",
        )

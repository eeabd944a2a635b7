"""Making the store well again, as far as that can be done without computing anything."""

from typing import NamedTuple

from tickertone.catalog.load import Catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.verify import verify
from tickertone.dag.verify_pages import publish_again
from tickertone.store.findings import Verdict
from tickertone.store.in_use import at_rest
from tickertone.store.mend import set_aside
from tickertone.store.rebuild import rebuild
from tickertone.workspace import Workspace


class Mended(NamedTuple):
    """What was found, and what was done about it."""

    verdict: Verdict
    aside: list[str]  # relative to var/; the next run makes again what it needs of these
    published: list[str]
    rows: int | None  # of the database, if it was rebuilt


def mend(workspace: Workspace, catalog: Catalog) -> Mended:
    """Set aside what is damaged, publish pages again, and rebuild the database if it differs.

    Raises StoreBusy while a run is under way.
    """
    with at_rest(workspace, "verify --mend"):
        verdict = verify(workspace, kept_at_rest=True)
        aside = set_aside(workspace, verdict.findings)
        published = publish_again(workspace) if any(_is_page(name) for name in aside) else []
        rows = None
        if {f.kind for f in verdict.findings} & {"database", "journal"}:
            rows = rebuild(workspace, catalog_rows(catalog))
    return Mended(verdict, aside, published, rows)


def _is_page(name: str) -> bool:
    return name.startswith("reports/")

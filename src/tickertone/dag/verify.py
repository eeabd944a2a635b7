"""Is all of var/ as it was written? The store, and the pages that were made from it."""

from tickertone.dag.verify_pages import verify_pages
from tickertone.store.findings import Verdict
from tickertone.store.in_use import try_at_rest
from tickertone.store.verify import verify as verify_store
from tickertone.workspace import Workspace


def verify(workspace: Workspace, *, kept_at_rest: bool = False) -> Verdict:
    """All that is not as it was written; nothing is changed.

    `kept_at_rest` says that the caller keeps runs out of the store already. While a run is under
    way, neither pages nor what the run has still to load are compared. Raises StoreBusy.
    """
    verdict = verify_store(workspace, kept_at_rest=kept_at_rest)
    notes = list(verdict.notes)
    if kept_at_rest:
        found = [*verify_pages(workspace, notes)]
    else:
        with try_at_rest(workspace) as alone:
            found = [*verify_pages(workspace, notes)] if alone else []
        if not alone:
            notes.append("a run is under way: pages, and rows that it may add, were not compared")
    findings = (*verdict.findings, *found)
    return verdict.model_copy(update={"findings": findings, "notes": tuple(notes)})

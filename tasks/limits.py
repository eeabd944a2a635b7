"""How many of a kind may run at once, over all runs that share one Prefect server.

Limits cannot be declared in prefect.yaml and a strict one must exist before it is used, so the
flow itself makes sure of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

TRAINING = "training"


def ensure_limits() -> None:
    """Create the limits that are not there; those that are keep what a person has set."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

    from tickertone.training.places import places

    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(TRAINING)
        except ObjectNotFound:
            limit = GlobalConcurrencyLimitCreate(name=TRAINING, limit=places())
            try:
                client.create_global_concurrency_limit(limit)
            except ObjectAlreadyExists:  # by a run that started just now
                return


def free_all_slots() -> None:
    """Take back slots of runs that were killed; only for a server that no other run uses."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
    from prefect.exceptions import ObjectNotFound

    # Before the first run there is no limit. A write would meet those of a server that just began.
    with get_client(sync_client=True) as client, suppress(ObjectNotFound):
        if client.read_global_concurrency_limit_by_name(TRAINING).active_slots:
            client.update_global_concurrency_limit(
                TRAINING, GlobalConcurrencyLimitUpdate(active_slots=0)
            )


@contextmanager
def training_places(memory: float | None) -> Iterator[int]:
    """Wait for as many places as a training wants that may need so many bytes, and hold them.

    Yields how many cores come with them. Strict, so that a missing limit is an error and not a run
    without limits. A renewal that fails must not kill hours of training. The places of a killed
    run come free when its lease ends.
    """
    from prefect.client.orchestration import get_client
    from prefect.concurrency.sync import concurrency

    from tickertone.training.places import places_taken, threads_of

    with get_client(sync_client=True) as client:
        limit = max(client.read_global_concurrency_limit_by_name(TRAINING).limit, 1)
    taken = places_taken(memory, limit)
    with concurrency(
        TRAINING, taken, lease_duration=60, strict=True, raise_on_lease_renewal_failure=False
    ):
        yield threads_of(taken, limit)

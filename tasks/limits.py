"""How many of a kind may run at once, over all runs that share one Prefect server.

Limits cannot be declared in prefect.yaml and a strict one must exist before it is used, so the
flow itself makes sure of them.
"""

from contextlib import AbstractContextManager, suppress

TRAINING = "training"
TRAINING_SLOTS = 1  # a training takes all cores, or the GPU


def ensure_limits() -> None:
    """Create the limits that are not there; those that are keep what a person has set."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(TRAINING)
        except ObjectNotFound:
            limit = GlobalConcurrencyLimitCreate(name=TRAINING, limit=TRAINING_SLOTS)
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


def training_slot() -> AbstractContextManager[None]:
    """Wait for a training slot and hold it.

    Strict, so that a missing limit is an error and not a run without limits. A renewal that fails
    must not kill hours of training. The slot of a killed run comes free when its lease ends.
    """
    from prefect.concurrency.sync import concurrency

    return concurrency(
        TRAINING, lease_duration=60, strict=True, raise_on_lease_renewal_failure=False
    )

"""Places for trainings, with a real Prefect server."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from tasks.limits import ensure_limits, training_places
from tickertone.training import places

pytestmark = pytest.mark.slow
SMALL, LARGE = 1.0, 2.0**60  # bytes


@pytest.fixture(autouse=True)
def two_places(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "cores", lambda: 2)
    monkeypatch.setattr(places, "visible_gpus", list)
    ensure_limits()


def test_two_small_trainings_run_at_once_each_with_half_of_the_cores() -> None:
    both = Barrier(2)

    def train() -> int:
        with training_places(SMALL) as threads:
            both.wait(60)
            return threads

    with ThreadPoolExecutor(2) as pool:
        assert [job.result() for job in [pool.submit(train), pool.submit(train)]] == [1, 1]


def test_a_large_training_waits_until_it_is_alone_and_has_all_cores() -> None:
    alone = Event()

    def train() -> int:
        with training_places(LARGE) as threads:
            alone.set()
            return threads

    with ThreadPoolExecutor(1) as pool:
        with training_places(SMALL):
            large = pool.submit(train)
            assert not alone.wait(3)  # seconds; a server that had let it in would have done so
        assert large.result() == 2

import pytest

from tickertone.training import places as module
from tickertone.training.places import places, places_taken, threads_of


@pytest.fixture(autouse=True)
def four_cores_and_eight_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 4)
    monkeypatch.setattr(module, "visible_gpus", list)
    monkeypatch.setattr(module, "_ram", lambda: 8 * 2**30)


def test_two_trainings_share_the_cores() -> None:
    assert places() == 2
    assert threads_of(places_taken(2 * 2**30, 2), 2) == 2


def test_one_that_needs_more_than_half_of_the_memory_has_the_machine_for_itself() -> None:
    assert threads_of(places_taken(5 * 2**30, 2), 2) == 4


def test_so_has_one_whose_memory_is_not_known() -> None:
    assert places_taken(None, 2) == 2


def test_a_gpu_trains_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "visible_gpus", lambda: ["0"])
    assert places() == 1
    assert threads_of(places_taken(1.0, 1), 1) == 4


def test_a_single_core_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    assert places() == 1


def test_more_places_than_cores_are_what_a_person_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads_of(places_taken(1.0, 8), 8) == 1

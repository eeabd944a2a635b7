import pytest

from tickertone.errors import ConfigError
from tickertone.training import threads
from tickertone.training.threads import VARIABLE, choose_threads, threads_asked_for


@pytest.fixture(autouse=True)
def torch_as_before() -> object:
    import torch

    before = torch.get_num_threads()
    threads._probed.cache_clear()
    yield None
    threads._probed.cache_clear()
    torch.set_num_threads(before)


def test_the_variable_overrides_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setenv(VARIABLE, "3")
    monkeypatch.setattr(threads, "_seconds_with", lambda number: pytest.fail("probed"))
    assert choose_threads() == 3
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_number_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigError, match=VARIABLE):
        threads_asked_for()


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: 1.0, 2: 0.55, 4: 0.30}, 4),
        ({1: 1.0, 2: 0.55, 4: 0.54}, 2),  # hardly faster than two: not worth it
        ({1: 0.016, 2: 3.8, 4: 9.0}, 1),  # a busy machine
    ],
)
def test_more_threads_are_taken_only_if_clearly_faster(
    seconds: dict[int, float], chosen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(threads, "cores", lambda: 4)
    monkeypatch.setattr(threads, "_seconds_with", seconds.__getitem__)
    assert choose_threads() == chosen


def test_no_more_threads_are_tried_than_may_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(threads, "cores", lambda: 8)
    tried: list[int] = []
    monkeypatch.setattr(threads, "_seconds_with", lambda number: tried.append(number) or 1 / number)
    assert choose_threads(3) == 3
    assert tried == [1, 2, 3]


def test_without_a_choice_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(threads, "_seconds_with", lambda number: pytest.fail("probed"))
    assert choose_threads(1) == 1


def test_the_probe_runs() -> None:
    assert threads._seconds_with(1) > 0

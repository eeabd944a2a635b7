import pytest

from tickertone.endpoint.pace import Clock, Pace


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.time = 100.0

    @property
    def clock(self):
        return Clock(now=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds):
        self.time += seconds


def turns(pace, watch, tokens):
    times = []
    for count in tokens:
        pace.wait_for_turn(count)
        times.append(round(watch.time - 100, 6))
    return times


def test_without_limits_nobody_waits():
    watch = Watch()
    assert turns(Pace(clock=watch.clock), watch, [9, 9, 9]) == [0, 0, 0]


def test_requests_a_minute():
    watch = Watch()
    assert turns(Pace(20, clock=watch.clock), watch, [1, 1, 1]) == [0, 3, 6]


def test_tokens_a_minute_hold_up_what_follows_a_long_request():
    watch = Watch()
    assert turns(Pace(600, 6000, watch.clock), watch, [500, 1, 1]) == [0, 5, 5.1]


def test_time_that_passed_is_not_saved_up_for_a_burst():
    watch = Watch()
    pace = Pace(60, clock=watch.clock)
    pace.wait_for_turn(1)
    watch.time += 30
    assert turns(pace, watch, [1, 1]) == [30, 31]


def test_a_pause_holds_up_everyone_and_a_shorter_one_does_not_end_it():
    watch = Watch()
    pace = Pace(clock=watch.clock)
    pace.pause(5)
    pace.pause(2)
    assert turns(pace, watch, [1, 1]) == [5, 5]


def test_a_pause_that_begins_while_a_turn_is_waited_for_counts():
    watch = Watch()
    sleeps = []

    def sleep(seconds):
        if not sleeps:
            pace.pause(8)
        sleeps.append(seconds)
        watch.time += seconds

    pace = Pace(60, clock=Clock(now=lambda: watch.time, sleep=sleep))
    pace.wait_for_turn(1)
    pace.wait_for_turn(1)
    assert watch.time == pytest.approx(108)

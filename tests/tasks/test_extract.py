"""Extractions of one flow run wait for one another before their clocks start."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from tasks import extract as module


def test_extractions_are_done_one_after_the_other(monkeypatch):
    at_work, most = [], []

    def carry_out(step, _workspace):
        at_work.append(step)
        most.append(len(at_work))
        time.sleep(0.02)  # enough for the others to come in, were they let
        at_work.remove(step)

    monkeypatch.setattr(module, "carry_out", carry_out)
    monkeypatch.setattr(module, "hand_in_key", lambda _step: None)
    with ThreadPoolExecutor(4) as workers:
        done = [workers.submit(module.extract.fn, SimpleNamespace(), None) for _ in range(4)]
        for future in done:
            future.result()
    assert most == [1, 1, 1, 1]

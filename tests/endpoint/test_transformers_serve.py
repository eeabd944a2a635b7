"""Against `transformers serve`, which gives no log-probabilities and ignores n."""

import importlib.util
import os
import socket
import subprocess
import sys
import time

import httpx
import numpy as np
import pytest

from tests.endpoint.conftest import form
from tests.models.tiny import LABELS, texts
from tickertone.endpoint.question import Message

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("openai") is None,
        reason="`transformers serve` waits for the package openai, which is not installed",
    ),
]
SAMPLING = '{"do_sample": true, "max_new_tokens": 4, "eos_token_id": 1, "pad_token_id": 1}'
CHATS = [(Message("user", str(text)),) for text in texts()[::15]]


@pytest.fixture(scope="module")
def served(tiny, tmp_path_factory):
    """Its address, serving the tiny model."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    run = "from transformers.cli.transformers import main; main()"
    arguments = ["serve", str(tiny.folder), "--host", "127.0.0.1", "--port", str(port)]
    offline = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", run, *arguments, "--device", "cpu"],
            stdout=file,
            stderr=file,
            env={**os.environ, **offline},
        )
    try:
        while not _healthy(port):
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


def _healthy(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_votes_from_transformers_serve(served, asker, tiny):
    asked = form(served, votes=5, answer_tokens=4, extra={"generation_config": SAMPLING})
    asked = asked.model_copy(update={"model": str(tiny.folder)})
    scored = asker.score(CHATS, LABELS, asked)
    assert scored.ways == {"sampled votes": len(CHATS)}
    # One in vain for log-probabilities, and for the first text one whose n was ignored.
    assert scored.requests == 1 + 5 * len(CHATS)
    np.testing.assert_allclose(np.exp(scored.matrix).sum(axis=1), 1, atol=1e-5)
    assert scored.void < 5 * len(CHATS) / 2  # it has learnt to name labels
    again = asker.score(CHATS, LABELS, asked)
    assert again.requests == 0
    np.testing.assert_array_equal(again.matrix, scored.matrix)

"""An OpenAI-compatible server around the tiny model, which can be told to misbehave."""

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.endpoint.tiny_causal import ASKING, TinyCausal


@dataclass
class Server:
    """What it does, and what it has seen. A trouble stands for one request, then it is over."""

    tiny: TinyCausal
    troubles: list[tuple[Any, ...]] = field(default_factory=list)
    logprobs: str = "given"  # or "null", "refused", "one", which lists only the token itself
    n: str = "obeyed"  # or "ignored", "refused"
    casing: Callable[[str], str] = str
    usage: bool = True
    key: str | None = None
    delay: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)  # as they came
    answered: Counter[str] = field(default_factory=Counter)  # bodies answered in full
    most_at_once: int = 0
    url: str = ""
    _now: int = 0

    @contextmanager
    def running(self) -> Iterator["Server"]:
        import uvicorn

        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        server = uvicorn.Server(uvicorn.Config(self.app(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join()
            listening.close()

    def app(self) -> Any:
        from fastapi import FastAPI, Request, Response

        app = FastAPI()

        async def answer(path: str, request: Request) -> Response:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            try:
                return await self._answer(path, request)
            finally:
                self._now -= 1

        answer.__annotations__["request"] = Request
        app.post("/v1/{path:path}")(answer)
        return app

    async def _answer(self, path: str, request: Any) -> Any:
        from fastapi import Response
        from fastapi.responses import JSONResponse

        body = json.loads(await request.body())
        self.bodies.append(body)
        await asyncio.sleep(self.delay)
        given = request.headers.get("authorization", "")
        if self.key is not None and given != f"Bearer {self.key}":
            return JSONResponse({"error": f"Incorrect API key provided: {given}"}, 401)
        if self.troubles:
            kind, *rest = self.troubles.pop(0)
            if kind == "slow":
                await asyncio.sleep(rest[0])
            elif kind == "truncated":
                return Response('{"choices": [{"mess', media_type="application/json")
            else:
                headers = rest[0] if rest else {}
                return JSONResponse({"error": f"trouble, {given}"}, kind, headers)
        if self.logprobs == "refused" and ("logprobs" in body or "echo" in body):
            return JSONResponse({"error": "logprobs are not supported"}, 400)
        if self.n == "refused" and "n" in body:
            return JSONResponse({"error": "n is not supported"}, 422)
        if path not in {"chat/completions", "completions"}:
            return JSONResponse({"error": "no such path"}, 404)
        made = self._chat(body) if path == "chat/completions" else self._completions(body)
        self.answered[json.dumps(body, sort_keys=True)] += 1
        return JSONResponse(made)

    def _chat(self, body: dict[str, Any]) -> dict[str, Any]:
        prompt = "".join(m["content"] for m in body["messages"]) + ASKING
        choices = []
        for i in range(self._samples(body)):
            pieces = self._continued(prompt, body, body.get("seed", 0) * 1000 + i)
            content = [self._listed(p, body) for p in pieces] if body.get("logprobs") else None
            text = self.casing("".join(p[0] for p in pieces))
            choices.append(
                {
                    "index": i,
                    "message": {"role": "assistant", "content": text},
                    "logprobs": None if self.logprobs == "null" else {"content": content},
                }
            )
        return {"choices": choices, **self._usage(prompt, body)}

    def _completions(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("echo"):
            made = self._chat({**body, "messages": [{"content": body["prompt"][: -len(ASKING)]}]})
            choices = [
                {"index": c["index"], "text": c["message"]["content"]} for c in made["choices"]
            ]
            return {**made, "choices": choices}
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        choices = [{"index": i, **self._echoed(prompt)} for i, prompt in enumerate(prompts)]
        # The order of choices is the server's own affair: the index counts.
        return {"choices": choices[::-1], **self._usage("".join(prompts), body)}

    def _echoed(self, prompt: str) -> dict[str, Any]:
        encoded = self.tiny.tokenizer(prompt, return_offsets_mapping=True)
        ids = encoded["input_ids"]
        rows = self.tiny.logprobs(ids)
        values = [None, *(float(rows[i - 1, ids[i]]) for i in range(1, len(ids)))]
        made = int(rows[-1].argmax())
        tokens = [self.tiny.tokenizer.decode([i]) for i in [*ids, made]]
        offsets, at = [], 0
        for token in tokens:  # byte-level pieces of ASCII text: their lengths add up
            offsets.append(at)
            at += len(token)
        return {
            "text": prompt + tokens[-1],
            "logprobs": None
            if self.logprobs == "null"
            else {
                "tokens": tokens,
                "token_logprobs": [*values, float(rows[-1, made])],
                "text_offset": offsets,
            },
        }

    def _continued(self, prompt: str, body: dict[str, Any], seed: int) -> list[tuple[str, Any]]:
        """Pieces of an answer, each with the log-probabilities it was chosen by."""
        import torch

        chance = torch.Generator().manual_seed(seed)
        ids, pieces = list(self.tiny.tokenizer(prompt)["input_ids"]), []
        for _ in range(body.get("max_tokens", 8)):
            row = self.tiny.logprobs(ids)[-1]
            if heat := body.get("temperature", 1):
                shares = torch.softmax(row / heat, dim=-1)
                chosen = int(torch.multinomial(shares, 1, generator=chance))
            else:
                chosen = int(row.argmax())
            if chosen == 1:
                break
            pieces.append((self.tiny.tokenizer.decode([chosen]), row))
            ids.append(chosen)
        return pieces

    def _listed(self, piece: tuple[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        token, row = piece
        best = row.topk(1 if self.logprobs == "one" else body["top_logprobs"])
        listed = [
            {"token": self.casing(self.tiny.tokenizer.decode([int(i)])), "logprob": float(v)}
            for v, i in zip(best.values, best.indices, strict=True)
        ]
        return {
            "token": self.casing(token),
            "logprob": listed[0]["logprob"],
            "top_logprobs": listed,
        }

    def _samples(self, body: dict[str, Any]) -> int:
        return 1 if self.n == "ignored" else int(body.get("n", 1))

    def _usage(self, prompt: str, body: dict[str, Any]) -> dict[str, Any]:
        if not self.usage:
            return {}
        counted = len(self.tiny.tokenizer(prompt)["input_ids"])
        answered = body.get("max_tokens", 8) * self._samples(body)
        return {"usage": {"prompt_tokens": counted, "completion_tokens": answered}}

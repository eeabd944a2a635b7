"""A local HTTP server that speaks the few endpoints of the Hub that we use."""

import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "someone/headlines"


class HubServer:
    """One data set at one commit; `failures` are statuses to give before a good answer."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failures: dict[str, list[int]] = defaultdict(list)  # "GET" or "HEAD" -> statuses
        self.asked: Counter[tuple[str, int]] = Counter()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator["HubServer"]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                hub.answer(self)

            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        status, headers, body = self._look_up(request.command, request.path)
        self.asked[request.command, status] += 1
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(body)

    def _look_up(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.failures[method]:
            return self.failures[method].pop(0), {}, b""
        for kind in ("datasets", "models"):
            if path.startswith(f"/api/{kind}/{REPOSITORY}"):
                return 200, {}, json.dumps({"id": REPOSITORY, "sha": COMMIT}).encode()
        prefix = f"/datasets/{REPOSITORY}/resolve/"
        if not path.startswith(prefix):
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        commit, _, name = path.removeprefix(prefix).partition("/")
        if commit != COMMIT:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        if name not in self.files:
            return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b""
        etag = hashlib.sha256(self.files[name]).hexdigest()
        return 200, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}, self.files[name]

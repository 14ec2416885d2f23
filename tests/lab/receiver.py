"""A webhook receiver that can be down, slow, refuse or ask, and that remembers what came word for word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

from .prosody import free_port
from .waiting import wait_for


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int | None
    at: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Listens on a port that stays the same over `down()` and `up()`.

    `answer` is the status to give, or a function of the request's number (from 1) that returns a status, or None to
    hang up; `slow` are seconds to wait before it; `reply` is the JSON of a 200; `headers` go with every answer.
    """

    def __init__(self, secret: str | None = None):
        self.port = free_port()
        self.secret = secret
        self.answer: int | Callable[[int], int | None] = 200
        self.slow = 0.0
        self.reply: dict[str, Any] = {"received": True, "success": True}
        self.headers: dict[str, str] = {}
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Receiver":
        return self.up()

    def __exit__(self, *_: object) -> None:
        self.down()

    def up(self) -> "Receiver":
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def down(self) -> None:
        """From now on connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            number = len(self.requests) + 1
            status = self.answer(number) if callable(self.answer) else self.answer
            headers = {name.lower(): value for name, value in handler.headers.items()}
            self.requests.append(Request(handler.path, headers, body, status))
            slow, reply = self.slow, json.dumps(self.reply).encode()
        time.sleep(slow)
        if status is None:
            handler.close_connection = True
            return
        try:
            handler.send_response(status)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(reply)))
            handler.end_headers()
            handler.wfile.write(reply)
        except OSError:
            pass  # the sender gave up waiting

    # -- what came

    def accepted(self) -> list[Request]:
        with self._lock:
            return [r for r in self.requests if r.answered and 200 <= r.answered < 300]

    def events(self, kind: str | None = None, **facts: Any) -> list[dict[str, Any]]:
        """The events of accepted requests, once each, in the order of arrival; with `boot` from their batch."""
        seen: set[str] = set()
        found = []
        for request in self.accepted():
            batch = request.json
            for event in batch.get("events", []):
                if event["id"] in seen:
                    continue
                seen.add(event["id"])
                if (kind is None or event["type"] == kind) and all(event.get(k) == v for k, v in facts.items()):
                    found.append({**event, "boot": batch["boot"]})
        return found

    def wait(self, kind: str, name: str | None = None, **facts: Any) -> dict[str, Any]:
        """The first event of this kind, of the occupant with this display name if one is given."""

        def look() -> dict[str, Any] | None:
            found = self.events(kind, **facts)
            return next((e for e in found if name is None or e["occupant"]["name"] == name), None)

        return wait_for(look, f"{kind} {name or ''} {facts or ''}")  # type: ignore[return-value]

    def verify(self, request: Request, secret: str | None = None) -> bool:
        """The Standard Webhooks signature, checked from its specification."""
        key = base64.b64decode((secret or self.secret or "").removeprefix("whsec_"))
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
        wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return any(hmac.compare_digest(wanted, given) for given in request.headers["webhook-signature"].split(" "))

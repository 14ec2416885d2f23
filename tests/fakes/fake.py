"""What every fake is made of: a server on loopback that keeps state, a clock that can be put forward, switches, and the
control interface under `/_fake/`, which nobody needs but tests and people who try things.

A fake fills in `begin`, `names`, `answer`, `refusal`, `failure`, `edit` and `stored`.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, Callable
from urllib.parse import parse_qsl, urlsplit

from .switches import Switch

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


class Clock:
    """Seconds since 1970. With `at` it stands still until it is put forward, so that a test knows every number."""

    def __init__(self, at: float | None = None):
        self.at, self.ahead = at, 0.0

    def now(self) -> float:
        return (time.time() if self.at is None else self.at) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass
class Request:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    port: int = 0
    target: str = ""
    names: list[str] = field(default_factory=list)
    answered: int | str | None = None

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def params(self) -> dict[str, str]:
        return dict(self.query)

    def json(self, otherwise: "Answer") -> Any:
        """The body; what cannot be read is refused with that answer."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise Refused(otherwise) from None

    def shown(self) -> dict[str, Any]:
        """For `/_fake/state`: of the headers only the names, since a token may be among the values."""
        return {
            "method": self.method, "path": self.path, "query": self.params, "headers": sorted(self.headers),
            "body": self.body.decode(errors="replace"), "names": self.names, "answered": self.answered,
        }


@dataclass
class Answer:
    """A `str` is sent as HTML, None as nothing, everything else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False).encode()


class Refused(Exception):
    """Leaves a handler early with this answer."""

    def __init__(self, answer: Answer):
        super().__init__(answer.status)
        self.answer = answer


def change(thing: Any, values: dict[str, Any]) -> None:
    """Sets fields that are there."""
    for name, value in values.items():
        if not hasattr(thing, name):
            raise ValueError(f"{type(thing).__name__} has no {name}")
        setattr(thing, name, value)


class Fake:
    """Start it with `with`, or by `start()` and `stop()`. Keywords are options, see `defaults` of each fake."""

    name = "fake"
    defaults: dict[str, Any] = {}

    def __init__(self, port: int = 0, clock: Clock | None = None, **options: Any):
        self.port, self.clock = port, clock or Clock()
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.requests: list[Request] = []
        self.switches: list[Switch] = []
        self._first = {**self.defaults, **options}
        self.options = SimpleNamespace(**self.defaults)
        self.set(**options)
        self._servers: list[ThreadingHTTPServer] = []
        self._open: set[socket.socket] = set()
        self._over = threading.Event()
        self.begin()

    # -- what a fake fills in

    def begin(self) -> None:
        """Forgets everything and starts anew, as the options say."""

    def names(self, request: Request) -> list[str]:
        """What a switch may call this request, beside `METHOD /path`."""
        return []

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def refusal(self, code: str) -> Answer:
        """The vendor's answer of this name; a KeyError when the fake knows of none."""
        raise KeyError(code)

    def failure(self, status: int) -> Answer:
        """The vendor's usual answer of this status."""
        return Answer(status, {"error": str(status)})

    def edit(self, **change: Any) -> Any:
        """What somebody does past the API."""
        raise ValueError(f"{self.name} has nothing to edit")

    def stored(self) -> dict[str, Any]:
        return {}

    # -- the control interface, in process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def now(self) -> float:
        return self.clock.now()

    def next(self, method: str, do: str, times: int | None = 1, skip: int = 0, retry_after: int | str | None = None) -> Switch:
        switch = Switch(method, do, times, skip, retry_after)
        if switch.kind == "refuse":
            try:
                self.refusal(switch.value)
            except KeyError:
                raise ValueError(f"{self.name} knows no refusal {switch.value!r}") from None
        with self.lock:
            self.switches.append(switch)
        return switch

    def calm(self) -> None:
        """Takes back every switch; what is stored stays."""
        with self.lock:
            self.switches.clear()

    def set(self, **options: Any) -> None:
        """Changes lasting options."""
        for name in options:
            if name not in self.defaults:
                raise ValueError(f"{self.name} has no option {name!r}; there are {', '.join(self.defaults)}")
        vars(self.options).update(options)

    def reset(self) -> None:
        with self.lock:
            self.requests.clear()
            self.switches.clear()
            self.clock.ahead = 0.0
            self.port = self._servers[0].server_port if self._servers else self.port
            vars(self.options).update(self._first)
            self.begin()

    def state(self) -> dict[str, Any]:
        with self.lock:
            return {
                "fake": self.name, "url": self.url, "now": self.now(), "options": vars(self.options), "stored": self.stored(),
                "switches": [switch.shown() for switch in self.switches], "requests": [r.shown() for r in self.requests],
            }

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Within a request: lets others in until it is so, for at most so long by the machine's clock, or until the fake stops."""
        self.changed.wait_for(lambda: ready() or self._over.is_set(), seconds)
        return ready()

    def stir(self) -> None:
        """Whoever waits looks again."""
        with self.lock:
            self.changed.notify_all()

    def switch_for(self, names: list[str]) -> Switch | None:
        """The first switch that is meant for this request, spent by one."""
        return next((switch for switch in self.switches if switch.meant_for(names) and switch.spend()), None)

    # -- the server

    def __enter__(self):
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self):
        self._over.clear()
        self.listen(self.port)
        return self

    def listen(self, port: int = 0) -> None:
        """Opens one more port; it becomes the fake's address."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave as one: otherwise each answer on an open line waits for the client's delayed acknowledgement.
            wbufsize = -1
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                fake._open.add(self.connection)

            def finish(self) -> None:
                fake._open.discard(self.connection)
                super().finish()

            def take(self) -> None:
                fake._take(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = take

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_: object) -> None:
                pass  # somebody hung up

        server = Server(("127.0.0.1", port), Handler)
        self.port = server.server_port
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Nobody listens any more, and connections that were kept alive are gone too."""
        self._over.set()
        self.stir()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()
        for connection in list(self._open):
            _cut(connection)

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        request = Request(
            handler.command, parts.path, parse_qsl(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in handler.headers.items()},
            handler.rfile.read(int(handler.headers.get("Content-Length") or 0)),
            handler.server.server_address[1], handler.path,  # type: ignore[index]
        )
        if request.path.startswith("/_fake/"):
            self._send(handler, self._control(request))
            return
        with self.lock:
            request.names = [*self.names(request), f"{request.method} {request.path}"]
            self.requests.append(request)
            switch = self.switch_for(request.names)
            cut = switch is not None and switch.kind in ("lost", "close")
            answer = Answer() if switch and switch.kind == "close" else self._decide(request, switch)
            request.answered = "cut" if cut else answer.status
        if switch and switch.kind == "delay":
            cut = self._over.wait(float(switch.value))  # who still waits when the fake stops gets nothing
        if cut:
            handler.close_connection = True
            _cut(handler.connection)
        else:
            self._send(handler, answer)

    def _decide(self, request: Request, switch: Switch | None) -> Answer:
        answer = switch.instead(self) if switch else None
        if answer is None:
            try:
                answer = self.answer(request)
            except Refused as refused:
                answer = refused.answer
            except Exception as error:  # a defect of the fake: seen in the answer and in the test's output
                traceback.print_exc()
                answer = Answer(500, {"error": "FAKE_BROKE", "error_description": repr(error)})
        if switch and switch.retry_after is not None:
            answer.headers["Retry-After"] = str(switch.retry_after)
        return answer

    def _control(self, request: Request) -> Answer:
        verb = f"{request.method} {request.path.removeprefix('/_fake/')}"
        try:
            given = json.loads(request.body or b"{}")
            with self.lock:
                if verb == "GET state":
                    return Answer(body=self.state())
                if verb == "POST next":
                    return Answer(body=self.next(**given).shown())
                if verb == "POST calm":
                    return Answer(body={"calm": self.calm() is None})
                if verb == "POST set":
                    self.set(**given)
                    return Answer(body=vars(self.options))
                if verb == "POST reset":
                    return Answer(body={"reset": self.reset() is None})
                if verb == "POST clock":
                    self.clock.advance(float(given["advance"]))
                    return Answer(body={"now": self.now()})
                if verb == "POST edit":
                    return Answer(body={"edited": self.edit(**given)})
        except Refused as refused:
            return refused.answer
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"})
        return Answer(404, {"error": "there are GET state and POST next, calm, set, reset, clock and edit"})

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        body = answer.bytes()
        try:
            handler.send_response(answer.status)
            if answer.body is not None and "Content-Type" not in answer.headers:
                handler.send_header("Content-Type", HTML if isinstance(answer.body, str) else JSON)
            for name, value in answer.headers.items():
                handler.send_header(name, value)
            if answer.status != 204:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True  # the client gave up waiting


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was gone already

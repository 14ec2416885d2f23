"""The backend as an operator has it: a program with a folder, a port and a log."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import urlsplit

from lab import free_port, wait_for

REPOSITORY = Path(__file__).parents[2]
SECRET = "whsec_c2l4IHRpbWVzIGZvdXIgYnl0ZXMgYXJlIGEga2V5"
WORD = "a-word-for-bearers"
ADMIN = "the-administrators-token"


def program() -> Path:
    """The built binary; `KABINET_BACKEND` names another one."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return Path(os.environ.get("KABINET_BACKEND", target / "debug" / "kabinet-backend"))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The `code` of an error; every refusal must have one."""
        detail = self.json["error"]
        assert detail["code"] and detail["message"], detail
        return detail["code"]


class Line:
    """One HTTP connection that stays open. `address` is where it comes from."""

    def __init__(self, url: str, address: str = "127.0.0.1", seconds: float = 30):
        parts = urlsplit(url)
        self.base = parts.path.rstrip("/")
        # A port of its own is asked for only where it must be: those are the ones from which servers take theirs.
        source = None if address == "127.0.0.1" else (address, 0)
        self.http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds, source_address=source)

    def ask(
        self, method: str, path: str, body: bytes | None = None, token: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        given = dict(headers or {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        self.http.request(method, self.base + path, body, given)
        answer = self.http.getresponse()
        data = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)

    def close(self) -> None:
        self.http.close()


class Backend:
    """Start it with `with`, or by `start()` and one of `stop()`, `kill()`. The port stays the same over restarts.

    `env` are further `KABINET_*` settings without the prefix, `largest_file` bounds every file that it may write (bytes),
    `private` are the words that must not appear in its log.
    """

    def __init__(
        self,
        folder: Path,
        *,
        secret: str | None = f"{SECRET} {WORD}",
        admin: str | None = ADMIN,
        base_path: str = "",
        env: dict[str, str] | None = None,
        arguments: tuple[str, ...] = (),
    ):
        self.folder, self.data = folder, folder / "data"
        self.port = free_port()
        self.base_path, self.arguments = base_path, arguments
        self.largest_file: int | None = None
        settings = {"WEBHOOK_SECRET": secret, "ADMIN_TOKEN": admin, "LOG": "debug", "FEED__KEEP_ALIVE_SECONDS": "1", **(env or {})}
        self.settings = {name: value for name, value in settings.items() if value is not None}
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.private = {word for word in (secret or "").split()} | ({admin} if admin else set())

    def __enter__(self) -> "Backend":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.kill()

    # -- its life

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base_path}"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
        return {**own, **{f"KABINET_{name}": value for name, value in self.settings.items()}}

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts it and does not wait."""
        assert not self.running
        command = [str(program()), "serve", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data)]
        command += ["--base-path", self.base_path] if self.base_path else []
        if self.largest_file:
            # Without the trap the signal of a file grown too large would end the process: here the write fails.
            limit = f"trap '' XFSZ; ulimit -S -f {self.largest_file // 512}; exec \"$0\" \"$@\""
            command = ["sh", "-c", limit, *command]
        self.starts += 1
        with open(self.folder / "log", "ab") as log, open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [*command, *self.arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=log
            )
        return self.process

    def start(self) -> "Backend":
        self.launch()
        try:
            wait_for(lambda: b"\n" in self.said.read_bytes() or not self.running, "the ready line")
        except AssertionError:
            self.kill()
            raise
        assert self.running, f"the backend ended at once:\n{self.log[-4000:]}"
        assert self.said.read_text() == f"ready http://127.0.0.1:{self.port}\n"
        return self

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Another verb of the program."""
        command = [str(part) for part in (program(), *arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30, check=False)

    # -- what it wrote

    @property
    def said(self) -> Path:
        return self.folder / f"stdout-{self.starts}"

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def check_log(self) -> None:
        """Nothing private was logged, and nothing went wrong that nobody expected."""
        log = self.log
        shown = [word for word in self.private if word and word in log]
        assert not shown, f"{len(shown)} private words are in the log, such as {shown[0]!r}"
        assert "panicked" not in log

    def on_disk(self) -> bytes:
        """Every byte in its folder: database, write-ahead log and whatever else there is."""
        return b"".join(path.read_bytes() for path in sorted(self.data.rglob("*")) if path.is_file())

    def stored(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        """Rows of its database, as they are at this moment."""
        with closing(sqlite3.connect(f"file:{self.data / 'kabinet.sqlite3'}?mode=ro", uri=True)) as database:
            return database.execute(query, given).fetchall()

    # -- asking it

    def line(self, address: str = "127.0.0.1", seconds: float = 30) -> Line:
        return Line(self.url, address, seconds)

    def ask(
        self, method: str, path: str, body: bytes | None = None, token: str | None = None,
        headers: dict[str, str] | None = None, address: str = "127.0.0.1",
    ) -> Answer:
        line = self.line(address)
        try:
            return line.ask(method, path, body, token, headers)
        finally:
            line.close()

    def send(self, method: str, path: str, value: Any, token: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """The same with a JSON body."""
        given = {"Content-Type": "application/json", **(headers or {})}
        return self.ask(method, path, json.dumps(value).encode(), token, given)

    def health(self) -> Any:
        return self.ask("GET", "/health").json


@contextmanager
def watched(folder: Path, **settings: Any) -> Iterator[Backend]:
    """A backend that has to end well, and whose log is looked through afterwards."""
    with Backend(folder, **settings) as backend:
        yield backend
        if backend.running:
            assert backend.stop() == 0, backend.log[-2000:]
        backend.check_log()


def in_threads(count: int, work: Callable[[int], None], beside: Callable[[], None] = lambda: None) -> None:
    """Runs `work(0)`, `work(1)`, … and `beside()` at the same time; what fails in one fails here."""
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as failure:  # handed on below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    beside()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "some are still at work"


def taken_port() -> socket.socket:
    """Somebody else's listening socket."""
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    return other


def token_in(text: str) -> str:
    return re.search(r"\bkbn_[\w-]{40,}", text).group(0)  # type: ignore[union-attr]


def code_in(text: str) -> str:
    return re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", text).group(0)  # type: ignore[union-attr]

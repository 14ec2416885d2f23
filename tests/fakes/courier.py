"""Brings what a fake tells others to their address, and says how they took it. Only loopback addresses are ever called."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .fake import Fake


@dataclass
class Taken:
    """What the other side answered; `status` is None when there was no answer, and `trouble` says why."""

    status: int | None
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None


@dataclass
class Parcel:
    url: str
    body: Any
    headers: dict[str, str]
    done: Callable[[Taken], None]


class Courier:
    """Asks again and again what is due, since a clock that is put forward tells nobody. `pick` and `done` run under the fake's lock."""

    def __init__(self, fake: Fake, pick: Callable[[], Parcel | None], seconds: float):
        self.fake, self.pick, self.seconds = fake, pick, seconds
        self.over = threading.Event()

    def start(self) -> Courier:
        threading.Thread(target=self._work, daemon=True).start()
        return self

    def _work(self) -> None:
        while not self.over.is_set():
            with self.fake.lock:
                parcel = self.pick()
                if parcel is None:
                    self.fake.changed.wait(0.03)
                    continue
            taken = posted(parcel, self.seconds)
            with self.fake.lock:
                if not self.over.is_set():
                    parcel.done(taken)
                    self.fake.changed.notify_all()


def on_loopback(host: str | None) -> bool:
    return host in ("localhost", "::1") or (host or "").startswith("127.")


def posted(parcel: Parcel, seconds: float) -> Taken:
    try:
        parts = urlsplit(parcel.url)
        if not on_loopback(parts.hostname):
            return Taken(None, trouble="Failed to resolve host: only loopback addresses are told")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=seconds)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        body = json.dumps(parcel.body, ensure_ascii=False).encode()
        connection.request("POST", target, body, {"Content-Type": "application/json", **parcel.headers})
        answer = connection.getresponse()
        taken = Taken(answer.status, answer.read().decode(errors="replace"), {k.lower(): v for k, v in answer.getheaders()})
        connection.close()
        return taken
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Taken(None, trouble=str(error) or type(error).__name__)

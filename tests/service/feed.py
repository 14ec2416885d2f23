"""Readers of the feed: long poll and server-sent events, which must tell the same.

A reader comes back by itself with its last cursor when the backend goes away, as a desktop does. Each refuses an event
that comes twice or out of order.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from datetime import datetime
from typing import Any, Iterator

from lab import wait_for

from .backend import Backend

Event = dict[str, Any]


class Reader:
    """Collects events in a thread of its own."""

    def __init__(self, backend: Backend, token: str, after: int | None):
        self.backend, self.token, self.cursor = backend, token, after
        self.events: list[Event] = []
        self.broken: str | None = None
        self.connected = threading.Event()
        self._over = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        connection = self._connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join(5)

    def _run(self) -> None:
        while not self._over.is_set() and not self.broken:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.backend.port, timeout=10)
            try:
                self._follow(self._connection)
            except (OSError, http.client.HTTPException):
                self._over.wait(0.1)  # the backend is away: come back
            except AssertionError as failure:
                self.broken = str(failure)
            finally:
                self._connection.close()

    def _follow(self, connection: http.client.HTTPConnection) -> None:
        raise NotImplementedError

    def _get(self, connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        given = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        connection.request("GET", self.backend.base_path + path, headers=given)
        answer = connection.getresponse()
        assert answer.status in (200, 503), f"{path} answered {answer.status}: {answer.read()!r}"
        if answer.status == 503:
            raise ConnectionError("going away")
        return answer

    def _take(self, event: Event) -> None:
        last = self.events[-1]["cursor"] if self.events else (self.cursor or 0)
        assert event["cursor"] > last, f"{type(self).__name__}: {event['cursor']} came after {last}"
        assert all(event["id"] != known["id"] for known in self.events[-50:]), f"{event['id']} came twice"
        self.events.append(event)


class LongPoll(Reader):
    def _follow(self, connection: http.client.HTTPConnection) -> None:
        while not self._over.is_set():
            after = "" if self.cursor is None else f"after={self.cursor}&"
            page = json.loads(self._get(connection, f"/api/events?{after}wait={0 if self.cursor is None else 5}").read())
            for event in page["events"]:
                self._take(event)
            assert page["cursor"] >= (self.cursor or 0)
            self.cursor = page["cursor"]
            self.connected.set()


class Stream(Reader):
    def _follow(self, connection: http.client.HTTPConnection) -> None:
        headers = {} if self.cursor is None else {"Last-Event-ID": str(self.cursor)}
        answer = self._get(connection, "/api/events/stream", headers)
        assert (answer.getheader("Content-Type") or "").startswith("text/event-stream")
        for comment, fields in frames(answer):
            if comment is not None:
                self.connected.set()
                continue
            if "data" not in fields:  # the greeting: where the stream begins
                assert self.cursor in (None, int(fields["id"]))
                self.cursor = int(fields["id"])
                continue
            event = json.loads(fields["data"])
            assert (fields["id"], fields["event"]) == (str(event["cursor"]), event["kind"])
            self._take(event)
            self.cursor = event["cursor"]
        raise ConnectionError("the stream ended")


def frames(answer: http.client.HTTPResponse) -> Iterator[tuple[str | None, dict[str, str]]]:
    """Comments, and the fields of each event, by the rules of server-sent events."""
    fields: dict[str, str] = {}
    while line := answer.readline():
        text = line.decode().rstrip("\n")
        assert "\r" not in text
        if text == "":
            if fields:
                yield None, fields
            fields = {}
        elif text.startswith(":"):
            yield text[1:].strip(), {}
        else:
            name, _, value = text.partition(": ")
            assert name in ("id", "event", "data", "retry"), f"an unknown field in {text!r}"
            assert name not in fields, "one line of data for each event"
            fields[name] = value


class Views:
    """Both readers of one person. What is asked of them is asked of both."""

    def __init__(self, backend: Backend, token: str, after: int | None = None):
        # Without a cursor each would begin at a "now" of its own.
        if after is None:
            after = backend.ask("GET", "/api/events", token=token).json["cursor"]
        self.poll, self.stream = LongPoll(backend, token, after), Stream(backend, token, after)
        for reader in (self.poll, self.stream):
            wait_for(lambda: reader.connected.is_set() or reader.broken, "the feed")
            assert not reader.broken, reader.broken

    def close(self) -> None:
        self.poll.close()
        self.stream.close()

    def wait(self, kind: str, seconds: float = 30, after: int = 0, **facts: Any) -> Event:
        """The first event of this kind with these facts behind the cursor `after`; `name`, `side` and `proof` are of its `who`."""

        def look(reader: Reader) -> Event | None:
            assert not reader.broken, reader.broken
            return next((e for e in list(reader.events) if e["cursor"] > after and e["kind"] == kind and _fits(e, facts)), None)

        try:
            first = wait_for(lambda: look(self.stream), f"{kind} {facts or ''}", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; what came: {[tell(e) for e in self.stream.events[-30:]]}") from None
        assert wait_for(lambda: look(self.poll), f"{kind} {facts or ''} by long poll") == first
        return first

    def events(self, **facts: Any) -> list[Event]:
        """What both have told so far, of one consultation or room if that is asked."""
        seen = list(self.stream.events)
        last = seen[-1]["cursor"] if seen else 0
        wait_for(lambda: self.poll.broken or (self.poll.cursor or 0) >= last, "the long poll coming as far")
        for reader in (self.poll, self.stream):
            assert not reader.broken, reader.broken
        polled = [event for event in list(self.poll.events) if event["cursor"] <= last]
        assert polled == seen, "the two views differ"
        return [event for event in seen if _fits(event, facts)]

    def story(self, **facts: Any) -> list[str]:
        """The same in short words, without the changes to plans."""
        return [tell(event) for event in self.events(**facts) if event["kind"] != "consultation_changed"]


def _fits(event: Event, facts: dict[str, Any]) -> bool:
    who = event.get("who") or {}
    return all((who if name in ("name", "side", "proof") else event).get(name) == value for name, value in facts.items())


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def tell(event: Event) -> str:
    """`joined Иван`, `left Иван: hung_up`, `started by grant`."""
    who = event.get("who") or {}
    name = who.get("name", "")
    words = {
        "session_started": f"started by {who.get('proof')}",
        "session_ended": "ended",
        "client_joined": f"joined{' again' if event.get('again') else ''} {name}",
        "client_left": f"left {name}: {event.get('reason')}",
        "client_waiting": f"waits in the {event.get('where')} {name}",
        "client_named": f"named {name}",
        "client_line_lost": "line lost",
        "client_line_back": "line back",
    }
    return words.get(event["kind"], event["kind"]).replace(" :", ":").rstrip()


def standing(events: list[Event]) -> list[Event]:
    """What is still true: without the events that were withdrawn, and without the withdrawals."""
    wrong = {event["of"] for event in events if event["kind"] == "withdrawn"}
    return [event for event in events if event["id"] not in wrong and event["kind"] != "withdrawn"]


def arrivals(events: list[Event]) -> list[Event]:
    """Clients who came, but for those whose departure was told in one breath with it: that is history."""
    came = []
    for event in events:
        if event["kind"] in ("client_joined", "client_waiting"):
            came.append(event)
        elif event["kind"] == "client_left":
            same = (c for c in came if c["received_at"] == event["received_at"] and c["who"]["name"] == event["who"]["name"])
            over = next(same, None)
            if over:
                came.remove(over)
    return came

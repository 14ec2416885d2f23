"""Every capture of a real server, played to the running backend at its real pace, in several orders.

What the specialist should have been told is written in the rows of `crates/domain/tests/captures.rs`; here the same rows are
held against the whole backend, over HTTP and by its own clock. The times in the bodies are moved to now.
"""

from __future__ import annotations

import copy
import json
import math
import re
import threading
import time
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from .backend import REPOSITORY, WORD, Backend
from .feed import Event, arrivals, standing, tell
from .long_runs import LongRun
from .practice import Specialist

FIXTURES = REPOSITORY / "tests" / "fixtures" / "prosody"
ROWS = REPOSITORY / "crates" / "domain" / "tests" / "captures.rs"
CAPTURES = sorted(path.stem for path in FIXTURES.glob("*.json"))

# The departures that give no reason are told after fifteen seconds.
SETTLED = 25.0
SPREAD = 30  # seconds over which the plays begin
IN_TIME = 1.0  # seconds: what was played later than that tells of other things than what was recorded
WITHIN = 2000  # milliseconds: so long a request may be overtaken

ORDERS = ["as recorded", "reversed", "doubled", "first is host"]


def rows() -> dict[str, str]:
    found = re.findall(r'^    row\("([^"]+)", "([^"]*)", "', ROWS.read_text(), re.MULTILINE)
    return dict(found)


@dataclass
class Request:
    due: float  # seconds after the beginning
    path: str
    body: bytes


@dataclass
class Play:
    """One capture in one order, in rooms of its own."""

    capture: str
    order: str
    requests: list[Request] = field(default_factory=list)
    presses: list[tuple[float, str]] = field(default_factory=list)  # when, and in which room
    rooms: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    late: float = 0.0


def moment(body: dict[str, Any]) -> float:
    """The request's own time in Unix seconds."""
    if "createdAt" in body:
        return datetime.fromisoformat(body["createdAt"].replace("Z", "+00:00")).timestamp()
    return float(body["created_at"])


def moved(value: Any, seconds: int, rename: dict[str, str]) -> Any:
    """The same body with its times moved and its rooms renamed."""
    if isinstance(value, dict):
        return {key: _moved_field(key, inner, seconds, rename) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, seconds, rename) for inner in value]
    return value


def _moved_field(key: str, value: Any, seconds: int, rename: dict[str, str]) -> Any:
    if key == "createdAt":
        at = datetime.fromisoformat(value.replace("Z", "+00:00")) + timedelta(seconds=seconds)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if key in ("created_at", "destroyed_at", "joined_at", "left_at") and value is not None:
        return value + seconds
    if key in ("roomName", "room_name"):
        return rename[value]
    if key in ("room_jid", "participantName"):
        node, at, rest = value.partition("@")
        return rename.get(node, node) + at + rest
    return moved(value, seconds, rename)


def normalised(name: str) -> str:
    return quote(unicodedata.normalize("NFKC", unquote(name)).lower(), safe="-_.~[]").lower()


def prepare(capture: str, order: str, number: int, start: float) -> Play:
    """`start` is when the recording's first instant shall be, in Unix seconds."""
    recorded = json.loads((FIXTURES / f"{capture}.json").read_text())
    play = Play(capture, order)
    requests = [(r["at_ms"], r["path"], json.loads(r["body"])) for r in recorded["requests"] if r["answered"] == 200]
    if not requests:
        return play
    # As in the domain's test: the module's second has begun at most one second before.
    first = recorded["requests"][0]
    beginning = moment(json.loads(first["body"])) + 0.999 - first["at_ms"] / 1000
    whole = math.floor(start - beginning)
    names = sorted({body.get("roomName") or body.get("room_name") for _, _, body in requests})
    rename = {name: f"{name}-{number}" for name in names}
    offset = (beginning + whole) - start  # less than a second: keeps the phase of the clock
    play.rooms = [rename[name] for name in names]
    for at_ms, path, body in requests:
        _, found, route = path.partition("/events/")
        target = f"/api/events/{route}" if found else "/api/webhook/jitsi"
        text = json.dumps(moved(copy.deepcopy(body), whole, rename), ensure_ascii=False)
        play.requests.append(Request(offset + at_ms / 1000, target, text.encode()))
    if order == "reversed":
        play.requests = overtaking(play.requests)
    if order == "doubled":
        play.requests = [twice for request in play.requests for twice in (request, Request(request.due + 0.3, request.path, request.body))]
        play.requests.sort(key=lambda request: request.due)
    for step in recorded["steps"]:
        if not step["step"].startswith(("specialist", "guest Анна")):
            continue
        words = step["step"].split()
        candidates = [normalised(word) for word in words]
        candidates += [normalised("[%s]%s" % tuple(word.split("/", 1))) for word in words if "/" in word]
        room = next((name for name in candidates if name in names), None)
        if room and order != "first is host":
            play.presses.append((offset + step["at_ms"] / 1000 - 1, rename[room]))
    return play


def overtaking(requests: list[Request]) -> list[Request]:
    """Whatever came within two seconds comes in the opposite order, at the end of these two seconds."""
    groups: list[list[Request]] = []
    for request in sorted(requests, key=lambda request: request.due):
        if groups and request.due - groups[-1][0].due <= WITHIN / 1000:
            groups[-1].append(request)
        else:
            groups.append([request])
    out = []
    for group in groups:
        last = group[-1].due
        out += [Request(last + index * 0.01, request.path, request.body) for index, request in enumerate(reversed(group))]
    return out


def perform(backend: Backend, play: Play, start: float, ids: dict[str, str], token: str, failures: list[str]) -> None:
    """At the recording's own pace. How late the backend had a step at most, the play remembers."""
    steps: list[tuple[float, Any]] = [(due, room) for due, room in play.presses] + [(r.due, r) for r in play.requests]
    steps.sort(key=lambda step: step[0])
    for due, step in steps:
        time.sleep(max(0.0, start + due - time.time()))
        if isinstance(step, Request):
            answer = backend.ask("POST", step.path, step.body, WORD)
        else:
            at = datetime.fromtimestamp(start + due, timezone.utc).isoformat()
            answer = backend.send("POST", f"/api/conferences/{ids[step]}/pressed-join", {"at": at}, token)
        play.late = max(play.late, time.time() - start - due)
        if answer.status != 200:
            failures.append(f"{play.capture} ({play.order}): {answer.status} {answer.body!r}")


@LongRun
def plays(folder: Path) -> dict[tuple[str, str], Play]:
    """All captures in all orders beside each other: little longer than the longest of them takes. What was late is played again."""
    results: dict[tuple[str, str], Play] = {}
    wanted = [(capture, order) for order in ORDERS for capture in CAPTURES]
    for attempt in range(3):
        results |= played(folder / str(attempt), wanted)
        wanted = [which for which, play in results.items() if play.late >= IN_TIME]
        if not wanted:
            return results
    late = max(play.late for play in results.values())
    raise AssertionError(f"this machine is too busy to play what was recorded at its own pace: {len(wanted)} up to {late:.1f} s late")


def played(folder: Path, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], Play]:
    results: dict[tuple[str, str], Play] = {}
    failures: list[str] = []
    for name in ("plain", "first"):
        (folder / name).mkdir(parents=True)
    with Backend(folder / "plain", env={"LOG": "info"}) as plain, Backend(folder / "first", env={"LOG": "info", "JITSI__FIRST_IS_HOST": "true"}) as first:
        staff = {backend: Specialist(backend, "Анна Петрова", "--token-id", "spec-17") for backend in (plain, first)}
        # Far enough ahead to plan everything before.
        start = math.ceil(time.time()) + 40.0
        threads = []
        for number, (capture, order) in enumerate(wanted):
            backend = first if order == "first is host" else plain
            begins = start + number % SPREAD  # after whole seconds, which keeps the phase of the clock
            play = results[capture, order] = prepare(capture, order, number, begins)
            ids = {}
            for room in play.rooms:
                body = {**staff[backend].body(), "link": None, "room": room}
                answer = backend.send("POST", "/api/conferences", body, staff[backend].token)
                assert answer.status == 201 and answer.json["room"] == room, (room, answer.body)
                ids[room] = answer.json["id"]
            arguments = (backend, play, begins, ids, staff[backend].token, failures)
            threads.append(threading.Thread(target=perform, args=arguments, daemon=True))
        assert time.time() < start - 1.5, "planning took longer than foreseen"
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(200)
            assert not thread.is_alive(), "a play goes on for longer than any recording"
        time.sleep(SETTLED)  # what is told only when time has passed, and nothing after that
        by_room: dict[tuple[Backend, str], list[Event]] = {}
        for backend, specialist in staff.items():
            cursor, more = 0, True
            while more:
                page = backend.ask("GET", f"/api/events?after={cursor}", token=specialist.token).json
                cursor, more = page["cursor"], bool(page["events"])
                for event in page["events"]:
                    if event.get("room"):
                        by_room.setdefault((backend, event["room"]), []).append(event)
            assert backend.stop() == 0
        for play in results.values():
            backend = first if play.order == "first is host" else plain
            play.events = [event for room in play.rooms for event in by_room.get((backend, room), [])]
    assert not failures, failures[:5]
    return results


plays.takes = 200


def told(play: Play, still: bool = False) -> list[list[str]]:
    """Each room's story in the words of the rows."""
    stories = []
    for room in play.rooms:
        events = [event for event in play.events if event["room"] == room]
        if still:
            events = standing(events)
        words = [f"ended after {event['together_seconds']} s" if event["kind"] == "session_ended" else tell(event) for event in events]
        if words:
            stories.append(words)
    return stories


def expected(capture: str, proof: str | None = None) -> list[list[str]]:
    text = rows()[capture]
    text = text.replace("pressed_join", proof) if proof else text
    return [story.split(", ") for story in text.split(" | ")] if text else []


def assert_same(found: list[list[str]], wanted: list[list[str]]) -> None:
    """Equal, but for a second more or less in "ended after 7 s"."""
    seconds = re.compile(r"ended after (\d+) s")
    plain = [[seconds.sub("ended", word) for word in story] for story in found]
    assert plain == [[seconds.sub("ended", word) for word in story] for story in wanted]
    lengths = [[int(n) for word in story for n in seconds.findall(word)] for story in found]
    planned = [[int(n) for word in story for n in seconds.findall(word)] for story in wanted]
    for one, other in zip(lengths, planned):
        assert all(abs(a - b) <= 1 for a, b in zip(one, other)), (found, wanted)


def test_every_capture_has_a_row():
    assert sorted(rows()) == CAPTURES


@pytest.mark.parametrize("capture", CAPTURES)
def test_as_recorded_the_specialist_is_told_the_truth(capture: str):
    assert_same(told(plays()[capture, "as recorded"]), expected(capture))


@pytest.mark.parametrize("capture", CAPTURES)
def test_doubled_nothing_changes(capture: str):
    assert_same(told(plays()[capture, "doubled"]), expected(capture))


@pytest.mark.parametrize("capture", CAPTURES)
def test_overtaken_the_end_is_the_same_and_no_arrival_is_added(capture: str):
    straight, overtaken = plays()[capture, "as recorded"], plays()[capture, "reversed"]
    for room, other in zip(straight.rooms, overtaken.rooms):
        one = [event for event in straight.events if event["room"] == room]
        two = [event for event in overtaken.events if event["room"] == other]
        assert sorted(map(tell, standing(two))) == sorted(map(tell, standing(one)))
        assert len(arrivals(two)) <= len(arrivals(one)), "told, and taken back later"


@pytest.mark.parametrize("capture", [name for name in CAPTURES if not name.startswith("no-auth-client-first")])
def test_the_operators_word_is_as_good_as_the_press(capture: str):
    assert_same(told(plays()[capture, "first is host"]), expected(capture, "first"))

"""The feed by itself: cursors, long poll, server-sent events, base path."""

from __future__ import annotations

import http.client
import json
import time
import uuid

import pytest

from lab import wait_for

from .backend import ADMIN, WORD, Backend, in_threads
from .dialects import guide
from .feed import Views, frames, when
from .practice import Specialist


def come(backend: Backend, room: str) -> None:
    assert backend.ask("POST", "/api/webhook/jitsi", guide("participant_joined", room, str(uuid.uuid4())), WORD).status == 200


def page(backend: Backend, token: str, query: str):
    answer = backend.ask("GET", f"/api/events?{query}", token=token)
    assert answer.status == 200, answer.body
    return answer.json


def stream(backend: Backend, token: str, query: str = "", **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", backend.port, timeout=30)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", f"{backend.base_path}/api/events/stream{query}", headers={"Authorization": f"Bearer {token}", **given})
    return connection, connection.getresponse()


def first_event(answer: http.client.HTTPResponse) -> dict:
    return json.loads(next(fields["data"] for _, fields in frames(answer) if "data" in fields))


def test_an_event_has_everything_the_contract_says(house: Backend, anna: Specialist):
    session = anna.plan()
    come(house, session.room)
    event = session.wait("client_joined")
    assert set(event) == {"cursor", "id", "kind", "consultation", "room", "who", "source", "at", "received_at", "again", "inside"}
    assert uuid.UUID(event["id"]).version == 7 and event["consultation"] == session.id
    assert event["who"] == {"name": "", "side": "client", "proof": "none"}
    assert event["at"].endswith("Z") and event["received_at"].endswith("Z") and when(event["at"]) <= when(event["received_at"])


def test_without_a_cursor_a_reader_starts_at_the_present_end(house: Backend, anna: Specialist):
    come(house, anna.plan().room)
    now = page(house, anna.token, "")
    assert now["events"] == [] and now["cursor"] > 0
    connection, answer = stream(house, anna.token)
    session = anna.plan()
    come(house, session.room)
    assert first_event(answer)["consultation"] == session.id
    connection.close()


def test_the_three_ways_to_give_a_cursor_agree(house: Backend, anna: Specialist):
    session = anna.plan()
    come(house, session.room)
    last = session.wait("client_joined")
    before = last["cursor"] - 1
    assert page(house, anna.token, f"after={before}")["events"][0] == last
    for query, headers in ((f"?after={before}", {}), ("", {"Last_Event_ID": str(before)}), ("?after=0", {"Last_Event_ID": str(before)})):
        connection, answer = stream(house, anna.token, query, **headers)
        assert first_event(answer) == last, (query, headers)
        connection.close()


def test_waiting_ends_with_the_first_event_or_with_the_time(house: Backend, anna: Specialist):
    end = page(house, anna.token, "")["cursor"]
    began = time.monotonic()
    empty = page(house, anna.token, f"after={end}&wait=1")
    assert 0.9 < time.monotonic() - began < 10 and empty["events"] == [] and empty["cursor"] >= end
    session = anna.plan()
    end = page(house, anna.token, "")["cursor"]
    answers: list[dict] = []
    in_threads(1, lambda _: answers.append(page(house, anna.token, f"after={end}&wait=30")), lambda: (wait_for(lambda: house.health()["followers"] >= 3), come(house, session.room)))
    assert [event["kind"] for event in answers[0]["events"]] == ["client_joined"]


def test_a_long_history_is_read_in_pages_without_a_gap(house: Backend, anna: Specialist):
    line, session = house.line(), anna.plan()
    for number in range(1200):
        assert line.ask("POST", "/api/webhook/jitsi", guide("participant_joined", f"many-{number}", str(uuid.uuid4())), WORD).status == 200
    line.close()
    come(house, session.room)
    session.wait("client_joined")
    everything = Views(house, ADMIN, after=0)
    wait_for(lambda: len([e for e in everything.stream.events if (e.get("room") or "").startswith("many-")]) == 1200, "all")
    rooms = [e["room"] for e in everything.events() if (e.get("room") or "").startswith("many-")]
    assert rooms == [f"many-{number}" for number in range(1200)]
    everything.close()
    # The specialist's own cursor passes over what is not theirs.
    own = page(house, anna.token, "after=0")
    assert not any((e.get("room") or "").startswith("many-") for e in own["events"])
    assert page(house, anna.token, f"after={own['cursor']}")["events"] == []


def test_cursors_that_cannot_be(house: Backend, anna: Specialist):
    end = page(house, anna.token, "")["cursor"]
    ahead = house.ask("GET", f"/api/events?after={end + 1000}&wait=5", token=anna.token)
    assert ahead.status == 409 and ahead.code == "cursor_ahead" and ahead.json["error"]["end"] >= end
    connection, answer = stream(house, anna.token, Last_Event_ID=str(end + 1000))
    assert answer.status == 409
    connection.close()
    for query in ("after=-1", "after=x", "after=1.5", "after=99999999999999999999", "wait=61", "wait=-1", "wait=x", "after=1&after=2"):
        refused = house.ask("GET", f"/api/events?{query}", token=anna.token)
        assert refused.status == 400 and refused.code, query
    for value in ("x", "-1", "1e3"):
        connection, answer = stream(house, anna.token, Last_Event_ID=value)
        assert answer.status == 400, value
        connection.close()


def test_a_stream_stays_alive_and_says_so(house: Backend, anna: Specialist):
    connection, answer = stream(house, anna.token)
    assert answer.getheader("Cache-Control") == "no-store" and answer.getheader("X-Accel-Buffering") == "no"
    comments = [comment for comment, _ in zip((c for c, _ in frames(answer) if c is not None), range(3))]
    assert comments[0] == "connected" and len(comments) == 3
    connection.close()


def test_only_with_a_token(house: Backend):
    for number, token in enumerate((None, "wrong", WORD)):
        for path in ("/api/events", "/api/events/stream", "/api/conferences", "/api/current-user", "/api/bitrix/users"):
            answer = house.ask("GET", path, token=token, address=f"127.0.2.{number + 1}")
            assert answer.status == 401 and answer.code in ("no_token", "wrong_token"), path


def test_a_reader_who_does_not_read_holds_up_nobody(house: Backend, anna: Specialist):
    lazy = [stream(house, anna.token)[0] for _ in range(20)]
    session = anna.plan()
    for _ in range(100):
        come(house, session.room)
    wait_for(lambda: len(session.events()) == 100, "all of them")
    for connection in lazy:
        connection.close()


@pytest.mark.parametrize("base_path", ["/worker", "/a/b"])
def test_everything_under_a_base_path(tmp_path, base_path: str):
    with Backend(tmp_path, base_path=base_path) as backend:
        anna = Specialist(backend)
        session = anna.plan()
        come(backend, session.room)
        session.wait("client_joined")
        assert backend.ask("POST", "/webhook/jitsi", guide("speaker_changed", "r"), WORD).status == 200
        assert backend.ask("GET", "/health/ready").status == 200
        assert backend.ask("GET", "/api/openapi.json").json["servers"] == [{"url": base_path}]
        backend.base_path = ""
        assert backend.ask("GET", "/health").status == 404 and backend.ask("GET", "/health").code == "not_found"
        backend.base_path = base_path
        pair = backend.run("specialist", "pair", "Анна Петрова", "--data", backend.data)
        assert pair.returncode == 0
        anna.close()
        assert backend.stop() == 0

"""Consultations over HTTP, in the words that existing clients of this interface use."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from lab import wait_for

from .backend import ADMIN, Answer, Backend
from .feed import when
from .practice import Specialist

PATH = "/api/conferences"


def make(specialist: Specialist, **more: Any) -> dict[str, Any]:
    answer = specialist.backend.send("POST", PATH, specialist.body(**more), specialist.token)
    assert answer.status == 201, answer.body
    return answer.json


def put(specialist: Specialist, conference: dict[str, Any], version: int | str | None, **more: Any) -> Answer:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return specialist.backend.send("PUT", f"{PATH}/{conference['id']}", {**conference, **more}, specialist.token, headers)


def test_the_words_of_the_seed_come_back(house: Backend, anna: Specialist):
    body = {
        "name": "Первая встреча", "type": "broadcast", "description": "О чём <b>говорили</b>\n", "start_date": "2026-12-23",
        "start_time": "15:30", "duration": 50, "timezone": "Europe/Moscow", "client": "Иван", "provider": "jitsi",
        "link": "https://meet.example.org/Konsultaciya-23dec-A1B2C3", "invite_link": "https://events.example.org/w/abc",
        "cohosts": ["boris"], "create_calendar_event": True, "invite_users": ["7", "9"], "live_stream_title": "Т", "live_stream_description": "О",
    }
    made = house.send("POST", PATH, body, anna.token)
    assert made.status == 201 and made.headers["etag"] == '"1"'
    conference = made.json
    house.private |= {conference["link"], conference["invite_link"], conference["room"], "Иван"}
    assert {name: conference[name] for name in body} == body
    assert conference["room"] == "konsultaciya-23dec-a1b2c3" and conference["starts_at"] == "2026-12-23T12:30:00Z"
    assert conference["owner"]["name"] == anna.name and conference["status"] == "planned" and conference["version"] == 1
    shown = house.ask("GET", f"{PATH}/{conference['id']}", token=anna.token)
    assert shown.json == conference and shown.headers["etag"] == '"1"'
    assert anna.views.wait("consultation_changed", consultation=conference["id"])["source"] == "kabinet"


def test_what_is_left_out_is_filled_in(house: Backend, anna: Specialist):
    made = house.send("POST", PATH, {"start_date": "2026-12-23", "start_time": "15:30"}, anna.token)
    assert made.status == 201
    conference = made.json
    assert (conference["duration"], conference["timezone"], conference["type"]) == (60, "Europe/Moscow", "conference")
    assert (conference["room"], conference["link"], conference["cohosts"]) == (None, None, [])


def test_making_one_twice_is_harmless(house: Backend, anna: Specialist):
    body = anna.body(id=str(uuid.uuid4()))
    first, again = (house.send("POST", PATH, body, anna.token) for _ in range(2))
    assert (first.status, again.status) == (201, 200) and first.json == again.json
    other = house.send("POST", PATH, {**body, "client": "Другой"}, anna.token)
    assert other.status == 409 and other.code == "id_taken"
    anna.views.wait("consultation_changed", consultation=body["id"])
    assert len(anna.views.events(consultation=body["id"])) == 1


def test_a_lost_update_is_refused(house: Backend, anna: Specialist):
    conference = make(anna)
    changed = put(anna, conference, 1, client="Мария")
    assert changed.status == 200 and changed.headers["etag"] == '"2"' and changed.json["version"] == 2
    assert changed.json["created_at"] == conference["created_at"] and when(conference["created_at"]) < when(changed.json["updated_at"])
    lost = put(anna, conference, 1, client="Пётр")
    assert lost.status == 409 and lost.code == "lost_update"
    assert house.ask("DELETE", f"{PATH}/{conference['id']}", token=anna.token, headers={"If-Match": '"1"'}).code == "lost_update"
    assert house.ask("GET", f"{PATH}/{conference['id']}", token=anna.token).json["client"] == "Мария"
    assert put(anna, conference, None, client="Олег").json["version"] == 3
    assert put(anna, conference, "x").status == 400
    assert house.ask("DELETE", f"{PATH}/{conference['id']}", token=anna.token, headers={"If-Match": '"3"'}).status == 204
    assert house.ask("GET", f"{PATH}/{conference['id']}", token=anna.token).code == "not_found"
    assert house.ask("DELETE", f"{PATH}/{conference['id']}", token=anna.token).status == 404
    changes = wait_for(lambda: len(anna.views.events(consultation=conference["id"])) >= 4 and anna.views.events(consultation=conference["id"]), "the changes")
    assert len(changes) == 4, "made, changed twice, removed"


def test_an_update_that_changes_nothing_is_no_change(house: Backend, anna: Specialist):
    conference = make(anna)
    assert put(anna, conference, 1).json["version"] == 1


def test_a_day_is_listed_in_order(house: Backend, hire):
    boris = hire(house, "Борис")
    for day, time in (("2027-03-02", "10:00"), ("2027-03-01", "23:30"), ("2027-03-01", "09:00"), ("2027-03-03", "00:00")):
        make(boris, start_date=day, start_time=time, timezone="Europe/Moscow")

    def listed(query: str) -> list[str]:
        answer = house.ask("GET", f"{PATH}{query}", token=boris.token)
        assert answer.status == 200
        return [f"{c['start_date'][-2:]} {c['start_time']}" for c in answer.json["conferences"]]

    assert listed("") == ["01 09:00", "01 23:30", "02 10:00", "03 00:00"]
    assert listed("?from=2027-03-01&to=2027-03-01") == ["01 09:00", "01 23:30"]
    assert listed("?from=2027-03-02") == ["02 10:00", "03 00:00"]
    assert listed("?to=2027-02-28") == []
    for query in ("?from=today", "?to=2027-13-01", "?from=2027-02-30"):
        assert house.ask("GET", f"{PATH}{query}", token=boris.token).status == 400, query


def test_nobody_sees_or_touches_anothers(house: Backend, anna: Specialist, hire):
    boris, conference = hire(house, "Борис-2"), make(anna)
    path = f"{PATH}/{conference['id']}"
    for answer in (
        house.ask("GET", path, token=boris.token), put(boris, conference, 1, client="x"), house.ask("DELETE", path, token=boris.token),
        house.send("POST", f"{path}/pressed-join", {}, boris.token),
    ):
        assert answer.status == 404 and answer.code == "not_found"
    assert conference["id"] not in [c["id"] for c in house.ask("GET", PATH, token=boris.token).json["conferences"]]
    # The same id by somebody else is taken, and not shown.
    taken = house.send("POST", PATH, boris.body(id=conference["id"]), boris.token)
    assert taken.status == 409 and conference["client"] not in taken.body.decode()
    # The administrator looks, and has none of their own.
    assert house.ask("GET", path, token=ADMIN).status == 200
    assert house.send("POST", PATH, anna.body(), ADMIN).status == 403
    assert house.ask("GET", path, token=anna.token).json == conference


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_date", "23.12.2026"), ("start_date", "2026-02-30"), ("start_date", None), ("start_date", 7), ("start_time", "25:00"),
        ("start_time", "half past"), ("start_time", None), ("duration", 0), ("duration", -5), ("duration", 1441), ("duration", "long"),
        ("timezone", "Moscow"), ("timezone", "../etc/passwd"), ("type", "party"), ("status", "asleep"), ("id", "seven"), ("name", "x" * 501),
        ("client", ["Иван"]), ("cohosts", "boris"), ("cohosts", ["x"] * 201), ("link", "javascript:alert(1)"), ("link", "file:///etc/passwd"),
        ("link", "data:text/html,x"), ("link", "not a link"), ("link", "https://"), ("room", "?#/"), ("description", "x" * 10_001),
        ("live_stream_title", "я" * 1025), ("live_stream_description", "я" * 2049), ("invite_link", "x" * 2001), ("create_calendar_event", "yes"),
        ("live_stream_link", "javascript:alert(1)"), ("live_stream_link", "https://x.example/" + "x" * 2000), ("provider_room", "x" * 501),
        ("waiting_room", "x" * 51), ("live_stream_viewers", "x" * 51), ("cohosts", ["x"] * 10_000), ("invite_users", ["x"] * 10_000),
        ("invite_link", "javascript:alert(1)"),
    ],
)
def test_a_wrong_field_is_named_and_changes_nothing(house: Backend, anna: Specialist, field: str, value: Any):
    before = house.ask("GET", PATH, token=anna.token).json
    body = anna.body()
    body[field] = value
    answer = house.send("POST", PATH, body, anna.token)
    assert answer.status == 400 and answer.json["error"]["field"].split("[")[0] == field, answer.body
    assert house.ask("GET", PATH, token=anna.token).json == before


def test_a_broadcast_may_be_told_of_as_long_as_the_document_says(house: Backend, anna: Specialist):
    schema = house.ask("GET", "/api/openapi.json").json["components"]["schemas"]["ConferenceBody"]
    fields = next(part["properties"] for part in schema["allOf"] if "properties" in part)
    texts = {name: "я" * fields[name]["maxLength"] for name in ("live_stream_title", "live_stream_description")}
    conference = make(anna, type="broadcast", **texts)
    assert {name: conference[name] for name in texts} == texts and {len(text) for text in texts.values()} == {1024, 2048}


def test_bodies_that_are_none(house: Backend, anna: Specialist):
    kind = {"Content-Type": "application/json"}
    deep = (b'{"x":' + b"[" * 60_000, b'{"x":' * 12_000)
    for body in (*deep, b"", b"{", b"[]", b"7", b"\xff", b'{"start_date":"2026-12-23","start_time":"15:30"} trailing'):
        assert house.ask("POST", PATH, body, anna.token, kind).status == 400, body
    assert house.ask("POST", PATH, b"a=b", anna.token, {"Content-Type": "application/x-www-form-urlencoded"}).status == 415
    assert house.ask("POST", PATH, json.dumps(anna.body(description="x" * 70_000)).encode(), anna.token, kind).status == 413
    for path in ("seven", "00000000-0000-0000-0000-00000000000g", "%20"):
        assert house.ask("GET", f"{PATH}/{path}", token=anna.token).status in (400, 404)


def test_an_hour_that_does_not_exist(house: Backend, anna: Specialist):
    body = anna.body(start_date="2027-03-28", start_time="02:30", timezone="Europe/Berlin")
    answer = house.send("POST", PATH, body, anna.token)
    assert answer.status == 400 and answer.json["error"]["field"] == "start_time"
    twice = make(anna, start_date="2027-10-31", start_time="02:30", timezone="Europe/Berlin")
    assert twice["starts_at"] == "2027-10-31T00:30:00Z"


def test_whether_a_session_runs_is_seen_and_not_set(house: Backend, anna: Specialist):
    conference = make(anna, status="running")
    assert conference["status"] == "planned"
    for status in ("finished", "cancelled", "no_show", "planned"):
        assert put(anna, conference, None, status=status).json["status"] == status


def test_a_press_on_join(house: Backend, anna: Specialist):
    conference = make(anna)
    path = f"{PATH}/{conference['id']}/pressed-join"
    now = datetime.now(timezone.utc)
    for body in ({}, {"at": now.isoformat()}, {"at": (now + timedelta(hours=5)).isoformat()}, {"at": None}):
        assert house.send("POST", path, body, anna.token).json["received"]
    assert house.ask("POST", path, b"", anna.token).status == 200
    for body in ({"at": "now"}, {"at": 7}, []):
        assert house.send("POST", path, body, anna.token).status == 400
    plain = make(anna, link="https://telemost.example/j/1", provider="telemost")
    assert house.send("POST", f"{PATH}/{plain['id']}/pressed-join", {}, anna.token).json["ignored"]


def test_they_are_there_after_a_restart(backend: Backend, hire):
    anna = hire(backend)
    conference = make(anna)
    backend.kill()
    backend.start()
    assert backend.ask("GET", f"{PATH}/{conference['id']}", token=anna.token).json == conference
    assert backend.send("POST", PATH, anna.body(id=conference["id"]), anna.token).status in (200, 409)

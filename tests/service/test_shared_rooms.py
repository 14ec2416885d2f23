"""Several consultations in one room: of one specialist, of two, moved and taken away. Each is told of its own people only."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from lab import wait_for

from .backend import ADMIN, Answer, Backend
from .dialects import Module, now_ms, person
from .practice import Consultation, Specialist

PATH = "/api/conferences"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def room() -> str:
    return f"shared-{secrets.token_hex(6)}"


def plan(specialist: Specialist, name: str, starts_in: float = 0, **more: Any) -> Consultation:
    """Its room is the given one whoever else has it."""
    return specialist.plan(name, starts_in=minutes(starts_in), **more)


def ask(specialist: Specialist, name: str, starts_in: float, **more: Any) -> Answer:
    body = specialist.body(name, starts_in=minutes(starts_in), **more)
    return specialist.backend.send("POST", PATH, body, specialist.token)


def put(specialist: Specialist, consultation: Consultation, **more: Any) -> Answer:
    known = specialist.backend.ask("GET", f"{PATH}/{consultation.id}", token=specialist.token).json
    return specialist.backend.send("PUT", f"{PATH}/{consultation.id}", {**known, **more}, specialist.token)


def remove(specialist: Specialist, consultation: Consultation) -> None:
    assert specialist.backend.ask("DELETE", f"{PATH}/{consultation.id}", token=specialist.token).status == 204


def status(specialist: Specialist, consultation: Consultation) -> str:
    return specialist.backend.ask("GET", f"{PATH}/{consultation.id}", token=specialist.token).json["status"]


class Visitors:
    """Who is in a room, by our own module."""

    def __init__(self, backend: Backend, name: str, login: bool = True):
        self.module, self.room, self.backend = Module(backend, login=login), name, backend

    def arrival(self, name: str, ago: float = 0, host: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        self.backend.private.add(name)
        at = now_ms() - int(ago * 60_000)
        who = person(name, joined_at=at)
        events = [{**self.module.event("occupant_joined", self.room, occupant=who), "at": at}]
        if host:
            owner = {**who, "affiliation": "owner", "granted_by": "focus", "role": "moderator"}
            granted = self.module.event("affiliation_changed", self.room, occupant=owner, affiliation="owner", previous="none", by="focus")
            events.append({**granted, "at": at + 100})
        return who, events

    def comes(self, name: str, ago: float = 0, host: bool = False) -> dict[str, Any]:
        who, events = self.arrival(name, ago, host)
        assert self.module.post(self.module.batch(*events)).status == 200
        return who

    def leaves(self, who: dict[str, Any], reason: str = "hung_up") -> None:
        self.module.say("occupant_left", self.room, occupant=who, reason=reason)


def test_a_client_who_overruns_stays_with_their_specialist(house: Backend, anna: Specialist, hire):
    boris = hire(house, "Борис")
    name = room()
    hers, his = plan(anna, name, -56), plan(boris, name, 4)
    visitors = Visitors(house, name)
    host, client = visitors.comes("Анна", ago=50, host=True), visitors.comes("Иван Тайный", ago=40)
    hers.wait("client_joined", name="Иван Тайный")
    visitors.leaves(client)
    visitors.leaves(host)
    hers.wait("session_ended")
    assert hers.story() == ["started by grant", "joined Иван Тайный", "left Иван Тайный: hung_up", "ended"]
    assert his.events() == [] and boris.views.events(room=name) == []


def test_an_early_client_is_told_to_the_next_specialist_alone(house: Backend, anna: Specialist, hire):
    boris = hire(house, "Борис")
    name = room()
    hers, his = plan(anna, name, -55), plan(boris, name, 5)
    visitors = Visitors(house, name, login=False)
    visitors.comes("Мария Ранняя")
    his.wait("client_joined", name="Мария Ранняя")
    assert hers.events() == []


def test_one_room_serves_one_specialist_at_a_time(house: Backend, anna: Specialist, hire):
    boris = hire(house, "Борис")
    name = room()
    hers = plan(anna, name)
    for starts_in, more in ((0, {}), (-30, {"duration": 600}), (48, {}), (-48, {})):
        refused = ask(boris, name.upper(), starts_in, **more)
        assert (refused.status, refused.code) == (409, "room_taken"), refused.body
        for private in (anna.name, "Клиент", name, hers.id):
            assert private.encode() not in refused.body
    assert anna.backend.ask("GET", PATH, token=boris.token).json["conferences"] == []
    # Beside it, elsewhere, and cancelled, it is no hindrance.
    later = ask(boris, name, 55)
    assert later.status == 201 and ask(boris, room(), 0).status == 201 and ask(boris, name, 0, status="cancelled").status == 201
    moved = Consultation(later.json["id"], name, boris.views)
    refused = put(boris, moved, **{key: boris.body(name)[key] for key in ("start_date", "start_time")})
    assert (refused.status, refused.code) == (409, "room_taken")
    assert put(boris, moved, description="the time stays").status == 200
    # One specialist may have two clients at a time, and whoever gives a room up gives it away.
    assert ask(anna, name, 2).status == 201
    for given_up in house.ask("GET", PATH, token=anna.token).json["conferences"]:
        if given_up["room"] == name:
            house.ask("DELETE", f"{PATH}/{given_up['id']}", token=anna.token)
    assert ask(boris, name, 0).status == 201


def test_a_specialist_who_stays_in_has_one_session_after_the_other(house: Backend, anna: Specialist):
    name = room()
    first, second = plan(anna, name, -56), plan(anna, name, 4)
    visitors = Visitors(house, name)
    host = visitors.comes("Анна", ago=50, host=True)
    first.wait("session_started")
    assert (status(anna, first), status(anna, second)) == ("running", "planned")
    client = visitors.comes("Второй")
    second.wait("client_joined", name="Второй")
    second.wait("session_started")
    first.wait("session_ended")
    assert (status(anna, first), status(anna, second)) == ("planned", "running")
    visitors.leaves(client)
    visitors.leaves(host)
    second.wait("session_ended")
    assert first.story() == ["started by grant", "ended"]
    assert sorted(second.story()) == sorted(["started by grant", "joined Второй", "left Второй: hung_up", "ended"])
    assert status(anna, second) == "planned"


def test_an_early_client_is_told_of_the_next_when_the_first_is_finished(house: Backend, anna: Specialist):
    name = room()
    first, second = plan(anna, name, -54), plan(anna, name, 7)
    assert put(anna, first, status="finished").status == 200
    Visitors(house, name, login=False).comes("Второй")
    second.wait("client_joined", name="Второй")
    assert first.events() == []


def test_a_client_at_a_cancelled_time_is_told_of_the_cancelled_one(house: Backend, anna: Specialist):
    name = room()
    now, later = plan(anna, name), plan(anna, name, 540)
    assert put(anna, now, status="cancelled").status == 200
    Visitors(house, name, login=False).comes("Иван")
    now.wait("client_joined", name="Иван")
    assert later.events() == []


def test_planned_anew_with_the_client_inside(backend: Backend, hire):
    anna, name = hire(backend), room()
    old = plan(anna, name)
    Visitors(backend, name, login=False).comes("Иван")
    joined = old.wait("client_joined")
    remove(anna, old)
    assert old.wait("withdrawn")["of"] == joined["id"]
    new = plan(anna, name)
    new.wait("client_joined", name="Иван")
    backend.kill()
    backend.start()
    Visitors(backend, name, login=False).comes("Мария")
    assert new.wait("client_joined", name="Мария")["inside"] == 2
    assert new.story() == ["joined Иван", "joined Мария"]


def test_a_consultation_that_is_moved_to_another_day_keeps_who_is_there(house: Backend, anna: Specialist):
    name = room()
    session = plan(anna, name)
    visitors = Visitors(house, name)
    client = visitors.comes("Иван")
    session.wait("client_joined")
    assert put(anna, session, start_date=anna.body(starts_in=timedelta(days=1))["start_date"]).status == 200
    host = visitors.comes("Анна", host=True)
    session.wait("session_started")
    visitors.leaves(client)
    visitors.leaves(host)
    session.wait("session_ended")
    assert session.story() == ["joined Иван", "started by grant", "left Иван: hung_up", "ended"]


def test_a_consultation_that_is_moved_to_another_room_leaves_no_ghost(house: Backend, anna: Specialist):
    name, other = room(), room()
    session = plan(anna, name)
    here, there = Visitors(house, name, login=False), Visitors(house, other, login=False)
    client = here.comes("Иван")
    joined = session.wait("client_joined", room=name)
    assert put(anna, session, room=None, link=f"https://meet.example.org/{other}").status == 200
    house.private.add(other)
    assert session.wait("withdrawn")["of"] == joined["id"]
    there.comes("Иван")
    assert session.wait("client_joined", room=other)["inside"] == 1
    here.leaves(client)
    there.comes("Мария")
    assert session.wait("client_joined", name="Мария")["inside"] == 2
    assert session.story() == ["joined Иван", "withdrawn", "joined Иван", "joined Мария"]


def test_a_removed_specialist_claims_no_room(house: Backend, anna: Specialist, hire):
    name = room()
    vera = hire(house, "Вера")
    old = plan(vera, name)
    me = house.ask("GET", "/api/current-user", token=vera.token).json["id"]
    vera.close()
    assert house.ask("DELETE", f"/api/specialists/{me}", token=ADMIN).status == 204
    assert house.ask("GET", f"{PATH}/{old.id}", token=ADMIN).status == 404, "what was to come is gone with her"
    again = hire(house, "Вера")
    new = plan(again, name)
    Visitors(house, name, login=False).comes("Иван")
    new.wait("client_joined", name="Иван")


def test_a_flood_of_names_makes_nobody_somebody_else(backend: Backend, hire):
    anna, name = hire(backend), room()
    session = plan(anna, name)
    visitors = Visitors(backend, name)
    host, client = visitors.comes("Анна", host=True), visitors.comes("Иван")
    session.wait("client_joined")
    owner = {**host, "affiliation": "owner", "granted_by": "focus", "role": "moderator"}

    def snapshot(name: str) -> None:
        people = [owner, {**client, "name": name}]
        visitors.module.say("room_snapshot", visitors.room, occupants=people, created_at=now_ms())

    snapshot("Иван")
    for hundred in range(43):
        named = [visitors.module.event("name_changed", name, occupant={**client, "name": f"N{hundred}x{i}"}) for i in range(100)]
        assert visitors.module.post(visitors.module.batch(*named)).status == 200
    snapshot("N42x99")
    backend.stop()
    backend.start()
    snapshot("N42x99")
    visitors.leaves(client)
    session.wait("client_left")
    visitors.leaves(owner)
    session.wait("session_ended")
    told = [event["kind"] for event in session.events() if event["kind"] != "client_named"]
    assert told == ["session_started", "client_joined", "client_left", "session_ended"]
    wait_for(lambda: status(anna, session) == "planned", "the session's end")

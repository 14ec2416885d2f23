"""How a specialist is reached, by the served interface: what they choose outlives a restart, and answers to alerts reach every device."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from .backend import ADMIN, Backend, watched
from .dialects import Module, person
from .practice import Specialist

NIGHT = {"after_seconds": 90, "quiet_from": "22:00", "quiet_to": "07:00", "timezone": "Europe/Moscow", "quiet_even_clients": True}


def test_what_is_chosen_is_kept_and_told_to_other_desktops(tmp_path: Path):
    with watched(tmp_path) as backend:
        anna, boris = Specialist(backend, "Анна Петрова"), Specialist(backend, "Борис Котов")
        assert backend.ask("GET", "/api/reach", token=anna.token).json == {"after_seconds": 60, "quiet_even_clients": False}
        views = anna.views
        assert backend.send("PUT", "/api/reach", NIGHT, anna.token).json == NIGHT
        views.wait("reach_changed")
        views.close()
        assert backend.send("PUT", "/api/reach", NIGHT, ADMIN).status == 403
        assert backend.stop() == 0
        backend.start()
        assert backend.ask("GET", "/api/reach", token=anna.token).json == NIGHT
        assert backend.ask("GET", "/api/reach", token=boris.token).json["after_seconds"] == 60
        anna.close()
        boris.close()
        assert b"22:00" not in backend.on_disk(), "what somebody chose is sealed"


def test_without_a_bot_nothing_can_be_bound(house: Backend, anna: Specialist):
    refused = house.ask("POST", "/api/reach/telegram", token=anna.token)
    assert (refused.status, refused.code) == (409, "no_bot")
    refused = house.ask("POST", "/api/reach/telegram/confirm", token=anna.token)
    assert (refused.status, refused.code) == (409, "not_bound")
    assert house.ask("DELETE", "/api/reach/telegram", token=anna.token).status == 204
    assert house.ask("POST", "/api/reach/telegram").status == 401


def test_an_answer_reaches_every_device_once(house: Backend, anna: Specialist):
    talk = anna.plan()
    Module(house).say("occupant_joined", talk.room, occupant=person("ivan"))
    talk.wait("client_joined")
    answer = {"answer": "late", "minutes": 5, "id": str(uuid4())}
    for _ in range(3):
        assert house.send("POST", f"/api/conferences/{talk.id}/answer", answer, anna.token).status == 200
    told = talk.wait("specialist_answered")
    assert (told["answer"], told["minutes"], told["source"]) == ("late", 5, "desktop")
    assert house.send("POST", f"/api/conferences/{talk.id}/answer", {"answer": "cannot"}, anna.token).status == 200
    talk.wait("specialist_answered", answer="cannot")
    assert [event["answer"] for event in talk.events() if event["kind"] == "specialist_answered"] == ["late", "cannot"]


def test_an_answer_is_the_specialists_own(house: Backend, anna: Specialist, hire):
    talk, boris = anna.plan(), hire(house, "Борис Котов")
    for token, status in ((boris.token, 404), (ADMIN, 403), ("nobody", 401)):
        assert house.send("POST", f"/api/conferences/{talk.id}/answer", {"answer": "coming"}, token).status == status
    for body, field in (({}, "answer"), ({"answer": "soon"}, "answer"), ({"answer": "late", "minutes": 0}, "minutes")):
        refused = house.send("POST", f"/api/conferences/{talk.id}/answer", body, anna.token)
        assert refused.status == 400 and refused.json["error"]["field"] == field

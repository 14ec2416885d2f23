"""Telemost's conferences, co-hosts and refusals."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from . import Clock, Telemost
from .asking import Reply, ask

ORG = "/organizations/1234567/settings"


@pytest.fixture
def telemost() -> Iterator[Telemost]:
    with Telemost(clock=Clock(1_790_000_000)) as fake:
        yield fake


def call(telemost: Telemost, method: str, path: str, body: Any = None, login: str = "specialist", scopes: list[str] | None = None) -> Reply:
    access = telemost.yandex.grant(login, scopes).access
    return ask(method, f"{telemost.api}{path}", body, {"Authorization": f"OAuth {access}"})


def create(telemost: Telemost, login: str = "specialist", **body: Any) -> Reply:
    return call(telemost, "POST", "/conferences", body, login)


def read(telemost: Telemost, id: str) -> dict[str, Any]:
    return call(telemost, "GET", f"/conferences/{id}").json


def emails(*names: str) -> dict[str, Any]:
    return {"cohosts": [{"email": name} for name in names]}


def test_a_meeting_is_made_read_and_changed(telemost: Telemost):
    made = create(telemost, waiting_room_level="ADMINS", is_auto_summarization_enabled=False, **emails("assistant@org.example"))
    assert made.status == 201 and set(made.json) == {"id", "join_url"}
    assert made.json["join_url"] == f"https://telemost.yandex.ru/j/{made.json['id']}" and len(made.json["id"]) == 14
    assert made.headers["Yandex-Cloud-Request-ID"].startswith("rest-")
    id = made.json["id"]
    found = read(telemost, id)
    assert (found["waiting_room_level"], found["access_level"], found["is_auto_summarization_enabled"]) == ("ADMINS", "UNKNOWN", False)
    assert "live_stream" not in found
    assert call(telemost, "PATCH", f"/conferences/{id}", {"waiting_room_level": "PUBLIC", "is_auto_summarization_enabled": True}).status == 200
    found = read(telemost, id)
    assert (found["waiting_room_level"], found["access_level"], found["is_auto_summarization_enabled"]) == ("PUBLIC", "PUBLIC", True)


def test_what_is_not_said_the_organisation_decides(telemost: Telemost):
    found = read(telemost, create(telemost).json["id"])
    assert (found["waiting_room_level"], found["is_auto_summarization_enabled"]) == ("ORGANIZATION", True)
    # The old word counts only without the new one.
    assert read(telemost, create(telemost, access_level="PUBLIC").json["id"])["waiting_room_level"] == "PUBLIC"
    assert read(telemost, create(telemost, access_level="PUBLIC", waiting_room_level="ADMINS").json["id"])["waiting_room_level"] == "ADMINS"


def test_a_broadcast(telemost: Telemost):
    made = create(telemost, live_stream={"access_level": "PUBLIC", "title": "Лекция", "description": "О сне"}).json
    assert made["live_stream"]["watch_url"].startswith("https://telemost.yandex.ru/live/")
    call(telemost, "PATCH", f"/conferences/{made['id']}", {"live_stream": {"title": "Лекция 2"}})
    stream = read(telemost, made["id"])["live_stream"]
    assert (stream["title"], stream["description"], stream["watch_url"]) == ("Лекция 2", "О сне", made["live_stream"]["watch_url"])
    assert create(telemost, live_stream={"title": "т" * 1025}).status == 400
    assert create(telemost, "assistant", live_stream={}).error == (402, "PaymentRequiredToUseLiveStreams")
    plain = create(telemost).json["id"]
    assert call(telemost, "PATCH", f"/conferences/{plain}", {"live_stream": {"title": "Поздно"}}).status == 400
    telemost.set(late_broadcast=True)
    assert call(telemost, "PATCH", f"/conferences/{plain}", {"live_stream": {"title": "Поздно"}}).status == 200


def test_cohosts(telemost: Telemost):
    id = create(telemost).json["id"]
    path = f"/conferences/{id}/cohosts"
    assert call(telemost, "PUT", path, emails(*(f"c{n}@org.example" for n in range(30)))).status == 204
    for first in range(30, 300, 30):
        assert call(telemost, "PATCH", path, emails(*(f"c{n}@org.example" for n in range(first, first + 30)))).status == 204
    assert len(call(telemost, "GET", path).json["cohosts"]) == 50
    page = call(telemost, "GET", f"{path}?offset=256&limit=256").json["cohosts"]
    assert (len(page), page[0]) == (44, {"email": "c256@org.example"})
    assert call(telemost, "DELETE", f"{path}?cohost_emails=c0@org.example,c1@org.example").status == 204
    assert call(telemost, "GET", f"{path}?limit=1").json["cohosts"] == [{"email": "c2@org.example"}]
    assert call(telemost, "PATCH", path, emails("c2@org.example")).status == 204
    assert len(telemost.conferences[id].cohosts) == 298
    for wrong in ("limit=0", "limit=257", "offset=-1", "limit=x"):
        assert call(telemost, "GET", f"{path}?{wrong}").status == 400
    assert call(telemost, "PUT", path, emails(*["c@org.example"] * 31)).status == 400
    refused = call(telemost, "PATCH", path, emails("good@org.example", "nobody@org.example", "who@unknown.example"))
    assert refused.error == (404, "NoSuchUserPrincipalsFound")
    assert refused.json["details"] == {"emails": "nobody@org.example;who@unknown.example"}
    assert len(telemost.conferences[id].cohosts) == 298
    assert call(telemost, "PUT", path, {"cohosts": []}).status == 204 and telemost.conferences[id].cohosts == []


@pytest.mark.parametrize("body", [
    {"waiting_room_level": "ADMIN"}, {"waiting_room_level": 1}, {"is_auto_summarization_enabled": "no"}, {"live_stream": "yes"},
    {"cohosts": ["a@org.example"]}, {"cohosts": [{"email": "no address"}]}, [],
])  # fmt: skip
def test_a_wrong_body_makes_nothing(telemost: Telemost, body: Any):
    assert call(telemost, "POST", "/conferences", body).status == 400
    assert telemost.conferences == {}


def test_who_may_not(telemost: Telemost):
    id = create(telemost).json["id"]
    unknown = ask("GET", f"{telemost.api}/conferences/{id}", headers={"Authorization": "Bearer y0_READY_EXAMPLE"})
    assert unknown.error == (401, "UnauthorizedError")
    assert create(telemost, "personal").error == (403, "ApiRestrictedToOrganizations")
    few = call(telemost, "POST", "/conferences", {}, scopes=["telemost-api:conferences.read"])
    assert few.error == (403, "ForbiddenError")
    assert call(telemost, "GET", f"/conferences/{id}", login="assistant").error == (403, "ForbiddenError")
    telemost.set(foreign="ConferenceNotFound")
    assert call(telemost, "GET", f"/conferences/{id}", login="assistant").error == (404, "ConferenceNotFound")
    # A co-host is no stranger.
    call(telemost, "PUT", f"/conferences/{id}/cohosts", emails("assistant@org.example"))
    assert call(telemost, "GET", f"/conferences/{id}", login="assistant").status == 200


def test_the_newest_page_lets_personal_accounts_make_plain_meetings(telemost: Telemost):
    telemost.set(personal_accounts=True)
    made = create(telemost, "personal")
    assert made.status == 201
    assert create(telemost, "personal", waiting_room_level="ORGANIZATION").error == (403, "ApiRestrictedToOrganizations")
    assert create(telemost, "personal", live_stream={}).error == (402, "PaymentRequiredToUseLiveStreams")


def test_a_token_that_ended(telemost: Telemost):
    access = telemost.yandex.grant("specialist").access
    telemost.yandex.edit("token", "expire", access=access)
    assert ask("POST", f"{telemost.api}/conferences", {}, {"Authorization": f"OAuth {access}"}).error == (401, "UnauthorizedError")


def test_nothing_can_be_listed_or_deleted(telemost: Telemost):
    id = create(telemost).json["id"]
    assert call(telemost, "GET", "/conferences").status == 404
    assert call(telemost, "DELETE", f"/conferences/{id}").status == 404
    telemost.set(delete=True)
    assert call(telemost, "DELETE", f"/conferences/{id}").status == 204
    assert call(telemost, "GET", f"/conferences/{id}").error == (404, "ConferenceNotFound")


def test_what_somebody_else_does(telemost: Telemost):
    id = create(telemost, waiting_room_level="ADMINS").json["id"]
    edit = f"{telemost.url}/_fake/edit"
    assert ask("POST", edit, {"what": "conference", "do": "change", "id": id, "set": {"waiting_room_level": "PUBLIC"}}).status == 200
    assert read(telemost, id)["waiting_room_level"] == "PUBLIC"
    assert ask("POST", edit, {"what": "conference", "do": "delete", "id": id}).status == 200
    assert call(telemost, "PATCH", f"/conferences/{id}", {}).error == (404, "ConferenceNotFound")
    assert ask("POST", edit, {"what": "conference", "do": "change", "id": "1", "set": {}}).status == 400


def test_answers_in_their_other_forms(telemost: Telemost):
    telemost.set(create_status=200, id_digits=10, join_host="https://telemost.360.yandex.ru", sparse=True)
    made = create(telemost)
    assert made.status == 200 and made.json["join_url"] == f"https://telemost.360.yandex.ru/j/{made.json['id']}" and len(made.json["id"]) == 10
    assert set(read(telemost, made.json["id"])) == {"id", "join_url", "access_level", "waiting_room_level"}
    telemost.set(unknown_values=True, patch_answer="live_stream")
    assert read(telemost, made.json["id"])["waiting_room_level"] == "SOMETHING_NEW"
    assert call(telemost, "PATCH", f"/conferences/{made.json['id']}", {}).json == {}
    telemost.set(patch_answer="full")
    assert "access_level" in call(telemost, "PATCH", f"/conferences/{made.json['id']}", {}).json


def test_links_lead_somewhere_when_told_so(telemost: Telemost):
    telemost.set(join_host=telemost.url)
    made = create(telemost, live_stream={}).json
    assert made["id"] in ask("GET", made["join_url"]).text
    assert ask("GET", made["live_stream"]["watch_url"]).status == 200
    assert ask("GET", f"{telemost.url}/j/1").status == 404


def test_the_organisations_settings(telemost: Telemost):
    settings = call(telemost, "GET", ORG).json
    assert call(telemost, "PUT", ORG, {"waiting_room_level_adhoc": {"value": "ADMINS"}}).status == 400
    assert call(telemost, "PUT", ORG, {**settings, "waiting_room_level_adhoc": {"value": "ADMINS"}}).status == 200
    assert read(telemost, create(telemost).json["id"])["waiting_room_level"] == "ADMINS"
    assert call(telemost, "GET", ORG, login="assistant").error == (403, "ForbiddenError")
    assert call(telemost, "GET", ORG, scopes=["telemost-api:conferences.read"]).status == 200


def test_the_audit_log_is_paged(telemost: Telemost):
    id = create(telemost).json["id"]
    for _ in range(3):
        telemost.edit("person", "waiting", id=id)
    access = telemost.yandex.grant("specialist").access
    url = f"{telemost.url}/v1/auditlog/organizations/1234567/events?count=2&ended_at=2030-01-01T00:00:00%2B00:00"
    types = "&types=telemost_conference.waiting_room.peer.joined"
    first = ask("GET", url + types, headers={"Authorization": f"OAuth {access}"}).json
    second = ask("GET", f"{url}{types}&iteration_key={first['iteration_key']}", headers={"Authorization": f"OAuth {access}"}).json
    assert (len(first["items"]), len(second["items"]), second["iteration_key"]) == (2, 1, "")

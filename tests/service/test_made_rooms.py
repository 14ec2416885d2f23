"""Rooms that are made at a provider for a conference that comes without a link."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from contextlib import closing
from pathlib import Path
from typing import Iterator

import pytest
from fakes import Telemost
from lab import wait_for

from .backend import ADMIN, Backend, in_threads, watched
from .outside import connection, make, post, put, shown, telemost_house, telemost_settings, wait_until_asked, wanted
from .practice import Specialist

BORIS = "boris@org.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Telemost, Backend]]:
    with telemost_house(tmp_path_factory.mktemp("telemost")) as (telemost, backend):
        wait_until_asked(backend, "telemost")
        yield telemost, backend


@pytest.fixture
def telemost(world: tuple[Telemost, Backend]) -> Iterator[Telemost]:
    yield world[0]
    assert not [switch for switch in world[0].switches if switch.times], "a switch was not met"
    world[0].switches.clear()


@pytest.fixture
def anna(world: tuple[Telemost, Backend], hire) -> Specialist:
    return hire(world[1])


def made_at(telemost: Telemost) -> int:
    return len(telemost.conferences)


def test_a_room_is_made_and_its_link_comes_back(telemost: Telemost, anna: Specialist):
    conference = make(anna, cohosts=[BORIS], waiting_room="outsiders")
    room = telemost.conferences[conference["provider_room"]]
    assert conference["link"].endswith(f"/j/{room.id}") and conference["room"] is None
    assert (room.waiting_room_level, room.cohosts, room.is_auto_summarization_enabled) == ("ORGANIZATION", [BORIS], False)
    assert shown(anna, conference) == conference


def test_everybody_waits_unless_told_otherwise(telemost: Telemost, anna: Specialist):
    assert telemost.conferences[make(anna)["provider_room"]].waiting_room_level == "ADMINS"
    room = telemost.conferences[make(anna, waiting_room="nobody", summary=True)["provider_room"]]
    assert room.waiting_room_level == "PUBLIC" and room.is_auto_summarization_enabled


def test_a_broadcast(telemost: Telemost, anna: Specialist):
    words = {"live_stream_title": "О сне", "live_stream_description": "Открытая лекция", "live_stream_viewers": "organisation"}
    conference = make(anna, type="broadcast", **words)
    stream = telemost.conferences[conference["provider_room"]].live_stream
    assert stream and (stream["title"], stream["description"], stream["access_level"]) == ("О сне", "Открытая лекция", "ORGANIZATION")
    assert conference["live_stream_link"] == stream["watch_url"] != conference["link"]


def test_a_conference_with_a_link_is_kept_as_it_came(telemost: Telemost, anna: Specialist):
    before = made_at(telemost)
    link = "https://telemost.yandex.ru/j/12345678901234"
    conference = make(anna, link=link)
    assert conference["link"] == link and made_at(telemost) == before
    # Nor does anybody meet in what is over, or in what has no provider; and whose link it is, somebody newer may know.
    assert make(anna, status="finished")["link"] is None and make(anna, provider=None)["link"] is None and make(anna, provider="")["link"] is None
    assert make(anna, link=link, provider="another")["provider"] == "another"
    assert made_at(telemost) == before


def test_the_same_again_is_the_same_room(telemost: Telemost, anna: Specialist):
    before = made_at(telemost)
    body = wanted(anna, id=str(uuid.uuid4()))
    first, again = post(anna, body), post(anna, body)
    assert (first.status, again.status) == (201, 200) and first.json == again.json and made_at(telemost) == before + 1
    other = post(anna, {**body, "name": "Другая"})
    assert other.status == 409 and other.code == "id_taken" and made_at(telemost) == before + 1


def test_two_at_once_are_one_room(telemost: Telemost, anna: Specialist):
    before = made_at(telemost)
    body = wanted(anna, id=str(uuid.uuid4()))
    telemost.next("conference.create", "delay:0.4")
    answers = []
    in_threads(4, lambda _: answers.append(post(anna, body)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["link"] for answer in answers}) == 1 and made_at(telemost) == before + 1


def test_a_sender_that_hangs_up_loses_no_room(telemost: Telemost, anna: Specialist):
    before = made_at(telemost)
    body = wanted(anna, id=str(uuid.uuid4()))
    telemost.next("conference.create", "delay:3")
    impatient, asked = anna.backend.line(), len(telemost.requests)
    headers = {"Authorization": f"Bearer {anna.token}", "Content-Type": "application/json"}
    impatient.http.request("POST", "/api/conferences", json.dumps(body).encode(), headers)
    wait_for(lambda: any("conference.create" in request.names for request in telemost.requests[asked:]), "the question there")
    impatient.close()
    again = post(anna, body)
    assert again.status == 200 and again.json["link"] and made_at(telemost) == before + 1


def test_a_lost_answer_never_makes_a_second_room(telemost: Telemost, anna: Specialist):
    before = made_at(telemost)
    body = wanted(anna, id=str(uuid.uuid4()))
    telemost.next("conference.create", "lost")
    for _ in range(3):
        answer = post(anna, body)
        assert answer.status == 409 and answer.code == "room_may_have_been_made"
    assert made_at(telemost) == before + 1
    assert anna.backend.ask("GET", f"/api/conferences/{body['id']}", token=anna.token).status == 404
    # Somebody has looked there, and found it.
    found = f"https://telemost.yandex.ru/j/{list(telemost.conferences)[-1]}"
    anna.backend.private.add(found)
    assert post(anna, {**body, "link": found}).json["link"] == found and made_at(telemost) == before + 1


def test_an_id_that_somebody_else_took_shows_nothing_of_theirs(telemost: Telemost, anna: Specialist, hire):
    body = wanted(anna, id=str(uuid.uuid4()))
    telemost.next("conference.create", "lost")
    assert post(anna, body).code == "room_may_have_been_made"
    boris = hire(anna.backend, "Борис")
    his = make(boris, id=body["id"], link="https://telemost.yandex.ru/j/33333333333333", client="Мария")
    answer = post(anna, body)
    assert answer.status == 409 and answer.code == "id_taken" and "Мария" not in answer.body.decode()
    assert shown(boris, his) == his


def test_nobody_changes_a_room_by_naming_its_id(telemost: Telemost, anna: Specialist, hire):
    boris, conference = hire(anna.backend, "Борис"), make(anna)
    theirs = {name: conference[name] for name in ("link", "provider_room")}
    own = make(boris)
    for mine in (make(boris, **theirs), put(boris, own, **theirs).json, put(boris, own, provider_room=conference["provider_room"]).json):
        assert put(boris, mine, waiting_room="nobody").status == 200
    assert telemost.conferences[conference["provider_room"]].waiting_room_level == "ADMINS"


def test_a_page_in_place_of_an_answer_may_hide_a_room(telemost: Telemost, anna: Specialist):
    for page in ("html", "html:502", "status:500"):
        telemost.next("conference.create", page)
        answer = post(anna, wanted(anna))
        assert answer.status == 409 and answer.code == "room_may_have_been_made", page


@pytest.mark.parametrize(
    ("switch", "retry_after", "status", "code"),
    [
        ("status:429", 17, 429, "provider_busy"), ("status:429", None, 429, "provider_busy"), ("status:503", None, 503, "provider_unavailable"),
        ("refuse:PaymentRequiredToUseLiveStreams", None, 409, "plan_too_small"),
        ("refuse:ApiRestrictedToOrganizations", None, 403, "account_restricted"), ("refuse:ForbiddenError", None, 403, "provider_forbids"),
        ("refuse:UnauthorizedError", None, 503, "sign_in_again"), ("refuse:BadRequestError", None, 400, "provider_rejects"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_and_the_same_may_be_asked_again(
    telemost: Telemost, anna: Specialist, switch: str, retry_after: int | None, status: int, code: str
):
    body = wanted(anna, id=str(uuid.uuid4()))
    before = made_at(telemost)
    telemost.next("conference.create", switch, retry_after=retry_after)
    answer = post(anna, body)
    assert (answer.status, answer.code) == (status, code), answer.body
    if status in (429, 503):
        assert int(answer.headers["retry-after"]) == (retry_after or int(answer.headers["retry-after"])) > 0
    assert made_at(telemost) == before
    assert post(anna, body).status == 201 and made_at(telemost) == before + 1


def test_nobody_listens_there(telemost: Telemost, anna: Specialist):
    body = wanted(anna, id=str(uuid.uuid4()))
    telemost.stop()
    try:
        answer = post(anna, body)
        assert answer.status == 503 and answer.code == "provider_unavailable" and answer.headers["retry-after"]
        state = lambda: connection(anna.backend, "telemost")  # noqa: E731
        wait_for(lambda: (state()["state"], state().get("code")) == ("failing", "provider_unavailable"), "the trouble")
        assert state()["age_seconds"] >= 0
        wait_for(lambda: anna.backend.health()["status"] == "degraded", "it being told")
    finally:
        telemost.start()
    assert post(anna, body).status == 201
    wait_for(lambda: connection(anna.backend, "telemost")["state"] == "ok" and anna.backend.health()["status"] == "ok", "the end of the trouble")


def test_unknown_co_hosts_are_named_to_the_sender_and_to_nobody_else(telemost: Telemost, anna: Specialist):
    unknown = ["nobody.one@org.example", "nobody.two@org.example"]
    anna.backend.private |= {*unknown}
    answer = post(anna, wanted(anna, cohosts=[BORIS, *unknown]))
    detail = answer.json["error"]
    assert (answer.status, detail["code"], detail["field"]) == (400, "unknown_cohosts", "cohosts")
    assert detail["unknown"] == unknown and "2" in detail["message"] and "@" not in detail["message"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"cohosts": ["no address"]}, "cohosts"), ({"waiting_room": "ADMINS"}, "waiting_room"), ({"waiting_room": ""}, "waiting_room"),
        ({"type": "broadcast", "live_stream_viewers": "friends"}, "live_stream_viewers"), ({"provider": "jitsi"}, "provider"),
        ({"provider": "telemots"}, "provider"), ({"provider": "Telemost"}, "provider"),
        ({"type": "broadcast", "live_stream_description": "x" * 2049}, "live_stream_description"), ({"duration": 0}, "duration"),
        ({"summary": "yes"}, "summary"), ({"cohosts": BORIS}, "cohosts"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_makes_no_room(telemost: Telemost, anna: Specialist, more: dict, field: str):
    before = made_at(telemost)
    answer = post(anna, wanted(anna, **more))
    assert answer.status == 400 and answer.json["error"]["field"] == field, answer.body
    assert made_at(telemost) == before


def test_what_is_changed_here_is_changed_there_first(telemost: Telemost, anna: Specialist):
    conference = make(anna, type="broadcast", live_stream_title="О сне", cohosts=[BORIS])
    room = telemost.conferences[conference["provider_room"]]
    # As somebody writes who knows nothing of rooms: the room stays.
    body = {name: value for name, value in conference.items() if name not in ("link", "provider_room", "live_stream_link", "waiting_room")}
    changed = put(anna, {"id": conference["id"]}, **{**body, "cohosts": [], "live_stream_title": "О снах", "waiting_room": "nobody"})
    assert changed.status == 200, changed.body
    assert (room.cohosts, room.live_stream["title"], room.waiting_room_level) == ([], "О снах", "PUBLIC")
    assert {name: changed.json[name] for name in ("link", "provider_room", "live_stream_link")} == {
        name: conference[name] for name in ("link", "provider_room", "live_stream_link")
    }
    # What the room does not know of is not asked for there.
    asked = len(telemost.requests)
    assert put(anna, changed.json, client="Мария", start_time="10:00").status == 200 and len(telemost.requests) == asked


def test_what_is_refused_there_stays_here_as_it_was(telemost: Telemost, anna: Specialist):
    conference = make(anna, cohosts=[BORIS])
    unknown = put(anna, conference, cohosts=["nobody@org.example"])
    assert unknown.status == 400 and unknown.code == "unknown_cohosts"
    assert put(anna, conference, type="broadcast").json["error"]["field"] == "type"
    stale = anna.backend.send("PUT", f"/api/conferences/{conference['id']}", {**conference, "cohosts": []}, anna.token, {"If-Match": '"7"'})
    assert stale.code == "lost_update" and telemost.conferences[conference["provider_room"]].cohosts == [BORIS]
    telemost.edit("conference", "delete", id=conference["provider_room"])
    gone = put(anna, conference, cohosts=[])
    assert gone.status == 409 and gone.code == "room_gone"
    assert shown(anna, conference) == conference
    assert put(anna, conference, link="https://telemost.yandex.ru/j/98765432109876").status == 200


def test_deleting_a_conference_leaves_the_room(telemost: Telemost, anna: Specialist):
    body = wanted(anna, id=str(uuid.uuid4()))
    conference = post(anna, body).json
    asked, rooms = len(telemost.requests), made_at(telemost)
    assert anna.backend.ask("DELETE", f"/api/conferences/{body['id']}", token=anna.token).status == 204
    assert len(telemost.requests) == asked
    # What is deleted is forgotten, so the same id asks for another room.
    again = post(anna, body)
    anna.backend.private.add(again.json["link"])
    assert again.status == 201 and again.json["link"] != conference["link"] and made_at(telemost) == rooms + 1


def kept(backend: Backend, conference: str) -> str | None:
    """All that is kept of a request for a room, beside its conference."""
    rows = backend.stored("SELECT * FROM makings WHERE id = ?", conference)
    return repr(rows[0]) if rows else None


def test_only_the_room_is_kept_beside_the_conference_and_as_long_as_it(telemost: Telemost, anna: Specialist, hire):
    boris = hire(anna.backend, "Борис")
    conference = make(anna, client="Мария", name="Разговор", cohosts=[BORIS])
    row = kept(anna.backend, conference["id"])
    assert row and conference["provider_room"] in row
    assert not [word for word in ("Мария", "Разговор", BORIS, conference["start_date"]) if word in row]
    assert put(anna, conference, client="Пётр").status == 200 and kept(anna.backend, conference["id"]) == row
    assert anna.backend.ask("DELETE", f"/api/conferences/{conference['id']}", token=anna.token).status == 204
    assert kept(anna.backend, conference["id"]) is None
    his, unsure = make(boris), wanted(boris, id=str(uuid.uuid4()))
    telemost.next("conference.create", "lost")
    assert post(boris, unsure).code == "room_may_have_been_made" and kept(anna.backend, unsure["id"])
    me = anna.backend.ask("GET", "/api/current-user", token=boris.token).json["id"]
    assert anna.backend.ask("DELETE", f"/api/specialists/{me}", token=ADMIN).status == 204
    assert kept(anna.backend, his["id"]) is None and kept(anna.backend, unsure["id"]) is None


def test_a_fall_between_the_room_and_its_conference_loses_neither(telemost: Telemost, anna: Specialist):
    body = wanted(anna, id=str(uuid.uuid4()), cohosts=[BORIS])
    first = post(anna, body)
    with closing(sqlite3.connect(anna.backend.data / "kabinet.sqlite3", timeout=10)) as database, database:
        database.execute("DELETE FROM consultations WHERE id = ?", (body["id"],))
    before = made_at(telemost)
    again = post(anna, body)
    links = ("link", "provider_room", "cohosts")
    assert again.status == 201 and [again.json[name] for name in links] == [first.json[name] for name in links]
    assert made_at(telemost) == before


def test_a_room_that_a_desktop_made_is_the_desktops(telemost: Telemost, anna: Specialist):
    asked = len(telemost.requests)
    conference = make(anna, link="https://telemost.yandex.ru/j/22222222222222", provider_room="22222222222222", waiting_room="everyone")
    assert put(anna, conference, waiting_room="nobody", cohosts=[BORIS]).status == 200 and len(telemost.requests) == asked


def test_who_asks_is_told_by_the_token_alone(telemost: Telemost, anna: Specialist, hire):
    boris = hire(anna.backend, "Борис")
    conference = make(anna, owner={"id": str(uuid.uuid4()), "name": "Кто-то"}, user_id="1", owner_id="1")
    me = anna.backend.ask("GET", "/api/current-user", token=anna.token).json
    assert conference["owner"] == {"id": me["id"], "name": anna.name}
    taken = post(boris, {**wanted(boris), "id": conference["id"], "owner": conference["owner"]})
    assert taken.status == 409 and taken.code == "id_taken"
    for method, body in (("PUT", {**conference, "owner": {"id": me["id"]}}), ("DELETE", {})):
        assert anna.backend.send(method, f"/api/conferences/{conference['id']}", body, boris.token).status == 404


def test_counters_without_names(telemost: Telemost, anna: Specialist):
    make(anna)
    metrics = anna.backend.ask("GET", "/metrics").body.decode()
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
    assert int(values["kabinet_rooms_made_total"]) > 0 and values['kabinet_connection_up{connection="telemost"}'] == "1"
    assert int(values["kabinet_rooms_unsure_total"]) >= 0 and "org.example" not in metrics


def test_an_answer_lost_by_a_fall_of_ours(tmp_path: Path, hire):
    with telemost_house(tmp_path) as (telemost, backend):
        wait_until_asked(backend, "telemost")
        anna = hire(backend)
        body = wanted(anna, id=str(uuid.uuid4()))
        telemost.next("conference.create", "delay:30")
        threading.Thread(target=lambda: pytest.raises(OSError, post, anna, body), daemon=True).start()
        wait_for(lambda: len(telemost.conferences) == 1, "the room")
        backend.kill()
        backend.start()
        answer = post(anna, body)
        assert answer.status == 409 and answer.code == "room_may_have_been_made" and len(telemost.conferences) == 1


def test_an_account_that_may_not(tmp_path: Path, hire):
    with telemost_house(tmp_path, "personal") as (telemost, backend):
        wait_until_asked(backend, "telemost")
        assert connection(backend, "telemost")["code"] == "account_restricted"
        answer = post(hire(backend), wanted(hire(backend, "Борис")))
        assert answer.status == 403 and answer.code == "account_restricted" and not telemost.conferences


def test_an_account_without_broadcasts(tmp_path: Path, hire):
    with telemost_house(tmp_path, "assistant") as (_, backend):
        anna = hire(backend)
        answer = post(anna, wanted(anna, type="broadcast"))
        assert answer.status == 409 and answer.code == "plan_too_small"
        assert make(anna)["link"]


def test_tokens_are_renewed_and_kept_for_their_owner_alone(tmp_path: Path, hire):
    with Telemost() as telemost:
        grant = telemost.yandex.grant("specialist", device="kabinet-backend")
        more = {"REFRESH_TOKEN": grant.refresh, "CLIENT_ID": grant.client, "CLIENT_SECRET": "EXAMPLE_SECRET"}
        with watched(tmp_path, env=telemost_settings(telemost, grant.access, **more)) as backend:
            wait_until_asked(backend, "telemost")
            anna = hire(backend)
            telemost.yandex.edit("token", "expire", access=grant.access)
            assert make(anna)["link"]
            kept = backend.data / "telemost.tokens"
            renewed = next(one for one in telemost.yandex.grants if one.login == "specialist" and one.device == "kabinet-backend" and not one.dead)
            backend.private |= {grant.access, grant.refresh, renewed.access, renewed.refresh}
            assert kept.stat().st_mode & 0o777 == 0o600 and renewed.refresh in kept.read_text()
            # The configured pair is of no use any more; the kept one is.
            backend.kill()
            backend.start()
            assert make(anna)["link"]


def test_rooms_get_their_names_here(tmp_path: Path, hire):
    with watched(tmp_path, env={"CONNECTIONS__JITSI__BASE_URL": "https://meet.example.org/clinic"}) as backend:
        anna = hire(backend)
        body = wanted(anna, id=str(uuid.uuid4())) | {"provider": "jitsi"}
        first, again = post(anna, body), post(anna, body)
        assert (first.status, again.status) == (201, 200) and first.json == again.json
        backend.private |= {first.json["link"], first.json["room"]}
        assert first.json["link"].startswith("https://meet.example.org/clinic/konsultaciya-")
        assert first.json["room"].startswith("[clinic]konsultaciya-")

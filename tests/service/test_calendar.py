"""Conferences in the practice's calendar: written there, and changed here when they are changed there."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlencode

import pytest
from fakes import Bitrix24
from lab import wait_for

from .backend import Backend, in_threads, watched
from .outside import connection, portal_house, portal_settings, post, put, shown, wait_until_asked
from .practice import Specialist

HOOK = "/api/webhook/bitrix24"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bitrix24, Backend]]:
    with portal_house(tmp_path_factory.mktemp("portal"), users=500) as (portal, backend):
        wait_until_asked(backend, "bitrix24")
        yield portal, backend


@pytest.fixture
def portal(world: tuple[Bitrix24, Backend]) -> Iterator[Bitrix24]:
    # What a test does not ask about is not to slow it down.
    world[0].set(burst=100_000, operating_limit=1e9)
    yield world[0]
    world[0].switches.clear()


@pytest.fixture
def anna(world: tuple[Bitrix24, Backend], hire) -> Specialist:
    return hire(world[1])


def plan(specialist: Specialist, **more: Any) -> dict[str, Any]:
    """A conference of tomorrow that wants to stand in the calendar."""
    body = specialist.body(starts_in=timedelta(days=1), **{"name": "Встреча", "create_calendar_event": True, **more})
    specialist.backend.private |= {"Клиент", body["link"]}
    answer = post(specialist, body)
    assert answer.status == 201, answer.body
    return answer.json


def entries(portal: Bitrix24, conference: dict[str, Any]) -> list[Any]:
    """The organiser's entries with this conference's room."""
    with portal.lock:
        found = [it for it in portal.calendar.events.values() if it.id == it.parent and not it.deleted]
    return [it for it in found if conference["link"] in (it.location, it.description) or conference["id"].replace("-", "") in it.description.replace("-", "")]


def entry(portal: Bitrix24, conference: dict[str, Any]) -> Any:
    wait_for(lambda: entries(portal, conference), "the entry")
    (one,) = entries(portal, conference)
    return one


def agreed_entry(portal: Bitrix24, specialist: Specialist, conference: dict[str, Any]) -> Any:
    """The entry, once the backend has kept that it was written. What it keeps before it writes names no entry yet."""
    agreed = "SELECT id FROM agreements WHERE id = ? AND json_extract(body, '$.entry') IS NOT NULL"
    wait_for(lambda: specialist.backend.stored(agreed, conference["id"]), "the agreement")
    return entry(portal, conference)


def failures(backend: Backend) -> int:
    metrics = backend.ask("GET", "/metrics").body.decode()
    return next(int(line.split()[1]) for line in metrics.splitlines() if line.startswith("kabinet_calendar_failures_total "))


def invited(one: Any) -> set[int]:
    return set(one.attendees) - {one.host}


def starts(one: Any) -> str:
    return datetime.fromtimestamp(one.starts, timezone.utc).isoformat().replace("+00:00", "Z")


def until(specialist: Specialist, conference: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The conference, once it is as said."""
    wait_for(lambda: facts.items() <= shown(specialist, conference).items(), f"the change of {', '.join(facts)}")
    return shown(specialist, conference)


def test_it_is_written_with_its_room_and_without_its_client(portal: Bitrix24, anna: Specialist):
    conference = plan(anna, description="Первая", invite_users=["9", "COLLEAGUE011@org.example"], client="Тайный Клиент")
    anna.backend.private.add("Тайный Клиент")
    one = entry(portal, conference)
    assert (one.name, starts(one), one.ends - one.starts) == ("Встреча", conference["starts_at"], 50 * 60)
    assert conference["link"] in one.location and "Первая" in one.description and "Тайный" not in f"{one}"
    assert invited(one) == {9, 11} and one.remind and one.private


def test_one_that_does_not_ask_for_it_is_not_written(portal: Bitrix24, anna: Specialist):
    quiet, loud = plan(anna, create_calendar_event=False), plan(anna)
    entry(portal, loud)
    assert not entries(portal, quiet)


def test_it_follows_what_is_changed_here(portal: Bitrix24, anna: Specialist):
    conference = plan(anna, invite_users=["9"])
    one = entry(portal, conference)
    moved = put(anna, conference, start_time="07:15", name="Другая", invite_users=["9", "12"]).json
    wait_for(lambda: starts(entry(portal, conference)) == moved["starts_at"], "the move")
    one = entry(portal, conference)
    assert one.name == "Другая" and invited(one) == {9, 12}
    assert put(anna, moved, status="cancelled").status == 200
    wait_for(lambda: not entries(portal, conference), "the end of the entry")


def test_an_entry_goes_with_its_conference(portal: Bitrix24, anna: Specialist):
    gone, taken_out = plan(anna), plan(anna)
    entry(portal, gone), entry(portal, taken_out)
    assert anna.backend.ask("DELETE", f"/api/conferences/{gone['id']}", token=anna.token).status == 204
    assert put(anna, taken_out, create_calendar_event=False).status == 200
    wait_for(lambda: not entries(portal, gone) and not entries(portal, taken_out), "the end of both")
    assert shown(anna, taken_out)["status"] == "planned"


def test_it_follows_what_is_changed_there(portal: Bitrix24, anna: Specialist):
    conference = plan(anna, invite_users=["colleague009@org.example"])
    anna.views.events()
    one = agreed_entry(portal, anna, conference)
    later = one.starts + 7200
    where = {"from_ts": later, "to_ts": later + 3000}
    at = lambda ts: datetime.fromtimestamp(ts, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")  # noqa: E731
    dates = {"from": at(where["from_ts"]), "to": at(where["to_ts"]), "timezone_from": "UTC", "timezone_to": "UTC"}
    portal.edit("event", "change", id=one.id, by=7, set={"name": "Перенесена", **dates, "is_meeting": "Y", "attendees": [7, 9, 13], "host": 7})
    changed = until(anna, conference, name="Перенесена")
    assert changed["starts_at"] == datetime.fromtimestamp(later, timezone.utc).isoformat().replace("+00:00", "Z")
    assert changed["invite_users"] == ["colleague009@org.example", "13"] and changed["link"] == conference["link"]
    assert anna.views.wait("calendar_changed").get("consultation") is None
    anna.views.wait("consultation_changed", consultation=conference["id"])
    portal.edit("event", "delete", id=one.id, by=7)
    until(anna, conference, status="cancelled")


def test_what_took_place_did_so_also_when_its_entry_is_gone(portal: Bitrix24, anna: Specialist):
    conference = plan(anna)
    one = agreed_entry(portal, anna, conference)
    assert put(anna, conference, status="finished").status == 200
    portal.edit("event", "delete", id=one.id, by=7)
    assert until(anna, conference, create_calendar_event=False)["status"] == "finished"


def test_nothing_is_written_twice_when_an_answer_is_lost(portal: Bitrix24, anna: Specialist):
    portal.next("calendar.event.add", "lost")
    conference = plan(anna)
    entry(portal, conference)
    # Nor by the rounds that follow.
    moved = put(anna, conference, start_time="06:10").json
    wait_for(lambda: starts(entry(portal, conference)) == moved["starts_at"], "the move")
    assert len(entries(portal, conference)) == 1


@pytest.mark.parametrize("last", ["Вторая", "Встреча"], ids=["changed again", "taken back"])
def test_our_own_writing_is_nobodys_change_when_its_answer_is_lost(tmp_path: Path, hire, last: str):
    with portal_house(tmp_path) as (portal, backend):
        anna = hire(backend)
        conference = plan(anna)
        agreed_entry(portal, anna, conference)
        # It is written and nobody hears of it, also not by asking again; then everything falls.
        portal.next("calendar.event.update", "lost")
        portal.next("calendar.event.update", "close", times=None)
        put(anna, conference, name="Первая")
        wait_for(lambda: entry(portal, conference).name == "Первая", "the first change")
        backend.kill()
        portal.stop()
        portal.switches.clear()
        backend.start()
        put(anna, conference, name=last)
        portal.start()
        wait_for(lambda: entry(portal, conference).name == last, "the last word")
        assert shown(anna, conference)["name"] == last
        assert "kabinet_calendar_conflicts 0" in backend.ask("GET", "/metrics").body.decode()


@pytest.mark.parametrize("trouble", ["status:503", "refuse:QUERY_LIMIT_EXCEEDED", "html", "close", "refuse:add"])
def test_a_bad_day_of_the_calendar_delays_nothing_here(portal: Bitrix24, anna: Specialist, trouble: str):
    portal.next("calendar.event.add", trouble)
    conference = plan(anna)
    assert shown(anna, conference) == conference
    # A refusal of one entry is tried again with the next round, which any change brings.
    plan(anna)
    entry(portal, conference)


def test_what_was_not_written_before_a_fall_is_written_after_it(tmp_path: Path, hire):
    with portal_house(tmp_path) as (portal, backend):
        anna = hire(backend)
        portal.stop()
        conference = plan(anna)
        moved_away = plan(anna)
        backend.kill()
        portal.start()
        backend.start()
        entry(portal, conference)
        assert anna.backend.ask("DELETE", f"/api/conferences/{moved_away['id']}", token=anna.token).status == 204
        wait_for(lambda: not entries(portal, moved_away), "the end of the other")
        assert len(entries(portal, conference)) == 1


def test_whom_nobody_knows_is_not_invited(portal: Bitrix24, anna: Specialist):
    unknown = ["99999", "stranger@elsewhere.example"]
    anna.backend.private.add(unknown[1])
    body = anna.body(create_calendar_event=True, invite_users=["9", *unknown])
    answer = post(anna, body)
    detail = answer.json["error"]
    assert (answer.status, detail["code"], detail["field"], detail["unknown"]) == (400, "unknown_users", "invite_users", unknown)
    assert "2" in detail["message"] and "@" not in detail["message"]
    # Without the calendar they are just kept.
    assert post(anna, {**body, "create_calendar_event": False}).status == 201


def test_who_is_invited_is_kept_while_the_calendar_cannot_be_asked(tmp_path: Path, hire):
    with portal_house(tmp_path, asleep=True) as (portal, backend):
        anna = hire(backend)
        conference = plan(anna, invite_users=["9", "stranger@elsewhere.example"])
        assert conference["invite_users"] == ["9", "stranger@elsewhere.example"]
        wait_for(lambda: connection(backend, "bitrix24")["state"] == "failing", "the trouble")
        wait_for(lambda: connection(backend, "bitrix24")["code"] == "calendar_unreachable" and backend.health()["status"] == "degraded", "it being told")
        wait_for(lambda: failures(backend) > 0, "a comparison that fails")
        portal.start()
        assert invited(entry(portal, conference)) == {9}
        wait_for(lambda: connection(backend, "bitrix24")["state"] == "ok", "the end of the trouble")


def test_what_was_changed_on_both_sides_waits_for_a_person(tmp_path: Path, hire):
    with portal_house(tmp_path) as (portal, backend):
        anna = hire(backend)
        conference = plan(anna)
        one = agreed_entry(portal, anna, conference)
        # Nobody compares until both sides are changed.
        portal.stop()
        portal.edit("event", "change", id=one.id, by=7, set={"name": "Там"})
        put(anna, conference, name="Здесь")
        portal.start()
        counted = lambda: "kabinet_calendar_conflicts 1" in backend.ask("GET", "/metrics").body.decode()  # noqa: E731
        wait_for(counted, "the conflict")
        assert entry(portal, conference).name == "Там" and shown(anna, conference)["name"] == "Здесь"
        # A person has decided.
        portal.edit("event", "change", id=one.id, by=7, set={"name": "Здесь"})
        wait_for(lambda: not counted(), "the end of the conflict")


# -- what the calendar sends by itself


def event(portal: Bitrix24, token: str | None = None, member: str | None = None, kind: str = "ONCALENDARENTRYUPDATE", id: str = "1246") -> bytes:
    auth = {"auth[member_id]": member or portal.member_id, "auth[application_token]": token or portal.options.webhook_token}
    return urlencode({"event": kind, "data[id]": id, "ts": "1", **auth}).encode()


def told(anna: Specialist) -> int:
    return len(anna.views.events(kind="calendar_changed"))


def test_a_change_there_is_told_to_everybody_once(portal: Bitrix24, anna: Specialist, hire):
    boris = hire(anna.backend, "Борис")
    before, of_boris = told(anna), told(boris)
    began = time.monotonic()
    in_threads(8, lambda _: [anna.backend.ask("POST", HOOK, event(portal), headers=FORM) for _ in range(3)])
    wait_for(lambda: told(anna) > before and told(boris) > of_boris, "the event")
    said = anna.views.events(kind="calendar_changed")[-1]
    assert said["source"] == "kabinet" and not {"consultation", "room", "who"} & set(said)
    # However many came: all of 0.3 s are told as one.
    count = told(anna) - before
    assert count <= 2 + (time.monotonic() - began) / 0.3


def test_it_is_also_taken_without_the_prefix_and_in_any_order(portal: Bitrix24, anna: Specialist):
    for path in (HOOK, "/webhook/bitrix24"):
        for kind in ("ONCALENDARENTRYDELETE", "ONCALENDARENTRYADD", "ONCALENDARENTRYUPDATE"):
            answer = anna.backend.ask("POST", path, event(portal, kind=kind, id="999999"), headers=FORM)
            assert answer.status == 200 and answer.json == {"received": True, "success": True}
    for kind in ("ONTASKADD", "ONAPPUNINSTALL"):
        assert anna.backend.ask("POST", HOOK, event(portal, kind=kind), headers=FORM).json["ignored"]


def test_events_twice_and_shuffled_change_nothing(portal: Bitrix24, anna: Specialist):
    conference = plan(anna)
    one = agreed_entry(portal, anna, conference)
    portal.set(hold_events=True)
    try:
        for name in ("Раз", "Два", "Три"):
            portal.edit("event", "change", id=one.id, by=7, set={"name": name})
    finally:
        portal.set(hold_events=False)
        portal.edit("events", "release", order="reversed", twice=True)
    until(anna, conference, name="Три")
    assert len(entries(portal, conference)) == 1


def test_what_proves_nothing_is_refused(tmp_path: Path):
    with portal_house(tmp_path) as (portal, backend):
        send = lambda body, kind=FORM: backend.ask("POST", HOOK, body, headers=kind)  # noqa: E731
        forged = [event(portal, token="a_guess"), event(portal, member="f" * 32)]
        forged.append(b"event=ONCALENDARENTRYADD&data[id]=1")
        # An installation brings tokens of its own, and is proved by nothing.
        grant = {"access_token": "a", "refresh_token": "b", "client_endpoint": "https://evil.bitrix24.com/rest/", "server_endpoint": "https://oauth.bitrix24.tech/rest/"}
        forged.append(event(portal, kind="ONAPPINSTALL") + b"&" + urlencode({f"auth[{name}]": value for name, value in grant.items()}).encode())
        for body in forged:
            assert send(body).status == 401 and send(body).code == "wrong_token"
        assert send(b"x=" + b"a" * 70_000).status == 413
        for body in (b"", b"{}", b"a[b][c][d][e][f]=1", event(portal, id="seven")):
            assert send(body).status == 400 and send(body).code == "not_an_event", body
        assert [send(event(portal, token=f"guess{n}")).status for n in range(30)][-1] == 429
        # A right one comes through all the same.
        assert send(event(portal)).status == 200


def test_without_a_token_to_compare_with_nothing_is_taken(tmp_path: Path):
    with Bitrix24(users=20) as portal:
        settings = {name: value for name, value in portal_settings(portal).items() if name.endswith("WEBHOOK_URL")}
        with watched(tmp_path, env=settings) as backend:
            assert backend.ask("POST", HOOK, event(portal), headers=FORM).status == 401


# -- people


def test_colleagues(portal: Bitrix24, anna: Specialist):
    ask = lambda query="": anna.backend.ask("GET", f"/api/bitrix/users{query}", token=anna.token)  # noqa: E731
    everybody = ask().json
    assert len(everybody) > 450 and {"id": "9", "email": "colleague009@org.example"}.items() <= next(p for p in everybody if p["id"] == "9").items()
    assert all(person["email"] != "guest@elsewhere.example" for person in everybody)
    # A second question is answered without asking there.
    asked = lambda: sum("user.get" in request.names for request in portal.requests)  # noqa: E731
    before = asked()
    assert [person["id"] for person in ask("?q=colleague009%40org").json] == ["9"]
    assert asked() == before > 9
    assert ask("?q=nobody-at-all").json == []
    assert anna.backend.ask("GET", "/api/bitrix/users").status == 401


def test_colleagues_of_a_portal_that_does_not_answer(tmp_path: Path, hire):
    with portal_house(tmp_path, asleep=True) as (portal, backend):
        anna = hire(backend)
        answer = backend.ask("GET", "/api/bitrix/users", token=anna.token)
        assert answer.status == 503 and answer.code == "calendar_unreachable" and answer.headers["retry-after"]
        portal.start()
        assert len(backend.ask("GET", "/api/bitrix/users", token=anna.token).json) > 10


def test_without_a_calendar_there_is_nobody(backend: Backend, hire):
    anna = hire(backend)
    assert backend.ask("GET", f"/api/bitrix/users?q={'x+' * 200}", token=anna.token).status == 400
    assert backend.ask("GET", "/api/bitrix/users?q=x", token=anna.token).json == []
    assert plan(anna, invite_users=["nobody"])["create_calendar_event"] and backend.health()["connections"] == []
    assert backend.ask("POST", HOOK, b"event=X", headers=FORM).status == 401

"""The portal's calendars, with the odd cases of their documentation."""

from __future__ import annotations

import http.client
from datetime import datetime
from typing import Any, Iterator
from zoneinfo import ZoneInfo

import pytest

from . import Bitrix24, Clock
from .asking import Reply, ask
from .bitrix24_people import User

MOSCOW = ZoneInfo("Europe/Moscow")
PLAN = {"type": "user", "ownerId": 7, "name": "Консультация", "from": "2026-10-06 15:00:00", "to": "2026-10-06 15:50:00"}


@pytest.fixture
def portal() -> Iterator[Bitrix24]:
    with Bitrix24(clock=Clock(datetime(2026, 10, 5, 12, tzinfo=MOSCOW).timestamp())) as fake:
        yield fake


def call(portal: Bitrix24, method: str, **given: Any) -> Reply:
    return ask("POST", f"{portal.webhook}calendar.{method}", given)


def add(portal: Bitrix24, **more: Any) -> int:
    reply = call(portal, "event.add", **{**PLAN, **more})
    assert reply.status == 200, reply.text
    return reply.json["result"]


def update(portal: Bitrix24, id: int, **given: Any) -> Reply:
    return call(portal, "event.update", id=id, type="user", ownerId=7, **given)


def read(portal: Bitrix24, id: int) -> dict[str, Any]:
    return call(portal, "event.getbyid", id=id).json["result"]


def listed(portal: Bitrix24, since: str = "2026-10-01", until: str = "2026-10-31", **more: Any) -> list[dict[str, Any]]:
    return call(portal, "event.get", **{"type": "user", "ownerId": 7, "from": since, "to": until, **more}).json["result"]


def at(text: str, zone: str = "Europe/Moscow") -> str:
    return str(int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()))


def refused(reply: Reply) -> str:
    """A calendar's error has no code."""
    assert (reply.status, reply.json["error"]) == (400, "")
    return reply.json["error_description"]


# -- what is refused


@pytest.mark.parametrize("name", ["type", "ownerId", "from", "to", "name"])
def test_what_is_missing_is_named_in_the_portals_language(portal: Bitrix24, name: str):
    given = {key: value for key, value in PLAN.items() if key != name}
    assert refused(call(portal, "event.add", **given)) == f'Не задан обязательный параметр "{name}" для метода "calendar.event.add"'
    portal.set(language="en")
    assert refused(call(portal, "event.add", **given)) == f'The required parameter "{name}" for the method "calendar.event.add" is not set'
    assert portal.calendar.events == {}


@pytest.mark.parametrize("wrong, text", [
    ({"name": ["x"]}, 'Invalid value for the "name" parameter'),
    ({"description": 5}, 'Invalid value for the "description" parameter'),
    ({"from": "tomorrow"}, 'Invalid value for the "from" parameter'),
    ({"crm_fields": "C_5"}, "The event's CRM link list must be an array"),
    ({"section": 99}, "You have specified an invalid calendar section ID or the user does not have access to it"),
    ({"auto_detect_section": "N"}, "You have specified an invalid calendar section ID or the user does not have access to it"),
    ({"ownerId": 8}, "Access denied"),
    ({"type": "company_calendar", "ownerId": 0}, "Access denied"),
])  # fmt: skip
def test_what_is_wrong_makes_nothing(portal: Bitrix24, wrong: dict[str, Any], text: str):
    portal.set(language="en")
    assert refused(call(portal, "event.add", **{**PLAN, **wrong})) == text
    assert portal.calendar.events == {}


def test_errors_by_name(portal: Bitrix24):
    portal.next("calendar.event.add", "refuse:add")
    assert refused(call(portal, "event.add", **PLAN)) == "При создании события произошла ошибка"
    portal.people.users[7] = User(7, "Гость", "Внешний", "guest@elsewhere.example", extranet=True)
    assert refused(call(portal, "event.add", **PLAN)) == "Доступ запрещен"


# -- time


@pytest.mark.parametrize("given, wanted", [
    ({"from": "2026-10-06T15:00:00+05:00"}, at("2026-10-06 13:00")),
    ({"from": "2026-10-06T12:00:00Z", "timezone_from": "Asia/Tokyo"}, at("2026-10-06 15:00")),
    ({"from": "2026-10-06T15:00:00", "timezone_from": "Asia/Novosibirsk"}, at("2026-10-06 15:00", "Asia/Novosibirsk")),
    ({"from": "2026-10-06 15:00:00"}, at("2026-10-06 15:00")),
    ({"from": None, "from_ts": 1791288000}, "1791288000"),
])  # fmt: skip
def test_four_ways_to_tell_the_time(portal: Bitrix24, given: dict[str, Any], wanted: str):
    assert read(portal, add(portal, **given))["DATE_FROM_TS_UTC"] == wanted


def test_dates_are_in_the_portals_format_and_the_events_zone(portal: Bitrix24):
    id = add(portal, timezone_from="Europe/Riga")
    assert (read(portal, id)["DATE_FROM"], read(portal, id)["TZ_OFFSET_FROM"]) == ("06.10.2026 15:00:00", "10800")
    assert read(portal, id)["TIMESTAMP_X"] == "05.10.2026 12:00:00"
    portal.set(language="en", time_zone="America/New_York")
    assert (read(portal, id)["DATE_FROM"], read(portal, id)["TIMESTAMP_X"]) == ("10/06/2026 03:00:00 pm", "10/05/2026 05:00:00 am")


def test_summer_time_in_a_series(portal: Bitrix24):
    portal.set(expand=True)
    rule = {"FREQ": "WEEKLY", "INTERVAL": 1, "BYDAY": ["SU"], "COUNT": 3}
    id = add(portal, **{"from": "2026-10-18 10:00:00", "to": "2026-10-18 11:00:00", "timezone_from": "Europe/Berlin", "rrule": rule})
    events = listed(portal, until="2026-11-30")
    assert [it["DATE_FROM"] for it in events] == ["18.10.2026 10:00:00", "25.10.2026 10:00:00", "01.11.2026 10:00:00"]
    # The clocks go back on the 25th.
    assert [it["TZ_OFFSET_FROM"] for it in events] == ["7200", "3600", "3600"]
    assert {it["ID"] for it in events} == {str(id)} and events[0]["RRULE"]["BYDAY"] == {"SU": "SU"}
    portal.set(expand=False)
    assert len(listed(portal, until="2026-11-30")) == 1


@pytest.mark.parametrize("mode, left", [("this", ["11", "25"]), ("next", ["11"])])
def test_part_of_a_series_becomes_an_event_of_its_own(portal: Bitrix24, mode: str, left: list[str]):
    portal.set(expand=True)
    id = add(portal, **{"from": "2026-10-11 10:00:00", "to": "2026-10-11 11:00:00", "rrule": {"FREQ": "WEEKLY", "COUNT": 3}})
    answer = update(portal, id, name="Иначе", recurrence_mode=mode, current_date_from="2026-10-18").json["result"]
    assert set(answer) == {"originalDate", "originalDavXmlId", "instanceTz", "recEventId", "id"} and answer["id"] == id
    assert [it["DATE_FROM"][:2] for it in listed(portal) if it["ID"] == str(id)] == left
    assert read(portal, answer["recEventId"])["DATE_FROM"] == "18.10.2026 10:00:00"
    for wrong in ({"recurrence_mode": "some"}, {"recurrence_mode": "next"}):
        assert refused(update(portal, id, **wrong)) == "Указан несуществующий тип редактирования повторяемого события"


def test_a_whole_day(portal: Bitrix24):
    event = read(portal, add(portal, **{"from": "2026-10-06", "to": "2026-10-06", "skip_time": "Y"}))
    assert (event["DT_SKIP_TIME"], event["DATE_FROM"], event["DT_LENGTH"]) == ("Y", "06.10.2026", 86400)


# -- meetings


def test_each_attendee_has_a_copy(portal: Bitrix24):
    id = add(portal, is_meeting="Y", attendees=[7, 8, 9], meeting={"notify": False})
    event = read(portal, id)
    assert (event["IS_MEETING"], event["MEETING_STATUS"], event["ATTENDEES_CODES"]) == (True, "H", ["U7", "U8", "U9"])
    assert event["MEETING"]["HOST_NAME"] == "Анна Примерова" and event["MEETING"]["NOTIFY"] is False
    copy = read(portal, event["ATTENDEE_LIST"][1]["entryId"])
    assert (copy["OWNER_ID"], copy["PARENT_ID"], copy["MEETING_STATUS"], copy["MEETING_HOST"]) == ("8", str(id), "Q", "7")
    ask("POST", f"{portal.url}/_fake/edit", {"what": "event", "do": "answer", "id": id, "by": 8, "status": "Y"})
    assert read(portal, id)["ATTENDEE_LIST"][1]["status"] == "Y"
    assert update(portal, id, name="Другое").status == 200
    assert read(portal, copy["ID"])["NAME"] == "Другое" and read(portal, copy["ID"])["MEETING_STATUS"] == "Y"


def test_a_meeting_without_attendees_loses_them(portal: Bitrix24):
    id = add(portal, is_meeting="Y", attendees=[7, 8])
    update(portal, id, name="Без слова о встрече")
    assert len(read(portal, id)["ATTENDEE_LIST"]) == 2
    update(portal, id, is_meeting="Y")
    event = read(portal, id)
    assert (event["IS_MEETING"], event["ATTENDEE_LIST"]) == (True, [])
    assert len(portal.calendar.events) == 1


def test_only_the_organiser_changes_a_meeting(portal: Bitrix24):
    meeting = portal.edit("event", "add", by=8, set={**PLAN, "ownerId": 8, "is_meeting": "Y", "attendees": [8, 7]})
    mine = int(meeting["ATTENDEE_LIST"][1]["entryId"])
    assert refused(update(portal, mine, name="Моё")) == "Доступ запрещен"
    assert refused(update(portal, mine, name="Моё", host=7)) == "Доступ запрещен"
    assert update(portal, mine, name="Моё", host=8).status == 200
    assert (read(portal, mine)["NAME"], read(portal, mine)["MEETING_HOST"]) == ("Моё", "8")
    assert call(portal, "meeting.status.set", eventId=mine, status="Y").status == 200
    assert call(portal, "meeting.status.get", eventId=mine).json["result"] == "Y"
    # Throwing away the own copy says no to the meeting.
    assert call(portal, "event.delete", id=mine).json["result"] is True
    assert portal.calendar.events[int(meeting["ID"])].attendees[7] == "N"


def test_deleting(portal: Bitrix24):
    id = add(portal, is_meeting="Y", attendees=[7, 8])
    assert call(portal, "event.delete", id=id).json["result"] is True
    assert portal.calendar.events == {} and read(portal, id) is None
    assert refused(call(portal, "event.delete", id=id)) == "При удалении события произошла ошибка"
    assert refused(call(portal, "event.delete")) == "Не задан id события"
    assert refused(update(portal, id, name="Поздно")) == "При изменении события произошла ошибка"
    portal.set(deleted="marked", missing_event="error")
    other = add(portal)
    call(portal, "event.delete", id=other)
    assert read(portal, other)["DELETED"] == "Y" and listed(portal) == []
    assert call(portal, "event.getbyid", id=9999).status == 400


def test_two_people_edit_one_event(portal: Bitrix24):
    id = add(portal, is_meeting="Y", attendees=[7, 8])
    ask("POST", f"{portal.url}/_fake/edit", {"what": "event", "do": "change", "id": id, "by": 8, "set": {"from": "2026-10-07 15:00:00"}})
    ask("POST", f"{portal.url}/_fake/edit", {"what": "event", "do": "change", "id": id + 1, "by": 8, "set": {"name": "Перенесено"}})
    event = read(portal, id)
    assert (event["NAME"], event["DATE_FROM"], event["VERSION"], len(event["ATTENDEE_LIST"])) == ("Перенесено", "07.10.2026 15:00:00", "3", 2)


def test_an_older_build_wants_everything(portal: Bitrix24):
    portal.set(older_build=True)
    id = add(portal)
    assert '"name"' in refused(update(portal, id, location="Кабинет 2"))
    update(portal, id, name="Консультация")
    assert read(portal, id)["DATE_FROM"] is None
    update(portal, id, **{key: PLAN[key] for key in ("name", "from", "to")})
    assert read(portal, id)["DATE_FROM"] == "06.10.2026 15:00:00"


# -- reading


def test_calendars_and_what_is_in_them(portal: Bitrix24):
    sections = call(portal, "section.get", type="user").json["result"]
    assert [(it["ID"], it["PERM"]["add"]) for it in sections] == [("4", True), ("5", True)]
    theirs = call(portal, "section.get", type="user", ownerId=8).json["result"]
    assert len(theirs) == 1 and theirs[0]["PERM"]["add"] is False
    add(portal)
    private = add(portal, section=5)
    assert [it["ID"] for it in listed(portal, section=[5])] == [str(private)]
    assert [listed(portal, since, until) for since, until in (("2026-11-01", "2026-11-30"), ("2026-10-07", "2026-10-08"))] == [[], []]
    assert len(listed(portal, "2026-10-06", "2026-10-06")) == 2
    assert len(call(portal, "event.get", type="user", ownerId=7).json["result"]) == 2  # a month back, three ahead


def test_private_events_of_others_are_only_busy(portal: Bitrix24):
    add(portal, private_event="Y", location="https://telemost.yandex.ru/j/1")
    access = portal.sign_in(8).access
    seen = ask("POST", f"{portal.client_endpoint}calendar.event.get", {**{key: PLAN[key] for key in ("type", "ownerId")}, "auth": access})
    assert [(it["NAME"], it["LOCATION"]) for it in seen.json["result"]] == [("Занято", "")]
    busy = call(portal, "accessibility.get", users=[7, 8], **{"from": "2026-10-06", "to": "2026-10-06"}).json["result"]
    assert (len(busy["7"]), busy["8"]) == (1, [])


def test_the_looser_forms(portal: Bitrix24):
    id = add(portal)
    portal.set(loose=True)
    event = read(portal, id)
    assert (event["ID"], event["MEETING"], event["RRULE"], event["ATTENDEES_CODES"], event["RELATIONS"]) == (id, False, [], "", [])


def test_an_event_whose_answer_was_lost_can_be_found(portal: Bitrix24):
    portal.next("calendar.event.add", "lost")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        call(portal, "event.add", **PLAN, description="ref:1")
    assert [it["DESCRIPTION"] for it in listed(portal)] == ["ref:1"]

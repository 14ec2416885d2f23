"""One calendar event: what the portal keeps of it, how it prints it, and when a series repeats."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Iterator
from zoneinfo import ZoneInfo

from .bitrix24_wire import moment, number, offset, printed, zone

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass
class Event:
    """`parent` is the organiser's own event; each attendee has a copy with its own `id`."""

    id: int
    parent: int
    type: str
    owner: int
    section: int
    name: str
    starts: float | None
    ends: float | None
    zone_from: str
    zone_to: str
    host: int
    made_by: int
    made: float
    changed: float
    all_day: bool = False
    description: str = ""
    location: str = ""
    private: bool = False
    accessibility: str = "busy"
    importance: str = "normal"
    color: str = ""
    text_color: str = ""
    remind: list[dict[str, Any]] = field(default_factory=list)
    rrule: dict[str, Any] | None = None
    exdates: list[float] = field(default_factory=list)
    is_meeting: bool = False
    meeting: dict[str, Any] = field(default_factory=dict)
    attendees: dict[int, str] = field(default_factory=dict)  # user: H organiser, Y, N, Q
    crm: list[str] | None = None
    version: int = 1
    deleted: bool = False
    recurrence_of: int | None = None
    dav: str = ""


def shown(it: Event, portal: Any, reader: int, entries: dict[int, int]) -> dict[str, Any]:
    """As `calendar.event.get` prints it. `entries` are the ids of the attendees' copies."""
    here, there = zone(it.zone_from) or ZoneInfo("UTC"), zone(it.zone_to) or ZoneInfo("UTC")
    home = zone(portal.options.time_zone) or ZoneInfo("UTC")
    own = zone(portal.people.users[reader].zone) or home
    style, day = portal.style, it.all_day
    starts, ends = it.starts, it.ends
    rrule = dict(it.rrule) if it.rrule else ""
    if rrule and rrule.get("UNTIL"):
        until = moment(rrule["UNTIL"], here)
        rrule |= {"UNTIL": printed(until, here, style, True), "~UNTIL": printed(until, here, style, True), "UNTIL_TS": until and int(until)}
    host = portal.people.users.get(it.host)
    meeting = {
        "HOST_NAME": host.full_name if host else "", "NOTIFY": True, "REINVITE": False, "ALLOW_INVITE": False, "HIDE_GUESTS": False,
        "MEETING_CREATOR": str(it.host), "LANGUAGE_ID": portal.options.language, "MAIL_FROM": "",
        **{key.upper(): value for key, value in it.meeting.items()},
    }  # fmt: skip
    hidden = it.private and it.type == "user" and it.owner != reader and reader not in it.attendees
    text = "" if hidden else it.description
    body: dict[str, Any] = {
        "ID": str(it.id),
        "PARENT_ID": str(it.parent),
        "DELETED": "Y" if it.deleted else "N",
        "CAL_TYPE": it.type,
        "OWNER_ID": str(it.owner),
        "NAME": ("Занято" if portal.options.language == "ru" else "Busy") if hidden else it.name,
        "DATE_FROM": printed(starts, here, style, day),
        "DATE_TO": printed(ends, there, style, day),
        "ORIGINAL_DATE_FROM": None,
        "TZ_FROM": it.zone_from,
        "TZ_TO": it.zone_to,
        "TZ_OFFSET_FROM": str(offset(starts, here)) if starts is not None else None,
        "TZ_OFFSET_TO": str(offset(ends, there)) if ends is not None else None,
        "DATE_FROM_TS_UTC": str(int(starts)) if starts is not None else None,
        "DATE_TO_TS_UTC": str(int(ends)) if ends is not None else None,
        "DT_SKIP_TIME": "Y" if day else "N",
        "DT_LENGTH": int(ends - starts) + (86400 if day else 0) if starts is not None and ends is not None else None,
        "EVENT_TYPE": None,
        "CREATED_BY": str(it.made_by),
        "DATE_CREATE": printed(it.made, home, style),
        "TIMESTAMP_X": printed(it.changed, home, style),
        "DESCRIPTION": text,
        "PRIVATE_EVENT": "1" if it.private else "",
        "ACCESSIBILITY": it.accessibility,
        "IMPORTANCE": it.importance,
        "IS_MEETING": it.is_meeting,
        "MEETING_STATUS": it.attendees.get(it.owner) if it.is_meeting else None,
        "MEETING_HOST": str(it.host),
        "MEETING": meeting if it.is_meeting else None,
        "LOCATION": "" if hidden else it.location,
        "REMIND": it.remind,
        "COLOR": it.color,
        "RRULE": rrule,
        "EXDATE": ";".join(printed(at, here, style, True) or "" for at in it.exdates),
        "DAV_XML_ID": it.dav,
        "G_EVENT_ID": "",
        "DAV_EXCH_LABEL": "",
        "CAL_DAV_LABEL": "",
        "VERSION": str(it.version),
        "ATTENDEES_CODES": [f"U{user}" for user in it.attendees] if it.is_meeting else None,
        "RECURRENCE_ID": it.recurrence_of,
        "RELATIONS": "",
        "SECTION_ID": str(it.section),
        "SYNC_STATUS": None,
        "UF_CRM_CAL_EVENT": it.crm if it.crm else False,
        "UF_WEBDAV_CAL_EVENT": False,
        "SECTION_DAV_XML_ID": None,
        "DATE_FROM_FORMATTED": formatted(starts, here),
        "DATE_TO_FORMATTED": formatted(ends, there),
        "SECT_ID": str(it.section),
        "COLLAB_ID": None,
        "~DESCRIPTION": text,
        "~USER_OFFSET_FROM": offset(starts, own) - offset(starts, here) if starts is not None else 0,
        "~USER_OFFSET_TO": offset(ends, own) - offset(ends, there) if ends is not None else 0,
    }
    if it.is_meeting:
        body["ATTENDEE_LIST"] = [{"id": user, "entryId": str(entries.get(user, it.id)), "status": s} for user, s in it.attendees.items()]
        body["attendeesEntityList"] = [{"entityId": "user", "id": user} for user in it.attendees]
    if it.text_color:
        body["TEXT_COLOR"] = it.text_color
    return loosened(body) if portal.options.loose else body


def formatted(at: float | None, where: ZoneInfo) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, where).strftime("%a %b %d %Y %H:%M:%S")


def loosened(body: dict[str, Any]) -> dict[str, Any]:
    """The same in the other forms that were seen: numbers for strings, and empty things of the wrong kind."""
    numbers = {"ID", "PARENT_ID", "OWNER_ID", "SECTION_ID", "SECT_ID", "VERSION", "CREATED_BY", "MEETING_HOST", "DATE_FROM_TS_UTC", "DATE_TO_TS_UTC"}
    empty = {"MEETING": False, "ATTENDEES_CODES": "", "REMIND": "", "RELATIONS": [], "RRULE": [], "UF_CRM_CAL_EVENT": None, "PRIVATE_EVENT": ""}
    loose = {key: int(value) if key in numbers and value is not None else value for key, value in body.items()}
    return {key: empty[key] if key in empty and not value else value for key, value in loose.items()}


def rule(given: Any) -> dict[str, Any] | None:
    """What is kept of an `rrule`: its list of days becomes an object."""
    if not isinstance(given, dict) or not given.get("FREQ") or given["FREQ"] == "NONE":
        return None
    kept = {"FREQ": str(given["FREQ"]).upper(), "INTERVAL": number(given.get("INTERVAL")) or 1}
    days = given.get("BYDAY")
    days = days.split(",") if isinstance(days, str) and days else days
    if isinstance(days, list) and days:
        kept["BYDAY"] = {str(day): str(day) for day in days}
    return kept | {key: given[key] for key in ("COUNT", "UNTIL") if given.get(key)}


def occurrences(it: Event, until: float) -> Iterator[Event]:
    """Each time a series happens before `until`, by the clock on the wall; what is not a series, once."""
    if it.starts is None or it.ends is None or not it.rrule:
        yield it
        return
    here = zone(it.zone_from) or ZoneInfo("UTC")
    first, length = datetime.fromtimestamp(it.starts, here).replace(tzinfo=None), it.ends - it.starts
    last = moment(it.rrule["UNTIL"], here) if it.rrule.get("UNTIL") else None
    count = number(it.rrule.get("COUNT"))
    except_days = {datetime.fromtimestamp(at, here).date() for at in it.exdates}
    for index, day in enumerate(_days(first, it.rrule)):
        at = day.replace(tzinfo=here).timestamp()
        if at > until or (last is not None and at >= last + 86400) or (count and index >= count):
            return
        if day.date() not in except_days:
            yield replace(it, starts=at, ends=at + length)


def _days(first: datetime, rrule: dict[str, Any]) -> Iterator[datetime]:
    every, kind = rrule["INTERVAL"], rrule["FREQ"]
    if kind == "WEEKLY":
        wanted = [DAYS.index(day) for day in rrule.get("BYDAY", {}) if day in DAYS] or [first.weekday()]
        monday = first - timedelta(days=first.weekday())
        for week in range(0, 100_000, every):
            yield from (day for n in sorted(wanted) if (day := monday + timedelta(weeks=week, days=n)) >= first)
    elif kind == "DAILY":
        yield from (first + timedelta(days=n) for n in range(0, 100_000, every))
    else:
        for months in range(0, 1200, every * (12 if kind == "YEARLY" else 1)):
            year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
            try:
                yield first.replace(year=year, month=month + 1)
            except ValueError:
                pass  # a month without that day

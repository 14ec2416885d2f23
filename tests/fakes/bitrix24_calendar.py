"""The portal's calendars: events with the manners the documentation tells of, and those that only its readers know."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .bitrix24_event import Event, occurrences, rule, shown
from .bitrix24_wire import moment, number, numbers, zone

if TYPE_CHECKING:
    from .bitrix24 import Bitrix24, Caller, Result

ADD, UPDATE, DELETE = "ONCALENDARENTRYADD", "ONCALENDARENTRYUPDATE", "ONCALENDARENTRYDELETE"
MONTH = 30 * 86400


class Calendar:
    def __init__(self, portal: Bitrix24):
        self.portal = portal
        self.events: dict[int, Event] = {}
        # id: type, owner, name
        self.sections = {1: ("company_calendar", 0, "Календарь компании"), 4: ("user", 7, "Консультации"), 5: ("user", 7, "Личное")}

    def methods(self) -> dict[str, Any]:
        return {
            "calendar.section.get": self.section_get, "calendar.event.get": self.get, "calendar.event.getbyid": self.getbyid,
            "calendar.event.add": self.add, "calendar.event.update": self.update, "calendar.event.delete": self.delete,
            "calendar.accessibility.get": self.accessibility, "calendar.meeting.status.get": self.status,
            "calendar.meeting.status.set": self.set_status,
        }  # fmt: skip

    def stored(self) -> dict[str, Any]:
        return {"events": [asdict(event) for event in self.events.values()]}

    # -- reading

    def section_get(self, caller: Caller, given: dict[str, Any]) -> Result:
        self._required("calendar.section.get", given, "type")
        owner = number(given.get("ownerId") or (caller.user.id if given["type"] == "user" else 0))
        self._section(given["type"], owner)
        rights = {"view_time": True, "view_title": True, "view_full": True}
        mine = owner == caller.user.id or caller.user.admin
        rights |= {name: mine for name in ("add", "edit", "edit_section", "access")}
        return self.portal.result([
            {
                "ID": str(id), "NAME": name, "COLOR": "#9dcf00", "CAL_TYPE": kind, "OWNER_ID": str(of), "EXTERNAL_TYPE": "local",
                "ACCESS": {}, "IS_COLLAB": False, "PERM": rights,
            }
            for id, (kind, of, name) in self.sections.items()
            if (kind, of) == (given["type"], owner)
        ])  # fmt: skip

    def _section(self, kind: str, owner: int) -> int:
        """The first calendar of somebody, who gets one when there is none."""
        found = next((id for id, (its, of, _) in self.sections.items() if (its, of) == (kind, owner)), None)
        if found is None:
            found = 1000 + len(self.sections)
            self.sections[found] = (kind, owner, "Мой календарь")
        return found

    def get(self, caller: Caller, given: dict[str, Any]) -> Result:
        self._required("calendar.event.get", given, "type", "ownerId")
        where, now = self._zone_of(caller), self.portal.now()
        since = moment(given["from"], where) if given.get("from") else now - MONTH
        until = moment(given["to"], where) if given.get("to") else now + 3 * MONTH
        if since is None or until is None:
            raise self.portal.wrong("invalid", "from" if since is None else "to")
        if given.get("to") and len(str(given["to"])) == 10:
            until += 86400 - 1  # a day is meant to its end
        sections = numbers(given.get("section"))
        found = []
        for event in self.events.values():
            if (event.type, event.owner) != (given["type"], number(given["ownerId"])) or event.deleted:
                continue
            if sections and event.section not in sections:
                continue
            times = [it for it in occurrences(event, until) if it.starts is None or (it.starts <= until and (it.ends or it.starts) >= since)]
            found += times if self.portal.options.expand else [event] if times else []
        return self.portal.result([self._shown(event, caller.user.id) for event in found])

    def getbyid(self, caller: Caller, given: dict[str, Any]) -> Result:
        if not given.get("id"):
            raise self.portal.wrong("no_id")
        event = self.events.get(number(given["id"]))
        if event is None:
            if self.portal.options.missing_event == "error":
                raise self.portal.wrong("denied")
            return self.portal.result(None)
        return self.portal.result(self._shown(event, caller.user.id))

    def _shown(self, event: Event, reader: int) -> dict[str, Any]:
        copies = {it.owner: it.id for it in self.events.values() if it.parent == event.parent and it.type == "user"}
        return shown(event, self.portal, reader, copies)

    def accessibility(self, caller: Caller, given: dict[str, Any]) -> Result:
        self._required("calendar.accessibility.get", given, "users", "from", "to")
        where = self._zone_of(caller)
        since, until = moment(given["from"], where) or 0, (moment(given["to"], where) or 0) + 86400
        keys = (
            "ID", "NAME", "DATE_FROM", "DATE_TO", "DATE_FROM_TS_UTC", "DATE_TO_TS_UTC", "TZ_FROM", "TZ_TO", "DT_SKIP_TIME", "ACCESSIBILITY",
            "IMPORTANCE", "EVENT_TYPE",
        )  # fmt: skip
        busy: dict[str, Any] = {}
        for user in numbers(given["users"]):
            mine = [it for it in self.events.values() if it.type == "user" and it.owner == user and not it.deleted]
            times = [it for event in mine for it in occurrences(event, until) if it.starts and it.ends and it.starts < until and it.ends > since]
            busy[str(user)] = [{key: self._shown(it, caller.user.id)[key] for key in keys} for it in times]
        return self.portal.result(busy)

    # -- writing

    def add(self, caller: Caller, given: dict[str, Any]) -> Result:
        method = "calendar.event.add"
        self._required(method, given, "type", "ownerId")
        self._dates_required(method, given)
        self._required(method, given, "name")
        kind, owner = given["type"], number(given["ownerId"])
        self._check(given)
        self._may_write(caller, kind, owner)
        section = self._chosen_section(given, kind, owner)
        id, now = self.portal.number("event"), self.portal.now()
        event = Event(id, id, kind, owner, section, str(given["name"]), None, None, "", "", caller.user.id, caller.user.id, now, now)
        self._fill(event, caller, given)
        stamp = datetime.fromtimestamp(event.starts or now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        event.dav = f"{stamp}-{secrets.token_hex(16)}@{self.portal.domain}"
        self.events[id] = event
        if _yes(given.get("is_meeting")):
            self._invite(event, given.get("attendees") or [caller.user.id], given.get("meeting"))
        self._saved(event, ADD, caller.user.id)
        return self.portal.result(id)

    def update(self, caller: Caller, given: dict[str, Any]) -> Result:
        method = "calendar.event.update"
        self._required(method, given, "id", "type", "ownerId", *(["name"] if self.portal.options.older_build else []))
        self._check(given)
        asked = self.events.get(number(given["id"]))
        if asked is None or asked.deleted:
            raise self.portal.wrong("change")
        event = self.events.get(asked.parent, asked)
        if event.host != caller.user.id and str(given.get("host", "")) != str(event.host):
            # Somebody who is not the organiser has to name the organiser, and can never change who that is.
            raise self.portal.wrong("denied")
        if asked.owner != caller.user.id:
            self._may_write(caller, asked.type, asked.owner)
        mode = given.get("recurrence_mode")
        if mode not in (None, "", "this", "next", "all") or (mode in ("this", "next") and not given.get("current_date_from")):
            raise self.portal.wrong("recurrence")
        if given.get("section"):
            event.section = self._chosen_section(given, event.type, event.owner)
        if event.rrule and mode in ("this", "next"):
            return self._split(event, caller, given, mode)
        self._change(event, caller, given)
        return self.portal.result(event.id)

    def _change(self, event: Event, caller: Caller, given: dict[str, Any]) -> None:
        self._fill(event, caller, given)
        event.version, event.changed = event.version + 1, self.portal.now()
        if "is_meeting" in given:
            # A meeting whose attendees are not sent loses all of them.
            self._invite(event, given.get("attendees") or [], given.get("meeting"), meeting=_yes(given["is_meeting"]))
        elif event.is_meeting and given.get("attendees"):
            self._invite(event, given["attendees"], given.get("meeting"))
        self._saved(event, UPDATE, caller.user.id)

    def _split(self, event: Event, caller: Caller, given: dict[str, Any], mode: str) -> Result:
        """One occurrence, or all from there on, becomes an event of its own."""
        here = zone(event.zone_from) or self._zone_of(caller)
        at = moment(given["current_date_from"], here)
        if at is None:
            raise self.portal.wrong("invalid", "current_date_from")
        time_of_day = (event.starts or at) - (moment(datetime.fromtimestamp(event.starts or at, here).date().isoformat(), here) or 0)
        at = (moment(datetime.fromtimestamp(at, here).date().isoformat(), here) or 0) + time_of_day
        id = self.portal.number("event")
        part = replace(event, id=id, parent=id, starts=at, ends=at + ((event.ends or at) - (event.starts or at)), exdates=[], attendees={}, is_meeting=False)
        part.recurrence_of = event.id
        if mode == "this":
            part.rrule, event.exdates = None, [*event.exdates, at]
        else:
            day_before = datetime.fromtimestamp(at - 86400, here).date().isoformat()
            event.rrule = {**{key: value for key, value in (event.rrule or {}).items() if key != "COUNT"}, "UNTIL": day_before}
        self.events[id] = part
        if event.is_meeting:
            self._invite(part, list(event.attendees), event.meeting)
        self._change(part, caller, given)
        self._saved(event, UPDATE, caller.user.id)
        return self.portal.result({
            "originalDate": shown(replace(event, starts=at), self.portal, caller.user.id, {})["DATE_FROM"], "originalDavXmlId": event.dav,
            "instanceTz": event.zone_from, "recEventId": id, "id": event.id,
        })  # fmt: skip

    def delete(self, caller: Caller, given: dict[str, Any]) -> Result:
        if not given.get("id"):
            raise self.portal.wrong("no_id")
        event = self.events.get(number(given["id"]))
        if event is None or event.deleted or (event.owner != caller.user.id and not caller.user.admin):
            raise self.portal.wrong("delete")
        self._delete(event, caller.user.id)
        return self.portal.result(True)

    def _delete(self, event: Event, by: int | None) -> None:
        if event.parent != event.id and event.parent in self.events:
            self.events[event.parent].attendees[event.owner] = "N"  # an attendee threw away their copy
        gone = [it for it in self.events.values() if it is event or (event.id == event.parent and it.parent == event.id)]
        for it in gone:
            if self.portal.options.deleted == "marked":
                it.deleted = True
            else:
                del self.events[it.id]
            self.portal.events.happened(DELETE, it.id, by)

    # -- invitations

    def status(self, caller: Caller, given: dict[str, Any]) -> Result:
        return self.portal.result(self._meeting(given).attendees.get(caller.user.id))

    def set_status(self, caller: Caller, given: dict[str, Any]) -> Result:
        self._required("calendar.meeting.status.set", given, "eventId", "status")
        self.answer(self._meeting(given), caller.user.id, given["status"])
        return self.portal.result(True)

    def answer(self, event: Event, user: int, status: str) -> None:
        if user not in event.attendees:
            raise self.portal.wrong("denied")
        event.attendees[user] = status
        self._saved(event, UPDATE, user)

    def _meeting(self, given: dict[str, Any]) -> Event:
        event = self.events.get(number(given.get("eventId")))
        if event is None:
            raise self.portal.wrong("no_id")
        return self.events.get(event.parent, event)

    def _invite(self, event: Event, users: Any, settings: Any, meeting: bool = True) -> None:
        event.is_meeting = meeting
        wanted = [user for user in numbers(users) if user in self.portal.people.users] if event.is_meeting else []
        event.attendees = {user: "H" if user == event.host else event.attendees.get(user, "Q") for user in wanted}
        event.meeting = {**event.meeting, **(settings if isinstance(settings, dict) else {})}

    def _saved(self, event: Event, kind: str, by: int | None) -> None:
        """Renews the attendees' copies, and tells of every entry that was saved."""
        copies = {it.owner: it for it in list(self.events.values()) if it.parent == event.id and it.id != event.id}
        for user, copy in copies.items():
            if user not in event.attendees:
                del self.events[copy.id]
                self.portal.events.happened(DELETE, copy.id, by)
        self.portal.events.happened(kind, event.id, by)
        for user in event.attendees:
            if user == event.owner:
                continue
            id = copies[user].id if user in copies else self.portal.number("event")
            self.events[id] = replace(event, id=id, owner=user, section=self._section("user", user), type="user")
            self.portal.events.happened(UPDATE if user in copies else ADD, id, by)

    # -- what was given

    def _required(self, method: str, given: dict[str, Any], *names: str) -> None:
        for name in names:
            if given.get(name) in (None, "", []):
                raise self.portal.wrong("missing", name, method)

    def _dates_required(self, method: str, given: dict[str, Any]) -> None:
        for name in ("from", "to"):
            if not given.get(name) and not given.get(f"{name}_ts"):
                raise self.portal.wrong("missing", name, method)

    def _check(self, given: dict[str, Any]) -> None:
        """Everything is checked before anything is changed."""
        for name in ("name", "description"):
            if not isinstance(given.get(name, ""), str):
                raise self.portal.wrong("invalid", name)
        if not isinstance(given.get("crm_fields") or [], list):
            raise self.portal.wrong("crm")
        for name in ("timezone_from", "timezone_to"):
            if given.get(name) and zone(given[name]) is None:
                raise self.portal.wrong("invalid", name)
        for name in ("from", "to"):
            if given.get(name) and moment(given[name], zone("UTC")) is None:  # type: ignore[arg-type]
                raise self.portal.wrong("invalid", name)

    def _may_write(self, caller: Caller, kind: str, owner: int) -> None:
        if caller.user.admin or (kind == "user" and owner == caller.user.id):
            return
        raise self.portal.wrong("denied")

    def _chosen_section(self, given: dict[str, Any], kind: str, owner: int) -> int:
        first = self._section(kind, owner)
        if not given.get("section"):
            if given.get("auto_detect_section") not in (None, "Y"):
                raise self.portal.wrong("section")
            return first
        id = number(given["section"])
        if self.sections.get(id, ("", -1, ""))[:2] != (kind, owner):
            raise self.portal.wrong("section")
        return id

    def _zone_of(self, caller: Caller) -> Any:
        return zone(caller.user.zone) or zone(self.portal.options.time_zone)

    def _fill(self, event: Event, caller: Caller, given: dict[str, Any]) -> None:
        own = str(self._zone_of(caller))
        event.zone_from = given.get("timezone_from") or event.zone_from or own
        event.zone_to = given.get("timezone_to") or given.get("timezone_from") or event.zone_to or own
        # Without a zone of its own a time is in the caller's, whatever the event's is.
        read_in = (given.get("timezone_from") or own, given.get("timezone_to") or given.get("timezone_from") or own)
        for name, field, where in (("from", "starts", read_in[0]), ("to", "ends", read_in[1])):
            if given.get(f"{name}_ts"):
                setattr(event, field, float(number(given[f"{name}_ts"])))
            elif given.get(name):
                setattr(event, field, moment(given[name], zone(where)))  # type: ignore[arg-type]
            elif self.portal.options.older_build:
                setattr(event, field, None)
        for name in ("name", "description", "location", "accessibility", "importance", "color", "text_color", "remind"):
            if name in given:
                setattr(event, name, given[name])
        for name, field in (("skip_time", "all_day"), ("private_event", "private")):
            if name in given:
                setattr(event, field, _yes(given[name]))
        if "crm_fields" in given:
            event.crm = given["crm_fields"]
        if "rrule" in given:
            event.rrule = rule(given["rrule"])

    # -- past the API

    def edit(self, do: str, by: int | None, id: int = 0, set: dict[str, Any] | None = None, status: str = "") -> Any:
        """`set` are parameters of calendar.event.add; whoever it is may do it. `by` None is a robot."""
        portal = self.portal
        caller = portal.caller(by or 1)
        if do == "add":
            given = {"type": "user", "ownerId": caller.user.id, "name": "Событие", **(set or {})}
            return self._shown(self.events[self.add(caller, given).value], caller.user.id)
        event = self.events[id]
        if do == "answer":
            self.answer(self.events[event.parent], caller.user.id, status)
        elif do == "change":
            self._check(set or {})
            self._change(self.events[event.parent], caller, set or {})
        elif do == "delete":
            self._delete(event, by)
            return id
        else:
            raise ValueError("an event can be added, changed, deleted or answered: add, change, delete, answer")
        return self._shown(event if event.id not in self.events else self.events[id], caller.user.id)


def _yes(value: Any) -> bool:
    return value is True or str(value) in ("Y", "1", "true")

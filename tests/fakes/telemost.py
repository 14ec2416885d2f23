"""Telemost: conferences, co-hosts, an organisation's settings, and the audit log of Yandex 360 at the same host.

Whose token it is, the fake of Yandex says; without one given it starts its own, as `fake.yandex`.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from . import pages
from .fake import Answer, Clock, Fake, Refused, Request, change
from .telemost_ledger import DOMAINS, ERRORS, LEVELS, ORGANIZATION, Conference, settings
from .yandex import Yandex
from .yandex_ledger import Account, Grant

BASE = "/v1/telemost-api"


class Telemost(Fake):
    name = "telemost"
    defaults = {
        "personal_accounts": False,  # whether accounts outside an organisation may make plain meetings, as the newest page says
        "id_digits": 14,  # 10 to 14 were seen
        "join_host": "https://telemost.yandex.ru",  # this fake's own address serves a page for each link
        "create_status": 201,
        "sparse": False,  # leaves out every optional field, as in a real answer
        "unknown_values": False,  # adds a field and a level that no documentation knows
        "patch_answer": "short",  # id and join_url; "live_stream" for that alone; "full" as a read
        "foreign": "ForbiddenError",  # reading somebody else's conference; or "ConferenceNotFound"
        "late_broadcast": False,  # whether a change may turn a meeting into a broadcast
        "delete": False,  # the undocumented DELETE of a conference
        "summarization_default": True,  # what an organisation chose for those who do not say
    }

    def __init__(self, yandex: Yandex | None = None, port: int = 0, clock: Clock | None = None, **options: Any):
        self.own_yandex = yandex is None
        self.yandex = yandex or Yandex(clock=clock)
        super().__init__(port, self.yandex.clock, **options)

    def start(self):
        if self.own_yandex:
            self.yandex.start()
        return super().start()

    def stop(self) -> None:
        super().stop()
        if self.own_yandex:
            self.yandex.stop()

    @property
    def api(self) -> str:
        return self.url + BASE

    def begin(self) -> None:
        self.conferences: dict[str, Conference] = {}
        self.log: list[dict[str, Any]] = []
        self.settings = settings()

    def stored(self) -> dict[str, Any]:
        return {"conferences": [asdict(it) for it in self.conferences.values()], "settings": self.settings, "audit_log": self.log}

    def refusal(self, code: str) -> Answer:
        status, description, message = ERRORS[code]
        return Answer(status, {"error": code, "description": description, "message": message})

    def failure(self, status: int) -> Answer:
        named = {400: "BadRequestError", 403: "ForbiddenError", 404: "NotFoundError"}
        code = named.get(status) or next((code for code, it in ERRORS.items() if it[0] == status), None)
        return self.refusal(code) if code else Answer(status, {"error": f"Error{status}", "description": str(status), "message": str(status)})

    def refuse(self, code: str, **details: Any) -> None:
        answer = self.refusal(code)
        raise Refused(Answer(answer.status, {**answer.body, "details": details}) if details else answer)

    # -- the routes

    def names(self, request: Request) -> list[str]:
        return [name] if (name := self._route(request)[0]) else []

    def _route(self, request: Request) -> tuple[str, str]:
        """The operation, and the id in the path."""
        place = [part for part in request.path.removeprefix(BASE).split("/") if part]
        if request.path.startswith("/v1/auditlog/organizations/"):
            return "audit_log", request.path.split("/")[4]
        if not request.path.startswith(BASE):
            return "", ""
        if place == ["conferences"]:
            return {"POST": "conference.create"}.get(request.method, ""), ""
        if len(place) == 2 and place[0] == "conferences":
            verbs = {"GET": "conference.read", "PATCH": "conference.update", "DELETE": "conference.delete"}
            return verbs.get(request.method, ""), place[1]
        if len(place) == 3 and (place[0], place[2]) == ("conferences", "cohosts"):
            verbs = {"GET": "cohosts.read", "PUT": "cohosts.replace", "PATCH": "cohosts.add", "DELETE": "cohosts.remove"}
            return verbs.get(request.method, ""), place[1]
        if len(place) == 3 and (place[0], place[2]) == ("organizations", "settings"):
            return {"GET": "settings.read", "PUT": "settings.update"}.get(request.method, ""), place[1]
        return "", ""

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(("/j/", "/live/")):
            return self._page(request.path)
        grant = self.yandex.who(request.headers.get("authorization", ""))
        if grant is None:
            self.refuse("UnauthorizedError")
        name, id = self._route(request)
        if not name or (name == "conference.delete" and not self.options.delete):
            self.refuse("NotFoundError")
        account = self.yandex.accounts[grant.login]
        self._may(name, grant, account)
        if name == "audit_log":
            answer = self._audit_log(request, id)
        elif name.startswith("settings."):
            answer = self._settings(request, id)
        elif name == "conference.create":
            answer = self._create(request, account)
        else:
            answer = self._on_one(name, request, self._mine(id, account), account)
        answer.headers["Yandex-Cloud-Request-ID"] = f"rest-{secrets.token_hex(16)}-fake"
        return answer

    def _may(self, name: str, grant: Grant, account: Account) -> None:
        right = {"create": "create", "read": "read", "delete": "update"}.get(name.partition(".")[2], "update")
        accepted = {f"telemost-api:conferences.{right}"}
        if name == "cohosts.remove":
            accepted = {"telemost-api:conferences.update"}
        if name.startswith("settings."):
            accepted |= {f"telemost-api:organization_settings.{right}"}
        if name == "audit_log":
            accepted = {"ya360_security:read_auditlog"}
        if not accepted & set(grant.scopes):
            self.refuse("ForbiddenError")
        of_organization = name.startswith("settings.") or name == "audit_log"
        if account.organization is None and (of_organization or not self.options.personal_accounts):
            self.refuse("ApiRestrictedToOrganizations")
        if of_organization and not account.admin:
            self.refuse("ForbiddenError")

    def _mine(self, id: str, account: Account) -> Conference:
        conference = self.conferences.get(id)
        if conference is None:
            self.refuse("ConferenceNotFound")
        if conference.owner != account.login and account.email not in conference.cohosts:
            self.refuse(self.options.foreign)
        return conference

    def _on_one(self, name: str, request: Request, conference: Conference, account: Account) -> Answer:
        if name == "conference.read":
            return Answer(200, self._full(conference))
        if name == "conference.update":
            return self._update(request, conference, account)
        if name == "conference.delete":
            del self.conferences[conference.id]
            return Answer(204)
        if name == "cohosts.read":
            offset, limit = self._number(request, "offset", 0, 0, None), self._number(request, "limit", 50, 1, 256)
            return Answer(200, {"cohosts": [{"email": email} for email in conference.cohosts[offset : offset + limit]]})
        if name == "cohosts.remove":
            gone = self._emails([{"email": email} for email in request.params.get("cohost_emails", "").split(",")])
            conference.cohosts = [email for email in conference.cohosts if email not in gone]
        else:
            given = self._emails(self._json(request).get("cohosts"))
            kept = conference.cohosts if name == "cohosts.add" else []
            conference.cohosts = kept + [email for email in given if email not in kept]
        return Answer(204)

    # -- conferences

    def _create(self, request: Request, account: Account) -> Answer:
        body = self._json(request)
        usual = self.settings["waiting_room_level_adhoc"]["value"] if account.organization else "PUBLIC"
        # The old word for it, which `waiting_room_level` overrules.
        level = body["access_level"] if body.get("access_level") in ("PUBLIC", "ORGANIZATION") else usual
        made = Conference(self._new_id(), account.login, level, is_auto_summarization_enabled=self.options.summarization_default)
        self._fill(made, body, account, new=True)
        self.conferences[made.id] = made
        self._note("telemost_conference.created", made)
        answer: dict[str, Any] = self._short(made)
        if made.live_stream:
            answer["live_stream"] = {"watch_url": made.live_stream["watch_url"]}
        return Answer(self.options.create_status, answer)

    def _update(self, request: Request, conference: Conference, account: Account) -> Answer:
        self._fill(conference, self._json(request), account)
        if self.options.patch_answer == "live_stream":
            return Answer(200, {"live_stream": conference.live_stream} if conference.live_stream else {})
        return Answer(200, self._full(conference) if self.options.patch_answer == "full" else self._short(conference))

    def _fill(self, conference: Conference, body: dict[str, Any], account: Account, new: bool = False) -> None:
        """Checks everything before it changes anything."""
        values: dict[str, Any] = {}
        if "waiting_room_level" in body:
            values["waiting_room_level"] = self._one_of(body["waiting_room_level"], LEVELS)
            if values["waiting_room_level"] == "ORGANIZATION" and account.organization is None:
                self.refuse("ApiRestrictedToOrganizations")
        if body.get("live_stream") is not None:
            values["live_stream"] = self._stream(conference, body["live_stream"], account, new)
        if "cohosts" in body:
            values["cohosts"] = self._emails(body["cohosts"])
        for name in ("is_auto_summarization_enabled", "should_create_public_chat_if_not_exists"):
            if name in body:
                values[name] = self._one_of(body[name], (True, False))
        change(conference, values)

    def _stream(self, conference: Conference, given: Any, account: Account, new: bool) -> dict[str, str]:
        if not isinstance(given, dict):
            self.refuse("BadRequestError")
        if not account.streams:
            self.refuse("PaymentRequiredToUseLiveStreams")
        if conference.live_stream is None and not new and not self.options.late_broadcast:
            self.refuse("BadRequestError")
        fresh = {"watch_url": f"{self.options.join_host}/live/{secrets.token_hex(16)}", "access_level": "PUBLIC", "title": "", "description": ""}
        stream = dict(conference.live_stream or fresh)
        if "access_level" in given:
            stream["access_level"] = self._one_of(given["access_level"], ("PUBLIC", "ORGANIZATION"))
        for name, longest in (("title", 1024), ("description", 2048)):
            if name in given:
                if not isinstance(given[name], str) or len(given[name]) > longest:
                    self.refuse("BadRequestError")
                stream[name] = given[name]
        return stream

    def _short(self, it: Conference) -> dict[str, Any]:
        return {"id": it.id, "join_url": f"{self.options.join_host}/j/{it.id}"}

    def _full(self, it: Conference) -> dict[str, Any]:
        old = it.waiting_room_level if it.waiting_room_level in ("PUBLIC", "ORGANIZATION") else "UNKNOWN"
        level = "SOMETHING_NEW" if self.options.unknown_values else it.waiting_room_level
        body = {**self._short(it), "access_level": old, "waiting_room_level": level}
        if it.live_stream:
            body["live_stream"] = it.live_stream
        if not self.options.sparse:
            sip = f"{it.id}567890"
            body |= {"sip_uri_meeting": f"{sip}@sip.t.ya.ru", "sip_uri_telemost": "j@sip.t.ya.ru", "sip_id": sip}
            body |= {"is_auto_summarization_enabled": it.is_auto_summarization_enabled}
            body |= {"should_create_public_chat_if_not_exists": it.should_create_public_chat_if_not_exists}
        return {**body, "something_new": {"value": 1}} if self.options.unknown_values else body

    def _page(self, path: str) -> Answer:
        """What a link leads to."""
        for it in self.conferences.values():
            if path == f"/j/{it.id}" or (it.live_stream and it.live_stream["watch_url"].endswith(path)):
                return Answer(200, pages.said("Telemost", f"Conference {it.id}, waiting room: {it.waiting_room_level}"))
        return Answer(404, pages.said("Telemost", "There is no such conference."))

    def _new_id(self) -> str:
        digits = self.options.id_digits
        return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))

    # -- what was given

    def _json(self, request: Request) -> dict[str, Any]:
        body = request.json(self.refusal("BadRequestError"))
        if not isinstance(body, dict):
            self.refuse("BadRequestError")
        return body

    def _one_of(self, value: Any, known: tuple[Any, ...]) -> Any:
        if value not in known or type(value) not in {type(it) for it in known}:
            self.refuse("BadRequestError")
        return value

    def _number(self, request: Request, name: str, usual: int, least: int, most: int | None) -> int:
        text = request.params.get(name, str(usual))
        if not text.isdigit() or int(text) < least or (most is not None and int(text) > most):
            self.refuse("BadRequestError")
        return int(text)

    def _emails(self, given: Any) -> list[str]:
        well = isinstance(given, list) and all(isinstance(it, dict) and isinstance(it.get("email"), str) for it in given)
        if not well or len(given) > 30 or any("@" not in it["email"] for it in given):
            self.refuse("BadRequestError")
        emails = [it["email"] for it in given]
        unknown = [it for it in emails if it.startswith("nobody") or it.partition("@")[2] not in DOMAINS]
        if unknown:
            self.refuse("NoSuchUserPrincipalsFound", emails=";".join(unknown))
        return emails

    # -- the organisation

    def _settings(self, request: Request, organization: str) -> Answer:
        if organization != ORGANIZATION:
            self.refuse("ForbiddenError")
        if request.method == "PUT":
            body = self._json(request)
            if set(body) != set(self.settings) or any(not isinstance(it, dict) or "value" not in it for it in body.values()):
                self.refuse("BadRequestError")
            self.settings = body
        return Answer(200, self.settings)

    def _audit_log(self, request: Request, organization: str) -> Answer:
        given = request.params
        if organization != ORGANIZATION:
            self.refuse("ForbiddenError")
        count = self._number(request, "count", 0, 1, 100)
        try:
            since = datetime.fromisoformat(given.get("started_at", "1970-01-01T00:00:00+00:00"))
            until = datetime.fromisoformat(given["ended_at"])
            start = int(given.get("iteration_key") or 0)
        except (KeyError, ValueError):
            self.refuse("BadRequestError")
        types = given["types"].split(",") if given.get("types") else None
        found = [
            item for item in self.log
            if since <= datetime.fromisoformat(item["event"]["occurred_at"]) <= until and (not types or item["event"]["type"] in types)
        ]  # fmt: skip
        more = str(start + count) if len(found) > start + count else ""
        return Answer(200, {"iteration_key": more, "items": found[start : start + count]})

    def _note(self, type: str, conference: Conference, login: str | None = None) -> dict[str, Any]:
        """One line of the audit log; without a login it is a guest."""
        person = self.yandex.accounts.get(login or "")
        at = datetime.fromtimestamp(self.now(), timezone.utc).isoformat(timespec="microseconds")
        meta = {"conference_id": conference.id, "conference_start": int(self.now() * 1000), "user_app_version": ""}
        event = {
            "type": type, "status": "success", "idempotency_id": secrets.token_hex(8), "uid": person.id if person else "0",
            "service": "telemost", "ip": "203.0.113.7", "occurred_at": at, "org_id": ORGANIZATION, "is_system": False,
            "request_id": secrets.token_hex(8), "meta": meta,
        }  # fmt: skip
        name = f"{person.first_name} {person.last_name}" if person else ""
        self.log.append({"user_login": person.email if person else "", "user_name": name, "event": event})
        return self.log[-1]

    # -- past the API

    def edit(self, what: str = "", do: str = "", **more: Any) -> Any:
        """`conference` add (`set`), change (`id`, `set`), delete (`id`) · `person` joined, waiting, … (`id`, `login`)."""
        if (what, do) == ("conference", "add"):
            made = Conference(more["set"].get("id") or self._new_id(), more.get("login", "specialist"), "ADMINS")
            change(made, more["set"])
            self.conferences[made.id] = made
            return {**asdict(made), **self._short(made)}
        if (what, do) == ("conference", "change"):
            change(self.conferences[more["id"]], more["set"])
            return asdict(self.conferences[more["id"]])
        if (what, do) == ("conference", "delete"):
            return asdict(self.conferences.pop(more["id"]))
        if what == "person":
            kind = {"joined": "peer.joined", "waiting": "waiting_room.peer.joined", "admitted": "waiting_room.peer.admitted"}.get(do, do)
            return self._note(f"telemost_conference.{kind}", self.conferences[more["id"]], more.get("login"))
        raise ValueError(f"cannot {do} a {what}: {Telemost.edit.__doc__}")

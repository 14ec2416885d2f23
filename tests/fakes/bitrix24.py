"""A Bitrix24 portal and its authorization server, both at this address: ways in, limits, batch, and the portal's name.

The methods are in bitrix24_people.py, bitrix24_calendar.py and bitrix24_events.py, the authorization in bitrix24_oauth.py.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from . import pages
from .bitrix24_calendar import Calendar
from .bitrix24_events import Events
from .bitrix24_oauth import Authorization, Session
from .bitrix24_people import People, User
from .bitrix24_wire import CALENDAR_ERRORS, SYSTEM_ERRORS, CallRefused, calendar_refusal, iso, parameters, zone
from .fake import Answer, Fake, Request, change

# Which of these rights a method wants; none for the others.
RIGHTS = {"user.": {"user", "user_basic", "user_brief"}, "calendar.": {"calendar"}, "im.": {"im"}}
APPLICATIONS_ONLY = ("event.bind", "event.unbind", "event.get", "events", "app.info")


@dataclass
class Webhook:
    user: int = 7
    secret: str = "examplesecret0000"
    scopes: tuple[str, ...] = ("calendar", "user", "im")
    ends: float | None = None


@dataclass
class Caller:
    """On whose behalf a method is called; `key` is what operating time is counted by."""

    user: User
    scopes: set[str]
    key: str
    application: bool = False


@dataclass
class Result:
    value: Any
    total: int | None = None
    next: int | None = None


class Bitrix24(Fake):
    name = "bitrix24"
    defaults = {
        "users": 500,
        "language": "ru",  # of the errors' texts; "en"
        "date_format": None,  # "ru" or "en"; as the language unless told
        "time_zone": "Europe/Moscow",  # of the portal, and of those who have none of their own
        "domain": None,  # what the portal calls itself; its address here unless told
        "rate": 2.0,  # what leaks from the bucket each second
        "burst": 50,  # and what fits in
        "operating_limit": 480.0,  # seconds of a method in ten minutes
        "cost": 0.132316,  # seconds a call takes
        "send_operating": True,  # absent on-premise and in some samples
        "loose": False,  # numbers for strings, and "", false or [] for what is empty
        "missing_event": "null",  # or "error": what getbyid says of an event that is not there
        "deleted": "gone",  # or "marked": whether a deleted event can still be read, with DELETED = "Y"
        "older_build": False,  # update wants a name, and forgets dates that are not sent
        "expand": False,  # whether calendar.event.get returns each occurrence of a series, or the series once
        "expires_in": 3600,
        "oauth_status": 400,  # of the authorization server's errors; no documentation says
        "redirect_uri": None,  # of the application; without one the portal shows a code to copy
        "consent": "ask",
        "application_token": "example_application_token",
        "outgoing_webhook": None,  # an address to tell everything to
        "webhook_token": "example_webhook_token",
        "webhook_handler_id": True,  # whether an outgoing webhook sends event_handler_id: samples differ
        "event_refresh_token": False,  # whether events bring a refresh token: the documentation says both
        "hold_events": False,  # keeps them until `edit` sends the outbox
    }
    member_id = "0123456789abcdef0123456789abcdef"

    def begin(self) -> None:
        self.webhooks = [Webhook()]
        self.numbers = {"event": 1245, "notification": 12344}
        self.level, self.level_at = 0.0, 0.0
        self.spent: dict[tuple[str, str], list[tuple[float, float]]] = {}
        self.people = People(self, self.options.users)
        self.calendar = Calendar(self)
        self.events = Events(self)
        self.authorization = Authorization(self)

    # -- what the parts ask the portal

    @property
    def domain(self) -> str:
        return self.options.domain or f"127.0.0.1:{self.port}"

    @property
    def client_endpoint(self) -> str:
        return f"{self.url}/rest/"

    @property
    def server_endpoint(self) -> str:
        return f"{self.url}/rest/"

    @property
    def webhook(self) -> str:
        """The address to enter as an inbound webhook."""
        return f"{self.url}/rest/{self.webhooks[0].user}/{self.webhooks[0].secret}/"

    @property
    def style(self) -> str:
        return self.options.date_format or self.options.language

    def number(self, kind: str) -> int:
        self.numbers[kind] += 1
        return self.numbers[kind]

    def result(self, value: Any, total: int | None = None, next: int | None = None) -> Result:
        return Result(value, total, next)

    def sign_in(self, user: int, scopes: list[str] | None = None, **more: Any) -> Session:
        return self.authorization.sign_in(user, scopes, **more)

    def caller(self, user: int) -> Caller:
        """Somebody at the portal's own pages."""
        return Caller(self.people.users[user], {"calendar", "user", "im"}, "portal", application=True)

    def wrong(self, name: str, *words: str) -> CallRefused:
        """An error of the calendar in the portal's language."""
        return calendar_refusal(name, self.options.language, *words)

    # -- requests

    def refusal(self, code: str) -> Answer:
        refused = calendar_refusal(code, self.options.language) if code in CALENDAR_ERRORS else CallRefused(SYSTEM_ERRORS[code] and code)
        return Answer(refused.status, refused.body)

    def failure(self, status: int) -> Answer:
        usual = {401: "NO_AUTH_FOUND", 403: "INVALID_CREDENTIALS", 400: "invalid_request", 404: "ERROR_METHOD_NOT_FOUND"}
        code = usual.get(status) or next((code for code, it in SYSTEM_ERRORS.items() if it[0] == status), None)
        return self.refusal(code) if code else Answer(status, {"error": str(status), "error_description": f"Status {status}"})

    def names(self, request: Request) -> list[str]:
        if request.path.rstrip("/").startswith("/oauth/"):
            step = request.path.strip("/").replace("/", ".")
            return [step, f"{step}.{request.params.get('grant_type') or request.form.get('grant_type')}"]
        return [method] if (method := self._method(request)[1]) else []

    def _method(self, request: Request) -> tuple[tuple[str, str] | None, str]:
        """The webhook's user and secret if there are any, and the method."""
        match = re.fullmatch(r"/rest/(?:(\d+)/([^/]+)/)?([^/]+?)(?:\.json)?/?", request.path)
        return ((match[1], match[2]) if match[1] else None, match[3].lower()) if match else (None, "")

    def answer(self, request: Request) -> Answer:
        if request.port != self.port:
            # The portal was renamed: its old address only knows the new one.
            return Answer(302, None, {"Location": f"{self.url}{request.target}"})
        if request.path.startswith("/oauth/"):
            return self.authorization.answer(request)
        hook, method = self._method(request)
        if not method:
            return Answer(404, pages.said("404", "There is no such page."))
        given = parameters(request.query, request.body, request.headers.get("content-type", ""))
        start = self.now()
        try:
            self._let_through()
            caller = self._caller(hook, given)
            if method == "batch":
                return Answer(200, {"result": self._batch(caller, given), "time": self._time(start, None)})
            result = self._call(caller, method, given)
        except CallRefused as refused:
            return Answer(refused.status, refused.body)
        body = {"result": result.value}
        body |= {key: value for key, value in (("next", result.next), ("total", result.total)) if value is not None}
        return Answer(200, {**body, "time": self._time(start, (caller.key, method))})

    def _let_through(self) -> None:
        """The leaky bucket: every request adds one."""
        now = self.now()
        self.level = max(0.0, self.level - (now - self.level_at) * self.options.rate)
        self.level_at = now
        if self.level + 1 > self.options.burst:
            raise CallRefused("QUERY_LIMIT_EXCEEDED")
        self.level += 1

    def _caller(self, hook: tuple[str, str] | None, given: dict[str, Any]) -> Caller:
        if hook:
            found = next((it for it in self.webhooks if (str(it.user), it.secret) == hook), None)
            if found is None or (found.ends is not None and found.ends <= self.now()):
                raise CallRefused("NO_AUTH_FOUND")
            return Caller(self.people.users[found.user], set(found.scopes), found.secret)
        session = self.authorization.session(str(given.pop("auth", "")))
        return Caller(self.people.users[session.user], set(session.scopes), session.client, application=True)

    def _call(self, caller: Caller, method: str, given: dict[str, Any]) -> Result:
        methods = {**self.people.methods(), **self.calendar.methods(), **self.events.methods(), **self.authorization.methods()}
        if method not in methods or (method in APPLICATIONS_ONLY and not caller.application):
            raise CallRefused("ERROR_METHOD_NOT_FOUND")
        wanted = next((rights for prefix, rights in RIGHTS.items() if method.startswith(prefix)), None)
        if wanted and not wanted & caller.scopes:
            raise CallRefused("insufficient_scope")
        if method.startswith("calendar.") and caller.user.extranet:
            raise self.wrong("denied")
        self._operate(caller.key, method)
        return methods[method](caller, given)

    def _operate(self, key: str, method: str) -> None:
        """Counts the time this method took in the last ten minutes."""
        kept = [(at, cost) for at, cost in self.spent.get((key, method), []) if at > self.now() - 600]
        if sum(cost for _, cost in kept) > self.options.operating_limit:
            raise CallRefused("OPERATION_TIME_LIMIT")
        self.spent[key, method] = [*kept, (self.now(), float(self.options.cost))]

    def _time(self, start: float, operated: tuple[str, str] | None) -> dict[str, Any]:
        where = zone(self.options.time_zone)
        assert where
        finish = start + 0.3594250679016113
        body: dict[str, Any] = {"start": start, "finish": finish, "duration": finish - start, "processing": 0.1323388576507568}
        body |= {"date_start": iso(start, where), "date_finish": iso(finish, where)}
        kept = self.spent.get(operated, []) if operated else []
        if self.options.send_operating:
            body |= {"operating_reset_at": int((kept[0][0] if kept else start) + 600), "operating": round(sum(cost for _, cost in kept), 6)}
        return body

    # -- batch

    def _batch(self, caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
        commands = given.get("cmd") or {}
        commands = {str(number): it for number, it in enumerate(commands)} if isinstance(commands, list) else commands
        if not isinstance(commands, dict):
            commands = {}
        if len(commands) > 50:
            raise CallRefused("ERROR_BATCH_LENGTH_EXCEEDED")
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        totals, nexts, times = {}, {}, {}
        for key, command in commands.items():
            method, _, query = str(command).partition("?")
            start = self.now()
            try:
                result = self._inner(caller, method.lower().removesuffix(".json"), _referred(query, results))
            except CallRefused as refused:
                errors[key] = refused.body
                if str(given.get("halt", 0)) in ("1", "True", "true"):
                    break
                continue
            results[key], times[key] = result.value, {k: v for k, v in self._time(start, None).items() if "operating" not in k}
            totals |= {key: result.total} if result.total is not None else {}
            nexts |= {key: result.next} if result.next is not None else {}
        # PHP writes an empty map as an empty list.
        return {
            "result": results or [], "result_error": errors or [], "result_total": totals or [], "result_next": nexts or [],
            "result_time": times or [],
        }  # fmt: skip

    def _inner(self, caller: Caller, method: str, query: str) -> Result:
        if method == "batch":
            raise CallRefused("ERROR_BATCH_METHOD_NOT_ALLOWED")
        switch = self.switch_for([f"batch:{method}"])
        instead = switch.instead(self) if switch else None
        if instead is not None and isinstance(instead.body, dict):
            raise CallRefused(instead.body["error"], instead.body["error_description"], instead.status)
        return self._call(caller, method, parameters(parse_qsl(query, keep_blank_values=True), b"", ""))

    # -- past the API

    def stored(self) -> dict[str, Any]:
        return {
            "webhooks": [asdict(it) for it in self.webhooks], "member_id": self.member_id, "bucket": self.level,
            **self.people.stored(), **self.calendar.stored(), **self.events.stored(), **self.authorization.stored(),
        }  # fmt: skip

    def edit(self, what: str = "", do: str = "", by: int | None = 7, **more: Any) -> Any:
        """`event` add, change, delete, `by` a colleague · `events` send, release · `frame` open · `portal` rename ·
        `webhook` add, change · `user` change · `token` add, expire, revoke."""
        if what == "event":
            try:
                return self.calendar.edit(do, by, **more)
            except CallRefused as refused:
                raise ValueError(refused.body["error_description"]) from None
        if (what, do) == ("events", "send"):
            return self.events.send(by=by, **more)
        if (what, do) == ("events", "release"):
            return self.events.release(**more)
        if (what, do) == ("frame", "open"):
            return self.events.frame(more["url"], by or 7)
        if (what, do) == ("portal", "rename"):
            self.listen()
            return self.url
        if (what, do) == ("webhook", "add"):
            made = Webhook(**more["set"])
            self.webhooks.append(made)
            return f"{self.url}/rest/{made.user}/{made.secret}/"
        if (what, do) == ("webhook", "change"):
            change(self.webhooks[0], more["set"])
            return self.webhook
        if (what, do) == ("user", "change"):
            change(self.people.users[int(more["id"])], more["set"])
            return more["id"]
        if what == "token":
            return self.authorization.edit(do, by or 7, **more)
        raise ValueError(f"cannot {do} a {what}: {Bitrix24.edit.__doc__}")


def _referred(query: str, results: dict[str, Any]) -> str:
    """Puts in what `$result[key][field]` refers to."""

    def look(match: re.Match[str]) -> str:
        value: Any = results
        for key in re.findall(r"\[([^\]]*)\]", match[1]):
            if isinstance(value, list):
                value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
            else:
                value = value.get(key) if isinstance(value, dict) else None
        return "" if value is None else str(value)

    return re.sub(r"\$result((?:\[[^\]]*\])+)", look, query)

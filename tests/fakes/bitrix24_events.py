"""What the portal tells others: the requests of `event.bind` handlers, of an outgoing webhook, and of its own frame.

They are sent once and in the order asked for; a failure is written down and never repeated.
"""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from .bitrix24_wire import CallRefused, form, number

if TYPE_CHECKING:
    from .bitrix24 import Bitrix24, Caller, Result

NAMES = ("ONCALENDARENTRYADD", "ONCALENDARENTRYUPDATE", "ONCALENDARENTRYDELETE", "ONAPPINSTALL", "ONAPPUNINSTALL")


class Events:
    def __init__(self, portal: Bitrix24):
        self.portal = portal
        self.handlers: list[dict[str, Any]] = []
        self.held: list[tuple[str, str]] = []
        self.sent: list[dict[str, Any]] = []
        self._line: list[tuple[str, str]] = []
        self._at_work = False

    def methods(self) -> dict[str, Any]:
        return {"event.bind": self.bind, "event.unbind": self.unbind, "event.get": self.get, "events": self.names}

    # -- subscribing, for applications only

    def bind(self, caller: Caller, given: dict[str, Any]) -> Result:
        event, handler = str(given.get("event", "")).upper(), given.get("handler")
        if event not in NAMES:
            raise CallRefused("ERROR_EVENT_NOT_FOUND")
        if given.get("event_type") == "offline" or (given.get("auth_type") and number(given["auth_type"]) != caller.user.id):
            if not caller.user.admin:
                what = "Offline events binding" if given.get("event_type") == "offline" else "Event binding with AUTH_TYPE"
                raise CallRefused("ACCESS_DENIED", f"Access denied! {what} requires administrator access rights")
        bound = {"event": event, "handler": handler, "auth_type": str(given.get("auth_type") or 0), "offline": 0, "id": len(self.handlers) + 4}
        self.handlers.append(bound)
        return self.portal.result(True)

    def unbind(self, caller: Caller, given: dict[str, Any]) -> Result:
        left = [it for it in self.handlers if (it["event"], it["handler"]) != (str(given.get("event")).upper(), given.get("handler"))]
        count, self.handlers = len(self.handlers) - len(left), left
        return self.portal.result({"count": count})

    def get(self, caller: Caller, given: dict[str, Any]) -> Result:
        return self.portal.result([{key: it[key] for key in ("event", "handler", "auth_type", "offline")} for it in self.handlers])

    def names(self, caller: Caller, given: dict[str, Any]) -> Result:
        return self.portal.result(list(NAMES))

    # -- telling

    def happened(self, event: str, id: int, by: int | None = 7) -> None:
        """Tells everybody who asked; `by` None is a robot, with whose events no tokens come."""
        hook, options = self.portal.options.outgoing_webhook, self.portal.options
        for handler in [it for it in self.handlers if it["event"] == event]:
            self._tell(handler["handler"], event, self.application(event, id, by, str(handler["id"])))
        if hook:
            self._tell(hook, event, self.outgoing(event, id))
        if not options.hold_events:
            self.release()

    def _tell(self, url: str, event: str, body: dict[str, Any]) -> None:
        self.held.append((url, form(body)))

    def release(self, order: str = "as happened", twice: bool = False) -> int:
        """Sends what is held back; also `reversed`, and each of them `twice`."""
        waiting, self.held = self.held, []
        waiting = list(reversed(waiting)) if order == "reversed" else waiting
        for url, body in [it for it in waiting for _ in range(2 if twice else 1)]:
            self._put(url, body)
        return len(waiting)

    def application(self, event: str, id: int, by: int | None = 7, handler: str = "4", token: str = "") -> dict[str, Any]:
        """As a handler of `event.bind` gets it: with a fresh access token of whoever acted."""
        portal, auth = self.portal, {}
        if by is not None:
            session = portal.sign_in(by)
            auth = {"access_token": session.access, "expires_in": portal.options.expires_in, "scope": "calendar"}
        auth |= {"domain": portal.domain, "server_endpoint": portal.server_endpoint, "status": "L"}
        auth |= {"client_endpoint": portal.client_endpoint, "member_id": portal.member_id}
        if by is not None and portal.options.event_refresh_token:
            auth["refresh_token"] = session.refresh
        auth["application_token"] = token or portal.options.application_token
        return {"event": event, "event_handler_id": handler, "data": {"id": id}, "ts": int(portal.now()), "auth": auth}

    def outgoing(self, event: str, id: int, token: str = "") -> dict[str, Any]:
        """As an outgoing webhook sends it: with nobody's token."""
        portal = self.portal
        auth = {"domain": portal.domain, "client_endpoint": portal.client_endpoint, "server_endpoint": portal.server_endpoint}
        auth |= {"member_id": portal.member_id, "application_token": token or portal.options.webhook_token}
        number = {"event_handler_id": "9"} if portal.options.webhook_handler_id else {}
        return {"event": event, **number, "data": {"id": id}, "ts": int(portal.now()), "auth": auth}

    def frame(self, url: str, by: int = 7) -> None:
        """Opens an application's page as the portal's frame does."""
        portal, session = self.portal, self.portal.sign_in(by)
        query = {"DOMAIN": portal.domain, "PROTOCOL": "1", "LANG": portal.options.language, "APP_SID": "00112233445566778899aabbccddeeff"}
        body = {
            "AUTH_ID": session.access, "AUTH_EXPIRES": portal.options.expires_in, "REFRESH_ID": session.refresh,
            "SERVER_ENDPOINT": portal.server_endpoint, "APPLICATION_TOKEN": portal.options.application_token,
            "APPLICATION_SCOPE": ",".join(session.scopes), "member_id": portal.member_id, "status": "L", "PLACEMENT": "DEFAULT",
        }  # fmt: skip
        self._put(f"{url}?{urlencode(query)}", form(body))

    def send(self, url: str, event: str, id: int, kind: str = "application", token: str = "", by: int | None = 7) -> None:
        """One event by hand; with a `token` that may be wrong."""
        body = self.application(event, id, by, token=token) if kind == "application" else self.outgoing(event, id, token)
        self._put(url, form(body))

    def _put(self, url: str, body: str) -> None:
        """One after the other, each when the one before was answered; nobody at the portal waits for them."""
        with self.portal.lock:
            self._line.append((url, body))
            if not self._at_work:
                self._at_work = True
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self.portal.lock:
                if not self._line:
                    self._at_work = False
                    return
                url, body = self._line.pop(0)
            entry = {"url": url, "body": body, **_posted(url, body)}
            with self.portal.lock:
                self.sent.append(entry)

    def stored(self) -> dict[str, Any]:
        return {"handlers": self.handlers, "held": len(self.held), "deliveries": self.sent}


def _posted(url: str, body: str) -> dict[str, Any]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=10)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", target, body.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        status = connection.getresponse().status
        connection.close()
        return {"answered": status}
    except (OSError, http.client.HTTPException, ValueError) as error:
        return {"answered": None, "trouble": str(error)}

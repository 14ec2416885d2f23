"""The authorization of an application: the portal's page, and the tokens of the authorization server."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from . import pages
from .bitrix24_wire import SYSTEM_ERRORS, CallRefused
from .fake import Answer, Refused, Request

if TYPE_CHECKING:
    from .bitrix24 import Bitrix24, Caller, Result

CLIENT_ID = "app.0000000000000.00000000"
CLIENT_SECRET = "EXAMPLE_SECRET"
SERVER = "oauth.bitrix24.tech"
SCOPES = ["calendar", "user_brief", "im"]
REFRESH_LIFE = 180 * 86400
CODE_LIFE = 30


@dataclass
class Session:
    user: int
    scopes: list[str]
    access: str
    refresh: str
    ends: float
    refresh_ends: float
    client: str = CLIENT_ID
    dead: bool = False


class Authorization:
    def __init__(self, portal: Bitrix24):
        self.portal = portal
        self.sessions: list[Session] = []
        self.codes: dict[str, tuple[int, float]] = {}

    def stored(self) -> dict[str, Any]:
        return {"sessions": [asdict(session) for session in self.sessions]}

    def methods(self) -> dict[str, Any]:
        return {"app.info": self.app_info}

    def sign_in(self, user: int, scopes: list[str] | None = None, access: str = "", refresh: str = "") -> Session:
        now, options = self.portal.now(), self.portal.options
        made = Session(
            user, list(SCOPES if scopes is None else scopes), access or secrets.token_hex(35), refresh or secrets.token_hex(35),
            now + options.expires_in, now + REFRESH_LIFE,
        )  # fmt: skip
        self.sessions.append(made)
        return made

    def session(self, access: str) -> Session:
        """Of a living access token."""
        found = next((it for it in reversed(self.sessions) if it.access == access and not it.dead), None)
        if found is None:
            raise CallRefused("NO_AUTH_FOUND")
        if found.ends <= self.portal.now():
            raise CallRefused("expired_token")
        return found

    def app_info(self, caller: Caller, given: dict[str, Any]) -> Result:
        return self.portal.result({"ID": 1, "CODE": CLIENT_ID, "VERSION": 1, "STATUS": "L", "INSTALLED": True, "SCOPE": sorted(caller.scopes)})

    def answer(self, request: Request) -> Answer:
        if request.path.rstrip("/") == "/oauth/authorize":
            return self._authorize(request)
        if request.path.rstrip("/") == "/oauth/token":
            return self._token({**request.params, **request.form})
        return Answer(404, pages.said("404", "There is no such page."))

    def _authorize(self, request: Request) -> Answer:
        """The redirect address is the application's, never one of the request; what fails stays on the portal's page."""
        portal, asked = self.portal, request.params if request.method == "GET" else request.form
        if asked.get("client_id") != CLIENT_ID:
            return Answer(400, pages.said("Error", "The application is not installed on this portal."))
        decision = asked.get("decision") if request.method == "POST" else {"allow": "allow", "deny": "deny"}.get(portal.options.consent)
        if not decision:
            people = [(str(user.id), user.full_name) for user in list(portal.people.users.values())[:10]]
            return Answer(200, pages.consent("Let the application in?", "/oauth/authorize/", asked, people, "7", SCOPES))
        if decision != "allow":
            return Answer(200, pages.said("Denied", "The application was not let in."))
        code = secrets.token_hex(16)
        self.codes[code] = (int(asked.get("login", 7)), portal.now() + CODE_LIFE)
        back = portal.options.redirect_uri
        if not back:
            return Answer(200, pages.code("Your code", code))
        params = {
            "code": code, "state": asked.get("state", ""), "domain": portal.domain, "member_id": portal.member_id,
            "scope": ",".join(SCOPES), "server_domain": SERVER,
        }  # fmt: skip
        return Answer(302, None, {"Location": f"{back}{'&' if '?' in back else '?'}{urlencode(params, quote_via=quote)}"})

    def _token(self, given: dict[str, str]) -> Answer:
        if given.get("client_id") != CLIENT_ID or given.get("client_secret") != CLIENT_SECRET:
            self._refuse("invalid_client")
        now = self.portal.now()
        if given.get("grant_type") == "authorization_code":
            user, ends = self.codes.pop(given.get("code", ""), (0, 0.0))
            if ends <= now:
                self._refuse("invalid_grant")
            return Answer(200, self._body(self.sign_in(user)))
        if given.get("grant_type") == "refresh_token":
            old = next((it for it in self.sessions if it.refresh == given.get("refresh_token") and not it.dead), None)
            if old is None or old.refresh_ends <= now:
                self._refuse("invalid_grant")
            # The old access token is left alone, the old refresh token is of no more use.
            fresh = self.sign_in(old.user, old.scopes)
            old.refresh = ""
            return Answer(200, {**self._body(fresh), "expires": int(fresh.ends), "user_id": fresh.user})
        return self._refuse("invalid_request")

    def _refuse(self, code: str) -> Any:
        body = {"error": code, "error_description": SYSTEM_ERRORS[code][1]}
        raise Refused(Answer(self.portal.options.oauth_status, body))

    def _body(self, it: Session) -> dict[str, Any]:
        return {
            "access_token": it.access, "client_endpoint": self.portal.client_endpoint, "domain": SERVER,
            "expires_in": self.portal.options.expires_in, "member_id": self.portal.member_id, "refresh_token": it.refresh,
            "scope": ",".join(it.scopes), "server_endpoint": self.portal.server_endpoint, "status": "L",
        }  # fmt: skip

    def edit(self, do: str, by: int, access: str = "", **more: Any) -> Any:
        if do == "add":
            return asdict(self.sign_in(by, access=access, **more))
        for index, session in enumerate(self.sessions):
            if session.access == access and do in ("expire", "revoke"):
                self.sessions[index] = replace(session, ends=self.portal.now(), dead=do == "revoke")
        return access

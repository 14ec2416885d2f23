"""Yandex OAuth and Yandex ID: who somebody is, and what they let an application do.

Both hosts, oauth.yandex.ru and login.yandex.ru, are this one address.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from . import pages
from .fake import Answer, Fake, Refused, Request, change
from .yandex_ledger import CLIENT_ID, ERRORS, READY_TOKEN, SCOPES, VERIFICATION_CODE, Account, Client, Code, Grant, accounts


class Yandex(Fake):
    name = "yandex"
    defaults = {
        # Exact addresses, as registered with the application. None: any loopback address and the page with the code.
        "redirect_uris": None,
        "consent": "ask",  # or "allow" and "deny": answers at once, without a page
        "expires_in": 31536000,
        "send_scope": False,
        "long_code": False,  # 16 characters, as the glossary has it, instead of the 7 digits of recordings
        "secretless_pkce": True,  # whether a code with a challenge may be exchanged without the secret
        "secretless_device": False,
        "pkce_error": "invalid_request",
        "device_expires_in": 300,  # recorded; 600 in the documentation
        "device_interval": 5,  # the pause that whoever polls is asked to keep
        "verification_url": None,  # this fake's own page; recorded "https://ya.ru/device", documented "https://oauth.yandex.ru/device"
        "device_expired": "invalid_grant",  # or "expired_token", as RFC 8628 has it
        "slow_down": False,  # whether polling before the interval is over is refused
        "refresh_keeps_access": False,  # whether a refresh may bring the same access token
    }

    def begin(self) -> None:
        self.accounts = accounts()
        self.clients = {CLIENT_ID: Client()}
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, Code] = {}
        self.grants: list[Grant] = []
        self.grant("specialist", access=READY_TOKEN, refresh="1:READY_EXAMPLE")

    def stored(self) -> dict[str, Any]:
        return {
            "accounts": [asdict(account) for account in self.accounts.values()],
            "clients": [asdict(client) for client in self.clients.values()],
            "grants": [asdict(grant) for grant in self.grants],
            "codes": {code: asdict(it) for code, it in self.codes.items()},
            "devices": {code: asdict(it) for code, it in self.devices.items()},
        }

    def names(self, request: Request) -> list[str]:
        name = {
            "/authorize": "authorize", "/token": "token", "/device/code": "device.code", "/device": "device.page",
            "/revoke_token": "revoke", "/info": "info",
        }.get(request.path)  # fmt: skip
        return [name, f"token.{request.form.get('grant_type')}"] if name == "token" else [name] if name else []

    def refusal(self, code: str) -> Answer:
        return Answer(400, {"error": code, "error_description": ERRORS[code]})

    def failure(self, status: int) -> Answer:
        if status == 401:
            return Answer(401)
        return Answer(status, {"error": "too_many_requests" if status == 429 else "server_error", "error_description": f"Status {status}"})

    def answer(self, request: Request) -> Answer:
        routes = {
            "GET /authorize": self._authorize, "POST /authorize": self._authorize, "GET /device": self._device_page,
            "POST /device": self._device_page, "POST /device/code": self._device_code, "POST /token": self._token,
            "POST /revoke_token": self._revoke, "GET /info": self._info,
            "GET /verification_code": lambda r: Answer(200, pages.code("Your code", r.params.get("code", ""))),
        }  # fmt: skip
        route = routes.get(f"{request.method} {request.path}")
        return route(request) if route else Answer(404, pages.said("404", "There is no such page."))

    # -- what Telemost asks, and what tests make up

    def who(self, authorization: str) -> Grant | None:
        """The living grant that this header names; the word is `OAuth`, `Bearer` is nobody."""
        word, _, token = authorization.partition(" ")
        alive = (g for g in self.grants if g.access == token and not g.dead and not g.expired and g.ends > self.now())
        return next(alive, None) if word == "OAuth" else None

    def grant(
        self, login: str, scopes: list[str] | None = None, client: str = CLIENT_ID, access: str = "", refresh: str = "",
        device: str | None = None, public: bool = False,
    ) -> Grant:  # fmt: skip
        """Hands out a pair of tokens."""
        made = Grant(
            login, client, list(SCOPES if scopes is None else scopes), access or f"y0_{secrets.token_urlsafe(36)}",
            refresh or f"1:{secrets.token_urlsafe(24)}", self.now() + self.options.expires_in, device, public,
        )  # fmt: skip
        self.grants.append(made)
        return made

    # -- the browser

    def _authorize(self, request: Request) -> Answer:
        asked = request.params if request.method == "GET" else request.form
        client, redirect = self.clients.get(asked.get("client_id", "")), self._registered(asked.get("redirect_uri"))
        if client is None or redirect is None:
            # Nobody is sent to an address that nobody registered.
            what = "There is no such application." if client is None else "The redirect_uri is not one that is registered."
            return Answer(400, pages.said("400", what))
        back = {"state": asked["state"]} if "state" in asked else {}
        wrong = self._wrong(asked, client)
        if wrong:
            return _redirect(redirect, {"error": wrong, "error_description": ERRORS[wrong], **back})
        decision = asked.get("decision") if request.method == "POST" else {"allow": "allow", "deny": "deny"}.get(self.options.consent)
        hint = next((a.login for a in self.accounts.values() if asked.get("login_hint") in (a.login, a.email)), "specialist")
        scopes = self._scopes(asked, client)
        if not decision:
            people = [(a.login, f"{a.first_name} {a.last_name}, {a.email}") for a in self.accounts.values()]
            return Answer(200, pages.consent(f"Let {client.name} in?", "/authorize", asked, people, hint, scopes))
        if decision != "allow":
            return _redirect(redirect, {"error": "access_denied", "error_description": ERRORS["access_denied"], **back})
        code = secrets.token_hex(8) if self.options.long_code else f"{secrets.randbelow(10**7):07}"
        how = asked.get("code_challenge_method", "plain")
        self.codes[code] = Code(
            client.id, scopes, self.now() + 600, asked.get("login", hint), asked.get("device_id"), asked.get("code_challenge", ""), how
        )
        return _redirect(redirect, {"code": code, **back})

    def _registered(self, uri: str | None) -> str | None:
        known = self.options.redirect_uris
        if known is not None and (uri or known[0]) not in known:
            return None
        uri = uri or (known[0] if known else VERIFICATION_CODE)
        if uri == VERIFICATION_CODE:
            return f"{self.url}/verification_code"
        parts = urlsplit(uri)
        loopback = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        return uri if known is not None or loopback else None

    def _wrong(self, asked: dict[str, str], client: Client) -> str | None:
        """The error to go back to the application with."""
        if client.blocked:
            return "unauthorized_client"
        known = {person for account in self.accounts.values() for person in (account.login, account.email)}
        if (
            asked.get("response_type") != "code"
            or len(asked.get("state", "")) > 1024
            or asked.get("code_challenge_method", "plain") not in ("plain", "S256")
            or ("device_id" in asked and not re.fullmatch(r"[\x20-\x7e]{6,50}", asked["device_id"]))
            or asked.get("login_hint") not in (None, *known)
        ):
            return "invalid_request"
        return None if set(asked.get("scope", "").split()) <= set(client.scopes) else "invalid_scope"

    def _scopes(self, asked: dict[str, str], client: Client) -> list[str]:
        wanted = asked.get("scope", "").split() or list(client.scopes)
        return wanted + [s for s in asked.get("optional_scope", "").split() if s in client.scopes and s not in wanted]

    def _device_page(self, request: Request) -> Answer:
        people = [(a.login, f"{a.first_name} {a.last_name}, {a.email}") for a in self.accounts.values()]
        if request.method == "GET":
            return Answer(200, pages.consent("Enter the code", "/device", {}, people, "specialist", [], typed="user_code"))
        form = request.form
        found = next((d for d in self.devices.values() if d.user_code == form.get("user_code", "").strip().lower() and not d.used), None)
        if found is None or found.ends <= self.now():
            return Answer(400, pages.said("Wrong code", "There is no such code, or its time is over."))
        found.login, found.denied = form.get("login", "specialist"), form.get("decision") != "allow"
        return Answer(200, pages.said("Denied" if found.denied else "Done", "You can close this page and go back to the application."))

    # -- the application

    def _client(self, request: Request, secretless: bool = False) -> tuple[Client, bool]:
        """The application that asks, and whether it did so without its secret."""
        form = request.form
        id, secret = form.get("client_id", ""), form.get("client_secret")
        if request.headers.get("authorization", "").startswith("Basic "):
            try:
                id, _, secret = base64.b64decode(request.headers["authorization"][6:]).decode().partition(":")
            except ValueError:
                self._refuse("invalid_client")
        client = self.clients.get(id)
        if client is None or (secret is None and not secretless) or (secret is not None and secret != client.secret):
            self._refuse("invalid_client")
        if client.blocked:
            self._refuse("unauthorized_client")
        return client, secret is None

    def _refuse(self, code: str, text: str = "") -> None:
        answer = self.refusal(code)
        answer.body["error_description"] = text or ERRORS[code]
        raise Refused(answer)

    def _device_code(self, request: Request) -> Answer:
        form = request.form
        client, _ = self._client(request, secretless=True)
        if not set(form.get("scope", "").split()) <= set(client.scopes):
            self._refuse("invalid_scope")
        device_code, user_code = secrets.token_hex(16), secrets.token_hex(4)
        lasts = self.options.device_expires_in
        self.devices[device_code] = Code(
            client.id, self._scopes(form, client), self.now() + lasts, device=form.get("device_id"), user_code=user_code, asked_at=self.now() - 5
        )
        url = self.options.verification_url or f"{self.url}/device"
        body = {"device_code": device_code, "expires_in": lasts, "interval": self.options.device_interval, "user_code": user_code, "verification_url": url}
        return Answer(200, body)

    def _token(self, request: Request) -> Answer:
        kinds = {"authorization_code": self._from_code, "refresh_token": self._from_refresh, "device_code": self._from_device}
        kind = kinds.get(request.form.get("grant_type", ""))
        if kind is None:
            self._refuse("unsupported_grant_type")
        grant = kind(request)
        body = {"access_token": grant.access, "expires_in": int(grant.ends - self.now()), "refresh_token": grant.refresh, "token_type": "bearer"}
        return Answer(200, {**body, "scope": " ".join(grant.scopes)} if self.options.send_scope else body)

    def _from_code(self, request: Request) -> Grant:
        form = request.form
        code = self.codes.get(form.get("code", ""))
        challenge = code.challenge if code else form.get("code_verifier", "")
        client, public = self._client(request, bool(challenge) and self.options.secretless_pkce)
        if code is None or code.client != client.id:
            self._refuse("bad_verification_code")
        if code.used or code.ends <= self.now():
            self._refuse("invalid_grant", "Code has expired")
        if code.challenge and _challenge(form.get("code_verifier", ""), code.how) != code.challenge:
            self._refuse(self.options.pkce_error, "code_verifier does not match the code_challenge")
        if not set(code.scopes) <= set(client.scopes):
            self._refuse("invalid_scope")
        code.used = True
        return self.grant(code.login, code.scopes, client.id, device=form.get("device_id") or code.device, public=public)

    def _from_refresh(self, request: Request) -> Grant:
        old = next((g for g in self.grants if g.refresh == request.form.get("refresh_token") and not g.dead), None)
        client, public = self._client(request, old is None or old.public)
        if old is None or old.client != client.id or old.ends <= self.now():
            self._refuse("invalid_grant")
        old.refresh = ""  # The old access token goes on to the end of its time; the old refresh token is of no more use.
        access = old.access if self.options.refresh_keeps_access else ""
        if access:
            old.dead = True
        return self.grant(old.login, old.scopes, client.id, access, device=old.device, public=public)

    def _from_device(self, request: Request) -> Grant:
        client, public = self._client(request, self.options.secretless_device)
        device = self.devices.get(request.form.get("code", ""))
        if device is None or device.client != client.id:
            self._refuse("bad_verification_code")
        early = self.now() - device.asked_at < 5
        device.asked_at = self.now()
        if device.used or device.ends <= self.now():
            self._refuse(self.options.device_expired)
        if device.denied:
            self._refuse("access_denied")
        if not device.login:
            self._refuse("slow_down" if early and self.options.slow_down else "authorization_pending")
        device.used = True
        return self.grant(device.login, device.scopes, client.id, device=device.device, public=public)

    def _revoke(self, request: Request) -> Answer:
        token = request.form.get("access_token")
        found = [g for g in self.grants if g.access == token]
        self._client(request, any(g.public for g in found))
        if not found:
            self._refuse("invalid_grant", "Unknown token")
        if not found[-1].device:
            self._refuse("unsupported_token_type")
        for grant in found:
            grant.dead = True
        return Answer(200, {"status": "ok"})

    def _info(self, request: Request) -> Answer:
        grant = self.who(request.headers.get("authorization", "")) or self.who(f"OAuth {request.params.get('oauth_token')}")
        if grant is None:
            return Answer(401)
        it = self.accounts[grant.login]
        body: dict[str, Any] = {"id": it.id, "login": it.login, "client_id": grant.client, "psuid": f"1.AA.{it.id}"}
        if "login:info" in grant.scopes:
            body |= {"display_name": it.first_name, "real_name": f"{it.first_name} {it.last_name}"}
            body |= {"first_name": it.first_name, "last_name": it.last_name, "sex": it.sex}
        if "login:email" in grant.scopes:
            body |= {"default_email": it.email, "emails": [it.email]}
        if "login:avatar" in grant.scopes:
            body |= {"default_avatar_id": "0/0-0", "is_avatar_empty": True}
        return Answer(200, body)

    # -- past the API

    def edit(self, what: str = "", do: str = "", **more: Any) -> Any:
        """`token` add, expire, revoke · `account` add, change, sign_out · `client` change · `device` allow, deny."""
        if (what, do) == ("token", "add"):
            return asdict(self.grant(more.pop("login", "specialist"), **more))
        if what == "token" and do in ("expire", "revoke"):
            for grant in [g for g in self.grants if g.access == more["access"]]:
                grant.dead, grant.expired = do == "revoke" or grant.dead, True
            return more["access"]
        if (what, do) == ("account", "add"):
            self.accounts[more["login"]] = Account(**more)
            return more["login"]
        if (what, do) == ("account", "change"):
            change(self.accounts[more["login"]], more["set"])
            return more["login"]
        if (what, do) == ("account", "sign_out"):
            for grant in [g for g in self.grants if g.login == more["login"]]:
                grant.dead = True
            return more["login"]
        if (what, do) == ("client", "change"):
            client = self.clients[more.get("client", CLIENT_ID)]
            change(client, more["set"])
            for grant in [g for g in self.grants if g.client == client.id and "scopes" in more["set"]]:
                grant.dead = True  # A change of rights withdraws what was issued.
            return client.id
        if what == "device" and do in ("allow", "deny"):
            device = next(d for d in self.devices.values() if d.user_code == more["user_code"])
            device.login, device.denied = more.get("login", "specialist"), do == "deny"
            return device.user_code
        raise ValueError(f"cannot {do} a {what}: {Yandex.edit.__doc__}")


def _challenge(verifier: str, how: str) -> str:
    if how == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _redirect(uri: str, params: dict[str, str]) -> Answer:
    return Answer(302, None, {"Location": f"{uri}{'&' if '?' in uri else '?'}{urlencode(params, quote_via=quote)}"})

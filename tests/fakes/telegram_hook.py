"""The bot's webhook: setting it up, its rules, and bringing updates there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .courier import Parcel, Taken, on_loopback

if TYPE_CHECKING:
    from .telegram import Telegram

PORTS = (443, 80, 88, 8443)
LONGEST_PAUSE = 120  # seconds between two tries


@dataclass
class Update:
    id: int
    kind: str
    body: dict[str, Any]
    chat: int
    at: float
    tries: int = 0
    not_before: float = 0.0
    busy: bool = False

    def shown(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}


@dataclass
class Webhook:
    url: str = ""
    secret: str = ""
    connections: int = 40
    last_error: tuple[int, str] | None = None
    gone_since: float | None = None  # answers 410


class Hook:
    def __init__(self, bot: Telegram):
        self.bot = bot
        self.now = Webhook()
        self.set_at: float | None = None
        self.sent: list[dict[str, Any]] = []
        self.executed: list[dict[str, Any]] = []

    # -- the methods

    def set(self, given: dict[str, Any]) -> tuple[Any, str]:
        bot, url = self.bot, str(given.get("url") or "")
        if not url:
            return self.delete(given)
        if bot.options.limits and self.set_at is not None and bot.now() - self.set_at < 1:
            bot.slow_down(1)
        if trouble := self._refused(url):
            bot.refuse(400, f"Bad Request: bad webhook: {trouble}")
        secret = str(given.get("secret_token") or "")
        if len(secret.encode()) > 256:
            bot.refuse(400, "Bad Request: secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            bot.refuse(400, "Bad Request: secret token contains unallowed characters")
        wanted = Webhook(url, secret, min(max(int(given.get("max_connections") or 40), 1), 100))
        kept = (self.now.url, self.now.secret, self.now.connections) == (wanted.url, wanted.secret, wanted.connections)
        allowed = bot.allowed
        bot.remember_allowed(given)
        self._drop(given)
        self.set_at = bot.now()
        if kept and allowed == bot.allowed:
            return True, "Webhook is already set"
        self.now = wanted
        bot.interrupt("Conflict: terminated by other setWebhook")
        return True, "Webhook was set"

    def delete(self, given: dict[str, Any]) -> tuple[Any, str]:
        was, self.now = self.now.url, Webhook()
        self._drop(given)
        return True, "Webhook was deleted" if was else "Webhook is already deleted"

    def info(self) -> dict[str, Any]:
        shown = {"url": self.now.url, "has_custom_certificate": False, "pending_update_count": len(self.bot.updates)}
        if self.now.last_error:
            shown |= {"last_error_date": self.now.last_error[0], "last_error_message": self.now.last_error[1]}
        if self.now.url:
            shown |= {"max_connections": self.now.connections, "ip_address": "127.0.0.1"}
        return {**shown, "allowed_updates": self.bot.allowed} if self.bot.allowed is not None else shown

    def _drop(self, given: dict[str, Any]) -> None:
        if given.get("drop_pending_updates") in (True, "true", "True", "1"):
            self.bot.updates.clear()

    def _refused(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            return "invalid webhook URL specified"
        if on_loopback(parts.hostname) and self.bot.options.loopback:
            return None
        if parts.scheme != "https":
            return "An HTTPS URL must be provided for webhook"
        if port not in PORTS:
            return "Webhook can be set up only on ports 80, 88, 443 or 8443"
        if on_loopback(parts.hostname) or re.match(r"10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.", parts.hostname or ""):
            return f"IP address {parts.hostname} is reserved"
        return None

    # -- bringing

    def parcel(self) -> Parcel | None:
        """One of those that are due; what belongs to the same chat waits for what came before it."""
        hook, waiting = self.now, set()
        if not hook.url:
            return None
        for update in self.bot.updates:
            if update.chat not in waiting and not update.busy and update.not_before <= self.bot.now():
                update.busy = True
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
                return Parcel(hook.url, update.shown(), headers, lambda taken: self._taken(update, hook, taken))
            waiting.add(update.chat)
        return None

    def _taken(self, update: Update, hook: Webhook, taken: Taken) -> None:
        bot = self.bot
        update.busy = False
        update.tries += 1
        shown = {"url": hook.url, "body": update.shown(), "try": update.tries, "answered": taken.status, "said": taken.body}
        self.sent.append({**shown, "trouble": taken.trouble})
        if taken.status is not None and 200 <= taken.status < 300:
            bot.updates = [it for it in bot.updates if it is not update]
            hook.gone_since = None
            self._execute(taken.body)
            return
        words = f"Wrong response from the webhook: {taken.status} {WORDS.get(taken.status, '')}".strip() if taken.status else taken.trouble
        hook.last_error = (int(bot.now()), str(words))
        asked = taken.headers.get("retry-after", "")
        pause = min(int(asked), 3600) if asked.isdigit() else min(2 ** (update.tries - 1), LONGEST_PAUSE)
        update.not_before = bot.now() + pause
        hook.gone_since = (hook.gone_since or bot.now()) if taken.status == 410 else None
        if hook.gone_since is not None and bot.now() - hook.gone_since >= 23 * 3600 and self.now is hook:
            self.now = Webhook()

    def _execute(self, body: str) -> None:
        """The answer to a webhook may hold a call, which is then made."""
        try:
            given = json.loads(body)
        except ValueError:
            return
        if isinstance(given, dict) and given.get("method"):
            method = str(given.pop("method"))
            self.executed.append({"method": method, "parameters": given, "answer": self.bot.call(method, given).body})

    def shown(self) -> dict[str, Any]:
        return {"url": self.now.url, "secret": bool(self.now.secret), "info": self.info(), "deliveries": self.sent, "executed": self.executed}


WORDS: dict[int | None, str] = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 410: "Gone", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip

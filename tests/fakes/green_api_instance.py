"""One instance of GREEN-API: its settings and state, the line of its notifications, and what was sent through it."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from . import green_api_bodies as bodies
from .courier import Parcel, Taken

if TYPE_CHECKING:
    from .green_api import GreenApi

DAY = 24 * 3600
FLAGS = (
    "outgoingWebhook", "outgoingMessageWebhook", "outgoingAPIMessageWebhook", "incomingWebhook", "deviceWebhook", "statusInstanceWebhook",
    "stateWebhook", "enableMessagesHistory", "keepOnlineStatus", "pollMessageWebhook", "incomingBlockWebhook", "incomingCallWebhook",
    "editedMessageWebhook", "deletedMessageWebhook",
)  # fmt: skip
# What an operator usually switches on in the console.
USUAL = ("outgoingWebhook", "incomingWebhook", "stateWebhook", "incomingCallWebhook", "editedMessageWebhook", "deletedMessageWebhook")
TEXTS = ("countryInstance", "typeAccount", "webhookUrl", "webhookUrlToken", "proxyInstance")
OTHERS = ("autoTyping", "linkPreview", "enableLidMode")  # settable; shown only when they were set
STEPS = ("queued", "sent", "delivered", "read")
# Which flag a notification depends on; the statuses `noAccount` and `failed` come in any case.
FLAG_OF = {
    "incomingMessageReceived": "incomingWebhook", "outgoingMessageReceived": "outgoingMessageWebhook",
    "outgoingAPIMessageReceived": "outgoingAPIMessageWebhook", "outgoingMessageStatus": "outgoingWebhook",
    "stateInstanceChanged": "stateWebhook", "incomingCall": "incomingCallWebhook",
}  # fmt: skip


@dataclass
class Notification:
    receipt: int
    body: Any
    at: float
    tries: int = 0
    not_before: float = 0.0


@dataclass
class Message:
    """One that was taken through the API; `due` is by the machine's clock, when it goes out by itself."""

    id: str
    type: str
    chat: str
    text: str
    body: dict[str, Any]
    at: float
    due: float
    status: str = "queued"
    history: list[str] = field(default_factory=list)


class Instance:
    def __init__(self, fake: GreenApi, id: int, token: str, kind: str, phone: str):
        self.fake, self.id, self.token, self.kind, self.phone = fake, id, token, kind, phone
        flags = {name: "yes" if name in USUAL and fake.options.flags == "usual" else "no" for name in FLAGS}
        texts = {name: "" for name in TEXTS}
        self.settings: dict[str, Any] = {
            "wid": "", **texts, "delaySendMessagesMilliseconds": 1000, "markIncomingMessagesReaded": "no",
            "markIncomingMessagesReadedOnReply": "no", "sharedSession": "no", **flags,
        }  # fmt: skip
        self.applied = dict(self.settings)
        self.base_state: str | None = "authorized"
        self.starting_until = 0.0
        self.starting = False
        self.line: list[Notification] = []
        self.receipts = 1234566
        self.messages: list[Message] = []
        self.incoming: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.busy = False
        self.plan, self.correspondents, self.used, self.checks = "business", [], 0, 0  # type: list[str]
        self.ended: str | None = None  # "expired" or "deleted"
        self.seconds: dict[tuple[str, int], int] = {}

    # -- state

    @property
    def state(self) -> str | None:
        return "starting" if self.starting else self.base_state

    @property
    def wid(self) -> str:
        if self.state in ("notAuthorized", "blocked", "starting", None):
            return ""
        return self.own

    @property
    def own(self) -> str:
        return self.phone if self.kind == "max" else f"{self.phone}@c.us"

    def tick(self) -> None:
        """What time alone brings about."""
        if self.starting and self.fake.now() >= self.starting_until:
            self.starting, self.applied = False, dict(self.settings)
            self._tell_state()
        self.line = [it for it in self.line if it.at > self.fake.now() - DAY]
        if self.state not in ("authorized", "yellowCard"):
            return
        for message in self.messages:
            if message.status == "queued" and message.at <= self.fake.now() - DAY:
                message.status = "dropped"
            elif message.status == "queued" and message.due <= time.monotonic() and self.fake.options.progress != "queued":
                self.go_out(message)

    def restart(self) -> None:
        """Settings were changed: they count once it has started again."""
        self.starting_until = self.fake.now() + self.fake.options.starting_seconds
        self.starting = True
        if self.fake.options.starting_seconds:
            self._tell_state()
        self.tick()

    def set_state(self, state: str | None) -> None:
        self.base_state, self.starting = state, False
        self._tell_state()

    def _tell_state(self) -> None:
        if self.state:
            self.notify("stateInstanceChanged", stateInstance=self.state)

    # -- notifications

    def envelope(self, kind: str) -> dict[str, Any]:
        data = {"idInstance": self.id, "wid": self.wid, "typeInstance": "v3" if self.kind == "max" else "whatsapp"}
        return {"typeWebhook": kind, "instanceData": data, "timestamp": int(self.fake.now())}

    def notify(self, kind: str, always: bool = False, **more: Any) -> None:
        flag = FLAG_OF.get(kind)
        if always or flag is None or self.applied[flag] == "yes":
            self.put({**self.envelope(kind), **more}, times=self.fake.options.repeat)

    def put(self, body: Any, first: bool = False, times: int = 1) -> None:
        for _ in range(times):
            self.receipts += 1
            self.line.insert(0 if first else len(self.line), Notification(self.receipts, body, self.fake.now()))
        self.fake.stir()

    def take_away(self, receipt: int) -> bool:
        left = [it for it in self.line if it.receipt != receipt]
        gone, self.line = len(left) != len(self.line), left
        return gone

    def parcel(self) -> Parcel | None:
        """The head of the line, when it is due; what follows waits for it."""
        self.tick()
        url = self.applied["webhookUrl"]
        if self.busy or not url or not self.line or self.line[0].not_before > self.fake.now():
            return None
        self.busy, head = True, self.line[0]
        return Parcel(url, head.body, self._authorization(), lambda taken: self._taken(head, url, taken))

    def _authorization(self) -> dict[str, str]:
        token, manner = self.applied["webhookUrlToken"], self.fake.options.authorization
        if manner == "wrong":
            return {"Authorization": "Bearer wrong"}
        if not token or manner == "none":
            return {}
        return {"Authorization": token if manner == "bare" or re.match(r"(Basic|Bearer) ", token) else f"Bearer {token}"}

    def _taken(self, head: Notification, url: str, taken: Taken) -> None:
        self.busy = False
        head.tries += 1
        self.sent.append({"url": url, "body": head.body, "try": head.tries, "answered": taken.status, "trouble": taken.trouble})
        if taken.status == 200:
            self.take_away(head.receipt)
        else:
            head.not_before = self.fake.now() + self.fake.options.retry_seconds

    # -- what goes out

    def accept(self, type: str, chat: str, text: str, body: dict[str, Any]) -> Message:
        id = f"3EB0{secrets.token_hex(8).upper()}"
        message = Message(id, type, chat, text, body, self.fake.now(), time.monotonic() + self.fake.options.sending_takes)
        self.messages.append(message)
        self.tick()
        return message

    def go_out(self, message: Message) -> None:
        """By itself, as far as the option says."""
        person = self.fake.person_of(self, message.chat)
        if person is not None and not person.on(self.kind):
            self.step(message, "noAccount", "SWE004: 1000")
        elif self.state == "yellowCard":
            self.step(message, "yellowCard")
        else:
            self.advance(message, "sent" if message.chat == self.own else self.fake.options.progress)

    def advance(self, message: Message, to: str) -> None:
        """Through every step up to this one."""
        now = STEPS.index(message.status) if message.status in STEPS else 0
        for step in STEPS[now + 1 : STEPS.index(to) + 1]:
            self.step(message, step)

    def step(self, message: Message, status: str, description: str | None = None) -> None:
        if message.status == "queued" and status != "noAccount":
            own = self._sender(message.chat, self.fake.name_of(self, message.chat))
            self.notify("outgoingAPIMessageReceived", idMessage=message.id, senderData=own, messageData=bodies.text(message.text))
        message.status = status
        message.history.append(status)
        body = {**self.envelope("outgoingMessageStatus"), "chatId": message.chat, "idMessage": message.id, "status": status, "sendByApi": True}
        if description is not None:
            body["description"] = description
        if self.applied["outgoingWebhook"] == "yes" or status in ("noAccount", "failed"):
            self.put(body, times=self.fake.options.repeat)

    def wrote(self, chat: str, name: str, words: str, id: str | None = None) -> str:
        """Somebody wrote on the account's own telephone."""
        data = bodies.text(words)
        data.get("textMessageData", {}).pop("isTemplateMessage", None)
        id = id or f"3EB0{secrets.token_hex(9).upper()}"
        self.notify("outgoingMessageReceived", idMessage=id, senderData=self._sender(chat, name), messageData=data)
        return id

    def _sender(self, chat: str, name: str) -> dict[str, Any]:
        return {"chatId": chat, "chatName": name, "sender": self.own, "senderName": "Психолог", "senderContactName": ""}

    def queue(self) -> list[dict[str, Any]]:
        return [{"messageID": it.id, "type": it.type, "body": it.body} for it in self.messages if it.status == "queued"]

    def journal(self, minutes: float) -> list[dict[str, Any]]:
        """What went out, the newest first."""
        found = [it for it in self.messages if it.status not in ("queued", "dropped") and it.at >= self.fake.now() - minutes * 60]
        return [self._noted(it) for it in reversed(found)]

    def _noted(self, it: Message) -> dict[str, Any]:
        data = bodies.text(it.text)
        noted = {"type": "outgoing", "idMessage": it.id, "timestamp": int(it.at), "typeMessage": data["typeMessage"], "chatId": it.chat}
        noted["textMessage"] = it.text
        if "extendedTextMessageData" in data:
            noted["extendedTextMessage"] = data["extendedTextMessageData"]
        return {**noted, "statusMessage": it.status, "sendByApi": True}

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "state": self.state, "settings": self.settings, "applied": self.applied, "plan": self.plan,
            "notifications": [asdict(it) for it in self.line], "messages": [asdict(it) for it in self.messages],
            "incoming": self.incoming, "webhooks": self.sent,
        }  # fmt: skip

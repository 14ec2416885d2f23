"""GREEN-API: a WhatsApp instance and one of MAX ("v3"), reached by polling or by webhooks, and the people they write to.

An instance's own matters are in green_api_instance.py, its sending in green_api_sending.py, what it tells in green_api_bodies.py.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any, NoReturn

from . import green_api_bodies as bodies
from . import pages
from .courier import Courier
from .fake import Answer, Clock, Fake, Refused, Request, change
from .green_api_instance import FLAGS, OTHERS, TEXTS, Instance
from .green_api_sending import Sending
from .green_api_wire import FIXED, METHODS, page, quota, said, too_many_correspondents

ID, TOKEN = 1101000001, "d75b3a66374942c5b3c019c698abc2067e151558acbd412345"
MAX_ID, MAX_TOKEN = 3100000001, "e86c4b77485053d6c4d120d7a9bcd3178f262669bdce523456"
GROUP = "120363043968066561@g.us"
SWITCHABLE = {*FLAGS, "markIncomingMessagesReaded", "markIncomingMessagesReadedOnReply", "sharedSession"}
SETTABLE = {*SWITCHABLE, *TEXTS, *OTHERS, "delaySendMessagesMilliseconds"}


@dataclass
class Person:
    """Whoever has seven zeros at the end of the number is at no messenger."""

    phone: str
    name: str = "Мария"
    lid: str | None = None  # then WhatsApp calls the chat so
    whatsapp: bool = True
    max: bool = True

    def on(self, kind: str) -> bool:
        return self.max if kind == "max" else self.whatsapp

    @property
    def max_chat(self) -> str:
        return f"1{self.phone[-7:]}"

    def chat(self, kind: str) -> str:
        return self.max_chat if kind == "max" else self.lid or f"{self.phone}@c.us"


class GreenApi(Fake):
    name = "green-api"
    defaults = {
        "state": "authorized",  # of every instance: setting it tells those that follow; None is an instance that is being created
        "starting_seconds": 300.0,  # after setSettings and reboot, by the fake's clock
        "flags": "usual",  # what is switched on at the start; "none", as the documentation says of a new instance
        "progress": "sent",  # how far a message goes by itself: queued, sent, delivered, read
        "sending_takes": 0.2,  # seconds of the machine's clock until it goes out; with 0 a status may overtake the answer
        "repeat": 1,  # how often each notification comes
        "retry_seconds": 60.0,  # until a webhook that was not answered 200 comes again, by the fake's clock
        "webhook_timeout": 180.0,  # seconds an answer to a webhook is waited for
        "authorization": "bearer",  # of webhooks: "bearer", "bare", "none", "wrong"
        "check": "short",  # or "full": whether checkWhatsapp names the chat
        "empty_poll": "null",  # or "nothing": what a poll answers when nothing came
        "longest_poll": None,  # bounds receiveTimeout, so that a test need not wait
        "loopback": True,  # whether webhooks may go to http addresses
        "another_shard": False,  # this host serves no instance
        "limits": False,  # holds everybody to the calls a second that are allowed
        "sizes": {},  # of files by address, in megabytes
    }

    def __init__(self, port: int = 0, clock: Clock | None = None, **options: Any):
        self.instances: dict[int, Instance] = {}
        self.couriers: list[Courier] = []
        super().__init__(port, clock, **options)

    def begin(self) -> None:
        self.people = {"79001234568": Person("79001234568")}
        whatsapp, max = Instance(self, ID, TOKEN, "whatsapp", "79001234567"), Instance(self, MAX_ID, MAX_TOKEN, "max", "10000001")
        self.instances = {it.id: it for it in (whatsapp, max)}
        for it in self.instances.values():
            it.base_state = self.options.state

    def start(self):
        super().start()
        self.couriers = [Courier(self, self._parcel, self.options.webhook_timeout).start() for _ in range(2)]
        return self

    def stop(self) -> None:
        for courier in self.couriers:
            courier.over.set()
        for instance in self.instances.values():
            instance.busy = False
        super().stop()

    def set(self, **options: Any) -> None:
        with self.lock:
            super().set(**options)
            if "state" in options:
                for instance in self.instances.values():
                    instance.set_state(options["state"])

    def _parcel(self):
        found = (instance.parcel() for instance in list(self.instances.values()))
        return next((it for it in found if it), None)

    # -- what tests ask

    @property
    def whatsapp(self) -> Instance:
        return self.instances[ID]

    @property
    def max(self) -> Instance:
        return self.instances[MAX_ID]

    def instance(self, which: int | str | None = None) -> Instance:
        """By its number or its kind; the one of WhatsApp unless told."""
        if which in ("whatsapp", "max", None):
            return self.max if which == "max" else self.whatsapp
        return self.instances[int(which)]

    def person(self, phone: int | str) -> Person:
        digits = re.sub(r"\D", "", str(phone))
        nobody = digits.endswith("0000000")
        return self.people.setdefault(digits, Person(digits, whatsapp=not nobody, max=not nobody))

    def person_of(self, instance: Instance, chat: str) -> Person | None:
        """None of a group, and of an id that nobody knows."""
        known = next((it for it in self.people.values() if chat in (it.lid, it.max_chat) and chat == it.chat(instance.kind)), None)
        return known or (self.person(chat.removesuffix("@c.us")) if chat.endswith("@c.us") else None)

    def name_of(self, instance: Instance, chat: str) -> str:
        person = self.person_of(instance, chat)
        return person.name if person else ""

    # -- requests

    def refusal(self, code: str) -> Answer:
        if code == "quota":
            return quota("sendmessage", 0, 0)
        if code == "check_quota":
            return quota("checkwhatsapp", 100, 100)
        if code == "correspondents":
            return too_many_correspondents(["12345678901@c.us", "12345678910@c.us", "12345678911@c.us"], 67)
        if code == "webhook_set":
            return self._webhook_set(self.whatsapp)
        status, text = FIXED[code]
        return said(status, text)

    def failure(self, status: int) -> Answer:
        usual = {400: "bad request data", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 499: "Client Closed Request"}
        if status == 401:
            return Answer(401)
        if status == 466:
            return self.refusal("quota")
        return page(status) if status in (403, 404) else said(status, usual.get(status, f"Status {status}"))

    def refuse(self, code: str) -> NoReturn:
        raise Refused(self.refusal(code))

    def invalid(self, request: Request, details: str) -> NoReturn:
        """The body repeats the path, and the token with it."""
        at = datetime.fromtimestamp(self.now(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        message = f"Validation failed. Details: {details}"
        raise Refused(Answer(400, {"statusCode": 400, "timestamp": at, "path": request.path, "message": message}))

    def _route(self, request: Request) -> tuple[int, str, str, str]:
        """Instance, method, token, and what follows."""
        match = re.fullmatch(r"(?:/v3)?/waInstance(\d+)/(\w+)/([^/]+)(?:/([^/]+))?/?", request.path)
        if not match or match[2].lower() not in METHODS:
            return 0, "", "", ""
        return int(match[1]), METHODS[match[2].lower()][0], match[3], match[4] or ""

    def names(self, request: Request) -> list[str]:
        id, method, _, _ = self._route(request)
        kind = self.instances[id].kind if id in self.instances else "nobody"
        return [method, f"{kind}.{method}"] if method else []

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/phone/"):
            return self._phone(request)
        id, method, token, rest = self._route(request)
        if self.options.another_shard or not method or METHODS[method.lower()][1] != request.method:
            return page(404)
        instance = self.instances.get(id)
        if instance is None:
            return page(403)
        if token != instance.token:
            return Answer(401)
        if instance.ended:
            self.refuse(instance.ended)
        instance.tick()
        self._limit(instance, method)
        if method in Sending.METHODS:
            return Sending(self, instance, request).answer(method)
        return getattr(self, f"_{method}")(instance, request, rest)

    def _limit(self, instance: Instance, method: str) -> None:
        second = (method, int(self.now()))
        instance.seconds = {key: count for key, count in instance.seconds.items() if key[1] == second[1]}
        instance.seconds[second] = instance.seconds.get(second, 0) + 1
        if self.options.limits and instance.seconds[second] > METHODS[method.lower()][2]:
            raise Refused(self.failure(429))

    # -- the account

    def _getStateInstance(self, instance: Instance, *_: Any) -> Answer:
        return json_null() if instance.state is None else Answer(200, {"stateInstance": instance.state})

    def _getSettings(self, instance: Instance, *_: Any) -> Answer:
        return Answer(200, {**instance.settings, "wid": instance.wid})

    def _setSettings(self, instance: Instance, request: Request, _: str) -> Answer:
        given = request.json(self.refusal("unexpected_token"))
        if not isinstance(given, dict) or not given:
            self.invalid(request, "'value' must have at least 1 key")
        for name, value in given.items():
            if name not in SETTABLE:
                self.invalid(request, f"'{name}' is not allowed")
            if name in SWITCHABLE and value not in ("yes", "no"):
                self.invalid(request, f"'{name}' must be one of [yes, no]")
            if name in TEXTS and not isinstance(value, str):
                self.invalid(request, f"'{name}' must be a string")
            if name == "delaySendMessagesMilliseconds" and not (isinstance(value, int) and 500 <= value <= 600000):
                self.invalid(request, "'delaySendMessagesMilliseconds' must be larger than or equal to 500")
        url = given.get("webhookUrl", "")
        if url and not url.startswith("https://") and not (url.startswith("http://") and self.options.loopback):
            self.invalid(request, "'webhookUrl' must be a valid uri with a scheme matching the https pattern")
        instance.settings.update(given)
        instance.restart()
        return Answer(200, {"saveSettings": True})

    def _getWaSettings(self, instance: Instance, *_: Any) -> Answer:
        there = instance.state not in ("notAuthorized", "blocked", "starting", None)
        avatar, device = "https://pps.whatsapp.net/v/t61/avatar.jpg", f"{instance.phone}:26@s.whatsapp.net"
        shown = {"avatar": avatar if there else "", "phone": instance.phone if there else "", "stateInstance": instance.state}
        return Answer(200, {**shown, "chatId": instance.wid} if instance.kind == "max" else {**shown, "deviceId": device if there else ""})

    _getAccountSettings = _getWaSettings

    def _reboot(self, instance: Instance, *_: Any) -> Answer:
        instance.restart()
        return Answer(200, {"isReboot": True})

    def _logout(self, instance: Instance, *_: Any) -> Answer:
        instance.set_state("notAuthorized")
        return Answer(200, {"isLogout": True})

    def _qr(self, instance: Instance, *_: Any) -> Answer:
        if instance.state == "authorized":
            return Answer(200, {"type": "alreadyLogged", "message": "instance account already authorized"})
        dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        return Answer(200, {"type": "qrCode", "message": dot})

    def _getAuthorizationCode(self, *_: Any) -> Answer:
        return Answer(200, {"status": True, "code": "ABCD1234"})

    # -- receiving

    def _webhook_set(self, instance: Instance) -> Answer:
        where = f"Go to cabinet, clear webhook url for instance: {instance.id} and wait for about 1 minute for another attempt"
        return said(400, f"Message cannot be received because custom webhook url is set. {where}")

    def _receiveNotification(self, instance: Instance, request: Request, _: str) -> Answer:
        if instance.applied["webhookUrl"]:
            return self._webhook_set(instance)
        seconds = min(max(float(request.params.get("receiveTimeout", 5)), 5), 60)
        self.wait(lambda: bool(instance.line), min(seconds, seconds if self.options.longest_poll is None else self.options.longest_poll))
        if not instance.line:
            return Answer(200) if self.options.empty_poll == "nothing" else json_null()
        return Answer(200, {"receiptId": instance.line[0].receipt, "body": instance.line[0].body})

    def _deleteNotification(self, instance: Instance, _: Request, receipt: str) -> Answer:
        if not receipt.isdigit():
            return said(400, "Parameter receiptId must be a Number")
        if instance.take_away(int(receipt)):
            return Answer(200, {"result": True, "reason": ""})
        return Answer(200, {"result": False, "reason": "notification not found"})

    # -- past the API

    def stored(self) -> dict[str, Any]:
        return {"people": [asdict(it) for it in self.people.values()], "instances": [it.shown() for it in self.instances.values()]}

    def edit(self, what: str = "", do: str = "", instance: int | str | None = None, **more: Any) -> Any:
        """`person` write, call, change (`phone`) · `owner` write (`phone`, `text`), on the account's own telephone ·
        `message` deliver, read, send, fail, no_account, yellow_card (`id`, or the last one) ·
        `notification` put (`body`, `first`), clear · `instance` state, change (`set`)."""
        with self.lock:
            it = self.instance(instance)
            it.tick()
            return self._edit(it, what, do, **more)

    def _edit(self, it: Instance, what: str, do: str, **more: Any) -> Any:
        if (what, do) == ("person", "write"):
            return self.write(it, **more)
        if (what, do) == ("person", "call"):
            chat = self.person(more["phone"]).chat(it.kind)
            it.notify("incomingCall", **{"from": chat, "status": more.get("status", "missed"), "idMessage": secrets.token_hex(10).upper()})
            return chat
        if (what, do) == ("owner", "write"):
            person = self.person(more.get("phone", "79001234568"))
            return it.wrote(person.chat(it.kind), person.name, more.get("text", "Жду вас в 15:00"), more.get("id"))
        if (what, do) == ("person", "change"):
            person = self.person(more["phone"])
            change(person, more["set"])
            return asdict(person)
        if what == "message":
            return self._further(it, do, **more)
        if (what, do) == ("notification", "put"):
            it.put(more["body"], first=more.get("first", False), times=more.get("times", 1))
            return it.receipts
        if (what, do) == ("notification", "clear"):
            gone, it.line = len(it.line), []
            return gone
        if (what, do) == ("instance", "state"):
            it.set_state(more["state"])
            return it.state
        if (what, do) == ("instance", "change"):
            change(it, more["set"])
            return it.id
        raise ValueError(f"cannot {do} a {what}: {GreenApi.edit.__doc__}")

    def write(
        self, instance: Instance, phone: str = "79001234568", text: str = "Добрый день! Я немного опоздаю.", kind: str = "text",
        name: str | None = None, group: bool | str = False, lid: bool | str = False, of: str | None = None, file: str | None = None,
        id: str | None = None, short: bool = False,
    ) -> dict[str, Any]:
        """A person writes; `kind` is one of those in green_api_bodies.py, `of` the message that is quoted, edited or reacted to."""
        if kind not in bodies.KINDS:
            raise ValueError(f"no kind {kind!r}; there are {', '.join(bodies.KINDS)}")
        person = self.person(phone)
        person.name = name if name is not None else person.name
        if lid:
            person.lid = lid if isinstance(lid, str) else person.lid or f"1206503793{person.phone[-5:]}@lid"
        who = person.chat(instance.kind)
        chat = (group if isinstance(group, str) else GROUP) if group else who
        last = next((it for it in reversed(instance.messages) if it.chat == who), None)
        data = bodies.message(kind, text, instance.id, of or (last.id if last else ""), instance.own, file, last.text if last else "")
        number = person.phone if instance.kind == "max" else None
        if short:
            data.get("textMessageData", {}).pop("isTemplateMessage", None)
        sender = bodies.sender(chat, who, person.name, "Семейная консультация" if group else None, number, short)
        body = {"idMessage": id or f"F7AE{secrets.token_hex(14).upper()}", "senderData": sender, "messageData": data}
        instance.incoming.append({**body, "timestamp": int(self.now())})
        instance.notify("incomingMessageReceived", **body)
        return body

    def _further(self, instance: Instance, do: str, id: str | None = None, skip: bool = False, description: str = "") -> dict[str, Any]:
        """With `skip` the steps between are not told of."""
        found = [it for it in instance.messages if id in (None, it.id)]
        if not found:
            raise ValueError("there is no such message")
        message = found[-1]
        to = {"send": "sent", "deliver": "delivered", "read": "read"}.get(do)
        if to and not skip:
            instance.advance(message, to)
        elif to:
            instance.step(message, to)
        elif do in ("fail", "no_account", "yellow_card"):
            told = {"fail": description, "no_account": description or "SWE004: 1000"}.get(do)
            instance.step(message, {"fail": "failed", "no_account": "noAccount", "yellow_card": "yellowCard"}[do], told)
        else:
            raise ValueError(f"a message cannot {do}")
        return asdict(message)

    def _phone(self, request: Request) -> Answer:
        """A client's telephone, to try things by hand: what came, and a line to answer with."""
        person, which = self.person(request.path.removeprefix("/phone/")), request.params.get("at", "whatsapp")
        instance = self.instance(which)
        if request.method == "POST":
            self.write(instance, person.phone, request.form.get("text") or "…")
            return Answer(303, None, {"Location": request.target})
        instance.tick()
        chat = person.chat(instance.kind)
        came = [(it.at, "practice", f"{it.text} ({it.status})") for it in instance.messages if self.person_of(instance, it.chat) is person]
        wrote = [
            (it["timestamp"], person.name, str(next(iter(it["messageData"].get("textMessageData", {}).values()), it["messageData"]["typeMessage"])))
            for it in instance.incoming if it["senderData"]["sender"] == chat
        ]  # fmt: skip
        return Answer(200, pages.chat(f"{person.name}, {person.phone}", [line[1:] for line in sorted(came + wrote)], request.target))


def json_null() -> Answer:
    return Answer(200, "null", {"Content-Type": "application/json; charset=utf-8"})

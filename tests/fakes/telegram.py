"""Telegram's Bot API with one bot, the people who talk with it, and a page in place of https://t.me.

Formatted text is in telegram_entities.py, sending and its checks in telegram_sending.py, the webhook in telegram_hook.py, the page in
telegram_page.py.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict
from email import message_from_bytes
from typing import Any, NoReturn

from . import telegram_page
from .courier import Courier
from .fake import Answer, Clock, Fake, Refused, Request, change
from .telegram_hook import Hook, Update
from .telegram_people import Human, Place, Press, Said
from .telegram_sending import Sending

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
USERNAME = "example_consult_bot"
DAY = 24 * 3600
KNOWN = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member", "inline_query", "poll")
METHODS = (
    "getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "sendMessage", "editMessageText", "editMessageReplyMarkup",
    "deleteMessage", "answerCallbackQuery", "sendChatAction", "getChat", "setMyCommands", "getMyCommands", "deleteMyCommands",
)  # fmt: skip
BY_NAME = {name.lower(): name for name in METHODS}


class Telegram(Fake):
    name = "telegram"
    defaults = {
        "loopback": True,  # whether webhooks and buttons may lead to http addresses on loopback
        "undotted": "wrong",  # or "invalid": "Wrong HTTP URL" or "BUTTON_URL_INVALID" of a host without a dot
        "limits": False,  # one message a second to a chat, 30 over all, 20 a minute to a group, one setWebhook a second
        "longest_poll": None,  # bounds the timeout of getUpdates, so that a test need not wait
        "press_expires": 900.0,  # seconds until a press can no longer be answered
        "repeat": 1,  # how often each update comes, under the same number
    }

    def __init__(self, port: int = 0, clock: Clock | None = None, **options: Any):
        self.courier: Courier | None = None
        super().__init__(port, clock, **options)

    def begin(self) -> None:
        self.numbers = {"update": 870000000, "message": 9}
        people = (Human(5500000001, "Анна", "anna_p"), Human(5500000002, "Борис", "boris_v"), Human(5500000003, "Eva", "", "en"))
        self.people = {it.id: it for it in people}
        places = (
            Place(-100200300, "Общий чат"),
            Place(-1001234500001, "Example practice", "channel", "example_practice"),
        )
        self.places = {it.id: it for it in places}
        self.messages: list[Said] = []
        self.presses: list[Press] = []
        self.updates: list[Update] = []
        self.allowed: list[str] | None = None
        self.poller: object | None = None
        self.interrupted: dict[object, str] = {}
        self.commands: list[Any] = []
        self.hook = Hook(self)
        self.sending = Sending(self)

    def start(self):
        super().start()
        self.courier = Courier(self, lambda: self.hook.parcel(), 60).start()
        return self

    def stop(self) -> None:
        if self.courier:
            self.courier.over.set()
        for update in self.updates:
            update.busy = False
        super().stop()

    # -- what tests ask

    @property
    def api(self) -> str:
        """What to enter instead of https://api.telegram.org."""
        return self.url

    @property
    def me(self) -> str:
        """What stands for https://t.me."""
        return self.url

    @property
    def polled(self) -> bool:
        """Somebody waits for updates."""
        return self.poller is not None

    def to(self, chat: int = 5500000001) -> list[Said]:
        """What the bot has said there and not taken back."""
        return [it for it in self.messages if it.chat == chat and it.by == 0]

    # -- answers

    def refusal(self, code: str) -> Answer:
        status, words = REFUSALS[code]
        more = {"parameters": {"migrate_to_chat_id": -1001234567890}} if code == "migrated" else {}
        return Answer(status, {"ok": False, "error_code": status, "description": words, **more})

    def failure(self, status: int) -> Answer:
        if status == 429:
            return self._too_fast(7)
        if status == 502:
            return Answer(502, "<html><head><title>502 Bad Gateway</title></head></html>", {"Content-Type": "text/html"})
        words = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
        return Answer(status, {"ok": False, "error_code": status, "description": words.get(status, "Internal Server Error")})

    def _decide(self, request: Request, switch: Any) -> Answer:
        """The time to wait stands in the body too."""
        answer = super()._decide(request, switch)
        if switch and switch.retry_after is not None and isinstance(answer.body, dict) and answer.status == 429:
            seconds = int(switch.retry_after)
            answer.body |= {"description": f"Too Many Requests: retry after {seconds}", "parameters": {"retry_after": seconds}}
        return answer

    def _too_fast(self, seconds: int) -> Answer:
        body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}"}
        return Answer(429, {**body, "parameters": {"retry_after": seconds}}, {"Retry-After": str(seconds)})

    def slow_down(self, seconds: int) -> NoReturn:
        raise Refused(self._too_fast(seconds))

    def refuse(self, status: int, words: str, **parameters: Any) -> NoReturn:
        body = {"ok": False, "error_code": status, "description": words}
        raise Refused(Answer(status, {**body, "parameters": parameters} if parameters else body))

    # -- requests

    def names(self, request: Request) -> list[str]:
        match = re.fullmatch(r"/bot[^/]+/(\w+)", request.path)
        return [BY_NAME.get(match[1].lower(), match[1])] if match else []

    def answer(self, request: Request) -> Answer:
        match = re.fullmatch(r"/bot([^/]+)/(\w+)/?", request.path)
        if not match:
            return telegram_page.answer(self, request)
        if not re.fullmatch(r"\d+:[\w-]+", match[1]):
            return self.failure(404)
        if match[1] != TOKEN:
            return self.failure(401)
        if request.method not in ("GET", "POST"):
            return self.failure(404)
        return self.call(match[2], self._parameters(request))

    def call(self, method: str, given: dict[str, Any]) -> Answer:
        """One method, from a request or from the answer to a webhook."""
        name = BY_NAME.get(method.lower())
        if name is None:
            return self.failure(404)
        self.updates = [it for it in self.updates if it.at > self.now() - DAY]
        try:
            result = getattr(self, f"_{name}")(given)
        except Refused as refused:
            return refused.answer
        value, *words = result if isinstance(result, tuple) else (result,)
        return Answer(200, {"ok": True, "result": value, **({"description": words[0]} if words else {})})

    def _parameters(self, request: Request) -> dict[str, Any]:
        """In the address, as a form, as its parts, or as JSON."""
        given: dict[str, Any] = dict(request.params)
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
            for part in whole.get_payload() if whole.is_multipart() else []:
                name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
                given[str(name)] = part.get_payload(decode=True).decode(errors="replace")  # type: ignore[union-attr]
        elif kind.startswith("application/json"):
            try:
                body = json.loads(request.body or b"{}")
            except ValueError:
                self.refuse(400, "Bad Request: can't parse JSON object")
            given |= body if isinstance(body, dict) else {}
        else:
            given |= request.form
        return {key: _unpacked(key, value) for key, value in given.items()}

    # -- the bot

    def user(self) -> dict[str, Any]:
        return {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Консультации", "username": USERNAME}

    def _getMe(self, _: dict[str, Any]) -> Any:
        return {**self.user(), "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def _setMyCommands(self, given: dict[str, Any]) -> Any:
        self.commands = given.get("commands") or []
        return True

    def _getMyCommands(self, _: dict[str, Any]) -> Any:
        return self.commands

    def _deleteMyCommands(self, _: dict[str, Any]) -> Any:
        self.commands = []
        return True

    def _setWebhook(self, given: dict[str, Any]) -> Any:
        return self.hook.set(given)

    def _deleteWebhook(self, given: dict[str, Any]) -> Any:
        return self.hook.delete(given)

    def _getWebhookInfo(self, _: dict[str, Any]) -> Any:
        return self.hook.info()

    def _sendMessage(self, given: dict[str, Any]) -> Any:
        return self.sending.send(given)

    def _editMessageText(self, given: dict[str, Any]) -> Any:
        return self.sending.edit(given)

    def _editMessageReplyMarkup(self, given: dict[str, Any]) -> Any:
        return self.sending.edit(given, text=False)

    def _deleteMessage(self, given: dict[str, Any]) -> Any:
        return self.sending.delete(given)

    def _answerCallbackQuery(self, given: dict[str, Any]) -> Any:
        return self.sending.answer_press(given)

    def _sendChatAction(self, given: dict[str, Any]) -> Any:
        self.sending.chat(given)
        return True

    def _getChat(self, given: dict[str, Any]) -> Any:
        return self.sending.chat(given)

    # -- updates

    def number(self, kind: str) -> int:
        self.numbers[kind] += 1
        return self.numbers[kind]

    def happened(self, kind: str, body: dict[str, Any], chat: int) -> int:
        """An update, if it was asked for."""
        if self.allowed and kind in KNOWN and kind not in self.allowed:
            return 0
        number = self.number("update")
        self.updates += [Update(number, kind, body, chat, self.now()) for _ in range(self.options.repeat)]
        self.stir()
        return number

    def remember_allowed(self, given: dict[str, Any]) -> None:
        if isinstance(given.get("allowed_updates"), list):
            self.allowed = list(given["allowed_updates"])

    def interrupt(self, words: str) -> None:
        """Whoever waits for updates is told that somebody else does."""
        if self.poller is not None:
            self.interrupted[self.poller] = words
            self.poller = None
            self.stir()

    def _getUpdates(self, given: dict[str, Any]) -> Any:
        if self.hook.now.url:
            self.refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
        self.interrupt("Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        self.remember_allowed(given)
        offset, limit = int(given.get("offset") or 0), min(max(int(given.get("limit") or 100), 1), 100)
        if offset < 0:
            self.updates = self.updates[offset:]
        elif offset:
            self.updates = [it for it in self.updates if it.id >= offset]
        seconds = float(min(max(int(given.get("timeout") or 0), 0), 50))
        if self.options.longest_poll is not None:
            seconds = min(seconds, self.options.longest_poll)
        mine = self.poller = object()
        try:
            self.wait(lambda: bool(self.updates) or mine in self.interrupted, seconds)
            if mine in self.interrupted:
                self.refuse(409, self.interrupted.pop(mine))
            return [it.shown() for it in self.updates[:limit]]
        finally:
            self.poller = None if self.poller is mine else self.poller

    # -- people, past the API

    def stored(self) -> dict[str, Any]:
        return {
            "people": [asdict(it) for it in self.people.values()], "places": [asdict(it) for it in self.places.values()],
            "messages": [asdict(it) for it in self.messages], "presses": [asdict(it) for it in self.presses],
            "updates": [it.shown() for it in self.updates], "allowed_updates": self.allowed, "polled": self.polled, "webhook": self.hook.shown(),
        }  # fmt: skip

    def edit(self, what: str = "", do: str = "", **more: Any) -> Any:
        """`person` start (`code`, `group`), write (`text`), press (`text`), stop, block, unblock, deactivate, add, change; by `id` ·
        `place` add, change, migrate, kick (`id`) · `update` put (`kind`, `body`, or a whole `update`)."""
        with self.lock:
            return self._edit(what, do, **more)

    def _edit(self, what: str, do: str, **more: Any) -> Any:
        if (what, do) == ("person", "add"):
            made = Human(**more["set"])
            self.people[made.id] = made
            return asdict(made)
        if what == "person":
            return self._does(do, self.who(more.pop("id", 5500000001)), **more)
        if (what, do) == ("place", "add"):
            self.places[int(more["set"]["id"])] = Place(**more["set"])
            return more["set"]["id"]
        if what == "place":
            return self._place(do, self.places[int(more.get("id", -100200300))], **more)
        if (what, do) == ("update", "put"):
            return self.happened(more["kind"], more["body"], int(more.get("chat", 0)))
        raise ValueError(f"cannot {do} a {what}: {Telegram.edit.__doc__}")

    def who(self, id: int | str) -> Human:
        return next(it for it in self.people.values() if str(id).lstrip("@") in (str(it.id), it.username))

    def _does(self, do: str, who: Human, **more: Any) -> Any:
        if do == "change":
            change(who, more["set"])
            return asdict(who)
        if do == "deactivate":
            who.deactivated = True
            return who.id
        if do in ("block", "unblock"):
            return self._blocks(who, do == "block")
        if do == "press":
            return self.presses_button(who, **more)
        if do == "start":
            return self.starts(who, **more)
        if do == "stop":
            return self.writes(who, "/stop", command=5)
        if do == "write":
            return self.writes(who, **more)
        raise ValueError(f"a person cannot {do}")

    def starts(self, who: Human, code: str = "", group: bool | int = False) -> int:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", code):
            raise ValueError("a link carries up to 64 letters, digits, _ and -")
        if group:
            place = self.places[-100200300 if group is True else int(group)]
            return self.writes(who, f"/start@{USERNAME} {code}".strip(), command=len(f"/start@{USERNAME}"), chat=place)
        if who.blocked:
            self._blocks(who, False)
        who.started = True
        return self.writes(who, f"/start {code}".strip(), command=6)

    def _blocks(self, who: Human, blocked: bool) -> int:
        was = "kicked" if who.blocked else "member"
        who.blocked = blocked

        def member(status: str) -> dict[str, Any]:
            return {"user": self.user(), "status": status, **({"until_date": 0} if status == "kicked" else {})}

        body = {"chat": who.chat(), "from": who.user(), "date": int(self.now()), "old_chat_member": member(was)}
        return self.happened("my_chat_member", {**body, "new_chat_member": member("kicked" if blocked else "member")}, who.id)

    def writes(self, who: Human, text: str = "Здравствуйте", command: int = 0, chat: Place | None = None) -> int:
        where = chat.chat() if chat else who.chat()
        if not chat and not who.started:
            raise ValueError("a person presses Start first")
        command = command or (len(text.split()[0]) if text.startswith("/") else 0)
        said = Said(self.number("message"), where["id"], who.id, int(self.now()), text)
        self.messages.append(said)
        body = {"message_id": said.id, "from": who.user(), "chat": where, "date": said.at, "text": text}
        if command:
            body["entities"] = [{"offset": 0, "length": command, "type": "bot_command"}]
        return self.happened("message", body, where["id"])

    def presses_button(self, who: Human, text: str, message: int | None = None, chat: int | None = None) -> Any:
        """The newest button that says this; a link is handed back instead of pressed."""
        where = int(chat or who.id)
        for said in reversed(self.messages):
            button = next((it for it in said.buttons if it["text"] == text), None)
            if said.chat == where and button and message in (None, said.id):
                if "url" in button:
                    return button["url"]
                press = Press(secrets.token_hex(8), who.id, where, said.id, button["callback_data"], self.now())
                self.presses.append(press)
                body = {"id": press.id, "from": who.user(), "message": self.sending.shown(said), "chat_instance": str(abs(where))}
                self.happened("callback_query", {**body, "data": press.data}, where)
                return press.id
        there = [it["text"] for said in self.messages if said.chat == where for it in said.buttons]
        raise ValueError(f"no button {text!r}; there are {there}")

    def _place(self, do: str, place: Place, **more: Any) -> Any:
        if do == "change":
            change(place, more["set"])
        elif do == "migrate":
            new = Place(int(more.get("to", -1001234567890)), place.title, "supergroup")
            self.places[new.id], place.moved = new, new.id
        elif do == "kick":
            place.member = False
        else:
            raise ValueError(f"a place cannot {do}")
        return asdict(place)


def _unpacked(key: str, value: Any) -> Any:
    """What a form can only carry as text."""
    if isinstance(value, str) and key in ("reply_markup", "allowed_updates", "link_preview_options", "commands", "entities"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


REFUSALS = {
    "chat_not_found": (400, "Bad Request: chat not found"),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "kicked": (403, "Forbidden: bot was kicked from the group chat"),
    "never_started": (403, "Forbidden: bot can't initiate conversation with a user"),
    "unauthorized": (401, "Unauthorized"),
    "invalid_token": (401, "Unauthorized: invalid token specified"),
    "two_pollers": (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"),
    "entities": (400, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 0"),
    "internal": (500, "Internal Server Error"),
}

"""A backend with WhatsApp, MAX and Telegram, which are stand-ins, and the people at the other end.

    with chats(tmp_path) as practice:                       # webhooks=False: the backend asks for what comes in
        practice.green.edit("person", "write", text="Опоздаю")
        practice.wait_for_alert("ждёт", chat=ANNA)
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from fakes import Clock, GreenApi, Telegram
from fakes.green_api_instance import Message
from fakes.operator_file import WEBHOOK_SECRET, WEBHOOK_TOKEN, backend_file
from fakes.telegram import TOKEN
from fakes.telegram_people import Said
from lab import wait_for

from .backend import Backend

CLIENT = "79001234568"
ANNA = 5500000001  # a person at Telegram


@dataclass
class Chats:
    green: GreenApi
    bot: Telegram
    backend: Backend
    webhooks: bool

    # -- clients

    def sent(self, phone: str = CLIENT, channel: str = "whatsapp") -> list[Message]:
        """What went to this client, as far as the messenger has taken it."""
        instance = self.green.instance(channel)
        person = self.green.person(phone)
        return [it for it in list(instance.messages) if self.green.person_of(instance, it.chat) is person]

    def wait_for_message(self, *words: str, phone: str = CLIENT, channel: str = "whatsapp", seconds: float = 30) -> Message:
        """The first message to this client that holds all the words."""
        found = lambda: [it for it in self.sent(phone, channel) if all(word in it.text for word in words)]  # noqa: E731
        wait_for(found, f"a message to the client by {channel}", seconds)
        return found()[0]

    def client_writes(self, text: str, phone: str = CLIENT, channel: str = "whatsapp", **more: Any) -> dict[str, Any]:
        """Nothing of it may reach the log."""
        self.backend.private |= {text, phone}
        return self.green.edit("person", "write", instance=channel, phone=phone, text=text, **more)

    # -- specialists

    def bind(self, code: str, person: int = ANNA) -> None:
        """The specialist opens the link and presses Start."""
        self.backend.private.add(code)
        self.bot.edit("person", "start", id=person, code=code)

    def press(self, button: str, person: int = ANNA) -> Any:
        return self.bot.edit("person", "press", id=person, text=button)

    def wait_for_alert(self, *words: str, chat: int = ANNA, seconds: float = 30) -> Said:
        """The newest message of the bot there that holds all the words."""
        found = lambda: [it for it in self.bot.to(chat) if all(word in it.text for word in words)]  # noqa: E731
        wait_for(found, "a message of the bot", seconds)
        return found()[-1]

    def wait_for_answer(self, press: str) -> str:
        """What the bot says to a press; without an answer the telephone shows it as pending."""
        found = lambda: [it for it in self.bot.presses if it.id == press and it.answered]  # noqa: E731
        wait_for(found, "an answer to the press")
        return found()[0].text

    # -- the messengers themselves

    def wait_until_heard(self) -> None:
        """The backend listens everywhere: it has set its webhooks, or asks."""

        def hears() -> bool:
            accounts = (self.green.whatsapp, self.green.max)
            if self.webhooks:
                return bool(self.bot.hook.now.url) and all(it.applied["webhookUrl"] for it in accounts)
            asked = {name for it in list(self.green.requests) for name in it.names}
            return self.bot.polled and {"whatsapp.receiveNotification", "max.receiveNotification"} <= asked

        wait_for(hears, "the backend to listen")

    def wait_until_handed_over(self) -> None:
        """The backend has taken everything that the messengers had for it, and done what it means."""
        wait_for(lambda: not self.green.whatsapp.line and not self.green.max.line, "the notifications to be taken")
        wait_for(lambda: not self.bot.updates, "the updates to be taken")
        wait_for(lambda: not self.backend.stored("SELECT key FROM inbox"), "them to be handled")


@contextmanager
def chats(
    folder: Path, *, webhooks: bool = True, language: str = "ru", clock: Clock | None = None, env: dict[str, str] | None = None,
    green: dict[str, Any] | None = None, telegram: dict[str, Any] | None = None, listening: bool = True, **settings: Any,
) -> Iterator[Chats]:
    """Both messengers beside a backend whose pages are at its own address; its log is looked through in the end.

    An instance has its settings at once, so that no test waits five minutes; `green` and `telegram` are options of the stand-ins.
    """
    with GreenApi(clock=clock, **{"starting_seconds": 0, **(green or {})}) as messenger, Telegram(clock=clock, **(telegram or {})) as bot:
        file = folder / "backend.toml"
        backend = Backend(folder, env=env, **{**settings, "arguments": (*settings.get("arguments", ()), "--config", str(file))})
        file.write_text(backend_file(messenger, bot, backend.url, language, webhooks=webhooks), encoding="utf-8")
        backend.private |= {TOKEN, WEBHOOK_TOKEN, WEBHOOK_SECRET, messenger.whatsapp.token, messenger.max.token, CLIENT, str(ANNA)}
        with backend:
            made = Chats(messenger, bot, backend, webhooks)
            if listening:
                made.wait_until_heard()
            yield made
            if backend.running:
                assert backend.stop() == 0, backend.log[-2000:]
            backend.check_log()

"""Sending and editing messages, with the checks of the Bot API, and answering presses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import telegram_entities as entities
from .courier import on_loopback
from .telegram_people import Human, Place, Said

if TYPE_CHECKING:
    from .telegram import Telegram

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and "
    "reply markup of the message"
)
OTHER_BUTTONS = ("web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat", "copy_text", "pay", "callback_game")


class Sending:
    def __init__(self, bot: Telegram):
        self.bot = bot
        self.times: list[tuple[float, int]] = []

    # -- the methods

    def send(self, given: dict[str, Any]) -> dict[str, Any]:
        text, marks = self._text(given)
        markup = self._markup(given.get("reply_markup"))
        where = self._reachable(given)
        self._slowly(where)
        bot = self.bot
        said = Said(bot.number("message"), where.id, 0, int(bot.now()), text, marks, markup, _yes(given.get("disable_notification")))
        bot.messages.append(said)
        return self.shown(said)

    def edit(self, given: dict[str, Any], text: bool = True) -> dict[str, Any]:
        where = self._reachable(given)
        said = self._own(where, given)
        words, marks = self._text(given) if text else (said.text, said.entities)
        markup = self._markup(given.get("reply_markup"))
        if (words, marks, markup) == (said.text, said.entities, said.markup):
            self.bot.refuse(400, NOT_MODIFIED)
        said.history.append(said.text)
        said.text, said.entities, said.markup, said.edited = words, marks, markup, int(self.bot.now())
        return self.shown(said)

    def delete(self, given: dict[str, Any]) -> bool:
        said = self._own(self._reachable(given), given, "Bad Request: message to delete not found")
        self.bot.messages.remove(said)
        return True

    def answer_press(self, given: dict[str, Any]) -> bool:
        press = next((it for it in self.bot.presses if it.id == str(given.get("callback_query_id"))), None)
        if press is None or press.at <= self.bot.now() - self.bot.options.press_expires:
            self.bot.refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        text = str(given.get("text") or "")
        if len(text) > 200:
            self.bot.refuse(400, "Bad Request: MESSAGE_TOO_LONG")
        press.answered, press.text, press.alert = True, text, _yes(given.get("show_alert"))
        return True

    def chat(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._reachable(given).chat()

    def shown(self, said: Said) -> dict[str, Any]:
        place = self.bot.people.get(said.chat) or self.bot.places[said.chat]
        by = self.bot.user() if said.by == 0 else self.bot.people[said.by].user()
        body: dict[str, Any] = {"message_id": said.id, "from": by, "chat": place.chat(), "date": said.at}
        if isinstance(place, Place) and place.type == "channel":
            body = {"message_id": said.id, "sender_chat": place.chat(), "chat": place.chat(), "date": said.at}
        body |= {"edit_date": said.edited} if said.edited else {}
        body |= {"text": said.text}
        body |= {"entities": said.entities} if said.entities else {}
        return {**body, "reply_markup": said.markup} if said.markup else body

    # -- where to

    def _reachable(self, given: dict[str, Any]) -> Human | Place:
        """The chat, if the bot may write there."""
        bot, place = self.bot, self._chat(given.get("chat_id"))
        if isinstance(place, Human):
            if place.deactivated:
                bot.refuse(403, "Forbidden: user is deactivated")
            if place.blocked:
                bot.refuse(403, "Forbidden: bot was blocked by the user")
            if not place.started:
                bot.refuse(403, "Forbidden: bot can't initiate conversation with a user")
            return place
        if place.moved:
            bot.refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=place.moved)
        if not place.member:
            of = "group" if place.type == "group" else place.type
            bot.refuse(403, f"Forbidden: bot was kicked from the {of} chat")
        if place.type == "channel" and not place.may_post:
            bot.refuse(400, "Bad Request: need administrator rights in the channel chat")
        return place

    def _chat(self, id: Any) -> Human | Place:
        if id in (None, ""):
            self.bot.refuse(400, "Bad Request: chat_id is empty")
        if str(id).startswith("@"):
            found = next((it for it in self.bot.places.values() if it.username and f"@{it.username}".lower() == str(id).lower()), None)
        elif re.fullmatch(r"-?\d+", str(id)):
            found = self.bot.people.get(int(id)) or self.bot.places.get(int(id))
        else:
            found = None
        if found is None:
            self.bot.refuse(400, "Bad Request: chat not found")
        return found

    def _own(self, where: Human | Place, given: dict[str, Any], missing: str = "Bad Request: message to edit not found") -> Said:
        number = str(given.get("message_id"))
        said = next((it for it in self.bot.messages if it.chat == where.id and str(it.id) == number), None)
        if said is None:
            self.bot.refuse(400, missing)
        if said.by != 0 and "edit" in missing:
            self.bot.refuse(400, "Bad Request: message can't be edited")
        return said

    def _slowly(self, where: Human | Place) -> None:
        now = self.bot.now()
        self.times = [it for it in self.times if it[0] > now - 60]
        second, minute = [chat for at, chat in self.times if at > now - 1], [chat for _, chat in self.times]
        if self.bot.options.limits:
            if second.count(where.id) or len(second) >= 30:
                self.bot.slow_down(1)
            if isinstance(where, Place) and minute.count(where.id) >= 20:
                self.bot.slow_down(30)
        self.times.append((now, where.id))

    # -- what

    def _text(self, given: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        bot, text = self.bot, str(given.get("text") or "")
        try:
            shown, marks = entities.read(text, given.get("parse_mode"))
        except ValueError:
            bot.refuse(400, "Bad Request: unsupported parse_mode")
        except entities.Unparsed as error:
            bot.refuse(400, f"Bad Request: can't parse entities: {error}")
        if not shown:
            bot.refuse(400, "Bad Request: message text is empty")
        if len(shown) > 4096:
            bot.refuse(400, "Bad Request: message is too long")
        if not given.get("parse_mode") and isinstance(given.get("entities"), list):
            marks = given["entities"]
        return shown, marks

    def _markup(self, given: Any) -> dict[str, Any] | None:
        if given in (None, "", {}):
            return None
        if not isinstance(given, dict):
            self.bot.refuse(400, "Bad Request: object expected as reply markup")
        if "inline_keyboard" not in given:
            return None
        rows = given["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            self.bot.refuse(400, 'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        rows = [[self._button(it) for it in row] for row in rows if row]
        return {"inline_keyboard": rows} if rows else None

    def _button(self, button: Any) -> dict[str, Any]:
        bot = self.bot
        if not isinstance(button, dict) or not isinstance(button.get("text"), str):
            bot.refuse(400, "Bad Request: can't parse inline keyboard button: Can't find field \"text\"")
        if not button["text"].strip():
            bot.refuse(400, "Bad Request: can't parse inline keyboard button: Text buttons must be non-empty")
        actions = [name for name in ("url", "callback_data", *OTHER_BUTTONS) if name in button]
        if len(actions) != 1:
            bot.refuse(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "url" in button:
            self._url(str(button["url"]))
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
            bot.refuse(400, "Bad Request: BUTTON_DATA_INVALID")
        return button

    def _url(self, url: str) -> None:
        bot = self.bot

        def invalid(why: str) -> None:
            bot.refuse(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: {why}")

        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            parts.port
        except ValueError:
            invalid("Wrong HTTP URL")
        if parts.scheme == "tg":
            return
        if parts.scheme not in ("http", "https"):
            invalid("Unsupported URL protocol" if parts.scheme and "://" in url else "Wrong HTTP URL")
        if bot.options.loopback and on_loopback(host):
            return
        if re.search(r"\s", url) or not host:
            invalid("Wrong HTTP URL")
        if "." not in host.strip("."):
            if bot.options.undotted == "invalid":
                bot.refuse(400, "Bad Request: BUTTON_URL_INVALID")
            invalid("Wrong HTTP URL")
        if parts.scheme == "http":
            invalid("Wrong HTTP URL")


def _yes(value: Any) -> bool:
    return value in (True, "true", "True", "1", 1)

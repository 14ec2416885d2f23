"""The page in place of https://t.me/BOT?start=CODE: who one is, *Start*, and then the chat with its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import pages
from .fake import Answer, Request
from .telegram_people import Human

if TYPE_CHECKING:
    from .telegram import Telegram


def answer(bot: Telegram, request: Request) -> Answer:
    place = f"/{bot.user()['username']}"
    if request.path != place:
        return bot.failure(404)
    given = {**request.params, **(request.form if request.method == "POST" else {})}
    who = bot.who(given["as"]) if given.get("as") else None
    if who is None:
        return Answer(200, _start(bot, place, given.get("start", "")))
    if request.method == "POST":
        _act(bot, who, given)
        return Answer(303, None, {"Location": f"{place}?as={who.id}"})
    name = bot.user()["first_name"]
    lines = [(name if it.by == 0 else who.first_name, it.text) for it in bot.messages if it.chat == who.id]
    last = next((it for it in reversed(bot.messages) if it.chat == who.id and it.buttons), None)
    buttons = [it["text"] for it in last.buttons] if last else []
    return Answer(200, pages.chat(f"{who.first_name} and {name}", lines, place, buttons, {"as": str(who.id)}))


def _start(bot: Telegram, place: str, code: str) -> str:
    people = "".join(f'<option value="{it.id}">{pages.escape(it.first_name)}</option>' for it in bot.people.values())
    return pages.page(
        f"{bot.user()['first_name']} @{bot.user()['username']}",
        f'<form method="post" action="{place}"><input type="hidden" name="start" value="{pages.escape(code)}">'
        f'<label>You are <select name="as">{people}</select></label><p><button name="decision" value="start">Start</button></p></form>',
    )


def _act(bot: Telegram, who: Human, given: dict[str, str]) -> None:
    if "start" in given:
        bot.starts(who, given["start"])
    elif given.get("press"):
        bot.presses_button(who, given["press"])
    elif given.get("text"):
        bot.writes(who, given["text"])

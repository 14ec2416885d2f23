"""The bot: sending and its checks, presses, polling, the webhook, and the page in place of https://t.me."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator

import pytest

from lab import Receiver, wait_for

from . import Clock, Telegram
from .asking import Reply, ask, post_form
from .telegram import TOKEN, USERNAME

ANNA, GROUP, CHANNEL = 5500000001, -100200300, -1001234500001
KEYBOARD = {"inline_keyboard": [[{"text": "Иду", "callback_data": "coming"}, {"text": "Войти", "url": "https://video.example.org/x"}]]}


@pytest.fixture
def bot() -> Iterator[Telegram]:
    with Telegram(clock=Clock(1_795_253_000), longest_poll=0.05) as fake:
        fake.edit("person", "start")
        fake.updates.clear()
        yield fake


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        it.reply = {}
        yield it


def call(bot: Telegram, method: str, /, **given: Any) -> Reply:
    return ask("POST", f"{bot.api}/bot{TOKEN}/{method}", given)


def done(bot: Telegram, method: str, /, **given: Any) -> Any:
    reply = call(bot, method, **given)
    assert reply.status == 200, reply.text
    return reply.json["result"]


def send(bot: Telegram, text: str = "Клиент ждёт", chat_id: Any = ANNA, **more: Any) -> Reply:
    return call(bot, "sendMessage", chat_id=chat_id, text=text, **more)


def wrong(bot: Telegram, text: str = "x", **more: Any) -> str:
    reply = send(bot, text, **more)
    assert reply.status == 400, reply.text
    return reply.json["description"].removeprefix("Bad Request: ")


def tell(bot: Telegram, do: str, what: str = "person", **more: Any) -> Any:
    reply = ask("POST", f"{bot.url}/_fake/edit", {"what": what, "do": do, **more})
    assert reply.status == 200, reply.text
    return reply.json["edited"]


# -- calling


def test_parameters_come_in_every_form(bot: Telegram):
    keyboard = json.dumps(KEYBOARD)
    assert post_form(f"{bot.api}/bot{TOKEN}/SENDMESSAGE", chat_id=ANNA, text="form", reply_markup=keyboard).status == 200
    assert ask("GET", f"{bot.api}/bot{TOKEN}/sendMessage?chat_id={ANNA}&text=query").status == 200
    part = '--X\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = f"{part.format('chat_id', ANNA)}{part.format('text', 'parts')}--X--\r\n"
    assert ask("POST", f"{bot.api}/bot{TOKEN}/sendMessage", parts, {"Content-Type": "multipart/form-data; boundary=X"}).status == 200
    assert [it.text for it in bot.to()] == ["form", "query", "parts"]
    assert bot.to()[0].markup == KEYBOARD


def test_a_wrong_token_and_a_malformed_one(bot: Telegram):
    assert ask("GET", f"{bot.api}/bot1:x/getMe").status == 401
    assert ask("GET", f"{bot.api}/botx/getMe").status == 404


# -- where to


def test_who_can_be_written_to(bot: Telegram):
    assert send(bot, chat_id=42).json["description"] == "Bad Request: chat not found"
    assert send(bot, chat_id=5500000002).json["error_code"] == 403
    assert send(bot, chat_id="@Example_Practice").status == 200
    assert send(bot, chat_id="@nowhere").status == 400
    assert send(bot, chat_id=str(GROUP)).status == 200
    tell(bot, "kick", "place", id=GROUP)
    assert send(bot, chat_id=GROUP).json["description"] == "Forbidden: bot was kicked from the group chat"
    tell(bot, "change", "place", id=CHANNEL, set={"may_post": False})
    assert "administrator rights" in send(bot, chat_id=CHANNEL).json["description"]


def test_whoever_blocks_is_told_of_and_comes_back_by_start(bot: Telegram):
    tell(bot, "block")
    assert send(bot).json["description"] == "Forbidden: bot was blocked by the user"
    tell(bot, "start")
    assert send(bot).status == 200
    found = done(bot, "getUpdates")
    assert [it["my_chat_member"]["new_chat_member"]["status"] for it in found if "my_chat_member" in it] == ["kicked", "member"]


def test_a_group_that_moves(bot: Telegram):
    tell(bot, "migrate", "place", id=GROUP)
    moved = send(bot, chat_id=GROUP).json["parameters"]["migrate_to_chat_id"]
    assert send(bot, chat_id=moved).status == 200


# -- text


@pytest.mark.parametrize(
    ("text", "mode", "shown", "kinds"),
    [
        ("<b>a &lt; b</b> &amp; <i>c</i>", "HTML", "a < b & c", ["bold", "italic"]),
        ('<a href="https://x.example.org/?a=1&amp;b">тут</a>', "html", "тут", ["text_link"]),
        ("<pre><code class=\"language-x\">1</code></pre>", "HTML", "1", ["code", "pre"]),
        ("<blockquote expandable>q</blockquote>", "HTML", "q", ["expandable_blockquote"]),
        ("&nbsp; & 5 > 3", "HTML", "&nbsp; & 5 > 3", []),
        ("*a _b_* __c__ ||d|| ~e~", "MarkdownV2", "a b c d e", ["bold", "italic", "underline", "spoiler", "strikethrough"]),
        ("[тут](https://x.example.org/\\)) `a.b` ```py\n1-1```", "MarkdownV2", "тут a.b 1-1", ["text_link", "code", "pre"]),
        ("Вход \\- 15:00\\.", "MarkdownV2", "Вход - 15:00.", []),
        (">цитата\nи всё", "MarkdownV2", "цитата\nи всё", ["blockquote"]),
        ("*<b>* как есть", None, "*<b>* как есть", []),
    ],
)  # fmt: skip
def test_formatting_that_is_understood(bot: Telegram, text: str, mode: str | None, shown: str, kinds: list[str]):
    made = send(bot, text, parse_mode=mode).json["result"]
    assert made["text"] == shown
    assert sorted(it["type"] for it in made.get("entities", [])) == sorted(kinds)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("a < b", "HTML", "Unclosed start tag at byte offset 2"),
        ("Я <x>", "HTML", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>a", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", "HTML", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("a.", "MarkdownV2", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("Анна (15:00)", "MarkdownV2", "Character '(' is reserved and must be escaped with the preceding '\\'"),
        ("Я _b", "MarkdownV2", "Can't find end of Italic entity at byte offset 3"),
        ("*a _b*_", "MarkdownV2", "Can't find end of Italic entity at byte offset 3"),
        ("`a", "MarkdownV2", "Can't find end of Code entity at byte offset 0"),
        ("[a](b", "MarkdownV2", "Can't find end of a URL at byte offset 3"),
    ],
)  # fmt: skip
def test_formatting_that_is_refused(bot: Telegram, text: str, mode: str, words: str):
    assert wrong(bot, text, parse_mode=mode) == f"can't parse entities: {words}"
    assert bot.to() == []


def test_the_length_counts_after_formatting(bot: Telegram):
    assert send(bot, f"<b>{'я' * 4096}</b>", parse_mode="HTML").status == 200
    assert wrong(bot, "я" * 4097) == "message is too long"
    assert wrong(bot, " <b> </b> ", parse_mode="HTML") == "message text is empty"
    assert wrong(bot, parse_mode="Latex") == "unsupported parse_mode"


# -- buttons


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "https://host/room"}, "inline keyboard button URL 'https://host/room' is invalid: Wrong HTTP URL"),
        ({"text": "x", "url": "http://x.example.org/"}, "inline keyboard button URL 'http://x.example.org/' is invalid: Wrong HTTP URL"),
        ({"text": "x", "url": "ftp://x.example.org/"}, "inline keyboard button URL 'ftp://x.example.org/' is invalid: Unsupported URL protocol"),
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "", "callback_data": "x"}, "can't parse inline keyboard button: Text buttons must be non-empty"),
    ],
)
def test_buttons_that_are_refused(bot: Telegram, button: dict[str, str], words: str):
    assert wrong(bot, reply_markup={"inline_keyboard": [[button]]}) == words


@pytest.mark.parametrize("button", [{"callback_data": "я" * 32}, {"url": "http://127.0.0.1:8787/w/x"}, {"url": "tg://user?id=1"}])
def test_buttons_that_are_taken(bot: Telegram, button: dict[str, str]):
    assert send(bot, reply_markup={"inline_keyboard": [[{"text": "x", **button}]]}).status == 200


def test_the_other_word_for_a_host_without_a_dot(bot: Telegram):
    bot.set(undotted="invalid", loopback=False)
    assert wrong(bot, reply_markup={"inline_keyboard": [[{"text": "x", "url": "http://localhost/x"}]]}) == "BUTTON_URL_INVALID"


def test_a_press_is_told_and_answered(bot: Telegram):
    id = send(bot, reply_markup=KEYBOARD).json["result"]["message_id"]
    assert tell(bot, "press", text="Войти") == "https://video.example.org/x"
    press = tell(bot, "press", text="Иду")
    update = done(bot, "getUpdates")[0]["callback_query"]
    assert (update["id"], update["data"], update["message"]["message_id"], update["from"]["id"]) == (press, "coming", id, ANNA)
    assert done(bot, "answerCallbackQuery", callback_query_id=press, text="Хорошо") is True
    assert (bot.presses[0].answered, bot.presses[0].text) == (True, "Хорошо")
    bot.clock.advance(900)
    assert call(bot, "answerCallbackQuery", callback_query_id=press).status == 400
    assert ask("POST", f"{bot.url}/_fake/edit", {"what": "person", "do": "press", "text": "Нет"}).status == 400


def test_editing_takes_the_buttons_away_unless_they_are_sent_again(bot: Telegram):
    id = send(bot, reply_markup=KEYBOARD).json["result"]["message_id"]
    assert done(bot, "editMessageText", chat_id=ANNA, message_id=id, text="Клиент ждёт").get("reply_markup") is None
    assert "message is not modified" in call(bot, "editMessageText", chat_id=ANNA, message_id=id, text="Клиент ждёт").json["description"]
    assert done(bot, "editMessageText", chat_id=ANNA, message_id=id, text="Клиент ждёт", reply_markup=KEYBOARD)["reply_markup"] == KEYBOARD
    assert call(bot, "editMessageText", chat_id=ANNA, message_id=999, text="x").status == 400
    assert bot.to()[0].history == ["Клиент ждёт", "Клиент ждёт"]


# -- limits


def test_too_fast_says_how_long_in_body_and_header(bot: Telegram):
    bot.set(limits=True)
    assert send(bot).status == 200
    slow = send(bot)
    assert (slow.status, slow.headers["Retry-After"], slow.json["parameters"]) == (429, "1", {"retry_after": 1})
    bot.clock.advance(1)
    assert send(bot).status == 200
    bot.next("sendMessage", "status:429", retry_after=30)
    bot.clock.advance(1)
    slow = send(bot)
    assert (slow.headers["Retry-After"], slow.json["parameters"]) == ("30", {"retry_after": 30})


@pytest.mark.parametrize("code", ["blocked", "deactivated", "kicked", "chat_not_found", "migrated", "unauthorized", "two_pollers", "internal"])
def test_refusals_by_name(bot: Telegram, code: str):
    bot.next("sendMessage", f"refuse:{code}")
    assert send(bot).json["ok"] is False
    assert send(bot).status == 200


# -- polling


def test_an_offset_confirms(bot: Telegram):
    for text in ("one", "two", "three"):
        tell(bot, "write", text=text)
    first, *_ = done(bot, "getUpdates", limit=1)
    assert [it["message"]["text"] for it in done(bot, "getUpdates", offset=first["update_id"] + 1)] == ["two", "three"]
    assert [it["message"]["text"] for it in done(bot, "getUpdates", offset=-1)] == ["three"]
    assert done(bot, "getUpdates", offset=first["update_id"] + 3) == []
    tell(bot, "write")
    bot.clock.advance(24 * 3600)
    assert done(bot, "getUpdates") == []


def test_what_is_asked_for_is_remembered(bot: Telegram):
    send(bot, reply_markup=KEYBOARD)
    done(bot, "getUpdates", allowed_updates=["message", "my_chat_member"])
    tell(bot, "press", text="Иду")
    tell(bot, "write")
    assert [set(it) - {"update_id"} for it in done(bot, "getUpdates")] == [{"message"}]
    done(bot, "getUpdates", allowed_updates=[])
    tell(bot, "press", text="Иду")
    assert "callback_query" in done(bot, "getUpdates")[-1]


def test_a_poll_waits_and_the_newer_one_ends_it(bot: Telegram):
    bot.set(longest_poll=None)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(call, bot, "getUpdates", timeout=50)
        wait_for(lambda: bot.polled, "the first")
        old = bot.poller
        second = pool.submit(call, bot, "getUpdates", timeout=50)
        wait_for(lambda: bot.polled and bot.poller is not old, "the second")
        assert first.result(5).json["error_code"] == 409
        tell(bot, "write", text="hello")
        assert second.result(5).json["result"][0]["message"]["text"] == "hello"
        third = pool.submit(call, bot, "getUpdates", timeout=50, offset=870000099)
        wait_for(lambda: bot.polled, "the third")
        done(bot, "setWebhook", url="https://events.example.org/hook")
        assert third.result(5).json["description"] == "Conflict: terminated by other setWebhook"


def test_a_stop_ends_a_poll(bot: Telegram):
    bot.set(longest_poll=None)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(call, bot, "getUpdates", timeout=50)
        wait_for(lambda: bot.polled, "the poll")
        bot.stop()
        # Either the line is cut, or what there was just makes it through.
        assert isinstance(waiting.exception(5), (http.client.HTTPException, OSError, type(None)))
    bot.start()


# -- the webhook


def test_updates_are_brought_with_the_secret(bot: Telegram, receiver: Receiver):
    done(bot, "setWebhook", url=f"{receiver.url}/hook", secret_token="s3cret_Token-1")
    tell(bot, "start", code="q3J8mZ1xTg6sVb0KcE5yLw")
    wait_for(lambda: receiver.requests, "the update")
    request = receiver.requests[0]
    assert request.headers["x-telegram-bot-api-secret-token"] == "s3cret_Token-1"
    assert request.json["message"]["text"] == "/start q3J8mZ1xTg6sVb0KcE5yLw"
    assert call(bot, "getUpdates").status == 409
    wait_for(lambda: done(bot, "getWebhookInfo")["pending_update_count"] == 0, "it to be done")
    done(bot, "deleteWebhook")
    assert done(bot, "getUpdates") == []


def test_a_refused_update_comes_again_and_holds_its_chat_only(bot: Telegram, receiver: Receiver):
    bot.edit("person", "start", id=5500000002)
    bot.updates.clear()
    receiver.answer = lambda number: 500 if number < 3 else 204
    done(bot, "setWebhook", url=receiver.url)
    tell(bot, "write", text="one")
    wait_for(lambda: len(bot.hook.sent) == 1, "the first try")
    tell(bot, "write", text="two")
    bot.clock.advance(1)
    wait_for(lambda: len(bot.hook.sent) == 2, "the second try")
    assert done(bot, "getWebhookInfo")["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    tell(bot, "write", text="other", id=5500000002)
    wait_for(lambda: len(bot.hook.sent) == 3, "the other chat's")
    bot.clock.advance(2)
    wait_for(lambda: len(bot.hook.sent) == 5, "the rest")
    said = [(it["body"]["message"]["text"], it["answered"]) for it in bot.hook.sent]
    assert said == [("one", 500), ("one", 500), ("other", 204), ("one", 204), ("two", 204)]


def test_retry_after_is_respected_and_a_webhook_long_gone_is_forgotten(bot: Telegram, receiver: Receiver):
    receiver.answer, receiver.headers = 410, {"Retry-After": "3600"}
    done(bot, "setWebhook", url=receiver.url)
    tell(bot, "write")
    for hour in range(24):
        wait_for(lambda: len(bot.hook.sent) > hour, "a try")  # noqa: B023
        bot.clock.advance(3600 - 1 if hour == 0 else 3600)
        if hour == 0:
            assert len(bot.hook.sent) == 1
            bot.clock.advance(1)
    assert done(bot, "getWebhookInfo")["url"] == ""


def test_an_answer_that_holds_a_call_is_carried_out_and_seen(bot: Telegram, receiver: Receiver):
    done(bot, "setWebhook", url=receiver.url)
    tell(bot, "write")
    wait_for(lambda: bot.hook.sent, "an empty answer")
    assert bot.state()["stored"]["webhook"]["executed"] == []
    receiver.reply = {"method": "sendMessage", "chat_id": ANNA, "text": "by the answer"}
    tell(bot, "write")
    wait_for(lambda: bot.hook.executed, "the call")
    executed = bot.state()["stored"]["webhook"]["executed"][0]
    assert (executed["method"], executed["answer"]["ok"]) == ("sendMessage", True)
    assert [it.text for it in bot.to()] == ["by the answer"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "http://events.example.org/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://10.0.0.1/"}, "bad webhook: IP address 10.0.0.1 is reserved"),
        ({"url": "https://events.example.org/", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
def test_webhooks_that_are_refused(bot: Telegram, given: dict[str, str], words: str):
    assert call(bot, "setWebhook", **given).json["description"] == f"Bad Request: {words}"


def test_loopback_is_refused_when_it_is_not_allowed(bot: Telegram):
    bot.set(loopback=False)
    assert call(bot, "setWebhook", url="https://127.0.0.1/").json["description"].endswith("IP address 127.0.0.1 is reserved")


# -- by hand


def test_the_page_in_place_of_the_real_one(bot: Telegram):
    page = ask("GET", f"{bot.me}/{USERNAME}?start=q3J8mZ1x").text
    assert 'value="q3J8mZ1x"' in page and ">Start</button>" in page
    back = post_form(f"{bot.me}/{USERNAME}", **{"as": 5500000002, "start": "q3J8mZ1x"})
    assert back.status == 303
    assert done(bot, "getUpdates")[-1]["message"]["text"] == "/start q3J8mZ1x"
    send(bot, "Вас ждут <тут>", 5500000002, reply_markup=KEYBOARD)
    chat = ask("GET", f"{bot.me}{back.headers['Location']}").text
    assert "Вас ждут &lt;тут&gt;" in chat and 'value="Иду"' in chat
    post_form(f"{bot.me}/{USERNAME}", **{"as": 5500000002, "press": "Иду"})
    post_form(f"{bot.me}/{USERNAME}", **{"as": 5500000002, "text": "спасибо"})
    pressed, wrote = done(bot, "getUpdates")[-2:]
    assert (pressed["callback_query"]["data"], wrote["message"]["text"]) == ("coming", "спасибо")
    assert ask("GET", f"{bot.me}/somebody_else?start=x").status == 404


def test_a_link_carries_little(bot: Telegram):
    with pytest.raises(ValueError):
        bot.edit("person", "start", code="с пробелом")
    with pytest.raises(ValueError):
        bot.edit("person", "start", code="x" * 65)
    bot.edit("person", "stop")
    assert bot.updates[-1].body["text"] == "/stop" and bot.updates[-1].body["entities"][0]["length"] == 5

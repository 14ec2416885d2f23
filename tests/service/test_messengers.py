"""What messengers bring: proven, kept before it is acknowledged, taken once, and given to whom it is for."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from fakes.operator_file import WEBHOOK_SECRET, WEBHOOK_TOKEN
from lab import wait_for

from .backend import Answer, Backend
from .chats import Chats, chats
from .meetings import Meeting
from .practice import Specialist

BOTH_WAYS = pytest.mark.parametrize("webhooks", [True, False], ids=["webhooks", "polling"])
IVAN, OLGA, STRANGER, HIDDEN = "79001112233", "79002223344", "79009998877", "79003334455"
BORIS = 5500000002  # at Telegram


@pytest.fixture(scope="module")
def house(post: Chats) -> Backend:
    return post.backend


@pytest.fixture(autouse=True)
def everything_works(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "post" in request.fixturenames:
        post: Chats = request.getfixturevalue("post")
        post.green.set(repeat=1, authorization="bearer")
        post.bot.set(repeat=1)


def texts(meeting: Meeting) -> list[tuple[str, str]]:
    return [(it["from"], it["text"]) for it in meeting.thread()]


@BOTH_WAYS
@pytest.mark.parametrize("channel", ["whatsapp", "max"])
def test_a_client_writes_and_is_answered(tmp_path: Path, hire: Callable[..., Specialist], webhooks: bool, channel: str):
    with chats(tmp_path, webhooks=webhooks) as practice:
        anna = hire(practice.backend)
        meeting = Meeting(anna, phone=IVAN, channel=channel)
        anna.views.events()  # from the beginning
        meeting.wait_for_delivery("sent", meeting.send_link())
        practice.client_writes("Опоздаю на 10 минут", IVAN, channel)
        told = meeting.event("message_received")
        assert told["message"] and "Опоздаю" not in json.dumps(told, ensure_ascii=False)
        assert texts(meeting) == [("client", "Опоздаю на 10 минут")]
        assert meeting.thread()[0] | {"channel": channel, "what": "text", "id": told["message"]} == meeting.thread()[0]
        id = meeting.write("Хорошо, жду вас")
        practice.wait_for_message("Хорошо, жду вас", phone=IVAN, channel=channel)
        meeting.wait_for_delivery("sent", id)
        answer = meeting.thread()[1]
        assert (answer["from"], answer["text"], answer["state"]) == ("specialist", "Хорошо, жду вас", "sent")
        for step, state in (("deliver", "delivered"), ("read", "read")):
            practice.green.edit("message", step, instance=channel)
            wait_for(lambda: meeting.thread()[1]["state"] == state, f"the answer being {state}")
        assert "Опоздаю".encode() not in practice.backend.on_disk() and IVAN.encode() not in practice.backend.on_disk()


def test_the_same_ten_times_is_one_message(post: Chats, anna: Specialist):
    meeting = Meeting(anna, phone=IVAN)
    post.green.set(repeat=10)
    post.client_writes("Это я", IVAN, id="F7AEC1B7086ECDC7E6E45923F5EDB825")
    meeting.event("message_received")
    post.wait_until_handed_over()
    post.green.set(repeat=1)
    post.client_writes("И ещё", IVAN)
    wait_for(lambda: len(texts(meeting)) >= 2, "the next message")
    assert texts(meeting) == [("client", "Это я"), ("client", "И ещё")]
    wait_for(lambda: meeting.kinds().count("message_received") == 2, "both to be told of")
    assert {it["answered"] for it in post.green.whatsapp.sent} == {200}


def test_it_stands_at_the_consultation_that_is_next(post: Chats, anna: Specialist):
    later, sooner = (Meeting(anna, timedelta(days=days), phone=OLGA) for days in (9, 3))
    post.client_writes("Когда мы видимся?", OLGA)
    sooner.event("message_received")
    assert texts(sooner) == [("client", "Когда мы видимся?")] and not texts(later)


@pytest.mark.parametrize("kind", ["image", "audio", "location", "contact", "deleted", "unknown", "sticker", "swe001"])
def test_what_is_no_text_is_told_too(post: Chats, anna: Specialist, kind: str):
    phone = f"7910000{sum(kind.encode()):04}"
    meeting = Meeting(anna, phone=phone)
    post.client_writes("Подпись", phone, kind=kind)
    post.client_writes("Дошло?", phone)
    wait_for(lambda: ("client", "Дошло?") in texts(meeting), "what came after it")
    assert [it["what"] for it in meeting.thread()][-1] == "text"
    assert "sw-media" not in json.dumps(meeting.thread()), "no address of a file that needs no password"


def test_strangers_leave_no_trace(post: Chats, house: Backend, anna: Specialist):
    meeting = Meeting(anna, phone="79008889900")
    post.client_writes("Продаю слона незнакомо", STRANGER)
    post.client_writes("Да, это я", "79008889900")
    wait_for(lambda: texts(meeting) == [("client", "Да, это я")], "the client's message")
    mine = house.ask("GET", "/api/conferences", token=anna.token).json["conferences"]
    threads = [house.ask("GET", f"/api/conferences/{it['id']}/messages", token=anna.token).body.decode() for it in mine]
    assert "Да, это я" in "".join(threads) and "незнакомо" not in "".join(threads)
    assert STRANGER.encode() not in house.on_disk() and "незнакомо".encode() not in house.on_disk()


def test_a_hidden_number_is_known_by_what_was_sent_there(post: Chats, house: Backend, anna: Specialist):
    meeting = Meeting(anna, phone=HIDDEN)
    lid = "120650379355443@lid"
    post.client_writes("Меня ещё не знают", HIDDEN, lid=lid)
    post.wait_until_handed_over()
    meeting.wait_for_delivery("sent", meeting.send_link())
    post.client_writes("А теперь знают", HIDDEN)
    meeting.event("message_received")
    assert texts(meeting) == [("client", "А теперь знают")], "an id that is no phone is never taken for one"
    assert not [it for it in post.green.whatsapp.messages if it.chat.startswith("120650379355443@c")]
    assert b"120650379355443" not in house.on_disk()


def test_a_group_is_nobodys_thread(post: Chats, anna: Specialist):
    meeting = Meeting(anna, phone="79004445566")
    post.client_writes("Всем привет", "79004445566", group=True)
    post.client_writes("Только вам", "79004445566")
    meeting.event("message_received")
    assert texts(meeting) == [("client", "Только вам")]


def test_a_client_of_two_specialists_is_heard_by_the_one_who_is_next(post: Chats, house: Backend, anna: Specialist, hire: Callable[..., Specialist]):
    boris = hire(house, "Борис Котов")
    mine, his = Meeting(anna, timedelta(days=4), phone="79005556677"), Meeting(boris, timedelta(days=2), phone="79005556677")
    post.client_writes("Здравствуйте ещё раз", "79005556677")
    wait_for(lambda: texts(his), "the message")
    assert not texts(mine)
    assert house.ask("GET", f"/api/conferences/{his.id}/messages", token=anna.token).status == 404


# -- proof


def brought(backend: Backend, path: str, body: Any, address: str, **headers: str) -> Answer:
    given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return backend.ask("POST", path, json.dumps(body).encode(), headers=given, address=address)


def test_whoever_proves_nothing_brings_nothing(post: Chats, house: Backend, anna: Specialist):
    meeting = Meeting(anna, phone="79006667788")
    written = post.client_writes("Поддельное", "79006667788")
    body = {**post.green.whatsapp.envelope("incomingMessageReceived"), **written, "idMessage": "FORGED"}
    post.wait_until_handed_over()
    wait_for(lambda: len(texts(meeting)) == 1, "the genuine one")
    for number, headers in enumerate(({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {WEBHOOK_TOKEN}x"}, {"Authorization": ""})):
        refused = brought(house, "/api/webhook/green-api", body, f"127.0.8.{number + 1}", **headers)
        assert (refused.status, refused.code) == (401, "wrong_secret")
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": 1}, "text": "/start"}}
    for number, headers in enumerate(({}, {"X_Telegram_Bot_Api_Secret_Token": "wrong"}, {"Authorization": f"Bearer {WEBHOOK_SECRET}"})):
        refused = brought(house, "/api/webhook/telegram", update, f"127.0.9.{number + 1}", **headers)
        assert (refused.status, refused.code) == (401, "wrong_secret")
    for manner in (f"Bearer {WEBHOOK_TOKEN}", WEBHOOK_TOKEN):
        taken = brought(house, "/api/webhook/green-api", body, "127.0.8.9", Authorization=manner)
        assert (taken.status, taken.body) == (200, b"")
    wait_for(lambda: len(texts(meeting)) == 2, "what was proven, once")
    guesses = [brought(house, "/api/webhook/telegram", update, "127.0.8.10", X_Telegram_Bot_Api_Secret_Token=f"g{n}").status for n in range(60)]
    assert set(guesses) == {401, 429}


def test_without_a_secret_no_webhook_is_taken(tmp_path: Path):
    with chats(tmp_path, webhooks=False) as practice:
        for path in ("/api/webhook/green-api", "/webhook/green-api", "/api/webhook/telegram", "/webhook/telegram"):
            headers = {"Authorization": "Bearer ", "X_Telegram_Bot_Api_Secret_Token": ""}
            assert brought(practice.backend, path, {}, "127.0.0.1", **headers).status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"typeWebhook":7}', b"\xff\xfe", b'{"update_id":"x"}', b"[" * 5000])
def test_what_is_not_understood_is_acknowledged_and_forgotten(post: Chats, house: Backend, body: bytes):
    headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}", "X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    for path in ("/api/webhook/green-api", "/api/webhook/telegram"):
        taken = house.ask("POST", path, body, headers=headers)
        assert (taken.status, taken.body) == (200, b"")


# -- bad days


@BOTH_WAYS
def test_what_came_while_nobody_listened_is_taken_later(tmp_path: Path, hire: Callable[..., Specialist], webhooks: bool):
    with chats(tmp_path, webhooks=webhooks, green={"retry_seconds": 1.0}) as practice:
        anna = hire(practice.backend)
        meeting = Meeting(anna, phone=IVAN)
        practice.backend.kill()
        practice.client_writes("Вы здесь?", IVAN)
        practice.backend.start()
        wait_for(lambda: texts(meeting) == [("client", "Вы здесь?")], "what was written meanwhile", 60)
        practice.backend.kill()
        practice.backend.start()
        practice.client_writes("Ау", IVAN)
        wait_for(lambda: len(texts(meeting)) == 2, "what was written after it")
        assert texts(meeting) == [("client", "Вы здесь?"), ("client", "Ау")]


@BOTH_WAYS
def test_a_client_is_reminded_by_the_bot_that_they_let_in(tmp_path: Path, hire: Callable[..., Specialist], webhooks: bool):
    with chats(tmp_path, webhooks=webhooks) as practice:
        anna = hire(practice.backend)
        meeting = Meeting(anna, phone=None, channel="telegram", client="Ольга Неназванная")
        link = wait_for(lambda: meeting.state().get("remind_by_telegram"), "the page offering it")
        assert link.startswith(practice.bot.me)
        code = parse_qs(urlsplit(link).query)["start"][0]
        practice.bind(code, BORIS)
        practice.wait_for_alert("напоминания", chat=BORIS)
        practice.bind(code, BORIS)
        meeting.wait_for_delivery("sent", meeting.send_link())
        assert meeting.conference["start_time"] in practice.wait_for_alert(meeting.link, chat=BORIS).text
        practice.bot.edit("person", "write", id=BORIS, text="Спасибо, буду")
        practice.backend.private.add("Спасибо, буду")
        wait_for(lambda: texts(meeting) == [("client", "Спасибо, буду")], "what they wrote to the bot")
        assert not [it for it in practice.bot.to(BORIS) if "Ольга" in it.text]
        practice.bot.edit("person", "block", id=BORIS)
        wait_for(lambda: meeting.ask("/messages", {"id": str(uuid4()), "purpose": "link"}).status == 409, "the chat taking nothing any more")


def test_an_instance_that_is_signed_out_is_seen_by_the_operator(tmp_path: Path):
    with chats(tmp_path) as practice:
        state = lambda: {it["connection"]: it["state"] for it in practice.backend.health()["connections"]}  # noqa: E731
        wait_for(lambda: state().get("green-api") == "ok", "the account being well", 60)
        practice.green.set(state="notAuthorized")
        wait_for(lambda: state()["green-api"] == "failing", "its trouble being seen", 60)
        practice.green.set(state="authorized")
        wait_for(lambda: state()["green-api"] == "ok", "it being well again", 60)


def test_a_limited_account_takes_messages_and_is_not_taken_for_a_working_one(tmp_path: Path, hire: Callable[..., Specialist]):
    with chats(tmp_path, webhooks=False) as practice:
        meeting = Meeting(hire(practice.backend))
        known = lambda: next(it for it in practice.backend.health()["connections"] if it["connection"] == "green-api")  # noqa: E731
        wait_for(lambda: known()["state"] == "ok", "the account being well", 60)
        practice.green.set(state="yellowCard")
        wait_for(lambda: known().get("code") == "restricted", "its yellow card being seen", 60)
        assert meeting.wait_for_delivery("failed", meeting.send_link())["code"] == "restricted"
        assert (known()["state"], known().get("code")) == ("failing", "restricted")
        practice.green.set(state="authorized")
        wait_for(lambda: known()["state"] == "ok", "it being well again", 60)

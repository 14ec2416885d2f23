"""Every exchange in tests/fixtures/green-api and tests/fixtures/telegram, asked of the fakes, or by them. See test_fixtures.py."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from typing import Any, Callable
from urllib.parse import urlsplit

import pytest

from lab import Receiver, wait_for

from . import Clock, GreenApi, Telegram
from .asking import ask
from .test_fixtures import FIXTURES, NOTHING, fixture, same

THEN = 1795253000
LONG = {"(20001 characters)": "я" * 20001, "(4097 characters)": "я" * 4097}
CLIENT = "79001234568"
SENT = "3EB0C767D097B7C7C030"


class World:
    """An instance and a bot at the time of the fixtures."""

    def __init__(self, now: float = THEN) -> None:
        self.green = GreenApi(clock=Clock(now), longest_poll=0.05, sending_takes=0)
        self.bot = Telegram(clock=Clock(now), longest_poll=0.05, loopback=False)

    # -- GREEN-API

    def instance(self, **values: Any) -> None:
        self.green.edit("instance", "change", set=values)

    def hooked(self, url: str = "https://events.example.org/hooks/green-api", token: str = "5f2b8c0d9e4a47b1") -> None:
        """As if it had been set long ago, with everything switched on."""
        it = self.green.whatsapp
        flags = {name: "yes" for name in it.settings if name.endswith("Webhook")}
        it.settings |= {"webhookUrl": url, "webhookUrlToken": token, **flags}
        it.applied = dict(it.settings)

    def settings(self) -> None:
        self.green.whatsapp.settings |= fixture("green-api/get_settings_200.json")["response"]["body"]

    def starting(self) -> None:
        self.green.whatsapp.restart()

    def written(self) -> None:
        self.green.clock.advance(-20)
        self.green.write(self.green.whatsapp, id="F7AEC1B7086ECDC7E6E45923F5EDB825")

    def picture(self) -> None:
        self.green.write(self.green.whatsapp, kind="image", id="F7AEC1B7086ECDC7E6E45923F5EDB826")

    def queued(self) -> None:
        self.green.set(progress="queued")
        given = fixture("green-api/show_messages_queue_200.json")["response"]["body"][0]["body"]
        self.green.whatsapp.accept("sendMessage", given["chatId"], given["message"], given).id = SENT

    def correspondents(self) -> None:
        known = ["12345678901@c.us", "12345678910@c.us", "12345678911@c.us"]
        self.instance(plan="developer", correspondents=known, used=67)

    # -- Telegram

    def started(self, message: int = 41) -> None:
        self.bot.people[5500000001].started = True
        self.bot.numbers["message"] = message

    def said(self, text: str = "Клиент ждёт") -> None:
        self.started()
        self.bot.call("sendMessage", {"chat_id": 5500000001, "text": text})
        self.bot.clock.advance(60)

    def start(self, update: int, message: int, at: int, **more: Any) -> None:
        self.bot.clock.advance(at - THEN)
        self.bot.numbers |= {"update": update - 1, "message": message - 1}
        self.bot.edit("person", "start", **more)

    def blocks(self) -> None:
        self.started()
        self.bot.clock.advance(500)
        self.bot.numbers["update"] = 870000004
        self.bot.edit("person", "block")

    def webhook(self) -> None:
        given = fixture("telegram/set_webhook_200.json")["request"]["body"]
        assert self.bot.call("setWebhook", given).status == 200

    def webhook_in_trouble(self) -> None:
        self.bot.edit("person", "start")
        self.bot.edit("person", "write")
        self.bot.edit("person", "write")
        self.webhook()
        self.bot.stop()
        self.bot.start()
        self.bot.courier.over.set()  # nobody asks that address any more
        self.bot.hook.now.last_error = (1795252000, "Wrong response from the webhook: 502 Bad Gateway")

    def second_poller(self) -> None:
        self.bot.set(longest_poll=None)

        def ask_too() -> None:
            wait_for(lambda: self.bot.polled, "the first poller")
            self.bot.set(longest_poll=0)
            ask("POST", f"{self.bot.url}/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/getUpdates")

        threading.Thread(target=ask_too, daemon=True).start()


def state(name: str | None) -> Callable[[World], None]:
    return lambda world: world.green.set(state=name)


def person(**values: Any) -> Callable[[World], None]:
    return lambda world: world.green.edit("person", "change", phone=CLIENT, set=values)


def switch(fake: str, method: str, do: str) -> Callable[[World], None]:
    return lambda world: getattr(world, fake).next(method, do)


# fixture: what was before, and what varies
EXCHANGES: dict[str, tuple[Callable[[World], Any], tuple[str, ...]]] = {
    "green-api/check_whatsapp_200_false.json": (NOTHING, ()),
    "green-api/check_whatsapp_200_lid.json": (person(lid="120650379300963@lid"), ()),
    "green-api/check_whatsapp_200_true.json": (NOTHING, ()),
    "green-api/check_whatsapp_400_bad_number.json": (NOTHING, ()),
    "green-api/check_whatsapp_466_quota.json": (lambda world: world.instance(plan="developer", checks=100), ()),
    "green-api/delete_notification_200_false.json": (World.written, ()),
    "green-api/delete_notification_200_true.json": (World.written, ()),
    "green-api/delete_notification_400_not_number.json": (NOTHING, ()),
    "green-api/download_file_200.json": (World.picture, ()),
    "green-api/get_settings_200.json": (World.settings, ()),
    "green-api/get_state_200_authorized.json": (NOTHING, ()),
    "green-api/get_state_200_blocked.json": (state("blocked"), ()),
    "green-api/get_state_200_not_authorized.json": (state("notAuthorized"), ()),
    "green-api/get_state_200_null.json": (state(None), ()),
    "green-api/get_state_200_starting.json": (World.starting, ()),
    "green-api/get_state_200_suspended.json": (state("suspended"), ()),
    "green-api/get_state_200_yellow_card.json": (state("yellowCard"), ()),
    "green-api/get_state_404_wrong_host.json": (lambda world: world.green.set(another_shard=True), ()),
    "green-api/get_wa_settings_200.json": (NOTHING, ()),
    "green-api/get_wa_settings_200_not_authorized.json": (state("notAuthorized"), ()),
    "green-api/logout_200.json": (NOTHING, ()),
    "green-api/qr_200.json": (state("notAuthorized"), ()),
    "green-api/qr_200_already_logged.json": (NOTHING, ()),
    "green-api/reboot_200.json": (NOTHING, ()),
    "green-api/receive_notification_200_null.json": (NOTHING, ()),
    "green-api/receive_notification_200_text.json": (World.written, ()),
    "green-api/receive_notification_400_webhook_set.json": (World.hooked, ()),
    "green-api/send_file_by_upload_200.json": (NOTHING, ("idMessage", "urlFile")),
    "green-api/send_file_by_url_200.json": (NOTHING, ("idMessage",)),
    "green-api/send_file_by_url_500_too_big.json": (lambda world: world.green.set(sizes={"https://files.example.org/video.mp4": 120}), ()),
    "green-api/send_message_200.json": (NOTHING, ("idMessage",)),
    "green-api/send_message_400_bad_chat_id.json": (NOTHING, ()),
    "green-api/send_message_400_expired.json": (lambda world: world.instance(ended="expired"), ()),
    "green-api/send_message_400_missing_chat_id.json": (NOTHING, ()),
    "green-api/send_message_400_not_authorized.json": (state("notAuthorized"), ()),
    "green-api/send_message_400_starting.json": (World.starting, ()),
    "green-api/send_message_400_too_long.json": (NOTHING, ()),
    "green-api/send_message_401_wrong_token.json": (NOTHING, ()),
    "green-api/send_message_403_wrong_instance.json": (NOTHING, ()),
    "green-api/send_message_429.json": (switch("green", "sendMessage", "status:429"), ()),
    "green-api/send_message_466_correspondents.json": (World.correspondents, ()),
    "green-api/send_message_502.json": (switch("green", "sendMessage", "status:502"), ()),
    "green-api/send_message_quoted_200.json": (World.written, ("idMessage",)),
    "green-api/set_settings_200.json": (NOTHING, ()),
    "green-api/set_settings_200_detach.json": (World.hooked, ()),
    "green-api/set_settings_400_unknown_field.json": (NOTHING, ()),
    "green-api/show_messages_queue_200.json": (World.queued, ()),
    "telegram/delete_webhook_200.json": (World.webhook, ()),
    "telegram/edit_message_text_200.json": (World.said, ()),
    "telegram/edit_message_text_400_not_modified.json": (lambda world: world.said("Клиент вошёл"), ()),
    "telegram/get_me_200.json": (NOTHING, ()),
    "telegram/get_me_401.json": (NOTHING, ()),
    "telegram/get_updates_200_blocked_by_user.json": (World.blocks, ()),
    "telegram/get_updates_200_empty.json": (lambda world: world.bot.edit("person", "start"), ()),
    "telegram/get_updates_200_start_bare_and_unknown.json": (
        lambda world: (
            world.start(870000003, 11, 1795252900), world.bot.edit("update", "put", kind="some_future_update", body={"x": 1}),
        ), (),
    ),
    "telegram/get_updates_200_start_in_group.json": (
        lambda world: world.start(870000006, 12, 1795252950, code="q3J8mZ1xTg6sVb0KcE5yLw", group=True), (),
    ),
    "telegram/get_updates_200_start_payload.json": (lambda world: world.start(870000001, 10, 1795252900, code="q3J8mZ1xTg6sVb0KcE5yLw"), ()),
    "telegram/get_updates_409_two_pollers.json": (World.second_poller, ()),
    "telegram/get_updates_409_webhook.json": (World.webhook, ()),
    "telegram/get_webhook_info_200.json": (World.webhook_in_trouble, ("result.ip_address",)),
    "telegram/send_message_200.json": (World.started, ()),
    "telegram/send_message_200_markdownv2.json": (lambda world: (world.started(42), world.bot.clock.advance(1)), ()),
    "telegram/send_message_400_button_url.json": (World.started, ()),
    "telegram/send_message_400_chat_not_found.json": (NOTHING, ()),
    "telegram/send_message_400_empty.json": (World.started, ()),
    "telegram/send_message_400_entities.json": (World.started, ()),
    "telegram/send_message_400_entities_end.json": (World.started, ()),
    "telegram/send_message_400_migrated.json": (lambda world: world.bot.edit("place", "migrate"), ()),
    "telegram/send_message_400_too_long.json": (World.started, ()),
    "telegram/send_message_403_blocked.json": (World.blocks, ()),
    "telegram/send_message_403_deactivated.json": (lambda world: (world.started(), world.bot.edit("person", "deactivate")), ()),
    "telegram/send_message_403_never_started.json": (NOTHING, ()),
    "telegram/send_message_429.json": (switch("bot", "sendMessage", "status:429"), ()),
    "telegram/send_message_502_html.json": (switch("bot", "sendMessage", "status:502"), ()),
    "telegram/set_webhook_200.json": (NOTHING, ()),
    "telegram/set_webhook_200_already.json": (World.webhook, ()),
    "telegram/set_webhook_400_port.json": (NOTHING, ()),
    "telegram/set_webhook_400_secret.json": (NOTHING, ()),
    "telegram/set_webhook_429.json": (lambda world: (world.bot.set(limits=True), world.webhook()), ()),
    "telegram/unknown_method_404.json": (NOTHING, ()),
}  # fmt: skip


def writes(kind: str, **more: Any) -> Callable[[World, dict[str, Any]], Any]:
    return lambda world, body: world.green.write(world.green.whatsapp, kind=kind, id=body["idMessage"], **more)


def comes_so_far(do: str, **more: Any) -> Callable[[World, dict[str, Any]], Any]:
    """A message's status; the steps before it are not told of here."""

    def step(world: World, body: dict[str, Any]) -> None:
        world.green.set(progress="queued")
        it = world.green.whatsapp.accept("sendMessage", body["chatId"], "Здравствуйте!", {})
        it.id, it.status = body["idMessage"], "sending"
        world.green.edit("message", do, skip=True, **more)

    return step


def goes_out(world: World, body: dict[str, Any]) -> None:
    world.green.set(progress="queued")
    world.green.whatsapp.applied["outgoingWebhook"] = "no"
    text = body["messageData"]["extendedTextMessageData"]["text"]
    world.green.whatsapp.accept("sendMessage", body["senderData"]["chatId"], text, {}).id = body["idMessage"]
    world.green.edit("message", "send")


def vendor_sample(world: World, body: dict[str, Any]) -> None:
    world.instance(id=1234, phone="11001234567")
    made = {"kind": "text", "id": body["idMessage"], "name": "GREEN-API", "short": True}
    world.green.write(world.green.whatsapp, text=body["messageData"]["textMessageData"]["textMessage"], **made)
    head = world.green.whatsapp.line[0].body["senderData"]
    head |= {"chatName": "GREEN-API", "senderContactName": "GREEN-API"}


def over_quota(world: World, _: dict[str, Any]) -> None:
    world.correspondents()
    given = {"chatId": "79001234568@c.us", "message": "Здравствуйте!"}
    assert ask("POST", f"{world.green.url}/waInstance1101000001/sendMessage/{world.green.whatsapp.token}", given).status == 466


def changes_to(name: str) -> Callable[[World, dict[str, Any]], Any]:
    return lambda world, _: world.green.edit("instance", "state", state=name)


def authorized_by(manner: str) -> Callable[[World, dict[str, Any]], Any]:
    return lambda world, body: (world.green.set(authorization=manner), writes("text")(world, body))


def tells_start(world: World, body: dict[str, Any]) -> None:
    world.start(body["update_id"], body["message"]["message_id"], body["message"]["date"], code="q3J8mZ1xTg6sVb0KcE5yLw")


def tells_start_with(secret: str) -> Callable[[World, dict[str, Any]], Any]:
    def tell(world: World, body: dict[str, Any]) -> None:
        world.bot.hook.now.secret = secret
        tells_start(world, body)

    return tell


WEBHOOKS: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "green-api/webhook_incoming_audio.json": writes("audio", text=""),
    "green-api/webhook_incoming_call.json": lambda world, _: world.green.edit("person", "call", phone=CLIENT),
    "green-api/webhook_incoming_contact.json": writes("contact"),
    "green-api/webhook_incoming_deleted.json": writes("deleted", of="F7AEC1B7086ECDC7E6E45923F5EDB825"),
    "green-api/webhook_incoming_document.json": writes("document", text="", file="Анкета.pdf"),
    "green-api/webhook_incoming_edited.json": writes(
        "edited", of="F7AEC1B7086ECDC7E6E45923F5EDB825", text="Добрый день! Опоздаю на 10 минут."
    ),
    "green-api/webhook_incoming_extended_text.json": writes(
        "text", text="Не могу войти: https://video.example.org/konsultaciya-21noyabrya-k3f9x2"
    ),
    "green-api/webhook_incoming_group.json": writes("text", text="Всем привет", group=True),
    "green-api/webhook_incoming_image.json": writes("image", text="Скриншот ошибки"),
    "green-api/webhook_incoming_lid_chat.json": writes("text", text="Это я, пишу с нового номера", lid="120650379300963@lid"),
    "green-api/webhook_incoming_location.json": writes("location"),
    "green-api/webhook_incoming_no_token.json": authorized_by("none"),
    "green-api/webhook_incoming_quoted.json": lambda world, body: (
        world.green.set(progress="queued"),
        setattr(
            world.green.whatsapp.accept("sendMessage", "79001234568@c.us", body["messageData"]["quotedMessage"]["textMessage"], {}), "id", SENT
        ),
        writes("quoted", text="Да, буду")(world, body),
    ),
    "green-api/webhook_incoming_reaction.json": writes("reaction", of=SENT, text="👍"),
    "green-api/webhook_incoming_sticker.json": writes("sticker", text=""),
    "green-api/webhook_incoming_swe001.json": writes("swe001"),
    "green-api/webhook_incoming_swe002.json": writes("swe002"),
    "green-api/webhook_incoming_swe003.json": writes("swe003"),
    "green-api/webhook_incoming_text.json": writes("text"),
    "green-api/webhook_incoming_text_minimal_sender.json": writes("text", text="Здравствуйте", short=True),
    "green-api/webhook_incoming_text_vendor_sample.json": vendor_sample,
    "green-api/webhook_incoming_unknown_type.json": writes("unknown"),
    "green-api/webhook_incoming_video.json": writes("video", text=""),
    "green-api/webhook_incoming_wrong_token.json": authorized_by("wrong"),
    "green-api/webhook_outgoing_api.json": goes_out,
    "green-api/webhook_outgoing_phone.json": lambda world, body: world.green.edit("owner", "write", id=body["idMessage"]),
    "green-api/webhook_quota_exceeded.json": over_quota,
    "green-api/webhook_state_authorized.json": changes_to("authorized"),
    "green-api/webhook_state_blocked.json": changes_to("blocked"),
    "green-api/webhook_state_not_authorized.json": changes_to("notAuthorized"),
    "green-api/webhook_state_starting.json": lambda world, _: world.green.whatsapp.restart(),
    "green-api/webhook_state_suspended.json": changes_to("suspended"),
    "green-api/webhook_state_yellow_card.json": changes_to("yellowCard"),
    "green-api/webhook_status_delivered.json": comes_so_far("deliver"),
    "green-api/webhook_status_failed.json": comes_so_far("fail"),
    "green-api/webhook_status_no_account.json": comes_so_far("no_account"),
    "green-api/webhook_status_read.json": comes_so_far("read"),
    "green-api/webhook_status_sent.json": comes_so_far("send"),
    "telegram/webhook_blocked_by_user.json": lambda world, _: world.blocks(),
    "telegram/webhook_start_payload.json": tells_start,
    "telegram/webhook_start_payload_wrong_secret.json": tells_start_with("wrong"),
}


# These samples leave it out.
SHORTENED = {f"green-api/webhook_incoming_{it}.json": "messageData.textMessageData.isTemplateMessage" for it in ("group", "lid_chat")}
VARIES = {"green-api/webhook_incoming_call.json": ("idMessage",)}


def test_every_fixture_is_here():
    files = {path.relative_to(FIXTURES).as_posix() for folder in ("green-api", "telegram") for path in (FIXTURES / folder).glob("*.json")}
    assert files == set(EXCHANGES) | set(WEBHOOKS)


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_fake_answers_as_written_down(name: str):
    exchange, (before, varies) = fixture(name), EXCHANGES[name]
    request, response = exchange["request"], exchange["response"]
    said = response["body"].get("timestamp") if isinstance(response["body"], dict) else None
    world = World(datetime.fromisoformat(said).timestamp() if said else THEN)
    with world.green, world.bot:
        before(world)
        parts = urlsplit(request["url"])
        base = world.bot.url if parts.hostname == "api.telegram.org" else world.green.url
        url = f"{base}{parts.path}{'?' + parts.query if parts.query else ''}"
        reply = ask(request["method"], url, sent(request["body"]), request["headers"])
    assert reply.status == response["status"], reply.text
    headers = {key.lower(): value for key, value in reply.headers.items()}
    assert headers.get("content-type", "").partition(";")[0] == response["headers"].get("content-type", "")
    assert headers.get("retry-after") == response["headers"].get("retry-after")
    same(response["body"] or None, reply.json or None, varies)


def sent(body: Any) -> bytes | None:
    if body is None:
        return None
    if "multipart" not in body:
        return json.dumps({key: LONG.get(value, value) if isinstance(value, str) else value for key, value in body.items()}).encode()
    parts = ""
    for part in body["multipart"]:
        file = f'; filename="{part["filename"]}"\r\nContent-Type: {part["content_type"]}' if "filename" in part else ""
        parts += f'--X\r\nContent-Disposition: form-data; name="{part["name"]}"{file}\r\n\r\n{part["value"]}\r\n'
    return f"{parts}--X--\r\n".encode()


@pytest.mark.parametrize("name", WEBHOOKS)
def test_the_fake_tells_as_written_down(name: str):
    wanted = fixture(name)["request"]
    green = name.startswith("green-api")
    world = World(wanted["body"]["timestamp"] if green else THEN)
    with Receiver() as receiver, world.green, world.bot:
        url = f"{receiver.url}{urlsplit(wanted['url']).path}"
        world.hooked(url)
        world.bot.set(loopback=True)
        world.bot.call("setWebhook", {"url": url, "secret_token": "s3cret_Token-1"})
        with (world.green if green else world.bot).lock:  # what is arranged is told when it is complete
            if name.endswith("quota_exceeded.json"):
                world.correspondents()
            else:
                WEBHOOKS[name](world, wanted["body"])
        if name.endswith("quota_exceeded.json"):
            WEBHOOKS[name](world, wanted["body"])
        wait_for(lambda: receiver.requests, "the webhook")
    request = receiver.requests[0]
    assert request.path == urlsplit(wanted["url"]).path
    marked = ("authorization", "x-telegram-bot-api-secret-token", "content-type")
    assert {key: value for key, value in request.headers.items() if key in marked} == wanted["headers"]
    same(wanted["body"], request.json, VARIES.get(name, ()), SHORTENED.get(name, ""))

"""Every exchange in tests/fixtures/telemost and tests/fixtures/bitrix24, asked of the fakes, or by them.

Those of the messengers are in test_fixtures_chats.py.

What the fixture fixes has to be the same; what `varies` (a path, with `*`) has to be of the same type.
"""

from __future__ import annotations

import json
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Callable
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from lab import Receiver, wait_for

from . import Bitrix24, Clock, Telemost
from .asking import ask, challenge, post_form

FIXTURES = Path(__file__).parents[1] / "fixtures"
THEN = 1791281000.120934  # when the fixtures were written down
ID = "12345678901234"
VERIFIER = "example-verifier-0123456789-abcdefghijklmnopqrstuvwxyz"
TIME = ("time.*", "result.result_time.*")
PORTAL = ("client_endpoint", "server_endpoint", "access_token", "refresh_token")


class World:
    """Telemost, Yandex and a portal at the time of the fixtures."""

    def __init__(self) -> None:
        self.telemost = Telemost(clock=Clock(THEN))
        self.yandex = self.telemost.yandex
        self.portal = Bitrix24(clock=Clock(THEN), domain="portal.example.bitrix24.ru")
        self.old_portal = ""

    def base(self, host: str) -> str:
        if host == "cloud-api.yandex.net":
            return self.telemost.url
        if host.endswith("yandex.ru"):
            return self.yandex.url
        return self.old_portal if host == "b24-old000.bitrix24.ru" else self.portal.url

    # -- Telemost and Yandex

    def conference(self) -> None:
        self.yandex.grant("specialist", access="y0_EXAMPLE_TOKEN")
        self.telemost.edit("conference", "add", set={"id": ID})

    def restricted(self) -> None:
        self.yandex.grant("personal", access="y0_EXAMPLE_TOKEN")

    def waiting(self) -> None:
        self.conference()
        self.telemost.clock.advance(1791287921.12 - THEN)  # 11:58:41.120000 of that day
        self.telemost.edit("person", "waiting", id=ID)
        self.telemost.clock.advance(49.33)
        self.telemost.edit("person", "joined", id=ID, login="specialist")

    def account(self) -> None:
        self.yandex.grant("specialist", access="y0_EXAMPLE_ACCESS", device="example-device-0001")

    def recorded_page(self) -> None:
        self.yandex.set(verification_url="https://ya.ru/device")

    def device(self) -> None:
        self.recorded_page()
        made = post_form(f"{self.yandex.url}/device/code", client_id="0123456789abcdef0123456789abcdef").json
        self.yandex.devices["00112233445566778899aabbccddeeff"] = self.yandex.devices.pop(made["device_code"])

    def refresh(self) -> None:
        self.yandex.grant("specialist", refresh="1:EXAMPLE_REFRESH")

    def old_refresh(self) -> None:
        self.yandex.grant("specialist", refresh="1:EXPIRED_EXAMPLE")
        self.yandex.clock.advance(31536000)

    def code(self) -> None:
        query = "response_type=code&client_id=0123456789abcdef0123456789abcdef&redirect_uri=http://127.0.0.1:1/&code_challenge_method=S256"
        self.yandex.set(consent="allow")
        back = ask("GET", f"{self.yandex.url}/authorize?{query}&code_challenge={challenge(VERIFIER)}").back
        self.yandex.codes["1234567"] = self.yandex.codes.pop(back["code"])

    # -- Bitrix24

    def event(self) -> None:
        given = fixture("bitrix24/calendar_event_add_200.json")["request"]["body"]
        self.portal.clock.ahead = datetime(2026, 10, 5, 13, 48, 41, tzinfo=ZoneInfo("Europe/Moscow")).timestamp() - THEN
        self.portal.edit("event", "add", set=given)
        self.portal.clock.ahead = 0.0

    def event_without_operating(self) -> None:
        self.event()
        self.portal.set(send_operating=False)

    def person(self) -> None:
        self.portal.edit("token", "add", access="EXAMPLE_ACCESS", scopes=["user", "calendar", "im"])

    def expired(self) -> None:
        self.portal.edit("token", "add", access="EXPIRED_EXAMPLE")
        self.portal.clock.advance(3600)

    def limited(self) -> None:
        self.portal.set(burst=0)

    def tired(self) -> None:
        self.portal.set(cost=500)
        self.event()
        assert ask("POST", f"{self.portal.webhook}calendar.event.get", {"type": "user", "ownerId": 7}).status == 200

    def renamed(self) -> None:
        self.old_portal = self.portal.url
        self.portal.edit("portal", "rename")

    def portal_code(self) -> None:
        self.portal.authorization.codes["examplecode"] = (7, THEN + 30)

    def portal_refresh(self) -> None:
        self.portal.sign_in(7, refresh="EXAMPLE_REFRESH")


NOTHING: Callable[[World], None] = lambda world: None

# fixture: what was before, and what varies
EXCHANGES: dict[str, tuple[Callable[[World], None], tuple[str, ...]]] = {
    "telemost/auditlog_waiting_room_200.json": (
        World.waiting, ("items.*.ip", "items.*.idempotency_id", "items.*.request_id", "items.1.event.uid", "items.*.conference_start"),
    ),
    "telemost/cohosts_patch_404_no_such_user.json": (World.conference, ()),
    "telemost/cohosts_put_204.json": (World.conference, ()),
    "telemost/conference_create_201.json": (World.conference, ("id", "join_url")),
    "telemost/conference_create_401_unauthorized.json": (NOTHING, ()),
    "telemost/conference_create_403_api_restricted.json": (World.restricted, ()),
    "telemost/conference_get_200.json": (World.conference, ()),
    "telemost/conference_get_404_not_found.json": (World.conference, ()),
    "telemost/conference_patch_waiting_room_200.json": (World.conference, ()),
    "telemost/login_info_200.json": (World.account, ("psuid",)),
    "telemost/oauth_device_code_200.json": (World.recorded_page, ("device_code", "user_code")),
    "telemost/oauth_device_token_400_pending.json": (World.device, ()),
    "telemost/oauth_refresh_200.json": (World.refresh, ("access_token", "refresh_token")),
    "telemost/oauth_revoke_200.json": (World.account, ()),
    "telemost/oauth_token_400_invalid_grant.json": (World.old_refresh, ()),
    "telemost/oauth_token_code_pkce_200.json": (World.code, ("access_token", "refresh_token")),
    "bitrix24/batch_200_partial_error.json": (NOTHING, TIME),
    "bitrix24/calendar_event_add_200.json": (NOTHING, TIME),
    "bitrix24/calendar_event_add_400_missing_name.json": (NOTHING, ()),
    "bitrix24/calendar_event_delete_200.json": (World.event, TIME),
    "bitrix24/calendar_event_get_200.json": (World.event_without_operating, (*TIME, "result.0.DAV_XML_ID")),
    "bitrix24/calendar_event_update_200.json": (World.event, TIME),
    "bitrix24/error_401_expired_token.json": (World.expired, ()),
    "bitrix24/error_429_operation_time_limit.json": (World.tired, ()),
    "bitrix24/error_503_query_limit_exceeded.json": (World.limited, ()),
    "bitrix24/im_notify_200.json": (World.person, TIME),
    "bitrix24/oauth_refresh_200.json": (World.portal_refresh, PORTAL),
    "bitrix24/oauth_token_200.json": (World.portal_code, PORTAL),
    "bitrix24/redirect_302_portal_renamed.json": (World.renamed, ()),
    "bitrix24/user_current_200.json": (World.person, TIME),
}  # fmt: skip

# The sample of a batch shows a user in short.
SHORTENED = {"bitrix24/batch_200_partial_error.json": "result.result.me.*"}

INCOMING: dict[str, tuple[Callable[[World, str], None], tuple[str, ...]]] = {
    "bitrix24/incoming_event_delete_outgoing_webhook.json": (
        lambda world, url: world.portal.edit("events", "send", url=url, event="ONCALENDARENTRYDELETE", id=1246, kind="outgoing"),
        ("ts", "auth[client_endpoint]", "auth[server_endpoint]"),
    ),
    "bitrix24/incoming_event_update_application.json": (
        lambda world, url: world.portal.edit("events", "send", url=url, event="ONCALENDARENTRYUPDATE", id=1246),
        ("auth[client_endpoint]", "auth[server_endpoint]", "auth[access_token]"),
    ),
    "bitrix24/incoming_iframe_open.json": (
        lambda world, url: world.portal.edit("frame", "open", url=url),
        ("AUTH_ID", "REFRESH_ID", "SERVER_ENDPOINT"),
    ),
}


def fixture(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / name).read_text())


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """`{"a": [{"b": 1}]}` as `{"a.0.b": 1}`; empty lists and maps stay what they are."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None or not value:
        return {path: value}
    return {key: leaf for name, item in items for key, leaf in flat(item, f"{path}.{name}".lstrip(".")).items()}


def same(wanted: Any, found: Any, varies: tuple[str, ...], shortened: str = "") -> None:
    wanted, found = flat(wanted), flat(found)
    found = {path: value for path, value in found.items() if path in wanted or not (shortened and fnmatchcase(path, shortened))}
    assert set(found) == set(wanted)
    for path, value in wanted.items():
        assert type(found[path]) is type(value) or {type(found[path]), type(value)} == {int, float}, path
        if not any(fnmatchcase(path, pattern) for pattern in varies):
            assert found[path] == value, path


def test_every_fixture_is_here():
    files = {path.relative_to(FIXTURES).as_posix() for folder in ("telemost", "bitrix24") for path in (FIXTURES / folder).glob("*.json")}
    assert files == set(EXCHANGES) | set(INCOMING)


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_fake_answers_as_written_down(name: str):
    exchange, (before, varies) = fixture(name), EXCHANGES[name]
    request, response, world = exchange["request"], exchange["response"], World()
    with world.telemost, world.portal:
        before(world)
        parts = urlsplit(request["url"])
        url = f"{world.base(parts.hostname)}{parts.path}{'?' + parts.query if parts.query else ''}"
        raw = request["body"].encode() if isinstance(request["body"], str) else json.dumps(request["body"]).encode()
        reply = ask(request["method"], url, None if request["body"] is None else raw, request["headers"])
        assert reply.status == response["status"], reply.text
        assert reply.headers.get("Content-Type") == response["headers"].get("Content-Type")
        if "Location" in response["headers"]:
            assert reply.headers["Location"] == response["headers"]["Location"].replace("https://portal.example.bitrix24.ru", world.portal.url)
        same(response["body"], reply.json, varies, SHORTENED.get(name, ""))


@pytest.mark.parametrize("name", INCOMING)
def test_the_portal_asks_as_written_down(name: str):
    exchange, (send, varies) = fixture(name), INCOMING[name]
    world = World()
    with Receiver() as receiver, world.telemost, world.portal:
        send(world, f"{receiver.url}{urlsplit(exchange['request']['url']).path}")
        wait_for(lambda: receiver.requests and world.portal.events.sent, "the request")
    request = receiver.requests[0]
    wanted, found = urlsplit(exchange["request"]["url"]), urlsplit(request.path)
    assert (found.path, parse_qsl(found.query)) == (wanted.path, parse_qsl(wanted.query))
    assert request.headers["content-type"] == exchange["request"]["headers"]["Content-Type"]
    pairs, given = parse_qsl(exchange["request"]["body"]), parse_qsl(request.body.decode())
    assert [key for key, _ in given] == [key for key, _ in pairs]
    assert [pair for pair in given if pair[0] not in varies] == [pair for pair in pairs if pair[0] not in varies]
    assert all(value for _, value in given)
    assert world.portal.events.sent[0]["answered"] == exchange["response"]["status"]

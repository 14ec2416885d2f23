"""A backend with accounts of its own at the stand-ins of outside systems."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Iterator

from fakes import Bitrix24, Telemost
from lab import free_port, wait_for

from .backend import Answer, Backend, watched
from .practice import Specialist

PATH = "/api/conferences"


def telemost_settings(telemost: Telemost, token: str, **more: str) -> dict[str, str]:
    """What the environment says of an account there."""
    place = "CONNECTIONS__TELEMOST__"
    addresses = {"API_ADDRESS": telemost.api, "OAUTH_ADDRESS": telemost.yandex.url, "LOGIN_ADDRESS": telemost.yandex.url}
    return {place + name: value for name, value in {"ACCESS_TOKEN": token, **addresses, **more}.items()}


def portal_settings(portal: Bitrix24, **more: str) -> dict[str, str]:
    place = "CONNECTIONS__BITRIX24__"
    proof = {"APPLICATION_TOKEN": portal.options.webhook_token, "MEMBER_ID": portal.member_id}
    return {place + name: value for name, value in {"WEBHOOK_URL": portal.webhook, **proof, **more}.items()}


@contextmanager
def telemost_house(folder: Path, login: str = "specialist", **options: Any) -> Iterator[tuple[Telemost, Backend]]:
    """Telemost and a backend whose account there is this person's."""
    telemost = Telemost(port=free_port(), **options)
    telemost.yandex.port = free_port()  # nobody takes them while it is stopped
    with telemost:
        token = telemost.yandex.grant(login).access
        with watched(folder, env=telemost_settings(telemost, token)) as backend:
            backend.private.add(token)
            yield telemost, backend


@contextmanager
def portal_house(folder: Path, asleep: bool = False, **options: Any) -> Iterator[tuple[Bitrix24, Backend]]:
    """A portal and a backend that writes its calendar. One that is asleep does not answer until it is started."""
    with Bitrix24(port=free_port(), **{"language": "en", "users": 20, **options}) as portal:
        settings = portal_settings(portal)
        if asleep:
            portal.stop()
        with watched(folder, env=settings) as backend:
            portal.set(outgoing_webhook=f"{backend.url}/api/webhook/bitrix24")
            backend.private |= {portal.webhooks[0].secret, portal.options.webhook_token}
            yield portal, backend


def wanted(specialist: Specialist, **more: Any) -> dict[str, Any]:
    """A conference without a link, for tomorrow."""
    body = specialist.body(starts_in=timedelta(days=1), **{"provider": "telemost", **more})
    return {name: value for name, value in body.items() if name != "link" or "link" in more}


def post(specialist: Specialist, body: dict[str, Any]) -> Answer:
    return specialist.backend.send("POST", PATH, body, specialist.token)


def make(specialist: Specialist, **more: Any) -> dict[str, Any]:
    answer = post(specialist, wanted(specialist, **more))
    assert answer.status == 201, answer.body
    keep_private(specialist.backend, answer.json)
    return answer.json


def keep_private(backend: Backend, conference: dict[str, Any]) -> None:
    """None of this may be in the log."""
    words = [conference[name] for name in ("link", "live_stream_link", "provider_room", "client") if conference.get(name)]
    backend.private |= {*words, *conference["cohosts"]}


def put(specialist: Specialist, conference: dict[str, Any], **more: Any) -> Answer:
    return specialist.backend.send("PUT", f"{PATH}/{conference['id']}", {**conference, **more}, specialist.token)


def shown(specialist: Specialist, conference: dict[str, Any]) -> dict[str, Any]:
    return specialist.backend.ask("GET", f"{PATH}/{conference['id']}", token=specialist.token).json


def connection(backend: Backend, name: str) -> dict[str, Any]:
    return next(one for one in backend.health()["connections"] if one["connection"] == name)


def wait_until_asked(backend: Backend, name: str) -> None:
    """The question at the start is over, so that the next switch meets what the test does."""
    wait_for(lambda: connection(backend, name)["state"] != "unknown", f"the connection to {name}")

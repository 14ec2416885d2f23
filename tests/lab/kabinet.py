"""What the tests of mod_kabinet share."""

from __future__ import annotations

import base64
import json

from .receiver import Receiver

MODULES = {"muc_modules": ["kabinet"], "lobby_modules": ["kabinet"], "breakout_modules": ["kabinet"]}
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, or so").decode()


def options(receiver: Receiver, **more: object) -> str:
    """Kabinet's options as global Lua."""
    given = {"kabinet_url": receiver.url, "kabinet_secret": receiver.secret, **more}
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items() if value is not None)


def joins(receiver: Receiver) -> list[str]:
    return [e["occupant"]["name"] for e in receiver.events("occupant_joined") if e["occupant"]["kind"] == "person"]


def assert_whole(receiver: Receiver) -> None:
    """Every event of every start arrived, once, in its order; what came twice came as the same request."""
    numbers: dict[str, list[int]] = {}
    for event in receiver.events():
        numbers.setdefault(event["boot"], []).append(event["seq"])
    for boot, seen in numbers.items():
        assert seen == list(range(1, len(seen) + 1)), f"{boot} came as {seen}"
    ids: dict[str, list[str]] = {}
    for request in receiver.requests:
        events = [e["id"] for e in request.json["events"]]
        assert ids.setdefault(request.headers["webhook-id"], events) == events

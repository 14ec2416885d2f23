"""Webhooks made by hand, for what needs no server: our own signed dialect and the plain one of the guide."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import datetime, timezone
from typing import Any

from .backend import SECRET, Answer, Backend


def sign(body: bytes, secret: str = SECRET, at: float | None = None, id: str | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    id, stamp = id or f"msg_{uuid.uuid4()}", str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def person(name: str | None, **more: Any) -> dict[str, Any]:
    """An anonymous occupant as mod_kabinet describes one."""
    user = str(uuid.uuid4())
    return {
        "stay": str(uuid.uuid4()), "jid": f"{user}@guest.meet.jitsi/lab", "resource": user[:8], "name": name, "role": "participant",
        "affiliation": "none", "kind": "person", "account": False, "token": None, "joined_at": now_ms(), "line": "up", **more,
    }


def now_ms() -> int:
    return int(time.time() * 1000)


class Module:
    """A load of mod_kabinet on some server: numbers its events and signs its batches."""

    def __init__(self, backend: Backend, secret: str = SECRET, login: bool | None = False):
        # Without logins no grant can follow, so an arrival is told at once.
        self.backend, self.secret, self.login = backend, secret, login
        self.boot, self.seq = str(uuid.uuid4()), 0

    def event(self, kind: str, room: str, **fields: Any) -> dict[str, Any]:
        self.seq += 1
        return {
            "id": str(uuid.uuid4()), "seq": self.seq, "at": now_ms(), "type": kind, "place": "room", "room": room,
            "meeting": None, "breakout": None, **fields,
        }

    def batch(self, *events: dict[str, Any], **more: Any) -> bytes:
        server = {"host": "muc.meet.jitsi", "prosody": "0.12.3", "module": "0.1.0", "login": self.login}
        return json.dumps({"v": 1, "boot": self.boot, "server": server, "queued": 0, "dropped": 0, "events": list(events), **more}).encode()

    def post(self, body: bytes, **signing: Any) -> Answer:
        return self.backend.ask("POST", "/api/webhook/kabinet", body, headers=sign(body, self.secret, **signing))

    def say(self, kind: str, room: str, **fields: Any) -> Answer:
        answer = self.post(self.batch(self.event(kind, room, **fields)))
        assert answer.status == 200, answer.body
        return answer


def guide(event: str, room: str, who: str | None = None, at: datetime | None = None) -> bytes:
    """One request of the guide's module."""
    stamp = (at or datetime.now(timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body: dict[str, Any] = {"event": event, "roomName": room, "createdAt": stamp}
    if who:
        body |= {"participantName": f"{room}@muc.meet.jitsi/{who[:8]}", "participantId": f"{who}@guest.meet.jitsi/lab"}
        body |= {"isHost": False} if event == "participant_joined" else {}
    return json.dumps(body).encode()

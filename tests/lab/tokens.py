"""JSON Web Tokens (HS256) with the claims that Jitsi reads."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any


def make_token(
    key: str, domain: str, name: str, *, id: str | None = None, moderator: bool | None = None, room: str = "*", seconds: int = 3600
) -> str:
    user: dict[str, Any] = {"name": name}
    if id is not None:
        user["id"] = id
    if moderator is not None:
        user["moderator"] = moderator
    now = int(time.time())
    claims = {
        "iss": "lab",
        "aud": "lab",
        "sub": domain,
        "room": room,
        "nbf": now - 10,
        "exp": now + seconds,
        "context": {"user": user},
    }
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + "." + _part(json.dumps(claims).encode())
    return head + "." + _part(hmac.digest(key.encode(), head.encode(), hashlib.sha256))


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

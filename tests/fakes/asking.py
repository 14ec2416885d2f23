"""How the tests of the fakes ask: plainly, without following redirects, and with what comes back as it is."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text) if self.text and "json" in self.headers.get("Content-Type", "") else self.text or None

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json["error"]

    @property
    def back(self) -> dict[str, str]:
        """What a redirect brings along."""
        return dict(parse_qsl(urlsplit(self.headers["Location"]).query))


def ask(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, seconds: float = 10) -> Reply:
    """A `dict` is sent as JSON, `str` and `bytes` as they are."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        sent = json.dumps(body).encode() if isinstance(body, (dict, list)) else body.encode() if isinstance(body, str) else body
        kind = {"Content-Type": "application/json"} if isinstance(body, (dict, list)) else {}
        connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", sent, {**kind, **(headers or {})})
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        connection.close()


def post_form(url: str, headers: dict[str, str] | None = None, **fields: Any) -> Reply:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask("POST", url, urlencode({key: value for key, value in fields.items() if value is not None}), {**kind, **(headers or {})})


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

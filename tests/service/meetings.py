"""A consultation whose client is written to by a messenger, and that client's page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from lab import wait_for

from .backend import Answer
from .chats import CLIENT
from .feed import Event, Views
from .practice import Specialist

SOON = timedelta(minutes=10)
AHEAD = timedelta(days=2)


class Meeting:
    """Made by its specialist. Nobody follows their feed until something of it is asked for, and then it is read from the beginning."""

    def __init__(self, specialist: Specialist, starts_in: timedelta = AHEAD, phone: str | None = CLIENT, channel: str = "whatsapp", **more: Any):
        self.specialist, self.backend = specialist, specialist.backend
        contact = {"channel": channel, **({"phone": phone} if phone else {})}
        self.backend.private |= {phone} if phone else set()
        made = self.backend.send("POST", "/api/conferences", specialist.body(starts_in=starts_in, **{"contact": contact, **more}), specialist.token)
        assert made.status == 201, made.body
        self.conference: dict[str, Any] = made.json
        self.id, self.link, self.room = made.json["id"], made.json["invite_link"], made.json["link"]
        self.path = self.link.removeprefix(self.backend.url)
        self.backend.private |= {self.path.removeprefix("/w/"), made.json["room"] or self.room}

    # -- the specialist

    @property
    def views(self) -> Views:
        if self.specialist._views is None:
            self.specialist._views = Views(self.backend, self.specialist.token, 0)
        return self.specialist._views

    def ask(self, what: str, body: Any = None, method: str = "POST", token: str | None = None) -> Answer:
        return self.backend.send(method, f"/api/conferences/{self.id}{what}", body or {}, token or self.specialist.token)

    def change(self, **more: Any) -> None:
        answer = self.ask("", {**self.conference, **more}, "PUT")
        assert answer.status == 200, answer.body

    def send_link(self, **more: Any) -> str:
        return self._send({"purpose": "link", **more})

    def write(self, text: str, **more: Any) -> str:
        self.backend.private.add(text)
        return self._send({"purpose": "message", "text": text, **more})

    def _send(self, body: dict[str, Any]) -> str:
        answer = self.ask("/messages", {"id": str(uuid4()), **body})
        assert answer.status == 201, answer.body
        return answer.json["id"]

    def deliveries(self, **facts: Any) -> list[dict[str, Any]]:
        answer = self.backend.ask("GET", f"/api/conferences/{self.id}/deliveries", token=self.specialist.token)
        return [it for it in answer.json["deliveries"] if all(it.get(name) == value for name, value in facts.items())]

    def wait_for_delivery(self, state: str, id: str | None = None, seconds: float = 30, **facts: Any) -> dict[str, Any]:
        """As the specialist's list of what went out has it."""
        try:
            wait_for(lambda: [it for it in self.deliveries(state=state, **facts) if id in (None, it["id"])], f"a delivery that is {state}", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; there are {[(it['purpose'], it['state'], it.get('code')) for it in self.deliveries()]}") from None
        return next(it for it in self.deliveries(state=state, **facts) if id in (None, it["id"]))

    def news(self, id: str) -> list[tuple[str, str, str | None]]:
        """What the feed has told of a delivery."""
        told = [it for it in self.views.events(consultation=self.id) if (it.get("delivery") or {}).get("id") == id]
        return [(it["kind"], it["delivery"]["state"], it["delivery"].get("code")) for it in told]

    def wait_for_news(self, id: str, state: str, kind: str = "delivery_changed") -> None:
        wait_for(lambda: any(it[:2] == (kind, state) for it in self.news(id)), f"{kind}: {state}")

    def thread(self) -> list[dict[str, Any]]:
        return self.backend.ask("GET", f"/api/conferences/{self.id}/messages", token=self.specialist.token).json["messages"]

    def event(self, kind: str, seconds: float = 30, **facts: Any) -> Event:
        return self.views.wait(kind, seconds, consultation=self.id, **facts)

    def kinds(self) -> list[str]:
        return [it["kind"] for it in self.views.events(consultation=self.id) if it["kind"] != "consultation_changed"]

    # -- the client

    def say(self, word: str, visit: str = "visit-one", **more: Any) -> Any:
        answer = self.backend.ask("POST", f"{self.path}/{word}", json.dumps({"visit": visit, **more}).encode(), headers={"Content-Type": "text/plain"})
        assert answer.status == 200, answer.body
        return answer.json

    def state(self) -> Any:
        return self.backend.ask("GET", f"{self.path}/state").json

    def source(self) -> str:
        return self.backend.ask("GET", self.path).body.decode()

"""Specialists of a practice, and what they have planned."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .backend import Backend, token_in
from .feed import Event, Views


@dataclass
class Consultation:
    id: str
    room: str
    views: Views

    def wait(self, kind: str, seconds: float = 30, **facts: Any) -> Event:
        return self.views.wait(kind, seconds, consultation=self.id, **facts)

    def story(self) -> list[str]:
        return self.views.story(consultation=self.id)

    def events(self) -> list[Event]:
        return [e for e in self.views.events(consultation=self.id) if e["kind"] != "consultation_changed"]


class Specialist:
    """One specialist with a device token, made as the operator makes one."""

    def __init__(self, backend: Backend, name: str = "Анна Петрова", *more: str):
        self.backend, self.name = backend, name
        made = backend.run("specialist", "add", name, "--token", *more, "--data", backend.data)
        assert made.returncode == 0, made.stderr
        self.token = token_in(made.stdout)
        backend.private |= {name, self.token}
        self._views: Views | None = None

    @property
    def views(self) -> Views:
        if self._views is None:
            self._views = Views(self.backend, self.token)
        return self._views

    def close(self) -> None:
        if self._views:
            self._views.close()

    def body(self, room: str | None = None, starts_in: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
        """A consultation as the application sends one."""
        start = datetime.now(timezone.utc) + starts_in
        room = room or f"konsultaciya-{secrets.token_hex(6)}"
        return {
            "name": "Консультация", "type": "conference", "start_date": start.strftime("%Y-%m-%d"),
            "start_time": start.strftime("%H:%M"), "duration": 50, "timezone": "UTC", "client": "Клиент",
            "link": f"https://meet.example.org/{room}", "provider": "jitsi", **more,
        }

    def plan(self, room: str | None = None, **more: Any) -> Consultation:
        """Plans a consultation in a room for now."""
        views = self.views
        answer = self.backend.send("POST", "/api/conferences", self.body(room, **more), self.token)
        assert answer.status == 201, answer.body
        self.backend.private |= {answer.json["room"], answer.json["client"]}
        return Consultation(answer.json["id"], answer.json["room"], views)

    def press_join(self, consultation: Consultation, at: datetime | None = None) -> None:
        body = {"at": at.isoformat()} if at else {}
        answer = self.backend.send("POST", f"/api/conferences/{consultation.id}/pressed-join", body, self.token)
        assert answer.status < 300, answer.body

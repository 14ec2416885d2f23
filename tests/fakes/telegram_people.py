"""Who the bot talks with: people, groups and channels, and what was said there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Human:
    id: int
    first_name: str
    username: str = ""
    language_code: str = "ru"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def user(self) -> dict[str, Any]:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **named, "language_code": self.language_code}

    def chat(self) -> dict[str, Any]:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "first_name": self.first_name, **named, "type": "private"}


@dataclass
class Place:
    """A group or a channel. In a channel the bot writes as an administrator; `moved` is what a group has become."""

    id: int
    title: str
    type: str = "group"
    username: str = ""
    member: bool = True
    may_post: bool = True
    moved: int | None = None

    def chat(self) -> dict[str, Any]:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "title": self.title, **named, "type": self.type}


@dataclass
class Said:
    """A message of either side; `markup` is its keyboard."""

    id: int
    chat: int
    by: int
    at: int
    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    silent: bool = False
    edited: int | None = None
    history: list[str] = field(default_factory=list)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [button for row in (self.markup or {}).get("inline_keyboard", []) for button in row]


@dataclass
class Press:
    """A pressed button: the telephone shows it as pending until it was answered."""

    id: str
    by: int
    chat: int
    message: int
    data: str
    at: float
    answered: bool = False
    text: str = ""
    alert: bool = False

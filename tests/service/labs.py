"""Prosodys that report to a backend."""

from __future__ import annotations

import json
from typing import Any

from lab import Lab, Names

from .backend import SECRET, Backend

EVERYWHERE = {"muc_modules": ["kabinet"], "lobby_modules": ["kabinet"], "breakout_modules": ["kabinet"]}


def reporting(backend: Backend, secret: str | None = SECRET, **options: Any) -> str:
    """Prosody's configuration for mod_kabinet."""
    given = {"kabinet_url": backend.url, "kabinet_secret": secret, "kabinet_heartbeat_interval": 2, **options}
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items() if value is not None)


def kabinet_lab(backend: Backend, secret: str | None = SECRET, **more: Any) -> Lab:
    """A Prosody that reports to the backend by our own module. Its names are not Jitsi's defaults on purpose."""
    backend.private |= {"Анна", "Иван", "Мария", "Пётр", "guest.call.example"}
    settings: dict[str, Any] = {
        **EVERYWHERE, "lobby": True, "breakout": True, "names": Names("call.example"), "log_level": "info",
        "config": reporting(backend, secret) + "\nlab_breakout_ttl = 1", **more,
    }
    return Lab(**settings)

"""From the portal over the backend to a desktop: what is changed in the calendar is seen there at once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from lab import wait_for

from .desktop import desktop
from .outside import portal_house


def test_a_change_in_the_portal_reaches_a_desktop_at_once(tmp_path: Path, hire):
    with portal_house(tmp_path) as (portal, backend):
        anna = hire(backend)
        anna.views.events()
        webhook = portal.edit("webhook", "add", set={"user": 7, "secret": "ofthedesktop0000"})
        backend.private |= {"ofthedesktop0000", "Клиент"}
        with desktop(tmp_path / "desktop", anna, portal) as desk:
            said = desk.call("save_connection", provider="bitrix24", values={}, secrets={"webhook_url": webhook})
            assert said["health"] == "works", said
            choice: dict[str, Any] = {"on_by_default": True, "with_names": False, "reminder": 15}
            desk.call("choose_calendar", provider="bitrix24", calendar="user/7/4", **choice)
            day = datetime.now(timezone.utc).date() + timedelta(days=1)
            draft = {"client": "Клиент", "date": f"{day}", "time": "12:00", "minutes": 50, "provider": "jitsi", "time_zone": "UTC"}
            id = desk.call("create_consultation", **draft)["id"]

            def stands_at(time: str) -> bool:
                one = desk.consultation(id)
                return one["starts_at"].startswith(f"{day}T{time}") and one["calendar"]["state"] == "written"

            wait_for(lambda: stands_at("12:00"), "the entry")
            backend.private.add(desk.consultation(id)["link"])
            with portal.lock:
                (entry,) = [it for it in portal.calendar.events.values() if id.replace("-", "") in it.description.replace("-", "")]
            # By itself it compares once in minutes. Connecting may have left a comparison to be done, but not one for each of these.
            for hour in (14, 15, 16, 17):
                later = {"from": f"{day} {hour}:30:00", "to": f"{day} {hour + 1}:20:00", "timezone_from": "UTC", "timezone_to": "UTC"}
                portal.edit("event", "change", id=entry.id, by=7, set=later)
                wait_for(lambda: stands_at(f"{hour}:30"), "the move")
            anna.views.wait("calendar_changed")
            assert not desk.call("state")["calendar"]["conflicts"]

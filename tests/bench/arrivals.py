"""From a server's webhook to the notification daemon, through everything between: one client after another."""

import json
import secrets
import sys
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "desktop"), str(Path(__file__).parents[1])]

from bus import Notices  # noqa: E402
from lab.waiting import wait_for  # noqa: E402
from service.backend import Line  # noqa: E402
from service.dialects import Module, person  # noqa: E402

# Tells of a server without logins, where no grant of ownership can follow: an arrival is told at once.
SECRET = "whsec_c2l4IHRpbWVzIGZvdXIgYnl0ZXMgYXJlIGEga2V5"
TOKEN = "embedded-backend-token"


class Embedded:
    """The backend inside the application, over one connection that stays open."""

    def __init__(self, kabinet):
        self._line = Line(f"http://127.0.0.1:{kabinet.port}")
        self._token = kabinet.secret(TOKEN)

    def ask(self, method, path, body=None, **more):
        return self._line.ask(method, path, body, **more)

    def plan(self, client, start=None, note=""):
        """Returns the consultation's room."""
        start = start or datetime.now(timezone.utc)
        room = f"konsultaciya-{secrets.token_hex(6)}"
        body = {
            "id": str(uuid.uuid4()), "name": "", "type": "conference", "start_date": f"{start:%Y-%m-%d}", "start_time": f"{start:%H:%M}",
            "duration": 50, "timezone": "UTC", "client": client, "description": note, "link": f"https://meet.example.org/{room}", "provider": "jitsi",
        }
        answer = self.ask("POST", "/api/conferences", json.dumps(body).encode(), token=self._token, headers={"Content-Type": "application/json"})
        assert answer.status == 201, answer.body
        return room

    def close(self):
        self._line.close()


def to_notification(desktop, kabinet, rounds):
    """Seconds from the POST to the call of `Notify`, of each arrival."""
    backend, notices, taken = Embedded(kabinet), Notices(desktop), []
    try:
        module = Module(backend, SECRET)
        for number in range(rounds):
            name = f"Client {number:04}"
            room = backend.plan(name)
            wait_for(lambda: any(one["client"] == name for one in kabinet.list()), "the consultation in the list")
            client = person("Client")
            body = module.batch(module.event("occupant_joined", room, occupant=client))
            begun = time.monotonic()
            answer = module.post(body)
            assert answer.status == 200, answer.body
            told = wait_for(lambda: next((one for one in notices.shown if one.at > begun and name in one.title + one.body), None), name)
            taken.append(told.at - begun)
            # Taken back or told as gone, so that the screen does not fill up.
            seen = len(notices.shown) + len(notices.withdrawn)
            module.say("occupant_left", room, occupant=client, reason="hung_up")
            wait_for(lambda: len(notices.shown) + len(notices.withdrawn) > seen, "its end")
    finally:
        notices.close()
        backend.close()
    return sorted(taken)


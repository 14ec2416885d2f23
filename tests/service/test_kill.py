"""`kill -9` amid appends: every acknowledged webhook is there afterwards, and none is told twice."""

from __future__ import annotations

import http.client
import threading
import uuid
from datetime import timedelta
from pathlib import Path

from lab import wait_for

from .backend import ADMIN, WORD, Backend, in_threads, watched
from .dialects import guide
from .feed import Views, when
from .long_runs import LongRun
from .practice import Specialist

SENDERS = 8
ROUNDS = 4


def test_kill_9_amid_appends(backend: Backend):
    operator = Views(backend, ADMIN, after=0)
    acknowledged: list[str] = []
    open_ends: list[tuple[str, bytes]] = []  # sent, and no answer came
    lock = threading.Lock()

    for round_ in range(ROUNDS):
        target = len(acknowledged) + 150 + 100 * round_

        def send(sender: int, round_: int = round_) -> None:
            line = backend.line()
            for number in range(100_000):
                room = f"kill-{round_}-{sender}-{number}"
                body = guide("participant_joined", room, str(uuid.uuid4()))
                try:
                    status = line.ask("POST", "/api/webhook/jitsi", body, WORD).status
                except (OSError, http.client.HTTPException):
                    with lock:
                        open_ends.append((room, body))
                    return
                assert status == 200
                with lock:
                    acknowledged.append(room)

        def kill(target: int = target) -> None:
            wait_for(lambda: len(acknowledged) >= target, "enough that were kept")
            backend.kill()

        in_threads(SENDERS, send, kill)
        backend.start()
        # Half of those whose answer was lost come again at once, as a retrying sender would.
        for room, body in open_ends[round_ * SENDERS :: 2]:
            assert backend.ask("POST", "/api/webhook/jitsi", body, WORD).status == 200
            acknowledged.append(room)

    assert len(open_ends) == ROUNDS * SENDERS and len(acknowledged) > 1000
    wait_for(lambda: set(acknowledged) <= {e["room"] for e in list(operator.stream.events)}, "every acknowledged one")

    # Who has followed all the while, and who reads it all afterwards, have the same: each once, none missing.
    late = Views(backend, ADMIN, after=0)
    wait_for(lambda: len(late.stream.events) >= len(operator.stream.events), "the same from the disk")
    for views in (operator, late):
        rooms = [event["room"] for event in views.events(kind="client_joined")]
        assert len(rooms) == len(set(rooms)), "told twice"
        assert set(acknowledged) <= set(rooms), "lost"
        assert set(rooms) <= set(acknowledged) | {room for room, _ in open_ends}, "made up"
    assert [e["id"] for e in operator.events()] == [e["id"] for e in late.events()]
    operator.close()
    late.close()


@LongRun
def between_an_arrival_and_its_departure(folder: Path) -> None:
    with watched(folder) as backend:
        anna = Specialist(backend)
        session, who = anna.plan(), str(uuid.uuid4())
        backend.ask("POST", "/api/webhook/jitsi", guide("participant_joined", session.room, who), WORD)
        session.wait("client_joined")
        backend.kill()
        backend.start()
        for _ in range(2):
            assert backend.ask("POST", "/api/webhook/jitsi", guide("participant_left", session.room, who), WORD).status == 200
            backend.kill()
            backend.start()
        # The fifteen seconds in which a page may come back run on while the backend is away; the sender's clock shows whole seconds.
        left = session.wait("client_left")
        assert when(left["received_at"]) - when(left["at"]) >= timedelta(seconds=14), left
        assert session.story() == ["joined", "left: unknown"]
        anna.close()


def test_kill_9_between_an_arrival_and_its_departure():
    """What was in memory only is found again: the room is judged as if nothing had happened."""
    between_an_arrival_and_its_departure()

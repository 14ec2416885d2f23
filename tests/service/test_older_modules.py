"""The two older webhook modules on a real Prosody, by the lab's stand-ins for them: they tell less, and what they tell is true.

Most of the time goes by in the fifteen seconds after which a departure without a reason is told, so all stories are played at once.
"""

from __future__ import annotations

import threading
import time
import traceback
from pathlib import Path
from typing import Any, Callable

import pytest

from lab import Lab

from .backend import WORD, Backend, watched
from .labs import reporting
from .long_runs import LongRun
from .practice import Specialist

GRACE = 30  # fifteen seconds, and some for a machine that is busy with all stories at once


def another_second() -> None:
    """These modules count whole seconds: within one, nobody can say what came first. No visit is that short."""
    time.sleep(1.01 - time.time() % 1)


def the_press_on_join_tells_the_specialist(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    anna.press_join(session)
    host = lab.specialist(session.room, "Анна Петрова")
    assert session.wait("session_started")["who"]["proof"] == "pressed_join"
    recorder = lab.recorder(session.room)
    another_second()
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    recorder.leave()
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert [word.rstrip() for word in session.story()] == ["started by pressed_join", "joined", "left: unknown", "ended"]


def the_specialists_page_opened_anew_is_no_client(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    anna.press_join(session)
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("session_started")
    another_second()
    host.close()
    another_second()
    host = host.reload()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    assert session.story() == ["started by pressed_join", "ended"]


def without_any_proof_everybody_is_a_client(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("client_joined", proof="none")
    host.leave()
    session.wait("client_left", seconds=GRACE)
    assert session.story() == ["joined", "left: unknown"]


def an_account_is_the_specialist(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова", login="direct")
    another_second()
    client = lab.guest(session.room, "Иван")
    assert session.wait("session_started")["who"]["proof"] == "address"
    session.wait("client_joined")
    another_second()
    client.close()
    another_second()
    client = client.reload()  # a tab that was opened anew
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert session.story() == ["started by address", "joined", "left: unknown", "ended"]


def a_moment_in_a_breakout_room_is_silence(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова", login="direct")
    another_second()
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    address = host.add_breakout("Side")
    client.move(address)
    client.move()
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert session.story() == ["started by address", "joined", "left: unknown", "ended"]


def the_host_is_first(lab: Lab, anna: Specialist) -> None:
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    assert session.wait("session_started")["who"]["proof"] == "first"
    another_second()
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert session.story() == ["started by first", "joined", "left: unknown", "ended"]


def a_knock_that_looks_like_a_join(lab: Lab, anna: Specialist) -> None:
    """The guide's recipe loads the module everywhere, and the moderator sits in the lobby too."""
    session = anna.plan()
    anna.press_join(session)
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("session_started")
    host.lobby_on()
    another_second()
    client = lab.guest(session.room, "Иван", knock=True)
    assert session.wait("client_waiting")["where"] == "lobby"
    host.admit("Иван")
    client.wait_admitted()
    session.wait("client_joined")
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert session.story() == ["started by pressed_join", "waits in the lobby", "joined", "left: unknown", "ended"]


def two_reporters_of_one_room(lab: Lab, anna: Specialist) -> None:
    """Our module beside the guide's, as while one replaces the other."""
    session = anna.plan()
    anna.press_join(session)
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("session_started")
    another_second()
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    kinds = [event["kind"] for event in session.events() if event["kind"] != "client_named"]
    assert kinds == ["session_started", "client_joined", "client_left", "session_ended"]


Story = Callable[[Lab, Specialist], None]
ANY_MODULE: list[Story] = [
    the_press_on_join_tells_the_specialist, the_specialists_page_opened_anew_is_no_client, without_any_proof_everybody_is_a_client, an_account_is_the_specialist,
    a_moment_in_a_breakout_room_is_silence,
]


def muc_webhook(backend: Backend, path: str = "/api/webhook/jitsi") -> str:
    return f'lab_muc_webhook_url = "{backend.url}{path}?key={WORD}"'


def event_sync(backend: Backend) -> str:
    return f'lab_event_sync_url = "{backend.url}/api"\nlab_event_sync_token = "{WORD}"'


def play(folder: Path, config: Callable[[Backend], str], stories: list[Story], modules: dict[str, Any], **settings: str) -> dict[str, str]:
    """All stories at once on one server; what went wrong in each."""
    failures: dict[str, str] = {}

    def perform(story: Story, lab: Lab, backend: Backend) -> None:
        anna = Specialist(backend)
        try:
            story(lab, anna)
        except BaseException:  # handed on to its test
            failures[story.__name__] = traceback.format_exc()
        finally:
            anna.close()

    with watched(folder, env=settings) as backend:
        backend.private |= {"Анна", "Иван"}
        with Lab(**modules, breakout=True, lobby=True, config=config(backend), log_level="info") as lab:
            lab.focus()
            threads = [threading.Thread(target=perform, args=(story, lab, backend)) for story in stories]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    return failures


@LongRun
def by_muc_webhook(folder: Path) -> dict[str, str]:
    return play(folder, muc_webhook, ANY_MODULE, {"muc_modules": ["lab_muc_webhook"]})


@LongRun
def by_event_sync(folder: Path) -> dict[str, str]:
    modules = {"muc_modules": ["lab_event_sync"], "breakout_modules": ["lab_event_sync"]}
    return play(folder, event_sync, ANY_MODULE, modules)


@LongRun
def by_the_operators_word(folder: Path) -> dict[str, str]:
    return play(folder, muc_webhook, [the_host_is_first], {"muc_modules": ["lab_muc_webhook"]}, JITSI__FIRST_IS_HOST="true")


@LongRun
def by_the_guides_recipe(folder: Path) -> dict[str, str]:
    everywhere = {f"{place}_modules": ["lab_muc_webhook"] for place in ("muc", "lobby", "breakout")}
    return play(folder, lambda backend: muc_webhook(backend, "/webhook/jitsi"), [a_knock_that_looks_like_a_join], everywhere)


@LongRun
def by_two_modules(folder: Path) -> dict[str, str]:
    both = {"muc_modules": ["kabinet", "lab_muc_webhook"]}
    return play(folder, lambda backend: f"{reporting(backend)}\n{muc_webhook(backend)}", [two_reporters_of_one_room], both)


@pytest.mark.parametrize(
    ("run", "story"),
    [(run, story) for run in (by_muc_webhook, by_event_sync) for story in ANY_MODULE]
    + [(by_the_operators_word, the_host_is_first), (by_the_guides_recipe, a_knock_that_looks_like_a_join), (by_two_modules, two_reporters_of_one_room)],
    ids=lambda value: value.work.__name__ if isinstance(value, LongRun) else value.__name__,
)
def test_what_older_modules_tell_is_true(run: LongRun, story: Story):
    failure = run().get(story.__name__)
    assert failure is None, failure

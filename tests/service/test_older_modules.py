"""The two older webhook modules on a real Prosody, by the lab's stand-ins for them: they tell less, and what they tell is true."""

from __future__ import annotations

import time
from typing import Iterator

import pytest

from lab import Lab

from .backend import WORD, Backend
from .practice import Specialist

GRACE = 22  # these modules give no reasons: a departure is told after fifteen seconds


def another_second() -> None:
    """These modules count whole seconds: within one, nobody can say what came first. No visit is that short."""
    time.sleep(1.01 - time.time() % 1)


@pytest.fixture(scope="module", params=["muc_webhook", "event_sync"])
def lab(request: pytest.FixtureRequest, house: Backend) -> Iterator[Lab]:
    house.private |= {"Анна", "Иван"}
    module = f"lab_{request.param}"
    if request.param == "muc_webhook":
        config = f'lab_muc_webhook_url = "{house.url}/api/webhook/jitsi?key={WORD}"'
        modules = {"muc_modules": [module]}
    else:
        config = f'lab_event_sync_url = "{house.url}/api"\nlab_event_sync_token = "{WORD}"'
        modules = {"muc_modules": [module], "breakout_modules": [module]}
    with Lab(**modules, breakout=True, lobby=True, config=config, log_level="info") as lab:
        lab.focus()
        yield lab


def test_the_press_on_join_tells_the_specialist(lab: Lab, anna: Specialist):
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


def test_without_any_proof_everybody_is_a_client(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("client_joined", proof="none")
    host.leave()
    session.wait("client_left", seconds=GRACE)
    assert session.story() == ["joined", "left: unknown"]


def test_an_account_is_the_specialist(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова", login="direct")
    another_second()
    client = lab.guest(session.room, "Иван")
    assert session.wait("session_started")["who"]["proof"] == "address"
    session.wait("client_joined")
    another_second()
    client.close()
    client = client.reload()  # a tab that was opened anew
    another_second()
    client.leave()
    another_second()
    host.leave()
    session.wait("session_ended", seconds=GRACE)
    session.wait("client_left")
    assert session.story() == ["started by address", "joined", "left: unknown", "ended"]


def test_a_moment_in_a_breakout_room_is_silence(lab: Lab, anna: Specialist):
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


def test_the_operator_may_state_that_the_host_is_first(backend: Backend, hire):
    backend.stop()
    backend.settings["JITSI__FIRST_IS_HOST"] = "true"
    backend.start()
    anna = hire(backend)
    config = f'lab_muc_webhook_url = "{backend.url}/api/webhook/jitsi?key={WORD}"'
    with Lab(muc_modules=["lab_muc_webhook"], config=config, log_level="info") as lab:
        lab.focus()
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


def test_the_guides_recipe_that_loads_the_module_everywhere(backend: Backend, hire):
    """A knock at the lobby looks like a join of the same room, and the moderator sits in the lobby too."""
    anna = hire(backend)
    everywhere = {f"{place}_modules": ["lab_muc_webhook"] for place in ("muc", "lobby", "breakout")}
    config = f'lab_muc_webhook_url = "{backend.url}/webhook/jitsi?key={WORD}"'
    with Lab(**everywhere, lobby=True, breakout=True, config=config, log_level="info") as lab:
        lab.focus()
        session = anna.plan()
        anna.press_join(session)
        host = lab.specialist(session.room, "Анна Петрова")
        session.wait("session_started")
        host.lobby_on()
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


def test_two_reporters_of_one_room_tell_one_story(backend: Backend, hire):
    """Our module beside the guide's, as while one replaces the other."""
    from .conftest import reporting

    anna = hire(backend)
    config = reporting(backend) + f'\nlab_muc_webhook_url = "{backend.url}/api/webhook/jitsi?key={WORD}"'
    with Lab(muc_modules=["kabinet", "lab_muc_webhook"], config=config, log_level="info") as lab:
        lab.focus()
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

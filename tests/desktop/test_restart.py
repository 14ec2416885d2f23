"""Ends of all kinds, with events that nobody heard: told once, when there is somebody to tell."""

import sys

import pytest

from kabinet import REPOSITORY, Room, pair, press_button
from lab.waiting import wait_for

sys.path.append(str(REPOSITORY / "tests/service"))

from backend import WORD, Backend, code_in  # noqa: E402


@pytest.fixture
def shared(tmp_path):
    """A practice's backend, which runs whether we do or not."""
    (tmp_path / "shared").mkdir()
    with Backend(tmp_path / "shared") as backend:
        yield backend


@pytest.fixture
def paired(kabinet, shared, request):
    """The application, connected to it."""
    shared.run("specialist", "add", "Анна Петрова", "--data", shared.data)
    said = pair(kabinet, shared, "Анна Петрова")
    kabinet.driver.close()
    kabinet.driver = None
    if kabinet.running:
        kabinet.end()
    assert code_in(said)
    return kabinet


def arrivals(notices):
    return [one for one in notices.shown if len(one.buttons) == 2 or "default" in one.buttons]


def test_what_happened_while_it_was_off_is_told_once(paired, shared, notices):
    paired.start("--hidden").wait_live()
    made = paired.make("Иван")
    assert paired.end() == 0

    room = Room(shared.port, made["link"], secret=WORD)
    room.join("client")
    paired.start("--hidden").wait_live()
    wait_for(lambda: arrivals(notices), "the notification")
    wait_for(lambda: paired.presence(made["id"]) == "room", "the client in the list")
    wait_for(lambda: paired.tray.state() == "client_there", "the icon")

    # Told already: the next run shows where the client is and does not say it as news.
    assert paired.end() == 0
    paired.start("--hidden").wait_live()
    wait_for(lambda: paired.tray.state() == "client_there", "the icon")
    assert len(paired.list()[0]["steps"]) == 1, "no step twice"


@pytest.mark.parametrize("times", [3])
def test_killed_at_any_moment_it_loses_nothing_and_tells_nothing_twice(kabinet, notices, times):
    kabinet.start("--hidden").wait_live()
    made = kabinet.make("Иван")
    for number in range(times):
        kabinet.kill()
        kabinet.start("--hidden").wait_live()
        assert [one["id"] for one in kabinet.list()] == [made["id"]], f"after kill {number}"
    room = Room(kabinet.port, made["link"])
    room.join("client")  # acknowledged: from now on it may not be lost
    kabinet.kill()
    kabinet.start("--hidden").wait_live()
    wait_for(lambda: arrivals(notices), "the notification")
    wait_for(lambda: kabinet.presence(made["id"]) == "room", "the client in the list")
    assert [step["kind"] for step in kabinet.list()[0]["steps"]] == ["joined"]
    wait_for(lambda: len(kabinet.tray.labels()) > 3 and kabinet.tray.state() == "client_there", "the tray")


def test_what_a_killed_run_left_on_the_screen_is_replaced_by_one_that_works(kabinet, notices, desktop):
    kabinet.start("--hidden").wait_live()
    made = kabinet.make("Иван")
    Room(kabinet.port, made["link"]).join("client")
    dead = wait_for(lambda: next((one for one in arrivals(notices) if one.id), None), "the notification")
    kabinet.kill()
    kabinet.start("--hidden").wait_live()
    wait_for(lambda: dead.id in notices.withdrawn, "the end of the dead one")
    wait_for(lambda: notices.standing() and dead not in notices.standing(), "a living one")
    wait_for(lambda: kabinet.presence(made["id"]) == "room", "the client in the list")
    press_button(desktop, 0)
    assert wait_for(desktop.urls, "the browser")[0].startswith(made["link"])

"""A real Prosody with our module, to the notification on the screen."""

import pytest

from kabinet import Kabinet, press_button
from lab import Lab, wait_for

SECRET = "whsec_a2FiaW5ldC10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"


@pytest.fixture
def kabinet(desktop, tmp_path):
    application = Kabinet(desktop, tmp_path / "kabinet", KABINET_WEBHOOK_SECRET=SECRET).settle()
    yield application
    application.close()


@pytest.fixture
def lab(kabinet):
    modules = ["kabinet"]
    config = f'kabinet_url = "http://127.0.0.1:{kabinet.port}"\nkabinet_secret = "{SECRET}"\n'
    with Lab(muc_modules=modules, lobby_modules=modules, breakout_modules=modules, config=config) as lab:
        yield lab


def test_a_real_room(kabinet, lab, desktop, notices):
    kabinet.start("--hidden").wait_live()
    lab.focus("open")
    made = kabinet.make("Иван")
    room = made["link"].rsplit("/", 1)[1]

    client = lab.guest(room, "Иван")
    arrival = wait_for(notices.standing, "the notification")[0]
    wait_for(lambda: kabinet.list()[0]["presence"]["names"] == ["Иван"], "the client's name in the list")
    assert "последнее от kabinet:" in kabinet.verb("doctor", status=None), "the reports' line"
    press_button(desktop, 1)
    wait_for(lambda: notices.pressed, "the press")
    wait_for(lambda: kabinet.list()[0]["snoozed_until"], "“in 5 minutes” in the list")
    wait_for(lambda: not notices.standing(), "the notification's end")

    recorder = lab.recorder(room)
    client.drop()
    client.resume()
    assert kabinet.presence(made["id"]) == "room"
    client.leave()
    wait_for(lambda: kabinet.presence(made["id"]) == "left", "the departure")
    recorder.leave()
    arrivals = [one for one in notices.shown if one.title == arrival.title]
    assert len(arrivals) == 1, "neither focus nor recorder nor a flapping line alerts"


def test_the_specialist_first_alerts_nobody_and_is_told_of_the_client(kabinet, lab, notices):
    kabinet.start("--hidden").wait_live()
    lab.focus()
    made = kabinet.make("Иван")
    room = made["link"].rsplit("/", 1)[1]
    lab.specialist(room, "Анна Петрова")
    wait_for(lambda: kabinet.list()[0]["presence"]["specialist_inside"], "the specialist, known by the grant")
    wait_for(lambda: kabinet.tray.state() == "in_session", "the icon, which comes after what is told")
    assert notices.shown == []
    lab.guest(room, "Иван")
    wait_for(lambda: kabinet.presence(made["id"]) == "room", "the client in the list")
    assert kabinet.tray.state() == "in_session"
    assert notices.standing() == [], "quiet while already in the room"

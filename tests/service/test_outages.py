"""Bad days: the backend away, Prosody away, a wrong secret. What was reported is told once, in order, and nobody is rung for the past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab import Lab

from .backend import SECRET, Backend, in_threads, watched
from .feed import arrivals, standing, when
from .labs import kabinet_lab, reporting
from .long_runs import LongRun
from .practice import Consultation, Specialist

OTHER_SECRET = "whsec_YW5vdGhlciBrZXkgb2YgdHdlbnR5LWZvdXIgYnl0ZXM="


def in_order(session: Consultation) -> None:
    times = [when(event["at"]) for event in session.events() if event["kind"] != "withdrawn"]
    assert times == sorted(times), session.story()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_backend_is_away_for_a_while(backend: Backend, hire, how: str):
    anna = hire(backend)
    with kabinet_lab(backend) as lab:
        lab.focus()
        session, missed, lasting = anna.plan(), anna.plan(), anna.plan()
        hosts = [lab.specialist(session.room, "Анна Петрова")]
        session.wait("session_started")
        getattr(backend, how)()
        # What comes from now on waits together, and comes as one: no visit is told before its end is known.
        lab.wait_log("does not take events")
        first = lab.guest(session.room, "Иван")
        first.leave()
        lab.guest(session.room, "Мария")
        hosts.append(lab.specialist(missed.room, "Анна Петрова"))
        lab.guest(missed.room, "Пётр").leave()
        hosts[-1].leave()
        hosts.append(lab.specialist(lasting.room, "Анна Петрова"))
        backend.start()
        session.wait("client_joined", name="Мария")
        lasting.wait("session_started")
        missed.wait("session_ended")
        assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "joined Мария"]
        assert missed.story() == ["started by grant", "joined Пётр", "left Пётр: hung_up", "ended"]
        assert [event["who"]["name"] for event in arrivals(session.events())] == ["Мария"]
        assert arrivals(missed.events()) == [], "a visit that is over rings for nobody"
        for consultation in (session, missed, lasting):
            in_order(consultation)
        for host in hosts:
            host.close()


def test_a_backend_that_was_never_there_gets_everything(backend: Backend, hire):
    anna = hire(backend)
    session = anna.plan()
    backend.stop()
    with kabinet_lab(backend) as lab:
        lab.focus()
        host = lab.specialist(session.room, "Анна Петрова")
        lab.guest(session.room, "Иван").leave()
        lab.guest(session.room, "Мария")
        backend.start()
        session.wait("client_joined", name="Мария")
        assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "joined Мария"]
        host.end_for_all()
        session.wait("session_ended")


def test_killed_in_the_middle_of_many_visits(backend: Backend, hire):
    """The module sends a batch again whose answer was lost: nothing is told twice."""
    anna = hire(backend)
    with kabinet_lab(backend) as lab:
        lab.focus()
        session = anna.plan()
        host = lab.specialist(session.room, "Анна Петрова")
        names = [f"Гость {number}" for number in range(12)]
        backend.private |= set(names)
        for number, name in enumerate(names):
            lab.guest(session.room, name).leave()
            if number % 3 == 2:
                backend.kill()
                backend.start()
        session.wait("client_left", name=names[-1])
        host.leave()
        session.wait("session_ended")
        expected = [word for name in names for word in (f"joined {name}", f"left {name}: hung_up")]
        assert session.story() == ["started by grant", *expected, "ended"]


def started_anew(folder: Path, how: str) -> None:
    with watched(folder) as backend, kabinet_lab(backend) as lab:
        lab.focus()
        anna = Specialist(backend)
        both, alone = anna.plan(), anna.plan()
        lab.specialist(both.room, "Анна Петрова")
        lab.guest(both.room, "Иван")
        lab.specialist(alone.room, "Анна Петрова")
        lab.guest(alone.room, "Мария")
        both.wait("client_joined")
        alone.wait("client_joined")
        getattr(lab, how)()
        lab.start()
        lab.focus()
        # Both at once: they have fifteen seconds to be back, from the end of the server on.
        back: dict[str, Any] = {}
        come = [lambda: back.update(host=lab.specialist(both.room, "Анна Петрова")), lambda: back.update(client=lab.guest(both.room, "Иван"))]
        in_threads(2, lambda number: come[number]())
        # Nobody comes back to the other room: the new server's snapshot shows that it is no more.
        alone.wait("session_ended", seconds=40)
        alone.wait("client_left", seconds=40)
        back["client"].leave()
        both.wait("client_left", reason="hung_up")
        back["host"].leave()
        both.wait("session_ended")
        assert both.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "ended"]
        kinds = [event["kind"] for event in standing(alone.events())]
        assert sorted(kinds[2:]) == ["client_left", "session_ended"] and len(kinds) == 4
        assert alone.events()[-1]["inside"] == 0
        anna.close()


@LongRun
def after_sigterm(folder: Path) -> None:
    started_anew(folder, "terminate")


@LongRun
def after_sigkill(folder: Path) -> None:
    started_anew(folder, "kill")


@LongRun
def after_a_lost_queue(folder: Path) -> None:
    """Prosody's queue is gone with its disk: the next start's snapshot tells who is there."""
    with watched(folder) as backend, kabinet_lab(backend) as lab:
        lab.focus()
        anna = Specialist(backend)
        session = anna.plan()
        lab.specialist(session.room, "Анна Петрова")
        lab.guest(session.room, "Иван")
        session.wait("client_joined")
        lab.kill()
        for path in (lab.folder / "data").glob("kabinet-queue*"):
            path.unlink()
        lab.start()
        session.wait("client_left", seconds=40)
        session.wait("session_ended", seconds=40)
        anna.close()


def test_prosody_is_stopped_and_everybody_comes_back():
    after_sigterm()


def test_prosody_is_killed_and_everybody_comes_back():
    after_sigkill()


def test_departures_that_the_backend_missed_for_good_are_repaired():
    after_a_lost_queue()


def test_a_wrong_secret_loses_nothing(backend: Backend, hire):
    anna = hire(backend)
    backend.private.add(OTHER_SECRET)
    with kabinet_lab(backend, secret=OTHER_SECRET) as lab:
        lab.focus()
        session = anna.plan()
        host = lab.specialist(session.room, "Анна Петрова")
        lab.guest(session.room, "Иван").leave()
        lab.guest(session.room, "Мария")
        lab.wait_log("is kabinet_secret the backend's")
        assert session.story() == []
        config = lab.folder / "prosody.cfg.lua"
        config.write_text(config.read_text().replace(OTHER_SECRET, SECRET))
        lab.reload_config()
        session.wait("client_joined", name="Мария")
        assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "joined Мария"]
        assert OTHER_SECRET not in lab.log() and SECRET not in lab.log()
        host.end_for_all()
        session.wait("session_ended")


def test_a_secret_is_replaced_without_a_gap(backend: Backend, hire):
    """Both sides know both secrets for a while."""
    anna = hire(backend)
    backend.stop()
    backend.settings["WEBHOOK_SECRET"] = f"{OTHER_SECRET} {SECRET}"
    backend.private.add(OTHER_SECRET)
    backend.start()
    for secret in (SECRET, OTHER_SECRET):
        with kabinet_lab(backend, secret=secret, lobby=False, breakout=False, lobby_modules=(), breakout_modules=()) as lab:
            lab.focus()
            session = anna.plan()
            lab.specialist(session.room, "Анна Петрова")
            session.wait("session_started")


def test_tokens_tell_who_is_who(backend: Backend, hire):
    """On a server with tokens the focus makes everybody an owner: the id alone tells the specialist from the client."""
    anna = hire(backend, "Анна Петрова", "--token-id", "spec-17")
    config = reporting(backend)
    with Lab(muc_modules=["kabinet"], auth="token", config=config) as lab:
        lab.focus()
        session = anna.plan()
        client = lab.specialist(session.room, "Иван", token=lab.token("Иван Сидоров", id="client-3"))
        assert session.wait("client_joined")["who"]["proof"] == "token"
        host = lab.specialist(session.room, "Анна", token=lab.token("Анна Петрова", id="spec-17", moderator=True))
        assert session.wait("session_started")["who"]["proof"] == "token"
        client.leave()
        host.leave()
        session.wait("session_ended")
        assert [word.split(":")[0] for word in session.story()] == ["joined Иван", "started by token", "left Иван", "ended"]


def test_without_logins_a_grant_proves_nothing(backend: Backend, hire):
    anna = hire(backend)
    with Lab(muc_modules=["kabinet"], auth="anonymous", config=reporting(backend)) as lab:
        lab.focus()
        session = anna.plan()
        client = lab.guest(session.room, "Иван")
        assert session.wait("client_joined")["who"]["proof"] == "none"
        anna.press_join(session)
        host = lab.guest(session.room, "Анна Петрова")
        assert session.wait("session_started")["who"]["proof"] == "pressed_join"
        client.leave()
        session.wait("client_left")
        host.leave()
        session.wait("session_ended")
        assert session.story() == ["joined Иван", "started by pressed_join", "left Иван: hung_up", "ended"]

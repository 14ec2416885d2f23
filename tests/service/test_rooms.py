"""What happens in a real Prosody's rooms, told by our own module, as the specialist's feed has it."""

from __future__ import annotations

import time
from typing import Iterator

import pytest

from lab import Lab, wait_for

from .backend import ADMIN, Backend
from .labs import kabinet_lab
from .feed import Views, when
from .practice import Specialist

LINE_IS_KEPT = 18  # seconds; longer than the eight after which a lost line is told


@pytest.fixture(scope="module")
def lab(house: Backend) -> Iterator[Lab]:
    with kabinet_lab(house, smacks_seconds=LINE_IS_KEPT) as lab:
        lab.focus()
        yield lab
        assert "A mistake in mod_kabinet" not in lab.log()


def test_a_consultation_from_first_to_last(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    started = session.wait("session_started")
    assert started["who"] == {"name": "Анна Петрова", "side": "specialist", "proof": "grant"}
    began = time.monotonic()
    client = lab.guest(session.room, "Иван")
    joined = session.wait("client_joined")
    assert joined["who"] == {"name": "Иван", "side": "client", "proof": "none"}
    assert (joined["again"], joined["inside"], joined["source"], joined["room"]) == (False, 1, "jitsi", session.room)
    client.leave()
    together = time.monotonic() - began
    left = session.wait("client_left")
    host.leave()
    ended = session.wait("session_ended")
    assert ended["together_seconds"] <= together + 1
    assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "ended"]
    assert when(started["at"]) < when(joined["at"]) < when(left["at"]) < when(ended["at"])


def test_an_account_is_the_specialist_at_once(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова", login="direct")
    assert session.wait("session_started")["who"]["proof"] in ("address", "grant")
    host.leave()
    session.wait("session_ended")
    assert len(session.story()) == 2


def test_the_servers_own_are_nobody(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    recorder = lab.recorder(session.room)
    recorder.leave()
    host.leave()
    session.wait("session_ended")
    assert session.story() == ["started by grant", "ended"]


def test_the_room_is_found_whatever_the_case_and_the_script(lab: Lab, anna: Specialist):
    session = anna.plan("Консультация-Ёлка-7")
    assert session.room.startswith("%d0%ba")
    host = lab.specialist("Консультация-Ёлка-7", "Анна Петрова")
    session.wait("session_started")
    host.leave()
    session.wait("session_ended")


def test_names_come_late_and_change(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    client = lab.guest(session.room, None)
    assert session.wait("client_joined")["who"]["name"] == ""
    client.rename("Иван")
    session.wait("client_named", name="Иван")
    client.rename("Иван Сидоров")
    session.wait("client_named", name="Иван Сидоров")
    client.leave()
    session.wait("client_left")
    host.leave()
    session.wait("session_ended")
    assert session.story() == [
        "started by grant", "joined", "named Иван", "named Иван Сидоров", "left Иван Сидоров: hung_up", "ended",
    ]


def test_two_clients_are_counted(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    one, other = lab.guest(session.room, "Иван"), lab.guest(session.room, "Мария")
    assert session.wait("client_joined", name="Мария")["inside"] == 2
    one.leave()
    assert session.wait("client_left", name="Иван")["inside"] == 1
    other.leave()
    assert session.wait("client_left", name="Мария")["inside"] == 0
    host.leave()
    session.wait("session_ended")
    assert len(session.story()) == 6


def test_the_lobby(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("session_started")
    host.lobby_on()
    client = lab.guest(session.room, "Иван", knock=True)
    waiting = session.wait("client_waiting")
    assert (waiting["where"], waiting["who"]["name"]) == ("lobby", "Иван")
    host.admit("Иван")
    client.wait_admitted()
    session.wait("client_joined", name="Иван")
    stranger = lab.guest(session.room, "Пётр", knock=True)
    session.wait("client_waiting", name="Пётр")
    host.deny("Пётр")
    assert session.wait("client_left", name="Пётр")["reason"] == "kicked"
    stranger.close()
    client.leave()
    session.wait("client_left", name="Иван")
    host.leave()
    session.wait("session_ended")
    assert session.story() == [
        "started by grant", "waits in the lobby Иван", "joined Иван", "waits in the lobby Пётр", "left Пётр: kicked",
        "left Иван: hung_up", "ended",
    ]


def test_breakout_rooms_are_the_same_consultation(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    address = host.add_breakout("Side")
    host.move(address)
    client.move(address)
    client.move()
    host.move()
    client.leave()
    session.wait("client_left")
    host.leave()
    session.wait("session_ended")
    assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "ended"]


def test_a_flapping_line_is_told_once(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    for _ in range(10):
        client.drop()
        client.resume()
    session.wait("line_unstable")
    client.leave()
    session.wait("client_left")
    host.leave()
    session.wait("session_ended")
    assert session.story() == ["started by grant", "joined Иван", "line_unstable", "left Иван: hung_up", "ended"]


def test_a_lost_line_is_told_after_a_while_and_its_end_too(lab: Lab, anna: Specialist):
    back, gone = anna.plan(), anna.plan()
    hosts = [lab.specialist(session.room, "Анна Петрова") for session in (back, gone)]
    clients = [lab.guest(session.room, "Иван") for session in (back, gone)]
    for session, client in zip((back, gone), clients):
        session.wait("client_joined")
        client.drop()
    for session in (back, gone):
        session.wait("client_line_lost")
    clients[0].resume()
    back.wait("client_line_back")
    assert gone.wait("client_left", seconds=LINE_IS_KEPT + 30)["reason"] == "lost"
    assert gone.story() == ["started by grant", "joined Иван", "line lost", "left Иван: lost"]
    assert back.story() == ["started by grant", "joined Иван", "line lost", "line back"]
    for visitor in (clients[0], *hosts):
        visitor.leave()
    back.wait("session_ended")
    gone.wait("session_ended")


def test_a_page_opened_anew_is_silence(lab: Lab, anna: Specialist):
    """A reload, a reload after a lost line whose old connection dies later, and a tab that was closed for good."""
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined")
    client.close()
    client = client.reload()
    client.drop()
    again = client.reload()  # both stand in the room until the old connection is given up
    host.close()
    host = host.reload()  # the specialist's page too
    wait_for(lambda: not any(o.jid == client.jid for o in list(again.seat.others.values())), "the old connection's end", LINE_IS_KEPT + 30)
    again.close()
    assert session.wait("client_left")["reason"] == "closed"
    host.leave()
    session.wait("session_ended")
    assert session.story() == ["started by grant", "joined Иван", "left Иван: closed", "ended"]


def test_who_hung_up_and_returns_comes_again(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    lab.guest(session.room, "Иван").leave()
    session.wait("client_left")
    client = lab.guest(session.room, "Иван")
    joined = session.wait("client_joined", again=True)
    assert joined["who"]["name"] == "Иван"
    client.leave()
    session.wait("client_left", after=joined["cursor"])
    host.leave()
    session.wait("session_ended")
    assert len(session.story()) == 6


def test_kicked_and_ended_for_all(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    lab.guest(session.room, "Иван")
    session.wait("client_joined", name="Иван")
    host.kick("Иван")
    assert session.wait("client_left", name="Иван")["reason"] == "kicked"
    lab.guest(session.room, "Мария")
    session.wait("client_joined", name="Мария")
    host.end_for_all()
    assert session.wait("client_left", name="Мария")["reason"] == "ended"
    session.wait("session_ended")
    assert len(session.story()) == 6


def test_a_second_device_of_the_specialist_is_no_client(lab: Lab, anna: Specialist):
    session = anna.plan()
    host = lab.specialist(session.room, "Анна Петрова")
    session.wait("session_started")
    phone = lab.specialist(session.room, "Анна с телефона")
    client = lab.guest(session.room, "Иван")
    session.wait("client_joined", name="Иван")
    phone.leave()
    client.leave()
    session.wait("client_left", name="Иван")
    host.leave()
    session.wait("session_ended")
    assert session.story() == ["started by grant", "joined Иван", "left Иван: hung_up", "ended"]


def test_nobodys_room_alerts_nobody_and_is_seen_by_the_operator(lab: Lab, house: Backend, anna: Specialist):
    operator = Views(house, ADMIN)
    before = house.health()["unplanned_rooms"]
    host = lab.specialist("nobody-planned-this", "Анна Петрова")
    guest = lab.guest("nobody-planned-this", "Иван")
    assert operator.wait("client_joined", room="nobody-planned-this").get("consultation") is None
    wait_for(lambda: house.health()["unplanned_rooms"] == before + 1, "the room being counted")
    guest.leave()
    host.leave()
    operator.wait("session_ended", room="nobody-planned-this")
    anna.plan().wait("consultation_changed")  # her readers have come further than that
    assert anna.views.events(room="nobody-planned-this") == []
    operator.close()


def test_planning_a_room_in_which_somebody_waits_tells_of_it(lab: Lab, anna: Specialist):
    host = lab.specialist("planned-late-1", "Анна Петрова")
    lab.guest("planned-late-1", "Иван")
    session = anna.plan("planned-late-1")
    session.wait("session_started")
    session.wait("client_joined", name="Иван")
    host.end_for_all()
    session.wait("session_ended")


def test_each_specialist_sees_their_own_rooms_only(lab: Lab, house: Backend, anna: Specialist, hire):
    boris = hire(house, "Борис")
    hers, his = anna.plan(), boris.plan()
    for session, name in ((hers, "Анна Петрова"), (his, "Борис")):
        host = lab.specialist(session.room, name, user="specialist2" if name == "Борис" else "specialist")
        lab.guest(session.room, "Иван")
        session.wait("client_joined")
        host.end_for_all()
        session.wait("client_left")
        session.wait("session_ended")
    assert len(hers.story()) == len(his.story()) == 4
    assert {e.get("room") for e in boris.views.events()} <= {None, his.room}
    assert not anna.views.events(room=his.room) and not anna.views.events(consultation=his.id)


def test_a_late_reader_is_told_the_same(house: Backend, anna: Specialist):
    """Everything that this file has seen live, read anew from the beginning by both views."""
    live = anna.views.events()
    again = Views(house, anna.token, after=0)
    wait_for(lambda: len(again.stream.events) >= len(live) and len(again.poll.events) >= len(live), "the same length")
    assert again.events() == live
    again.close()


def test_the_source_is_healthy(lab: Lab, house: Backend):
    def healthy() -> bool:
        sources = house.health()["sources"]
        return [(it["silent"], it["age_seconds"] <= 5, it["dropped"]) for it in sources] == [(False, True, 0)]

    wait_for(healthy, "a report of the last seconds")

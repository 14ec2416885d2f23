"""mod_kabinet on a real Prosody: what it reports of rooms, their visitors and the server."""

from __future__ import annotations

import base64
import json
import re
import time

import pytest

from lab import Lab, Names, Receiver, wait_for
from lab.kabinet import MODULES, SECRET, assert_whole, options

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
COMMON = {"id", "seq", "at", "type", "boot"}


@pytest.fixture(scope="module")
def receiver():
    with Receiver(SECRET) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def lab(receiver):
    """One server for everything that does not need to end it. Its names are not Jitsi's defaults on purpose."""
    config = options(receiver, kabinet_heartbeat_interval=1) + "\nlab_breakout_ttl = 1"
    with Lab(**MODULES, lobby=True, breakout=True, smacks_seconds=6, names=Names("call.example"), config=config) as lab:
        lab.focus()
        yield lab


def test_a_start_is_told_with_who_we_are(lab, receiver):
    receiver.wait("server_snapshot", rooms=[])
    first = receiver.requests[0]
    assert first.path == "/api/webhook/kabinet"
    batch = first.json
    assert batch["v"] == 1 and UUID.match(batch["boot"]) and batch["events"][0]["type"] == "started"
    assert UUID.match(batch["server"]["id"]) and (lab.folder / "data" / "kabinet-server.id").read_text() == batch["server"]["id"]
    assert batch["events"][0]["at"] <= batch["sent_at"] and abs(batch["sent_at"] / 1000 - first.at) < 10
    assert batch["server"] == {
        "id": batch["server"]["id"], "host": "muc.call.example", "prosody": batch["server"]["prosody"], "module": "0.1.0", "login": True,
    }
    assert (batch["queued"], batch["dropped"]) == (0, 0)
    assert set(batch["events"][0]) | {"boot"} == COMMON


def test_a_consultation_from_first_to_last(lab, receiver):
    host = lab.specialist("Konsultaciya-1", "Анна Петрова")
    granted = receiver.wait("affiliation_changed", "Анна Петрова", room="konsultaciya-1")
    client = lab.guest("konsultaciya-1", "Иван")
    joined = receiver.wait("occupant_joined", "Иван", room="konsultaciya-1")
    client.leave()
    host.leave()
    receiver.wait("room_destroyed", room="konsultaciya-1", reason="empty")

    events = receiver.events(room="konsultaciya-1")
    story = [(e["type"], e.get("occupant", {}).get("name")) for e in events]
    assert story == [
        ("room_created", None),
        ("occupant_joined", None),  # the focus
        ("occupant_joined", "Анна Петрова"),
        ("role_changed", "Анна Петрова"),
        ("affiliation_changed", "Анна Петрова"),
        ("occupant_joined", "Иван"),
        ("occupant_left", "Иван"),
        ("occupant_left", "Анна Петрова"),
        ("occupant_left", None),
        ("room_destroyed", None),
    ]
    assert {e["place"] for e in events} == {"room"} and {e["breakout"] for e in events} == {None}
    assert len({e["meeting"] for e in events}) == 1 and UUID.match(events[0]["meeting"])
    assert events[1]["occupant"]["kind"] == "service"
    # Who is the host: an anonymous guest like the client, but for what the focus does a moment later.
    arrived = events[2]["occupant"]
    assert (arrived["role"], arrived["affiliation"], arrived["account"], arrived["kind"]) == ("participant", "none", False, "person")
    assert (granted["affiliation"], granted["previous"], granted["by"]) == ("owner", "none", "focus")
    assert granted["occupant"]["granted_by"] == "focus" and granted["occupant"]["stay"] == arrived["stay"]
    occupant = joined["occupant"]
    assert UUID.match(occupant["stay"]) and occupant["jid"] == client.jid and occupant["resource"] == client.resource
    assert (occupant["token"], occupant["line"]) == (None, "up")
    assert abs(joined["at"] - time.time() * 1000) < 60_000 and isinstance(joined["at"], int)
    assert [e["reason"] for e in events if e["type"] == "occupant_left"] == ["hung_up"] * 3


def test_every_request_is_signed(lab, receiver):
    receiver.wait("started")
    for request in list(receiver.requests):
        assert receiver.verify(request), "the signature does not fit the body"
        assert request.headers["webhook-id"].startswith("msg_")
        assert abs(int(request.headers["webhook-timestamp"]) - request.at) < 10
        assert request.headers["content-type"] == "application/json"
        assert not receiver.verify(request, "whsec_" + base64.b64encode(b"x" * 32).decode())


def test_a_heartbeat_while_nothing_happens(lab, receiver):
    before = len(receiver.events("heartbeat"))
    wait_for(lambda: len(receiver.events("heartbeat")) >= before + 2, "two heartbeats")


def test_an_account_counts_as_account_and_a_recorder_as_service(lab, receiver):
    host = lab.specialist("direct-1", "Анна", login="direct")
    lab.recorder("direct-1")
    joined = receiver.wait("occupant_joined", "Анна", room="direct-1")["occupant"]
    assert joined["account"] is True and joined["kind"] == "person" and joined["jid"].startswith("specialist@call.example/")
    machines = lambda: [e["occupant"] for e in receiver.events("occupant_joined", room="direct-1") if e["occupant"]["kind"] == "service"]
    wait_for(lambda: {o["jid"].partition("@")[0] for o in machines()} == {"focus", "recorder"}, "focus and recorder as services")
    host.leave()


def test_a_stranger_cannot_pass_for_a_machine(lab, receiver):
    host = lab.specialist("jibri-1", "Анна")
    guest = lab.guest("jibri-1", "Хитрец")
    guest.seat.extra = '<features><feature var="http://jitsi.org/protocol/jibri"/></features>'
    guest.rename("Хитрец 2")
    assert receiver.wait("name_changed", "Хитрец 2")["occupant"]["kind"] == "person"
    host.leave()


def test_names_change_and_are_known_at_the_departure(lab, receiver):
    host = lab.specialist("names-1", "Анна")
    nameless = lab.guest("names-1", None)
    nameless.rename("Иван")
    named = receiver.wait("name_changed", "Иван", room="names-1")
    nameless.rename("Иван")  # the same name in another presence is no change
    nameless.rename("Иван С.")
    receiver.wait("name_changed", "Иван С.", room="names-1")
    nameless.seat.change_resource("deadbeef")  # a plain Prosody lets a resource change: still the same stay
    nameless.close()
    left = receiver.wait("occupant_left", "Иван С.", room="names-1")
    assert left["occupant"]["stay"] == named["occupant"]["stay"] and left["occupant"]["resource"] == "deadbeef"
    assert [e["occupant"]["name"] for e in receiver.events("name_changed", room="names-1")] == ["Иван", "Иван С."]
    arrivals = [e["occupant"]["name"] for e in receiver.events("occupant_joined", room="names-1") if e["occupant"]["kind"] == "person"]
    assert arrivals == ["Анна", None]
    host.leave()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("👩‍⚕️ Доктор", "👩‍⚕️ Доктор"),
        ("\u202eнавИ\u200f", "\u202eнавИ\u200f"),  # marks of direction are text; who shows the name takes care
        ("ж" * 5000, "ж" * 200),
        ("😀" * 2500, "😀" * 200),
        ("a\tb\nc\u0085d\u007fe", "a b c d e"),
        ('"}],"x":[{"\\', '"}],"x":[{"\\'),
        (" \t ", None),
    ],
    ids=["emoji", "right-to-left", "10kB", "10kB-emoji", "control", "json", "blank"],
)
def test_odd_names(lab, receiver, typed, told):
    room = f"odd-{len(typed.encode())}-{len(typed)}"
    host = lab.specialist(room, "Анна")
    guest = lab.guest(room, typed)
    wait_for(lambda: len([n for n in receiver.events("occupant_joined", room=room)]) == 3, "the join")
    occupant = receiver.events("occupant_joined", room=room)[-1]["occupant"]
    assert occupant["jid"] == guest.jid and occupant["name"] == told
    host.leave()


def test_why_somebody_left(lab, receiver):
    host = lab.specialist("reasons-1", "Анна")
    lab.guest("reasons-1", "закрыл").close()
    lab.guest("reasons-1", "повесил").leave()
    lab.guest("reasons-1", "выгнан")
    host.kick("выгнан")
    lost = lab.guest("reasons-1", "потерян")
    lost.drop()
    lab.guest("reasons-1", "остался")
    reason = lambda name: receiver.wait("occupant_left", name, room="reasons-1")["reason"]
    assert [reason(n) for n in ("закрыл", "повесил", "выгнан", "потерян")] == ["closed", "hung_up", "kicked", "lost"]
    host.end_for_all()
    assert reason("остался") == "ended"
    receiver.wait("room_destroyed", room="reasons-1", reason="ended")


def test_a_line_lost_and_back_is_told_at_once(lab, receiver):
    host = lab.specialist("line-1", "Анна")
    client = lab.guest("line-1", "Иван")
    client.drop()
    lost = receiver.wait("line_lost", "Иван")
    assert lost["occupant"]["line"] == "lost"
    client.resume()
    back = receiver.wait("line_back", "Иван")
    assert back["occupant"]["line"] == "up" and back["occupant"]["stay"] == lost["occupant"]["stay"]
    # The page opened anew before the old session is given up: two stays with one name.
    client.drop()
    again = client.reload()
    gone = receiver.wait("occupant_left", "Иван", room="line-1")
    assert gone["reason"] == "lost" and gone["occupant"]["jid"] == client.jid
    assert [e["occupant"]["jid"] for e in receiver.events("occupant_joined", room="line-1")][-1] == again.jid
    host.leave()


def test_the_lobby(lab, receiver):
    host = lab.specialist("lobby-1", "Анна")
    host.lobby_on()
    moderator = receiver.wait("occupant_joined", "Анна", room="lobby-1", place="lobby")
    assert moderator["occupant"]["affiliation"] == "owner"
    client = lab.guest("lobby-1", "Иван", knock=True)
    knock = receiver.wait("occupant_joined", "Иван", room="lobby-1", place="lobby")
    assert knock["occupant"]["affiliation"] == "none" and UUID.match(knock["meeting"])
    host.admit("Иван")
    admitted = receiver.wait("admitted", "Иван", room="lobby-1", place="room")
    assert admitted["occupant"]["jid"] == client.jid
    client.wait_admitted()
    receiver.wait("occupant_joined", "Иван", room="lobby-1", place="room")
    assert receiver.wait("occupant_left", "Иван", room="lobby-1", place="lobby")["reason"] == "moved"
    lab.guest("lobby-1", "Пётр", knock=True)
    host.deny("Пётр")
    assert receiver.wait("occupant_left", "Пётр", room="lobby-1", place="lobby")["reason"] == "kicked"
    host.leave()


def test_breakout_rooms_belong_to_their_main_room(lab, receiver):
    host = lab.specialist("side-1", "Анна")
    lab.guest("side-1", "Иван")
    address = host.add_breakout("Side")
    host.move(address)
    left = receiver.wait("occupant_left", "Анна", room="side-1", place="room")
    there = receiver.wait("occupant_joined", "Анна", room="side-1", place="breakout")
    assert left["reason"] == "moved" and there["breakout"] == address.partition("@")[0]
    assert there["meeting"] == left["meeting"] and there["occupant"]["jid"] == left["occupant"]["jid"]
    assert there["occupant"]["stay"] != left["occupant"]["stay"]
    host.move()
    assert receiver.wait("occupant_left", "Анна", room="side-1", place="breakout")["reason"] == "moved"
    wait_for(lambda: len([e for e in receiver.events("occupant_joined", room="side-1", place="room") if e["occupant"]["name"] == "Анна"]) == 2, "back")
    receiver.wait("room_destroyed", room="side-1", place="breakout")
    host.leave()


def test_health_checks_are_nobodys_business(lab, receiver):
    address = "__jicofo-health-check-12345@muc.call.example"
    seat = lab.jicofo.enter(address)
    lab.jicofo.leave(address)
    assert not seat.inside
    lab.specialist("after-check", "Анна").leave()
    receiver.wait("room_destroyed", room="after-check")
    assert not [e for e in receiver.events() if "health" in json.dumps(e)]


def test_a_snapshot_when_the_backend_asks(lab, receiver):
    host = lab.specialist("snap-1", "Анна")
    client = lab.guest("snap-1", "Иван")
    lab.guest("snap-1", "Мария")
    receiver.wait("occupant_joined", "Мария", room="snap-1")
    client.drop()  # and the line is kept for six seconds only
    receiver.wait("line_lost", "Иван", room="snap-1")
    before = len(receiver.events("server_snapshot"))
    receiver.reply["snapshot"] = True  # in the answer to whatever comes next, a heartbeat at the latest
    wait_for(lambda: len(receiver.events("server_snapshot")) > before, "a snapshot")
    del receiver.reply["snapshot"]
    snapshot = receiver.events("room_snapshot", room="snap-1", place="room")[0]
    here = {o["name"]: o for o in snapshot["occupants"]}
    assert set(here) == {"Анна", "Иван", "Мария", None}
    assert here["Анна"]["affiliation"] == "owner" and here["Анна"]["granted_by"] == "focus"
    assert here["Иван"]["line"] == "lost" and here[None]["kind"] == "service"
    assert here["Анна"]["stay"] == receiver.wait("occupant_joined", "Анна", room="snap-1")["occupant"]["stay"]
    created = receiver.wait("room_created", room="snap-1")
    assert created["at"] <= snapshot["created_at"] + 1000 and snapshot["meeting"] == created["meeting"]
    assert "snap-1" in receiver.events("server_snapshot")[-1]["rooms"]
    host.leave()


def test_the_whole_run_was_in_order(lab, receiver):
    assert_whole(receiver)
    assert "A mistake in mod_kabinet" not in lab.log() and "Traceback" not in lab.log()


def test_no_name_and_no_secret_in_the_log(lab, receiver):
    ours = "\n".join(line for line in lab.log().splitlines() if "kabinet" in line.partition("\t")[0])
    assert "Анна" not in ours and SECRET not in lab.log() and "konsultaciya" not in ours

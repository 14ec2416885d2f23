"""mod_kabinet on a real Prosody: what it reports of the rooms, and that its queue keeps order and loses nothing."""

from __future__ import annotations

import base64
import json
import re
import time

import pytest

from lab import Lab, Names, Receiver, wait_for

MODULES = {"muc_modules": ["kabinet"], "lobby_modules": ["kabinet"], "breakout_modules": ["kabinet"]}
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, or so").decode()
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
COMMON = {"id", "seq", "at", "type", "boot"}


def options(receiver: Receiver, **more: object) -> str:
    """Kabinet's options as global Lua."""
    given = {"kabinet_url": receiver.url, "kabinet_secret": receiver.secret, **more}
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items() if value is not None)


def joins(receiver: Receiver) -> list[str]:
    return [e["occupant"]["name"] for e in receiver.events("occupant_joined") if e["occupant"]["kind"] == "person"]


def assert_whole(receiver: Receiver) -> None:
    """Every event of every start arrived, once, in its order; what came twice came as the same request."""
    numbers: dict[str, list[int]] = {}
    for event in receiver.events():
        numbers.setdefault(event["boot"], []).append(event["seq"])
    for boot, seen in numbers.items():
        assert seen == list(range(1, len(seen) + 1)), f"{boot} came as {seen}"
    ids: dict[str, list[str]] = {}
    for request in receiver.requests:
        events = [e["id"] for e in request.json["events"]]
        assert ids.setdefault(request.headers["webhook-id"], events) == events


@pytest.fixture(scope="module")
def receiver():
    with Receiver(SECRET) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def lab(receiver):
    """One server for everything that does not need to end it. Its names are not Jitsi's defaults on purpose."""
    config = options(receiver, kabinet_heartbeat_interval=1) + "\nlab_breakout_ttl = 1"
    with Lab(**MODULES, lobby=True, breakout=True, smacks_seconds=2, names=Names("call.example"), config=config) as lab:
        lab.focus()
        yield lab


def test_a_start_is_told_with_who_we_are(lab, receiver):
    receiver.wait("server_snapshot", rooms=[])
    first = receiver.requests[0]
    assert first.path == "/api/webhook/kabinet"
    batch = first.json
    assert batch["v"] == 1 and UUID.match(batch["boot"]) and batch["events"][0]["type"] == "started"
    assert batch["server"] == {
        "host": "muc.call.example", "prosody": batch["server"]["prosody"], "module": "0.1.0", "login": True,
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
    assert receiver.requests
    for request in receiver.requests:
        assert receiver.verify(request), "the signature does not fit the body"
        assert request.headers["webhook-id"].startswith("msg_")
        assert abs(int(request.headers["webhook-timestamp"]) - request.at) < 10
        assert request.headers["content-type"] == "application/json"
        assert not receiver.verify(request, "whsec_" + base64.b64encode(b"x" * 32).decode())


def test_a_heartbeat_while_nothing_happens(lab, receiver):
    before = len(receiver.events("heartbeat"))
    wait_for(lambda: len(receiver.events("heartbeat")) >= before + 2, "two heartbeats", 8)


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
    lost = receiver.wait("line_lost", "Иван", seconds=1.5)
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
    client.drop()
    receiver.wait("line_lost", "Иван", room="snap-1")
    before = len(receiver.events("server_snapshot"))
    receiver.reply["snapshot"] = True
    lab.guest("snap-1", "Мария")
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


# ---------------------------------------------------------------- servers of their own


def test_tokens():
    with Receiver(SECRET) as receiver, Lab(**MODULES, auth="token", config=options(receiver)) as lab:
        lab.focus()
        host = lab.specialist("jwt-1", "Анна", token=lab.token("Анна Петрова", id="spec-7", moderator=True))
        joined = receiver.wait("occupant_joined", "Анна")["occupant"]
        assert joined["token"] == {"id": "spec-7", "name": "Анна Петрова", "moderator": True}
        assert joined["account"] is False and joined["kind"] == "person"
        lab.guest("jwt-1", "Иван")
        assert receiver.wait("occupant_joined", "Иван")["occupant"]["token"] is None
        assert receiver.requests[0].json["server"]["login"] is True
        host.leave()


def test_a_server_without_login_says_so():
    with Receiver() as receiver, Lab(muc_modules=["kabinet"], auth="anonymous", config=options(receiver)) as lab:
        lab.focus()
        first = lab.guest("open-1", "Иван")
        assert receiver.wait("affiliation_changed", "Иван")["by"] == "focus"
        assert receiver.requests[0].json["server"]["login"] is False
        assert "webhook-signature" not in receiver.requests[0].headers
        first.leave()


def test_on_muc_and_hosts_and_with_the_secret_from_elsewhere(tmp_path):
    """Loaded on virtual hosts too; the address from the environment, the secret from a file, a plain word beside it."""
    (tmp_path / "secret").write_text(f"{SECRET} plain-word\n")
    with Receiver(SECRET) as receiver:
        env = {"KABINET_URL": receiver.url + "/base/", "KABINET_SECRET_FILE": str(tmp_path / "secret")}
        with Lab(muc_modules=["kabinet"], host_modules=["kabinet"], env=env, smacks_seconds=5) as lab:
            lab.focus()
            host = lab.specialist("hosts-1", "Анна")
            host.drop()
            receiver.wait("line_lost", "Анна")
            assert len(receiver.events("line_lost")) == 1, "two instances must not both report it"
            request = receiver.requests[0]
            assert request.path == "/base/api/webhook/kabinet"
            assert request.headers["authorization"] == "Bearer plain-word" and receiver.verify(request)


def test_two_keys_while_a_secret_is_changed():
    new = "whsec_" + base64.b64encode(b"n" * 24).decode()
    with Receiver(SECRET) as receiver:
        with Lab(muc_modules=["kabinet"], config=options(receiver, kabinet_secret=f"{new} {SECRET}")):
            receiver.wait("started")
            assert receiver.verify(receiver.requests[0], SECRET) and receiver.verify(receiver.requests[0], new)


def test_without_an_address_it_says_so_and_is_quiet():
    with Lab(muc_modules=["kabinet"]) as lab:
        lab.wait_log("kabinet_url is not set")
        lab.focus()
        lab.specialist("quiet-1", "Анна").leave()
        assert "A mistake" not in lab.log()


def test_a_bridges_brewery_is_not_a_room():
    """GLOBAL_MODULES loads a module on every component; internal rooms must not be taken for consultations."""
    brewery = 'Component "internal-muc.meet.jitsi" "muc"\n    modules_enabled = { "kabinet" }\n'
    with Receiver() as receiver, Lab(muc_modules=["kabinet"], muc_config=brewery, config=options(receiver)) as lab:
        receiver.wait("started")
        lab.wait_log("internal-muc.*nothing is reported from here")


def test_nothing_is_lost_while_the_backend_is_away_or_failing():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver)) as lab:  # not even there at the start
            lab.focus()
            host = lab.specialist("away-1", "Анна")
            lab.guest("away-1", "первый").leave()
            lab.wait_log("does not take events")
            assert not receiver.requests
            receiver.up()
            receiver.wait("occupant_left", "первый", seconds=12)
            for trouble in (503, 401, 404, 429, None):
                receiver.answer = trouble
                count = len(receiver.requests)
                lab.guest("away-1", f"при {trouble}").leave()
                wait_for(lambda: len(receiver.requests) >= count + 2, "a second attempt", 8)
                receiver.answer = 200
                receiver.wait("occupant_left", f"при {trouble}", seconds=12)
            retried = [r for r in receiver.requests if r.answered == 503]
            assert len({r.headers["webhook-id"] for r in retried}) == 1 and len({r.body for r in retried}) == 1
            assert all(receiver.verify(r) for r in receiver.requests)
            host.leave()
            receiver.wait("room_destroyed", seconds=12)
            assert_whole(receiver)
            assert joins(receiver) == ["Анна", "первый"] + [f"при {t}" for t in (503, 401, 404, 429, None)]
            assert "is kabinet_secret the backend's" in lab.log() and "is kabinet_url right" in lab.log()
            # Prosody was not kept from its work, and the list on disk is empty again.
            assert len((lab.folder / "data" / "kabinet-queue.journal").read_bytes()) < 2_000_000
    finally:
        receiver.down()


def test_a_slow_backend_is_given_up_after_five_seconds_and_asked_again_with_the_same_id():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.focus()
        receiver.slow = 8
        began = time.monotonic()
        host = lab.specialist("slow-1", "Анна")
        count = len(receiver.requests)
        wait_for(lambda: len(receiver.requests) > count, "the second attempt", 10)
        assert 4.5 < time.monotonic() - began < 9
        receiver.slow = 0
        receiver.wait("affiliation_changed", "Анна", seconds=12)
        again = [r.headers["webhook-id"] for r in receiver.requests]
        assert len(again) > len(set(again)), "the attempt after a timeout must carry the same id"
        assert_whole(receiver)
        host.leave()


def test_a_batch_that_is_refused_for_good_is_dropped_and_counted():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.focus()
        receiver.answer = 422
        host = lab.specialist("refused-1", "Анна")
        wait_for(lambda: receiver.requests[-1].answered == 422, "the refusal")
        receiver.answer = 200
        host.rename("Анна П.")
        receiver.wait("name_changed", "Анна П.")
        lost = sum(len(r.json["events"]) for r in receiver.requests if r.answered == 422)
        assert receiver.accepted()[-1].json["dropped"] == lost
        lab.wait_log("for good .status 422.")
        seen = [e["seq"] for e in receiver.events()]
        assert seen == sorted(seen) and len(seen) == seen[-1] - lost, "the gap shows in the numbers"


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_nothing_is_lost_over_an_end_of_prosody(how):
    receiver = Receiver(SECRET)
    try:
        receiver.up()
        with Lab(**MODULES, config=options(receiver)) as lab:
            lab.focus()
            lab.specialist("end-1", "Анна")
            receiver.wait("affiliation_changed", "Анна")
            receiver.down()
            lab.guest("end-1", "Иван")
            lab.guest("end-1", "Мария").leave()
            # What was reported is on disk at the end of the turn in which it happened, before any attempt to send it.
            journal = lab.folder / "data" / "kabinet-queue.journal"
            wait_for(lambda: '"occupant_left"' in journal.read_text() and "Мария" in journal.read_text(), "the journal")
            getattr(lab, how)()
            lab.start()
            receiver.up()
            boots = lambda: {e["boot"] for e in receiver.events("server_snapshot")}
            wait_for(lambda: len(boots()) == 2, "the second start's snapshot", 12)
            assert_whole(receiver)
            assert joins(receiver) == ["Анна", "Иван", "Мария"]
            kinds = [e["type"] for e in receiver.events()]
            if how == "terminate":
                assert kinds.index("stopping") < kinds.index("started", 1)
                after = receiver.events()[kinds.index("stopping") :]
                gone = {e["occupant"]["name"]: e["reason"] for e in after if e["type"] == "occupant_left"}
                assert gone.get("Анна") == gone.get("Иван") == "unknown", "nobody hung up: the server went"
            else:
                assert "stopping" not in kinds
            lab.focus()
            lab.specialist("end-1", "Анна")
            wait_for(lambda: len([n for n in joins(receiver) if n == "Анна"]) == 2, "business as usual")
    finally:
        receiver.down()


def test_a_torn_journal_costs_the_torn_line_only():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver)) as lab:
            lab.focus()
            lab.specialist("torn-1", "Анна")
            journal = lab.folder / "data" / "kabinet-queue.journal"
            wait_for(lambda: "affiliation_changed" in journal.read_text(), "the journal")
            lab.kill()
            with open(journal, "ab") as file:
                file.write(b'+0000 {"type":"half of an ev')
            lab.start()
            receiver.up()
            wait_for(lambda: len({e["boot"] for e in receiver.events("server_snapshot")}) == 2, "both starts", 12)
            assert_whole(receiver)
            assert joins(receiver) == ["Анна"]
    finally:
        receiver.down()


def test_the_queue_is_bounded_and_drops_the_oldest():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver, kabinet_queue_limit=100)) as lab:
            lab.focus()
            host = lab.specialist("full-1", "Анна")
            for number in range(160):
                host.rename(f"Анна {number}")
            lab.wait_log("The queue is full")
            host.rename("последняя")
            wait_for(lambda: "последняя" in (lab.folder / "data" / "kabinet-queue.journal").read_text(), "the last event")
            receiver.up()
            receiver.wait("name_changed", "последняя", seconds=12)
            wait_for(lambda: receiver.accepted()[-1].json["queued"] == 0, "the end of the queue")
            arrived = receiver.events()
            assert len(arrived) <= 101
            assert arrived[-1]["seq"] - len(arrived) == receiver.accepted()[-1].json["dropped"] > 0
            assert [e["seq"] for e in arrived] == sorted(e["seq"] for e in arrived)
            for request in receiver.requests:
                assert len(request.body) <= 60 * 1024
    finally:
        receiver.down()


def test_a_disk_that_cannot_be_written_to_stops_nothing():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.terminate()
        journal = lab.folder / "data" / "kabinet-queue.journal"
        journal.unlink()
        journal.mkdir()  # nothing can be opened, nor renamed, there
        (journal / "in the way").touch()
        lab.start()
        lab.wait_log("Cannot keep the queue on disk")
        lab.focus()
        lab.specialist("disk-1", "Анна").leave()
        receiver.wait("room_destroyed", room="disk-1")


def test_forty_rooms_at_once_arrive_in_order_and_in_batches():
    """A burst while the backend is away goes out in few requests, none larger than the backend takes."""
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, auth="anonymous", config=options(receiver), log_level="info") as lab:
            focus = lab.focus("open")
            for number in range(40):
                focus.enter(f"burst-{number}@muc.meet.jitsi")
            receiver.up()
            wait_for(lambda: len(receiver.events("occupant_joined")) == 40, "all joins", 12)
            assert_whole(receiver)
            assert len(receiver.accepted()) < 12
            assert max(len(r.body) for r in receiver.requests) <= 60 * 1024
    finally:
        receiver.down()

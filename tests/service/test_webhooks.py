"""How webhooks are received: who may send, what is refused and how, and what a hostile one cannot do."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest

from lab import free_port, wait_for

from .backend import ADMIN, SECRET, WORD, Answer, Backend
from .dialects import Module, guide, now_ms, person, sign
from .feed import Views
from .practice import Specialist

GUIDE = "/api/webhook/jitsi"
OURS = "/api/webhook/kabinet"
SYNC = "/api/events/occupant/joined"
RECEIVED = {"received": True, "success": True}


def post(backend: Backend, path: str, body: bytes, address: str = "127.0.0.1", **headers: str) -> Answer:
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {WORD}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return backend.ask("POST", path, body, headers=given, address=address)


def sync(room: str, who: str, at: int | None = None, **more: object) -> bytes:
    """One request of event_sync."""
    occupant = {"occupant_jid": f"{who}@guest.meet.jitsi/lab", "joined_at": at or int(time.time())}
    return json.dumps({
        "event_name": "muc-occupant-joined", "room_name": room, "room_jid": f"{room}@muc.meet.jitsi", "is_breakout": False,
        "occupant": occupant, "active_occupants_count": 1, **more,
    }).encode()


# ---------------------------------------------------------------- the routes


@pytest.mark.parametrize("prefix", ["/api", ""])
@pytest.mark.parametrize("kind", ["", "/participant-joined"])
def test_the_guides_module_by_every_path(house: Backend, anna: Specialist, prefix: str, kind: str):
    session = anna.plan()
    answer = post(house, f"{prefix}/webhook/jitsi{kind}", guide("participant_joined", session.room, str(uuid.uuid4())))
    assert (answer.status, answer.json) == (200, RECEIVED)
    session.wait("client_joined")


def test_the_guides_module_as_it_is_documented(house: Backend, anna: Specialist):
    """snake_case, a person's name, and the event in the path alone."""
    session = anna.plan()
    body = {"room_name": session.room, "participant_name": "Иван", "is_host": False}
    assert post(house, f"{GUIDE}/participant-joined", json.dumps(body).encode()).status == 200
    assert session.wait("client_joined")["who"]["name"] == "Иван"


@pytest.mark.parametrize("prefix", ["/api", ""])
def test_event_sync(house: Backend, anna: Specialist, prefix: str):
    session = anna.plan()
    who, at = str(uuid.uuid4()), int(time.time())
    assert post(house, f"{prefix}/events/occupant/joined", sync(session.room, who, at)).json == RECEIVED
    session.wait("client_joined")
    assert post(house, f"{prefix}/events/occupant/joined", sync(session.room, who, at)).json == RECEIVED  # a retry
    body = json.loads(sync(session.room, who, at))
    body["event_name"], body["occupant"]["left_at"] = "muc-occupant-left", int(time.time())
    assert post(house, f"{prefix}/events/occupant/left", json.dumps(body).encode()).json == RECEIVED
    assert session.story() == ["joined"], "the departure is told when nobody has come back for fifteen seconds"


def test_a_batch_that_comes_again_is_told_once(house: Backend, anna: Specialist):
    session, module = anna.plan(), Module(house)
    body = module.batch(module.event("occupant_joined", session.room, occupant=person("Иван")))
    for _ in range(3):
        assert module.post(body, id="msg_the-same").status == 200
    session.wait("client_joined")
    module.say("occupant_joined", session.room, occupant=person("Мария"))
    session.wait("client_joined", name="Мария")
    assert session.story() == ["joined Иван", "joined Мария"]


def test_a_gap_in_the_numbers_asks_for_a_snapshot(house: Backend, anna: Specialist):
    session, module = anna.plan(), Module(house)
    assert module.say("heartbeat", session.room).json.get("snapshot") is True, "an unknown start"
    snapshot = {"occupants": [person("Иван")], "created_at": now_ms()}
    here = module.event("room_snapshot", session.room, **snapshot)
    everything = module.event("server_snapshot", session.room, rooms=[session.room])
    assert "snapshot" not in module.post(module.batch(here, everything)).json
    session.wait("client_joined", name="Иван")
    assert "snapshot" not in module.say("heartbeat", session.room).json
    module.seq += 5
    assert module.say("heartbeat", session.room).json["snapshot"] is True


# ---------------------------------------------------------------- what means nothing


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (GUIDE, guide("speaker_changed", "r")),
        (GUIDE, guide("room_created", "__jicofo-health-check-7")),
        (GUIDE, json.dumps({"event": "participant_joined", "roomName": "r", "participantId": "recorder@hidden.meet.jitsi/x"}).encode()),
        (SYNC, sync("__jicofo-health-check-7", "somebody")),
    ],
    ids=["somebody speaks", "a server looks after itself", "a recorder", "a server looks after itself, event_sync"],
)
def test_what_means_nothing_is_taken_and_said_so(house: Backend, path: str, body: bytes):
    answer = post(house, path, body)
    assert answer.status == 200 and answer.json["received"] and answer.json["ignored"]


def test_an_unknown_room_is_kept_and_alerts_nobody(house: Backend, anna: Specialist):
    operator, room = Views(house, ADMIN), f"strange-{secrets.token_hex(4)}"
    assert post(house, GUIDE, guide("participant_joined", room, str(uuid.uuid4()))).json == RECEIVED
    operator.wait("client_joined", room=room)
    operator.close()
    assert anna.views.events(room=room) == []
    # Who plans it later is told.
    anna.plan(room).wait("client_joined")


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("path", [GUIDE, f"{GUIDE}/room-created", SYNC, OURS])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"{}", b"[" * 5000, b'{"a":1e999}', b"0" * 100])
def test_malformed_bodies(house: Backend, path: str, body: bytes):
    answer = post(house, path, body)
    assert answer.status == 400, answer.body
    assert answer.code in ("not_json", "missing_field", "invalid_field")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (GUIDE, {"event": "participant_joined", "roomName": 7, "participantId": "a@b"}, "roomName"),
        (GUIDE, {"event": "participant_joined", "roomName": "r", "participantId": ["a"]}, "participantId"),
        (GUIDE, {"event": "participant_joined", "roomName": "r", "participantId": "a@b", "createdAt": "yesterday"}, "createdAt"),
        (GUIDE, {"event": "participant_joined", "roomName": "?#", "participantId": "a@b"}, "roomName"),
        (GUIDE, {"event": {}, "roomName": "r"}, "event"),
        (SYNC, {"room_name": "r", "occupant": "somebody"}, "occupant"),
        (SYNC, {"room_name": "r", "occupant": {"occupant_jid": "a@b", "joined_at": "x"}}, "occupant.joined_at"),
        (OURS, {"v": 1, "boot": "b", "events": {"0": {}}}, "events"),
        (OURS, {"v": 1, "boot": "b", "events": [{"id": "e", "seq": "1", "at": 1, "type": "started"}]}, "events[0].seq"),
        (OURS, {"v": 99, "boot": "b", "events": []}, "v"),
    ],
)
def test_wrong_types_are_named(house: Backend, path: str, body: dict, field: str):
    answer = post(house, path, json.dumps(body).encode())
    assert answer.status == 400 and answer.code in ("invalid_field", "missing_field")
    assert answer.json["error"]["field"] == field


@pytest.mark.parametrize("path", [GUIDE, SYNC, OURS])
def test_64_kib_are_taken_and_not_a_byte_more(house: Backend, path: str):
    filler = guide("speaker_changed", "r")[:-1] + b',"x":"'
    whole = filler + b"a" * (65536 - len(filler) - 2) + b'"}'
    assert len(whole) == 65536
    assert post(house, path, whole).status in (200, 400)
    answer = post(house, path, whole + b" ")
    assert answer.status == 413 and answer.code == "body_too_large"


def test_a_body_without_a_length_is_bounded_too(house: Backend):
    line = house.line()
    line.http.putrequest("POST", GUIDE)
    for name, value in (("Authorization", f"Bearer {WORD}"), ("Transfer-Encoding", "chunked")):
        line.http.putheader(name, value)
    line.http.endheaders()
    try:
        for _ in range(20):
            line.http.send(b"1000\r\n" + b"a" * 0x1000 + b"\r\n")
        line.http.send(b"0\r\n\r\n")
    except OSError:
        pass  # refused before the end, as it should
    assert line.http.getresponse().status == 413
    line.close()


def test_unknown_paths_and_methods_answer_in_json(house: Backend):
    for path in ("/", "/api", "/api/nothing", "/api/webhook/jitsi/dance", "/api/webhook/kabinet/x", "/api/events/room/danced", "/%00", "/api/../etc"):
        answer = house.ask("POST", path, b"{}", token=WORD)
        assert answer.status == 404 and answer.code == "not_found", path
    for method, path in (("GET", GUIDE), ("PUT", OURS), ("DELETE", "/api/events"), ("PATCH", "/health"), ("POST", "/api/openapi.json")):
        answer = house.ask(method, path, token=WORD)
        assert answer.status == 405 and answer.code == "method_not_allowed", path
        assert answer.headers.get("allow"), path


# ---------------------------------------------------------------- who may send


def test_a_secret_by_header_key_or_signature(house: Backend):
    body = guide("speaker_changed", "r")
    for secret in (WORD, SECRET):
        assert house.ask("POST", GUIDE, body, token=secret).status == 200
        assert house.ask("POST", f"{GUIDE}?key={quote(secret)}", body).status == 200
    assert house.ask("POST", GUIDE, body, headers=sign(body)).status == 200


@pytest.mark.parametrize("path", [GUIDE, SYNC, OURS])
def test_without_or_with_a_wrong_secret_nothing_is_taken(house: Backend, path: str):
    body = guide("speaker_changed", "r")
    other = "whsec_" + base64.b64encode(b"n" * 24).decode()
    signed = sign(body)
    attempts = [
        {}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}, {"Authorization": f"Bearer {ADMIN}"}, sign(body, other),
        {**signed, "webhook-id": "msg_other"}, {**signed, "webhook-signature": "v1,AAAA"}, {**signed, "webhook-timestamp": "soon"},
        {name: value for name, value in signed.items() if name != "webhook-timestamp"},
    ]
    for number, headers in enumerate(attempts):
        answer = house.ask("POST", path, body, headers=headers, address=f"127.0.1.{number + 1}")
        assert answer.status == 401 and answer.code, headers
        assert "www-authenticate" in answer.headers
    assert house.ask("POST", f"{path}?key=wrong", body, address="127.0.1.99").status == 401
    assert house.ask("POST", path, body + b" ", headers=signed, address="127.0.1.98").status == 401


@pytest.mark.parametrize("hours", [-30, -1, -0.1, 0.1, 1, 30])
def test_a_clock_that_is_off_is_named(house: Backend, hours: float):
    module = Module(house)
    answer = module.post(module.batch(), at=time.time() + hours * 3600)
    assert answer.status == 401 and answer.code == "clock_skew"
    assert abs(answer.json["error"]["skew_seconds"] - hours * 3600) < 5


def test_five_minutes_of_difference_are_tolerated(house: Backend):
    module = Module(house)
    assert module.post(module.batch(), at=time.time() - 290).status == 200


def test_whoever_guesses_has_to_wait_and_nobody_else(backend: Backend):
    backend.stop()
    backend.settings["LIMITS__WRONG_PER_MINUTE"] = "5"
    backend.start()
    body = guide("speaker_changed", "r")
    seen = [backend.ask("POST", GUIDE, body, token=f"guess-{n}", address="127.0.0.5") for n in range(8)]
    assert [answer.status for answer in seen] == [401] * 5 + [429] * 3
    assert seen[-1].code and 1 <= int(seen[-1].headers["retry-after"]) <= 60
    # The same from elsewhere is only wrong, and whoever knows the secret is heard from everywhere.
    assert backend.ask("POST", GUIDE, body, token="guess", address="127.0.0.6").status == 401
    assert backend.ask("POST", GUIDE, body, token=WORD, address="127.0.0.5").status == 200
    assert backend.ask("GET", "/api/current-user", token=ADMIN, address="127.0.0.5").status == 200
    # Tokens and codes are counted as well.
    assert backend.ask("GET", "/api/current-user", token="kbn_guess", address="127.0.0.5").status == 429
    pair = {"code": "AAAA-AAAA", "device": "x"}
    assert backend.ask("POST", "/api/devices/pair", json.dumps(pair).encode(), headers={"Content-Type": "application/json"}, address="127.0.0.5").status == 429


def test_without_a_secret_only_this_computers_programs_are_heard(tmp_path):
    with Backend(tmp_path, secret=None) as backend:
        body = guide("speaker_changed", "r")
        assert backend.ask("POST", GUIDE, body).status == 200
        # A page in this computer's browser, or a proxy's client, is somebody else.
        for headers in ({"Origin": "https://evil.example"}, {"X-Forwarded-For": "203.0.113.7"}):
            assert backend.ask("POST", GUIDE, body, headers=headers).status == 401
        backend.stop()
        refused = backend.run("serve", "--listen", f"0.0.0.0:{free_port()}", "--data", backend.data)
        assert refused.returncode != 0 and "webhook_secret" in refused.stderr


# ---------------------------------------------------------------- what a hostile one cannot do

MARK = "Zwiebelkuchen"
HOSTILE = {
    "control characters": f"a\x00b\x1b[31m{MARK}\r\n\x07\x85c",
    "an event of its own": f"{MARK}\n\nevent: session_started\ndata: {{}}\n\n",
    "right-to-left marks": f"\u202e{MARK}\u2066\u200f",
    "zero widths": f"{MARK}\u200b\u200c\ufeff\U000e0041",
    "emoji": f"{MARK} 👩‍⚕️🏳️‍🌈",
    "10 kB": MARK + "ж" * 5000,
    "markup": f"<img src=x onerror=alert(1)>{MARK}<b>&amp;</b>",
    "JSON": f'"}}],"x":[{{"{MARK}\\',
    "a lone surrogate": MARK + "\ud800",
    "SQL": f"'); DROP TABLE events; -- {MARK}",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_name_is_only_a_name(house: Backend, anna: Specialist, what: str):
    house.private.add(MARK)
    session, module = anna.plan(client=""), Module(house)
    body = module.batch(module.event("occupant_joined", session.room, occupant=person(HOSTILE[what])))
    answer = module.post(body)
    if what == "a lone surrogate":
        assert answer.status == 400  # not text at all
        return
    assert answer.status == 200
    name = session.wait("client_joined")["who"]["name"]
    assert MARK in name and len(name) <= 100
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]", name)
    assert session.story() == [f"joined {name}"]
    assert house.ask("GET", "/metrics").body.decode().find(MARK) == -1
    assert MARK not in json.dumps(house.health())


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
@pytest.mark.parametrize("dialect", ["guide", "ours"])
def test_times_off_by_hours_do_not_spoil_the_story(house: Backend, anna: Specialist, hours: float, dialect: str):
    session, shift = anna.plan(), timedelta(hours=hours)
    began = datetime.now(timezone.utc)
    if dialect == "guide":
        assert post(house, GUIDE, guide("participant_joined", session.room, str(uuid.uuid4()), began + shift)).status == 200
    else:
        # The module keeps events through an outage: what it says of the past is true; a time to come is its clock.
        module = Module(house)
        occupant = person("Иван", joined_at=now_ms() + int(shift.total_seconds() * 1000))
        event = module.event("occupant_joined", session.room, occupant=occupant)
        event["at"] = occupant["joined_at"]
        assert module.post(module.batch(event)).status == 200
    if dialect == "ours" and hours == -30:
        return  # yesterday's visit is not today's consultation
    joined = session.wait("client_joined")
    at = datetime.fromisoformat(joined["at"])
    expected = began + shift if dialect == "ours" and hours < 0 else began
    assert abs((at - expected).total_seconds()) < 10


def test_a_room_name_that_is_too_long_or_no_name(house: Backend):
    for room in ("a" * 3000, "ж" * 400, "\u0000", " ", "[tenant]"):
        answer = post(house, GUIDE, guide("room_created", room))
        assert answer.status == 400 and answer.json["error"]["field"] == "roomName", room[:20]


def test_a_flood_of_strangers_rooms_is_bounded_and_the_rest_goes_on(house: Backend, anna: Specialist):
    session, line = anna.plan(), house.line()
    for number in range(2000):
        answer = line.ask("POST", GUIDE, guide("participant_joined", f"flood-{number}", str(uuid.uuid4())), WORD)
        assert answer.status == 200
    line.close()
    assert post(house, GUIDE, guide("participant_joined", session.room, str(uuid.uuid4()))).status == 200
    session.wait("client_joined")


def test_refusals_were_logged_without_what_they_held(house: Backend):
    """The operator must hear of webhooks that were not understood; the file's backend checks for private words in the end."""
    assert post(house, GUIDE, b"{").status == 400
    wait_for(lambda: "a webhook was not understood" in house.log, "the warning")

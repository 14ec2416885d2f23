"""The lab itself: its visitors behave, and its two older dialects say what the captured originals said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab import Lab, Receiver, Refused, TooLate, wait_for

ROOM = "konsultaciya-23dec-a1b2c3"


def bodies(receiver: Receiver) -> list[dict]:
    return [r.json for r in receiver.requests]


def test_the_dialect_of_muc_webhook():
    with Receiver() as receiver:
        url = f'lab_muc_webhook_url = "{receiver.url}/worker/webhook/jitsi"'
        with Lab(muc_modules=["lab_muc_webhook"], config=url) as lab:
            lab.focus()
            host = lab.specialist(ROOM)
            client = lab.guest(ROOM, "Иван")
            client.leave()
            host.leave()
            wait_for(lambda: len(bodies(receiver)) == 8, "eight requests, as in the capture happy-path")
    by_event: dict[str, list[dict]] = {}
    for body in bodies(receiver):
        assert body["roomName"] == ROOM and body["createdAt"].endswith("Z") and len(body["createdAt"]) == 20
        by_event.setdefault(body["event"], []).append(body)
    assert {k: len(v) for k, v in by_event.items()} == {
        "room_created": 1, "participant_joined": 3, "participant_left": 3, "room_destroyed": 1,
    }
    joined = {b["participantId"]: b for b in by_event["participant_joined"]}
    assert joined[client.jid] == {
        "event": "participant_joined", "roomName": ROOM, "createdAt": joined[client.jid]["createdAt"], "isHost": False,
        "participantId": client.jid, "participantName": f"{ROOM}@muc.meet.jitsi/{client.resource}",
    }
    assert [b["isHost"] for b in joined.values() if b["participantId"].startswith("focus@")] == [True]
    assert joined[host.jid]["isHost"] is False
    assert all("isHost" not in b for b in by_event["participant_left"])
    assert {r.path for r in receiver.requests} == {"/worker/webhook/jitsi"}


def test_the_dialect_of_event_sync():
    with Receiver() as receiver:
        options = f'lab_event_sync_url = "{receiver.url}/event_sync"\nlab_event_sync_token = "lab-token"\nlab_breakout_ttl = 5'
        modules = ["lab_event_sync"]
        with Lab(muc_modules=modules, breakout_modules=modules, breakout=True, config=options) as lab:
            lab.focus()
            host = lab.specialist(ROOM)
            host.move(address := host.add_breakout())
            host.move()
            wait_for(lambda: len(bodies(receiver)) == 8, "the breakout room's end")
            host.leave()
            wait_for(lambda: len(bodies(receiver)) == 10, "ten requests")
    story = sorted((b["event_name"], b["is_breakout"]) for b in bodies(receiver))
    assert story == sorted(
        [("muc-room-created", False), ("muc-room-destroyed", False), ("muc-room-created", True), ("muc-room-destroyed", True)]
        + [("muc-occupant-joined", False), ("muc-occupant-left", False)] * 2
        + [("muc-occupant-joined", True), ("muc-occupant-left", True)]
    )
    for request in receiver.requests:
        body = request.json
        assert request.headers["authorization"] == "Bearer lab-token"
        assert body["room_name"] == ROOM and body["room_jid"] == f"{ROOM}@muc.meet.jitsi"
        assert body.get("breakout_room_id") == (address.partition("@")[0] if body["is_breakout"] else None)
    last = next(b for b in bodies(receiver) if b["event_name"] == "muc-room-destroyed" and not b["is_breakout"])
    assert {o["occupant_jid"] for o in last["all_occupants"]} == {host.jid}


def test_a_client_before_the_host_is_kept_waiting():
    with Lab() as lab:
        lab.focus()
        with pytest.raises(TooLate):
            lab.guest("early", "Иван", seconds=0.5)


def test_a_wrong_token_is_refused():
    with Lab(auth="token") as lab:
        lab.focus()
        with pytest.raises(Refused):
            lab.specialist("jwt", "Анна", token=lab.token("Анна") + "x")


def test_from_a_shell():
    """`python -m lab up` and `visit`, as `make run` and a curious person use them."""
    folder = Path(__file__).parents[1]
    with Receiver() as receiver:
        up = [sys.executable, "-m", "lab", "up", "--url", receiver.url]
        server = subprocess.Popen(up, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            ready = server.stdout.readline()
            assert ready.startswith("ready ws://127.0.0.1:"), ready
            port = ready.partition("127.0.0.1:")[2].partition("/")[0]
            visit = [sys.executable, "-m", "lab", "visit", "--port", port, "--as", "specialist", "--room", "shell-1"]
            done = subprocess.run(visit + ["--name", "Анна", "--stay", "3", "--at", "0.1:rename:Анна П."], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "is in the room" in done.stdout and "rename:Анна П." in done.stdout
            receiver.wait("name_changed", "Анна П.")
            receiver.wait("room_destroyed", room="shell-1")
        finally:
            server.terminate()
            assert server.wait(15) == 0

"""The backend as a process: starting, not starting, a full disk, going down, and what an operator can see."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import threading
import time
import uuid
from pathlib import Path

import pytest

from lab import wait_for

from .backend import ADMIN, SECRET, WORD, Backend, taken_port
from .dialects import Module, guide, person
from .feed import Views
from .long_runs import LongRun
from .practice import Specialist

GUIDE = "/api/webhook/jitsi"


def database(backend: Backend) -> Path:
    return next(backend.data.glob("*.sqlite3"))


def refuses(backend: Backend, *arguments: str) -> str:
    """Fails to start, quickly and with a sentence."""
    began = time.monotonic()
    ended: subprocess.CompletedProcess[str] = backend.run("serve", *arguments)
    assert ended.returncode not in (0, 101), ended.stderr
    assert time.monotonic() - began < 10 and ended.stdout == ""
    assert "panicked" not in ended.stderr
    assert not any(word in ended.stderr for word in backend.private)
    return ended.stderr


# ---------------------------------------------------------------- not starting


def test_a_taken_port_is_named(backend: Backend):
    with taken_port() as other:
        address = "127.0.0.1:%d" % other.getsockname()[1]
        said = refuses(backend, "--listen", address, "--data", str(backend.folder / "other"))
    assert address in said and "in use" in said


def test_two_backends_do_not_share_a_port(backend: Backend):
    assert f"127.0.0.1:{backend.port}" in refuses(backend, "--listen", f"127.0.0.1:{backend.port}", "--data", str(backend.data))
    assert backend.ask("GET", "/health/ready").status == 200


def test_two_backends_do_not_share_a_folder(backend: Backend):
    """Two writers of one log would give a cursor twice."""
    assert "folder" in refuses(backend, "--listen", "127.0.0.1:0", "--data", str(backend.data))
    assert backend.ask("GET", "/health/ready").status == 200


def test_a_database_from_a_newer_version_is_left_alone(backend: Backend):
    backend.stop()
    with sqlite3.connect(database(backend)) as newer:
        newer.execute("INSERT INTO _sqlx_migrations SELECT 99990101000000, 'from the future', installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1")
    newer.close()
    before = database(backend).read_bytes()
    said = refuses(backend, "--listen", "127.0.0.1:0", "--data", str(backend.data))
    assert "newer version" in said
    assert backend.run("specialist", "list", "--data", backend.data).returncode != 0
    assert database(backend).read_bytes() == before


def test_a_file_that_is_no_database(backend: Backend):
    backend.stop()
    for path in backend.data.iterdir():
        path.write_bytes(b"this is no database" * 1000)
    assert "database" in refuses(backend, "--listen", "127.0.0.1:0", "--data", str(backend.data))


def test_a_folder_that_cannot_be(backend: Backend, tmp_path: Path):
    (tmp_path / "a-file").write_text("")
    assert "a-file" in refuses(backend, "--listen", "127.0.0.1:0", "--data", str(tmp_path / "a-file" / "data"))


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("LISTEN", "everywhere", "listen"), ("WEBHOOK_SECRET", "short", "webhook_secret"), ("ADMIN_TOKEN", "short", "admin_token"),
        ("TIMEZONE", "Moscow", "timezone"), ("DURATION", "0", "duration"), ("BASE_PATH", "worker", "base_path"), ("LIMITS__QUEUE", "0", "limits.queue"),
        ("JITSI__FIRST_IS_HOST", "perhaps", "jitsi.first_is_host"), ("JITSI__LOGIN", "sometimes", "jitsi.login"),
        ("RETENTION__EVENTS_DAYS", "-1", "retention.events_days"), ("LOG", "kabinet=loud", "log"),
    ],
)
def test_a_wrong_setting_is_named(backend: Backend, tmp_path: Path, name: str, value: str, key: str):
    backend.settings[name] = value
    arguments = ["--data", str(tmp_path / "unused")] + ([] if name == "LISTEN" else ["--listen", "127.0.0.1:0"])
    said = refuses(backend, *arguments)
    assert key in said.lower().replace("__", "."), said
    assert not (tmp_path / "unused").exists() or not list((tmp_path / "unused").iterdir())


def test_a_wrong_line_in_the_operators_file_is_named(backend: Backend, tmp_path: Path):
    file = tmp_path / "operator.toml"
    file.write_text("[jitsi]\nfirst_is_hots = true\n")
    said = refuses(backend, "--config", str(file), "--listen", "127.0.0.1:0", "--data", str(tmp_path / "unused"))
    assert "first_is_hots" in said
    assert "operator.toml" in refuses(backend, "--config", str(tmp_path / "missing" / "operator.toml"))


def test_every_verb_explains_itself(backend: Backend):
    for arguments in ((), ("serve",), ("specialist",), ("specialist", "add"), ("specialist", "pair"), ("specialist", "list"), ("specialist", "remove")):
        shown = backend.run(*arguments, "--help")
        assert shown.returncode == 0 and "Usage:" in shown.stdout
    version = backend.run("--version")
    assert re.fullmatch(r"kabinet-backend \d+\.\d+\.\d+\n", version.stdout)


def test_settings_from_the_operators_file(tmp_path: Path):
    with Backend(tmp_path, env={"LOG": "info"}) as backend:
        backend.stop()
        file = tmp_path / "operator.toml"
        file.write_text('timezone = "Asia/Almaty"\nduration = 45\n')
        backend.arguments = ("--config", str(file))
        backend.start()
        anna = Specialist(backend)
        made = backend.send("POST", "/api/conferences", {"start_date": "2026-12-23", "start_time": "15:30"}, anna.token)
        assert (made.json["timezone"], made.json["duration"]) == ("Asia/Almaty", 45)


# ---------------------------------------------------------------- a full disk


def test_a_full_disk_loses_nothing_that_was_acknowledged(backend: Backend):
    backend.stop()
    backend.largest_file = 2 << 20
    backend.start()
    operator = Views(backend, ADMIN, after=0)
    line, kept, refused = backend.line(), [], None
    for number in range(20_000):
        room = f"full-{number}"
        answer = line.ask("POST", GUIDE, guide("participant_joined", room, str(uuid.uuid4())), WORD)
        if answer.status != 200:
            refused = answer
            break
        kept.append(room)
    line.close()
    assert refused and len(kept) > 50
    assert refused.status == 503 and refused.code in ("disk_full", "cannot_store") and int(refused.headers["retry-after"]) > 0
    # Reading goes on, and monitors see it.
    assert backend.ask("GET", "/health/ready").status == 503
    assert backend.health()["status"] == "degraded" and not backend.health()["writable"]
    assert backend.ask("GET", "/api/events?after=0", token=ADMIN).status == 200
    again = guide("participant_joined", "full-again", str(uuid.uuid4()))
    unacknowledged = backend.ask("POST", GUIDE, again, WORD).status
    wait_for(lambda: len(operator.events(kind="client_joined")) >= len(kept), "everything acknowledged in the feed")
    backend.kill()
    backend.largest_file = None
    backend.start()
    assert backend.ask("POST", GUIDE, again, WORD).status == 200, "the sender comes again"
    operator.wait("client_joined", room="full-again")
    rooms = [event["room"] for event in operator.events(kind="client_joined")]
    assert rooms == [*kept, "full-again"], (unacknowledged, len(rooms), len(kept))
    assert backend.ask("GET", "/health/ready").status == 200
    late = Views(backend, ADMIN, after=0)
    wait_for(lambda: len(late.events(kind="client_joined")) == len(rooms), "the same from the disk")
    late.close()
    operator.close()


def test_room_on_the_disk_again_and_it_goes_on_without_a_restart(backend: Backend):
    """The module holds what was refused, and comes again."""
    backend.stop()
    backend.largest_file = 2 << 20
    backend.start()
    line, status = backend.line(), 200
    while status == 200:
        status = line.ask("POST", GUIDE, guide("participant_joined", f"r-{uuid.uuid4()}", str(uuid.uuid4())), WORD).status
    line.close()
    assert status == 503 and backend.process
    subprocess.run(["prlimit", f"--pid={backend.process.pid}", "--fsize=unlimited"], check=True)
    module = Module(backend)
    body = module.batch(module.event("occupant_joined", "after-all", occupant=person("Иван")))
    wait_for(lambda: module.post(body, id="msg_again").status == 200, "room again")
    assert backend.ask("GET", "/health/ready").status == 200
    operator = Views(backend, ADMIN, after=0)
    operator.wait("client_joined", room="after-all")
    assert len(operator.events(room="after-all")) == 1
    operator.close()


# ---------------------------------------------------------------- going down


def test_sigterm_lets_everybody_go_and_keeps_what_was_said(backend: Backend, hire):
    anna = hire(backend)
    session = anna.plan()
    waiting: list[int] = []
    end = backend.ask("GET", "/api/events", token=anna.token).json["cursor"]
    poll = threading.Thread(target=lambda: waiting.append(backend.ask("GET", f"/api/events?after={end}&wait=60", token=anna.token).status))
    poll.start()
    wait_for(lambda: backend.health()["followers"] >= 3, "the waiting reader")
    line, kept, over = backend.line(), [], threading.Event()

    def send() -> None:
        while not over.is_set():
            who = str(uuid.uuid4())
            try:
                if line.ask("POST", GUIDE, guide("participant_joined", f"last-{len(kept)}", who), WORD).status == 200:
                    kept.append(who)
            except OSError:
                return
            except Exception:  # the connection was closed between two requests
                return

    sender = threading.Thread(target=send)
    sender.start()
    wait_for(lambda: len(kept) > 20, "some that were kept")
    began = time.monotonic()
    assert backend.stop() == 0
    assert time.monotonic() - began < 10
    over.set()
    sender.join(5)
    poll.join(5)
    assert waiting == [200], "who waits is answered, not cut off"
    assert not list(backend.data.glob("*-wal")), "closed in good order"
    backend.start()
    operator = Views(backend, ADMIN, after=0)
    wait_for(lambda: len([e for e in operator.events(kind="client_joined")]) == len(kept), "every last one")
    operator.close()
    backend.ask("POST", GUIDE, guide("participant_joined", session.room, str(uuid.uuid4())), WORD)
    session.wait("client_joined")  # the readers came back by themselves


def test_a_second_sigterm_and_a_stuck_sender_do_not_keep_it(backend: Backend):
    line = backend.line()
    line.http.putrequest("POST", GUIDE)
    line.http.putheader("Content-Length", "1000")
    line.http.endheaders()
    line.http.send(b"{")  # and no more
    began = time.monotonic()
    assert backend.stop() == 0
    assert time.monotonic() - began < 15
    line.close()


def test_a_slow_sender_is_given_up(backend: Backend):
    backend.stop()
    backend.settings["LIMITS__REQUEST_SECONDS"] = "1"
    backend.start()
    line = backend.line(seconds=10)
    line.http.putrequest("POST", GUIDE)
    line.http.putheader("Content-Length", "1000")
    line.http.endheaders()
    line.http.send(b"{")
    answer = line.http.getresponse()
    assert answer.status == 408
    line.close()


# ---------------------------------------------------------------- what can be seen


def test_health_ready_and_metrics(backend: Backend, hire):
    anna = hire(backend)
    session, module = anna.plan(), Module(backend)
    module.say("occupant_joined", session.room, occupant=person("Иван Сидоров"))
    module.say("occupant_joined", "unplanned-7", occupant=person("Мария"))
    session.wait("client_joined")
    health = wait_for(lambda: (it := backend.health())["unplanned_rooms"] == 1 and it["cursor"] >= 3 and it, "both rooms")
    assert health["status"] == "ok" and health["writable"]
    assert [source["source"] for source in health["sources"]] == ["kabinet:muc.meet.jitsi"]
    assert backend.ask("GET", "/health/ready").json == {"ready": True}
    metrics = backend.ask("GET", "/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    for line in metrics.body.decode().splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) kabinet_\w+ .+|kabinet_\w+(\{source="[^"]*"\})? \d+(\.\d+)?', line), line
    seen = metrics.body.decode() + str(health)
    for private in ("Иван", "Мария", session.room, "unplanned-7", session.id, anna.name, anna.token, SECRET, WORD, "guest.meet.jitsi"):
        assert private not in seen
    numbers = dict(line.split(" ") for line in metrics.body.decode().splitlines() if not line.startswith("#"))
    assert numbers["kabinet_unplanned_rooms"] == "1" and numbers["kabinet_writable"] == "1"


def test_a_source_that_falls_silent_and_comes_back(backend: Backend, hire):
    backend.stop()
    backend.settings["SOURCES__SILENT_AFTER_SECONDS"] = "4"
    backend.start()
    anna = hire(backend)
    views, module = anna.views, Module(backend)
    module.say("heartbeat", "r")
    silent = views.wait("source_silent")
    wait_for(lambda: (it := backend.health())["status"] == "degraded" and it["sources"][0]["silent"], "the silence")
    module.say("heartbeat", "r")
    views.wait("source_back", after=silent["cursor"])
    # Silence is only four seconds away again.
    wait_for(lambda: module.say("heartbeat", "r") and not backend.health()["sources"][0]["silent"], "its end")


def test_the_log_in_json(tmp_path: Path):
    with Backend(tmp_path, env={"LOG_FORMAT": "json"}) as backend:
        backend.stop()
        lines = [json.loads(line) for line in backend.log.splitlines()]
        assert {"timestamp", "level", "target"} <= set(lines[0])


# ---------------------------------------------------------------- forgetting


@LongRun
def forgetting(folder: Path) -> None:
    """Old rows are looked for a minute after the start."""
    with Backend(folder) as backend:
        anna = Specialist(backend)
        session = anna.plan()
        module = Module(backend)
        module.say("occupant_joined", session.room, occupant=person("Иван"))
        last = session.wait("client_joined")
        anna.close()
        backend.stop()
        with sqlite3.connect(database(backend)) as old:
            old.execute("UPDATE events SET received_at = 0 WHERE cursor < ?", (last["cursor"],))
        old.close()
        backend.start()

        def ask(after: int):
            return backend.ask("GET", f"/api/events?after={after}", token=anna.token)

        assert ask(0).status == 200
        wait_for(lambda: ask(0).status == 410, "forgetting", 90)
        expired = ask(0)
        assert expired.code == "cursor_expired" and expired.json["error"]["oldest"] == last["cursor"] - 1
        assert backend.ask("GET", "/api/events/stream?after=0", token=anna.token).status == 410
        assert ask(last["cursor"] - 1).json["events"] == [last]
        backend.stop()
        backend.start()
        assert ask(0).status == 410 and ask(last["cursor"]).status == 200


forgetting.takes = 65


def test_what_is_forgotten_is_said_to_be_forgotten():
    forgetting()

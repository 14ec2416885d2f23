"""Specialists and their devices: by the command line, by the administrator, by pairing. What is secret is on disk as a hash only."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from lab import wait_for

from .backend import ADMIN, SECRET, WORD, Backend, code_in, in_threads, token_in
from .dialects import Module, person
from .practice import Specialist


def verb(backend: Backend, *arguments: str):
    return backend.run("specialist", *arguments, "--data", backend.data)


def pair(backend: Backend, code: str, address: str = "127.0.0.1"):
    body = b'{"code":"%s","device":"laptop"}' % code.encode()
    return backend.ask("POST", "/api/devices/pair", body, headers={"Content-Type": "application/json"}, address=address)


def look_anew(backend: Backend) -> None:
    """What the command line took away is noticed within seconds, or with the next token that is not known."""
    assert backend.ask("GET", "/api/current-user", token="nobody", address="127.0.7.1").status == 401


def test_pairing_by_link_and_code(house: Backend, anna: Specialist):
    printed = verb(house, "pair", anna.name, "--url", "https://events.example.org/base")
    assert printed.returncode == 0, printed.stderr
    link, code = urlsplit(printed.stdout.splitlines()[0]), code_in(printed.stdout.splitlines()[1])
    house.private.add(code)
    assert (link.scheme, link.netloc) == ("kabinet", "pair")
    assert parse_qs(link.query) == {"url": ["https://events.example.org/base"], "code": [code]}
    paired = pair(house, code.lower().replace("-", " "))  # as somebody types it
    assert paired.status == 200 and paired.json["specialist"]["name"] == anna.name
    house.private.add(paired.json["token"])
    me = house.ask("GET", "/api/current-user", token=paired.json["token"]).json
    assert (me["name"], me["id"], me["administrator"]) == (anna.name, paired.json["specialist"]["id"], False)
    again = pair(house, code, "127.0.3.1")
    assert again.status == 401 and again.code == "wrong_code", "a code is good once"


def test_a_code_is_good_for_one_of_many_who_try_at_once(house: Backend, anna: Specialist):
    code = code_in(verb(house, "pair", anna.name).stdout)
    seen: list[int] = []
    in_threads(8, lambda number: seen.append(pair(house, code, f"127.0.4.{number + 1}").status))
    assert sorted(seen) == [200] + [401] * 7


def test_wrong_codes(house: Backend):
    for number, code in enumerate(("AAAA-AAAA", "", "0", "ж" * 8, "A" * 5000)):
        answer = pair(house, code, f"127.0.5.{number + 1}")
        assert answer.status == 401 and answer.code == "wrong_code"
    kind = {"Content-Type": "application/json"}
    for body in (b"{}", b'{"code":7,"device":"x"}', b'{"code":"AAAA-AAAA"}', b'{"code":"AAAA-AAAA","device":"%s"}' % (b"x" * 300)):
        assert house.ask("POST", "/api/devices/pair", body, headers=kind, address="127.0.5.99").status == 400


def test_the_administrator_makes_and_removes_specialists(house: Backend):
    made = house.send("POST", "/api/specialists", {"name": " Вера ", "email": "vera@example.org", "token_ids": ["v-1"], "account": "vera"}, ADMIN)
    assert made.status == 201 and made.json["name"] == "Вера" and made.json["token_ids"] == ["v-1"]
    house.private |= {"vera@example.org", "Вера", made.json["pairing_code"]}
    token = pair(house, made.json["pairing_code"]).json["token"]
    assert house.ask("GET", "/api/current-user", token=token).json["email"] == "vera@example.org"
    assert house.send("POST", "/api/specialists", {"name": "X"}, token).status == 403
    assert house.ask("DELETE", f"/api/specialists/{made.json['id']}", token=token).status == 403
    assert house.ask("DELETE", f"/api/specialists/{made.json['id']}", token=ADMIN).status == 204
    assert house.ask("DELETE", f"/api/specialists/{made.json['id']}", token=ADMIN).status == 404
    assert house.ask("GET", "/api/current-user", token=token).status == 401, "the devices went too"
    for body in ({}, {"name": ""}, {"name": "x" * 201}, {"name": 7}, {"name": "x", "token_ids": "y"}):
        assert house.send("POST", "/api/specialists", body, ADMIN).status == 400, body


def test_the_administrator_is_nobody_in_particular(house: Backend):
    me = house.ask("GET", "/api/current-user", token=ADMIN).json
    assert me["administrator"] and me["id"] is None
    assert house.ask("GET", "/api/bitrix/users", token=ADMIN).json == []


def test_the_command_line_beside_a_running_backend(house: Backend):
    added = verb(house, "add", "Глеб", "--token", "--email", "gleb@example.org", "--token-id", "g-1", "--token-id", "g-2")
    token = token_in(added.stdout)
    house.private |= {token, "Глеб", "gleb@example.org"}
    assert house.ask("GET", "/api/current-user", token=token).json["name"] == "Глеб", "without a restart"
    listed = verb(house, "list").stdout
    assert "Глеб" in listed and token not in listed
    assert verb(house, "remove", "Глеб").returncode == 0
    look_anew(house)
    assert house.ask("GET", "/api/current-user", token=token, address="127.0.6.1").status == 401
    assert "Глеб" not in verb(house, "list").stdout
    for arguments in (("remove", "Глеб"), ("pair", "Глеб"), ("add", " "), ("add",), ("dance",)):
        failed = verb(house, *arguments)
        assert failed.returncode != 0 and failed.stderr and not failed.stdout, arguments
        assert "panicked" not in failed.stderr


def test_secrets_are_not_on_disk(house: Backend, anna: Specialist):
    session = anna.plan()
    code = code_in(verb(house, "pair", anna.name).stdout)
    token = pair(house, code).json["token"]
    unused = code_in(verb(house, "pair", anna.name).stdout)
    disk = house.on_disk()
    assert session.room.encode() in disk, "this looks where things are kept"
    for secret in (anna.token, token, code, unused, code.replace("-", ""), unused.replace("-", ""), ADMIN, SECRET, WORD):
        assert secret.encode() not in disk and secret.removeprefix("kbn_").encode() not in disk
    # Nobody else on this computer can read the folder.
    assert house.data.stat().st_mode & 0o077 == 0


def test_codes_cannot_be_guessed_for_long(backend: Backend, hire):
    anna = hire(backend)
    code = code_in(verb(backend, "pair", anna.name).stdout)
    backend.private.add(code)
    seen = [pair(backend, f"AAAA-AA{number:02}", "127.0.6.1").status for number in range(100)]
    assert set(seen) == {401, 429}
    assert pair(backend, code, "127.0.6.1").status == 429, "beyond the limit a right code is not looked at either"
    assert pair(backend, code, "127.0.6.2").status == 200, "nobody is locked out by somebody else"


def test_a_secret_in_the_environment_is_taken_to_the_letter(tmp_path):
    for number, secret in enumerate(("00001234567890123456789", '"quoted-and-long-enough"')):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Backend(folder, secret=secret) as backend:
            body = b'{"event":"speaker_changed","roomName":"r"}'
            kind = {"Content-Type": "application/json"}
            assert backend.ask("POST", "/api/webhook/jitsi", body, token=secret, headers=kind).status == 200
            assert backend.ask("POST", "/api/webhook/jitsi", body, token=secret.strip('"0'), headers=kind).status == 401


def test_whoever_is_removed_is_told_nothing_more(backend: Backend, hire):
    """Removed on the command line, and nobody asks with a token that is not known."""
    anna = hire(backend)
    views = anna.views
    assert verb(backend, "remove", anna.name).returncode == 0
    wait_for(lambda: views.poll.broken and views.stream.broken, "both readers shown out")


def test_whoever_is_removed_is_shown_out_of_the_feed(backend: Backend, hire):
    anna = hire(backend)
    views = anna.views
    assert verb(backend, "remove", anna.name).returncode == 0
    look_anew(backend)
    wait_for(lambda: views.poll.broken and views.stream.broken, "both readers shown out")
    assert "401" in views.poll.broken and "401" in views.stream.broken


def test_what_a_specialist_is_known_by_is_changed_without_removing_them(backend: Backend, hire):
    vera = hire(backend, "Вера", "--token-id", "old")
    session = vera.plan()
    assert verb(backend, "change", "Вера").returncode != 0, "nothing to change"
    changed = verb(backend, "change", "Вера", "--token-id", "portal-17", "--token-id", "portal-18", "--account", "vera@meet.jitsi")
    assert changed.returncode == 0, changed.stderr
    look_anew(backend)
    Module(backend).say("occupant_joined", session.room, occupant=person("Вера", token={"id": "portal-18"}))
    assert session.wait("session_started")["who"]["proof"] == "token"
    assert backend.ask("GET", "/api/current-user", token=vera.token).status == 200

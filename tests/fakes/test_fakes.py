"""What all fakes have in common: state, switches, the clock, and the control interface."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest

from lab import wait_for

from . import Bitrix24, Clock, GreenApi, Telegram, Telemost
from .asking import ask

READY = {"Authorization": "OAuth y0_READY_EXAMPLE"}
CUT = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture
def fake() -> Iterator[Telemost]:
    with Telemost() as telemost:
        yield telemost


def create(fake: Telemost, **more):
    return ask("POST", f"{fake.api}/conferences", {}, READY, **more)


def tell(fake, verb: str, **change):
    return ask("POST", f"{fake.url}/_fake/{verb}", change)


# -- switches


def test_a_status_is_answered_as_the_vendor_words_it(fake: Telemost):
    tell(fake, "next", method="conference.create", do="status:429", retry_after=7)
    limited = create(fake)
    assert limited.error == (429, "TooManyRequestsError")
    assert limited.headers["Retry-After"] == "7"
    assert fake.conferences == {}
    assert create(fake).status == 201


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 429, 500, 502, 503])
def test_every_status_has_an_answer_in_every_fake(fake: Telemost, status: int):
    with Bitrix24() as portal, GreenApi() as green, Telegram() as bot:
        for it in (fake, fake.yandex, portal, green, bot):
            it.next("*", f"status:{status}")
            assert ask("GET", f"{it.url}/anything").status == status


def test_a_named_refusal(fake: Telemost):
    tell(fake, "next", method="POST /v1/telemost-api/*", do="refuse:PaymentRequiredToUseLiveStreams", times=2)
    assert [create(fake).status for _ in range(3)] == [402, 402, 201]


def test_a_page_instead_of_json(fake: Telemost):
    fake.next("conference.*", "html")
    fake.next("conference.*", "html:502")
    first, second = create(fake), create(fake)
    assert (first.status, second.status) == (200, 502)
    assert first.headers["Content-Type"].startswith("text/html") and "<html>" in second.text


def test_a_redirect(fake: Telemost):
    fake.next("conference.create", "redirect:http://127.0.0.1:9/elsewhere")
    assert create(fake).headers["Location"] == "http://127.0.0.1:9/elsewhere"


def test_a_lost_answer_has_its_effect(fake: Telemost):
    tell(fake, "next", method="conference.create", do="lost")
    with pytest.raises(CUT):
        create(fake)
    assert len(fake.conferences) == 1


def test_a_closed_connection_has_none(fake: Telemost):
    tell(fake, "next", method="conference.create", do="close")
    with pytest.raises(CUT):
        create(fake)
    assert fake.conferences == {}


def test_a_late_answer_has_its_effect_at_once(fake: Telemost):
    fake.next("conference.create", "delay:3600", times=2)
    with pytest.raises(socket.timeout):
        create(fake, seconds=0.1)
    wait_for(lambda: len(fake.conferences) == 1, "the first conference")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(create, fake)
        wait_for(lambda: len(fake.conferences) == 2, "the second conference")
        fake.stop()  # does not wait for those who wait
        assert isinstance(waiting.exception(10), CUT)


def test_a_switch_can_let_some_pass_and_last_for_ever(fake: Telemost):
    fake.next("conference.create", "status:500", times=None, skip=2)
    assert [create(fake).status for _ in range(5)] == [201, 201, 500, 500, 500]


@pytest.mark.parametrize("do", ["explode", "status", "status:many", "delay:", "refuse:", "refuse:NoSuchThing", "redirect"])
def test_a_switch_that_makes_no_sense_is_refused(fake: Telemost, do: str):
    assert tell(fake, "next", method="*", do=do).status == 400
    assert tell(fake, "next", metod="*", do="lost").status == 400
    assert create(fake).status == 201


# -- state


def test_state_is_kept_between_requests_and_shown(fake: Telemost):
    made = create(fake).json
    ask("PATCH", f"{fake.api}/conferences/{made['id']}", {"waiting_room_level": "ADMINS"}, READY)
    state = ask("GET", f"{fake.url}/_fake/state").json
    assert [it["waiting_room_level"] for it in state["stored"]["conferences"]] == ["ADMINS"]
    assert [it["answered"] for it in state["requests"]] == [201, 200]
    assert "authorization" in state["requests"][0]["headers"]
    assert "READY" not in str(state["requests"])


def test_calm_takes_the_switches_back_and_nothing_else(fake: Telemost):
    made = create(fake).json
    tell(fake, "next", method="*", do="status:500", times=None)
    assert create(fake).status == 500
    assert tell(fake, "calm").status == 200
    assert create(fake).status == 201
    assert made["id"] in fake.conferences


def test_reset_forgets_everything(fake: Telemost):
    create(fake)
    tell(fake, "set", create_status=200)
    tell(fake, "next", method="*", do="lost")
    tell(fake, "clock", advance=100)
    assert tell(fake, "reset").status == 200
    assert (fake.conferences, fake.requests, fake.switches, fake.clock.ahead) == ({}, [], [], 0)
    assert create(fake).status == 201


def test_an_option_nobody_knows_is_refused(fake: Telemost):
    assert "there are" in tell(fake, "set", colour="red").json["error"]
    with pytest.raises(ValueError):
        Telemost(colour="red")


def test_one_clock_for_all():
    clock = Clock(1000)
    with Telemost(clock=clock) as telemost:
        assert tell(telemost, "clock", advance=50).json == {"now": 1050}
        assert telemost.yandex.now() == 1050


def test_a_stopped_fake_answers_nobody_even_on_an_open_line(fake: Telemost):
    line = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=10)
    line.request("GET", "/v1/telemost-api/conferences/1", headers=READY)
    assert line.getresponse().read()
    fake.stop()
    with pytest.raises((*CUT, OSError)):
        line.request("GET", "/v1/telemost-api/conferences/1", headers=READY)
        line.getresponse()


def test_an_outage_keeps_the_address_and_what_is_stored(fake: Telemost):
    url, made = fake.url, create(fake).json
    fake.stop()
    with pytest.raises(ConnectionRefusedError):
        create(fake)
    fake.start()
    assert fake.url == url
    assert ask("GET", f"{fake.api}/conferences/{made['id']}", headers=READY).status == 200


def test_reset_takes_a_rename_back():
    with Bitrix24() as portal:
        old = portal.url
        portal.edit("portal", "rename")
        assert ask("POST", f"{old}/rest/7/examplesecret0000/profile", {}).status == 302
        ask("POST", f"{portal.url}/_fake/reset")
        assert portal.url == old
        assert ask("POST", f"{old}/rest/7/examplesecret0000/profile", {}).status == 200


def test_a_defect_of_a_fake_is_told(fake: Telemost, capsys: pytest.CaptureFixture[str]):
    fake.conferences = None  # type: ignore[assignment]
    assert create(fake).error == (500, "FAKE_BROKE")
    assert "Traceback" in capsys.readouterr().err


def run(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.fakes", "--yandex", "0", "--telemost", "0", "--bitrix24", "0", "--green-api", "0", "--telegram", "0", *options]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)


def test_all_of_them_for_a_person():
    with run() as program:
        told = "".join(iter(program.stdout.readline, "ready\n"))  # type: ignore[union-attr]
        program.terminate()
    assert program.returncode == 0
    assert "/rest/7/examplesecret0000/" in told and "y0_READY_EXAMPLE" in told


@pytest.mark.parametrize("polling", [False, True])
def test_the_files_that_lead_kabinet_here(tmp_path: Path, polling: bool):
    more = ("--polling",) if polling else ()
    with run("--operator", f"{tmp_path}/desktop/operator.toml", "--backend", f"{tmp_path}/backend.toml", *more) as program:
        "".join(iter(program.stdout.readline, "ready\n"))  # type: ignore[union-attr]
        program.terminate()
    backend = tomllib.loads((tmp_path / "backend.toml").read_text())
    assert set(backend["practice"]) == {"name", "public_url", "language"}
    accounts = backend["connections"]
    for name in ("green-api", "green-api-max"):
        assert set(accounts[name]) == {"id_instance", "api_token_instance", "api_url"} | (set() if polling else {"webhook_token"})
    proof = set() if polling else {"webhook_secret"}
    assert set(accounts["telegram"]) == {"bot_token", "api_address", "practice_channel", "link_address"} | proof
    assert set(tomllib.loads((tmp_path / "desktop/operator.toml").read_text())["connections"]) == {"telemost", "bitrix24"}


def test_all_of_them_for_a_program():
    with run("--json") as program:
        try:
            told = json.loads(program.stdout.readline())  # type: ignore[union-attr]
            for name in ("yandex", "telemost", "bitrix24", "green-api", "telegram"):
                assert ask("GET", f"{told[name.replace('-', '_') + '_url']}/_fake/state").json["fake"] == name
            assert ask("POST", f"{told['telemost_api']}/conferences", {}, {"Authorization": f"OAuth {told['token']}"}).status == 201
            assert ask("POST", f"{told['webhook']}user.get", {}).json["total"] == 500
            instance = f"{told['green_api_url']}/waInstance{told['green_api_max_id']}/getStateInstance/{told['green_api_max_token']}"
            assert ask("GET", instance).json == {"stateInstance": "authorized"}
            me = ask("POST", f"{told['telegram_api']}/bot{told['telegram_bot_token']}/getMe").json
            assert me["result"]["username"] == told["telegram_bot"]
        finally:
            program.terminate()
    assert program.returncode == 0

"""What the backend itself is connected to: where its settings come from, and what is said of wrong ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fakes import Telemost
from lab import wait_for

from .backend import Backend, in_threads, watched
from .outside import connection, make, post, telemost_settings, wait_until_asked, wanted

TELEMOST = "[connections.telemost]\n"
PORTAL = "[connections.bitrix24]\n"


def refused(folder: Path, content: str = "", env: dict[str, str] | None = None) -> str:
    """What a backend says that does not start."""
    (folder / "kabinet.toml").write_text(content)
    backend = Backend(folder, env=env, arguments=("--config", str(folder / "kabinet.toml")))
    process = backend.launch()
    try:
        assert process.wait(20) != 0
    finally:
        process.kill()
    assert "y0_secret" not in backend.log and "example_secret" not in backend.log
    return backend.log


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[connections.zoom]\ntoken = 'y0_secret'", "connections.zoom"), (f"{TELEMOST}token = 'y0_secret'", "connections.telemost.token"),
        (f"{TELEMOST}access_token = 7", "connections.telemost.access_token"), (f"{TELEMOST}access_token = 'y0 secret'", "connections.telemost.access_token"),
        (f"{TELEMOST}api_address = 'https://api.example.org'", "connections.telemost.access_token"),
        (f"{TELEMOST}access_token = 'y0_secret'\napi_address = 'http://api.example.org'", "connections.telemost.api_address"),
        (f"{TELEMOST}refresh_token = 'y0_secret'", "connections.telemost.client_id"),
        (f"{TELEMOST}access_token_file = '/nowhere/at/all'", "connections.telemost.access_token_file"),
        (f"{PORTAL}calendar = '4'", "connections.bitrix24.webhook_url"), (f"{PORTAL}webhook_url = 'http://portal.example.org/rest/7/example_secret/'", "connections.bitrix24.webhook_url"),
        (f"{PORTAL}client_secret = 'example_secret'", "connections.bitrix24.client_secret"), ("[connections.jitsi]\nbase_url = 'no address'", "connections.jitsi.base_url"),
        ("[connections.link]\nlink = 'y0_secret'", "connections.link"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, said: str):
    assert said in refused(tmp_path, content)


def test_a_wrong_variable_is_named(tmp_path: Path):
    assert "connections.telemost.acess_token" in refused(tmp_path, env={"CONNECTIONS__TELEMOST__ACESS_TOKEN": "y0_secret"})


def with_telemost(folder: Path, telemost: Telemost, hire: Any, env: dict[str, str], content: str = "") -> None:
    """Starts a backend with these settings, and has a room made."""
    (folder / "kabinet.toml").write_text(content)
    with watched(folder, env=env, arguments=("--config", str(folder / "kabinet.toml"))) as backend:
        backend.private |= {grant.access for grant in telemost.yandex.grants}
        wait_until_asked(backend, "telemost")
        assert make(hire(backend))["link"]
        state = connection(backend, "telemost")
        assert state["state"] == "ok" and state["age_seconds"] >= 0 and "code" not in state


@pytest.mark.parametrize("where", ["environment", "file", "file_of_environment", "toml"])
def test_a_secret_comes_from_everywhere(tmp_path: Path, hire, where: str):
    with Telemost() as telemost:
        # As if it were a number in quotes, or had a line's end: it is taken to the letter, but for the line's end of a file.
        token = telemost.yandex.grant("specialist", access='"0012345678901234567890"').access
        env = telemost_settings(telemost, token)
        content, secret = "", tmp_path / "token"
        if where != "environment":
            del env["CONNECTIONS__TELEMOST__ACCESS_TOKEN"]
            secret.write_text(f"{token}\n")
        if where == "file_of_environment":
            env["CONNECTIONS__TELEMOST__ACCESS_TOKEN_FILE"] = str(secret)
        if where == "file":
            content = f"{TELEMOST}access_token_file = '{secret}'\n"
        if where == "toml":
            content = f"{TELEMOST}access_token = '{token}'\n"
        with_telemost(tmp_path, telemost, hire, env, content)


def test_a_blank_connection_is_none(tmp_path: Path):
    with watched(tmp_path, env={"CONNECTIONS__TELEMOST__ACCESS_TOKEN": "", "CONNECTIONS__BITRIX24__WEBHOOK_URL": " "}) as backend:
        assert backend.health()["connections"] == []


def test_only_a_refresh_token_is_enough(tmp_path: Path, hire):
    with Telemost() as telemost:
        grant = telemost.yandex.grant("specialist", device="kabinet-backend")
        env = telemost_settings(telemost, "", REFRESH_TOKEN=grant.refresh, CLIENT_ID=grant.client, CLIENT_SECRET="EXAMPLE_SECRET")
        with_telemost(tmp_path, telemost, hire, env)
        # Another token of the operator's counts more than the one that was renewed.
        second = telemost.yandex.grant("specialist", device="kabinet-backend")
        for one in [one for one in telemost.yandex.grants if one is not second]:
            one.dead = True
        with_telemost(tmp_path, telemost, hire, env | {"CONNECTIONS__TELEMOST__REFRESH_TOKEN": second.refresh})


def test_a_token_that_was_revoked_is_seen(tmp_path: Path):
    with Telemost() as telemost:
        token = telemost.yandex.grant("specialist").access
        telemost.yandex.edit("token", "revoke", access=token)
        with watched(tmp_path, env=telemost_settings(telemost, token)) as backend:
            backend.private.add(token)
            wait_for(lambda: connection(backend, "telemost")["state"] == "failing", "the trouble")
            state = connection(backend, "telemost")
            assert state["code"] == "sign_in_again" and "age_seconds" not in state
            assert backend.health()["status"] == "degraded" and backend.ask("GET", "/health/ready").status == 200
            assert 'kabinet_connection_up{connection="telemost"} 0' in backend.ask("GET", "/metrics").body.decode()


def test_other_verbs_start_no_connection(tmp_path: Path):
    backend = Backend(tmp_path, env={"CONNECTIONS__TELEMOST__ACCESS_TOKEN": "y0_secret"})
    listed = backend.run("specialist", "list", "--data", backend.data)
    assert listed.returncode == 0 and "y0_secret" not in listed.stdout + listed.stderr and os.listdir(backend.data)


def test_many_who_meet_an_ended_token_renew_it_once(tmp_path: Path, hire):
    with Telemost() as telemost:
        grant = telemost.yandex.grant("specialist", device="kabinet-backend")
        more = {"REFRESH_TOKEN": grant.refresh, "CLIENT_ID": grant.client, "CLIENT_SECRET": "EXAMPLE_SECRET"}
        with watched(tmp_path, env=telemost_settings(telemost, grant.access, **more)) as backend:
            wait_until_asked(backend, "telemost")
            anna = hire(backend)
            telemost.yandex.edit("token", "expire", access=grant.access)
            in_threads(6, lambda _: make(anna))
            asked = sum("token.refresh_token" in request.names for request in telemost.yandex.requests)
            assert asked == 1 and len(telemost.conferences) == 6


def test_a_renewal_that_is_under_way_at_the_end_is_kept(tmp_path: Path):
    with Telemost() as telemost:
        grant = telemost.yandex.grant("specialist", device="kabinet-backend")
        env = telemost_settings(telemost, "", REFRESH_TOKEN=grant.refresh, CLIENT_ID=grant.client, CLIENT_SECRET="EXAMPLE_SECRET")
        telemost.yandex.next("token.refresh_token", "delay:1")
        with watched(tmp_path, env=env) as backend:
            wait_for(lambda: any("token.refresh_token" in request.names for request in telemost.yandex.requests), "the renewal")
            # The old pair is used up, and the answer with the new one is still to come.
            assert backend.stop() == 0
            renewed = telemost.yandex.grants[-1]
            backend.private |= {grant.access, renewed.access, renewed.refresh}
            assert renewed is not grant and renewed.refresh in (backend.data / "telemost.tokens").read_text()


def test_a_check_that_fails_is_no_success_whatever_answers(tmp_path: Path):
    with Telemost() as something:
        with watched(tmp_path, env={"CONNECTIONS__JITSI__BASE_URL": something.yandex.url}) as backend:
            wait_until_asked(backend, "jitsi")
            state = connection(backend, "jitsi")
            assert (state["state"], state["code"]) == ("failing", "provider_rejects") and "age_seconds" not in state


def test_what_was_never_sent_says_nothing_of_the_connection(tmp_path: Path, hire):
    with Telemost() as telemost:
        token = telemost.yandex.grant("specialist").access
        telemost.yandex.edit("token", "revoke", access=token)
        with watched(tmp_path, env=telemost_settings(telemost, token)) as backend:
            backend.private.add(token)
            wait_until_asked(backend, "telemost")
            anna, asked = hire(backend), len(telemost.requests)
            assert post(anna, wanted(anna, cohosts=["no address"])).status == 400 and len(telemost.requests) == asked
            assert connection(backend, "telemost")["code"] == "sign_in_again" and "age_seconds" not in connection(backend, "telemost")

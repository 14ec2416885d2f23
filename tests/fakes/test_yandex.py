"""Yandex OAuth and Yandex ID: the browser's pages, the grants, and who somebody is."""

from __future__ import annotations

import base64
from typing import Any, Iterator
from urllib.parse import urlencode

import pytest

from . import Clock, Yandex
from .asking import Reply, ask, challenge, post_form
from .yandex_ledger import CLIENT_ID, CLIENT_SECRET

BACK = "http://127.0.0.1:17248/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
ME = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def yandex() -> Iterator[Yandex]:
    with Yandex(clock=Clock(1_790_000_000)) as fake:
        yield fake


def asked(**more: Any) -> dict[str, str]:
    usual = {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "state": "st ate&", "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256", "device_id": "device-0001",
    }  # fmt: skip
    return {key: value for key, value in {**usual, **more}.items() if value is not None}


def page(yandex: Yandex, **more: Any) -> Reply:
    return ask("GET", f"{yandex.url}/authorize?{urlencode(asked(**more))}")


def press(yandex: Yandex, decision: str = "allow", login: str = "specialist", **more: Any) -> Reply:
    return post_form(f"{yandex.url}/authorize", **asked(**more), decision=decision, login=login)


def token(yandex: Yandex, grant: str = "authorization_code", **fields: Any) -> Reply:
    return post_form(f"{yandex.url}/token", grant_type=grant, **fields)


def exchange(yandex: Yandex, code: str, **more: Any) -> Reply:
    return token(yandex, code=code, **{"client_id": CLIENT_ID, "code_verifier": VERIFIER, **more})


def info(yandex: Yandex, access: str) -> Reply:
    return ask("GET", f"{yandex.url}/info?format=json", headers={"Authorization": f"OAuth {access}"})


# -- the page


def test_the_page_asks_and_allowing_brings_the_code_back(yandex: Yandex):
    shown = page(yandex, login_hint="assistant@org.example")
    assert shown.status == 200 and 'value="allow">Allow<' in shown.text and 'value="deny">Deny<' in shown.text
    assert '<option value="assistant" selected>' in shown.text and "telemost-api:conferences.create" in shown.text
    pressed = press(yandex, login="assistant")
    assert pressed.status == 302 and pressed.headers["Location"].startswith(f"{BACK}?code=")
    assert pressed.back["state"] == "st ate&"
    grant = exchange(yandex, pressed.back["code"]).json
    assert info(yandex, grant["access_token"]).json["default_email"] == "assistant@org.example"


@pytest.mark.parametrize("change, error", [
    ({"response_type": "token"}, "invalid_request"),
    ({"login_hint": "nobody"}, "invalid_request"),
    ({"code_challenge_method": "S512"}, "invalid_request"),
    ({"device_id": "short"}, "invalid_request"),
    ({"state": "s" * 1025}, "invalid_request"),
    ({"scope": "disk:write"}, "invalid_scope"),
])  # fmt: skip
def test_a_wrong_question_goes_back_as_an_error(yandex: Yandex, change: dict[str, str], error: str):
    assert page(yandex, **change).back["error"] == error


def test_refusals_of_the_page(yandex: Yandex):
    assert press(yandex, "deny").back["error"] == "access_denied"
    yandex.edit("client", "change", set={"blocked": True})
    assert page(yandex).back == {"error": "unauthorized_client", "error_description": "Application is blocked or awaits moderation", "state": "st ate&"}
    # Nobody is sent to an address that is not registered.
    assert page(yandex, client_id="unknown").status == 400
    assert page(yandex, redirect_uri="https://evil.example/").status == 400
    yandex.set(redirect_uris=[BACK])
    assert page(yandex, redirect_uri=BACK + "/").status == 400


def test_a_code_to_copy_by_hand(yandex: Yandex):
    pressed = press(yandex, redirect_uri="https://oauth.yandex.ru/verification_code")
    assert pressed.back["code"].isdigit() and len(pressed.back["code"]) == 7
    assert f'<output id="code">{pressed.back["code"]}</output>' in ask("GET", pressed.headers["Location"]).text
    yandex.set(long_code=True)
    assert len(press(yandex, redirect_uri=None).back["code"]) == 16


# -- a code for a token


def test_pkce_is_held_to(yandex: Yandex):
    code = press(yandex).back["code"]
    assert exchange(yandex, code, code_verifier="another").error == (400, "invalid_request")
    assert exchange(yandex, code, code_verifier=None).error == (400, "invalid_request")
    assert exchange(yandex, code).json["token_type"] == "bearer"
    assert exchange(yandex, code).error == (400, "invalid_grant")


def test_the_secret(yandex: Yandex):
    code = press(yandex).back["code"]
    assert exchange(yandex, code, client_secret="wrong").error == (400, "invalid_client")
    yandex.set(secretless_pkce=False)
    assert exchange(yandex, code).error == (400, "invalid_client")
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert post_form(
        f"{yandex.url}/token", {"Authorization": f"Basic {basic}"}, grant_type="authorization_code", code=code, code_verifier=VERIFIER
    ).status == 200  # fmt: skip
    plain = press(yandex, code_challenge=None, code_challenge_method=None).back["code"]
    yandex.set(secretless_pkce=True)
    assert exchange(yandex, plain).error == (400, "invalid_client")
    assert exchange(yandex, plain, **ME).status == 200


def test_codes_end(yandex: Yandex):
    code = press(yandex).back["code"]
    assert exchange(yandex, "0").error == (400, "bad_verification_code")
    yandex.clock.advance(600)
    assert exchange(yandex, code).error == (400, "invalid_grant")
    code = press(yandex).back["code"]
    yandex.edit("client", "change", set={"scopes": ["login:info"]})
    assert exchange(yandex, code).error == (400, "invalid_scope")
    assert token(yandex, "password", **ME).error == (400, "unsupported_grant_type")


# -- refresh, expiry, revocation


def test_tokens_end_and_are_renewed(yandex: Yandex):
    yandex.set(expires_in=3600)
    first = exchange(yandex, press(yandex).back["code"]).json
    yandex.edit("token", "expire", access=first["access_token"])
    assert info(yandex, first["access_token"]).status == 401
    second = token(yandex, "refresh_token", refresh_token=first["refresh_token"], client_id=CLIENT_ID).json
    assert info(yandex, second["access_token"]).status == 200 and second["expires_in"] == 3600
    # The old refresh token is of no more use: the new one has to be kept.
    assert token(yandex, "refresh_token", refresh_token=first["refresh_token"], **ME).error == (400, "invalid_grant")
    yandex.set(refresh_keeps_access=True)
    third = token(yandex, "refresh_token", refresh_token=second["refresh_token"], client_id=CLIENT_ID).json
    assert third["access_token"] == second["access_token"] and info(yandex, third["access_token"]).status == 200
    yandex.clock.advance(3600)
    assert info(yandex, third["access_token"]).status == 401
    assert token(yandex, "refresh_token", refresh_token=third["refresh_token"], **ME).error == (400, "invalid_grant")


def test_revoking(yandex: Yandex):
    revoke = f"{yandex.url}/revoke_token"
    bound = exchange(yandex, press(yandex).back["code"], **ME).json
    for _ in range(2):
        assert post_form(revoke, access_token=bound["access_token"], **ME).json == {"status": "ok"}
    assert info(yandex, bound["access_token"]).status == 401
    assert token(yandex, "refresh_token", refresh_token=bound["refresh_token"], **ME).error == (400, "invalid_grant")
    free = exchange(yandex, press(yandex, device_id=None).back["code"], **ME).json
    assert post_form(revoke, access_token=free["access_token"], **ME).error == (400, "unsupported_token_type")


def test_tokens_die_early(yandex: Yandex):
    for edit in ({"what": "account", "do": "sign_out", "login": "specialist"}, {"what": "client", "do": "change", "set": {"scopes": ["login:info"]}}):
        grant = yandex.grant("specialist")
        assert info(yandex, grant.access).status == 200
        ask("POST", f"{yandex.url}/_fake/edit", edit)
        assert info(yandex, grant.access).status == 401


def test_who_it_is_depends_on_the_rights(yandex: Yandex):
    assert set(info(yandex, yandex.grant("specialist", []).access).json) == {"id", "login", "client_id", "psuid"}
    assert "default_email" in info(yandex, yandex.grant("specialist", ["login:email"]).access).json
    access = yandex.grant("specialist").access
    assert ask("GET", f"{yandex.url}/info", headers={"Authorization": f"Bearer {access}"}).status == 401
    assert "real_name" in ask("GET", f"{yandex.url}/info?oauth_token={access}").json


# -- a device's code


def device(yandex: Yandex, **more: Any) -> dict[str, Any]:
    return post_form(f"{yandex.url}/device/code", client_id=CLIENT_ID, device_id="device-0001", **more).json


def poll(yandex: Yandex, it: dict[str, Any]) -> Reply:
    return token(yandex, "device_code", code=it["device_code"], **ME)


def test_a_device_waits_for_its_code_to_be_typed(yandex: Yandex):
    it = device(yandex)
    assert poll(yandex, it).error == (400, "authorization_pending")
    assert 'name="user_code"' in ask("GET", it["verification_url"]).text
    assert post_form(it["verification_url"], user_code="wrong", login="specialist", decision="allow").status == 400
    assert post_form(it["verification_url"], user_code=it["user_code"], login="assistant", decision="allow").status == 200
    assert info(yandex, poll(yandex, it).json["access_token"]).json["login"] == "assistant"
    assert poll(yandex, it).error == (400, "invalid_grant")


def test_refusals_of_a_device(yandex: Yandex):
    denied, hasty, late = device(yandex), device(yandex), device(yandex)
    yandex.edit("device", "deny", user_code=denied["user_code"])
    assert poll(yandex, denied).error == (400, "access_denied")
    yandex.set(slow_down=True)
    assert [poll(yandex, hasty).json["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]
    yandex.clock.advance(late["interval"])
    assert poll(yandex, hasty).error == (400, "authorization_pending")
    yandex.clock.advance(late["expires_in"])
    assert poll(yandex, late).error == (400, "invalid_grant")
    yandex.set(device_expired="expired_token")
    assert poll(yandex, late).error == (400, "expired_token")
    assert token(yandex, "device_code", code=late["device_code"], client_id=CLIENT_ID).error == (400, "invalid_client")
    assert token(yandex, "device_code", code="unknown", **ME).error == (400, "bad_verification_code")


def test_what_the_page_says_of_a_devices_code_is_another_thing(yandex: Yandex):
    yandex.set(device_expires_in=600, verification_url="https://oauth.yandex.ru/device")
    assert (device(yandex)["expires_in"], device(yandex)["verification_url"]) == (600, "https://oauth.yandex.ru/device")


@pytest.mark.parametrize("code", ["invalid_client", "invalid_grant", "authorization_pending", "slow_down", "expired_token", "unauthorized_client"])
def test_any_refusal_can_be_asked_for(yandex: Yandex, code: str):
    yandex.next("token.*", f"refuse:{code}")
    assert token(yandex, "device_code").error == (400, code)

"""The portal: ways in, people, limits, batch, renaming, and what it tells others."""

from __future__ import annotations

from typing import Any, Iterator
from urllib.parse import parse_qs

import pytest

from lab import Receiver, wait_for

from . import Bitrix24, Clock
from .asking import Reply, ask, post_form
from .bitrix24_oauth import CLIENT_ID, CLIENT_SECRET

APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
PLAN = {"type": "user", "ownerId": 7, "name": "Консультация", "from": "2026-10-06 15:00:00", "to": "2026-10-06 15:50:00"}


@pytest.fixture
def portal() -> Iterator[Bitrix24]:
    with Bitrix24(clock=Clock(1_791_281_000)) as fake:
        yield fake


def call(portal: Bitrix24, method: str, **given: Any) -> Reply:
    return ask("POST", f"{portal.webhook}{method}", given)


def as_app(portal: Bitrix24, method: str, access: str, **given: Any) -> Reply:
    return ask("POST", f"{portal.client_endpoint}{method}", {**given, "auth": access})


# -- ways in


def test_every_way_of_asking(portal: Bitrix24):
    assert call(portal, "user.current").json["result"]["ID"] == "7"
    assert call(portal, "user.current.json").json["result"]["ID"] == "7"
    assert ask("GET", f"{portal.webhook}user.get?filter[ID]=9").json["result"][0]["ID"] == "9"
    assert post_form(f"{portal.webhook}user.get", **{"filter[ID][]": 9}).json["result"][0]["ID"] == "9"
    access = portal.sign_in(8).access
    assert ask("GET", f"{portal.client_endpoint}user.current?auth={access}").json["result"]["ID"] == "8"
    assert as_app(portal, "user.current", access).json["result"]["ID"] == "8"


def test_who_may_not(portal: Bitrix24):
    assert ask("POST", f"{portal.url}/rest/7/wrong/user.current", {}).error == (401, "NO_AUTH_FOUND")
    assert as_app(portal, "user.current", "unknown").error == (401, "NO_AUTH_FOUND")
    assert call(portal, "no.such.method").error == (404, "ERROR_METHOD_NOT_FOUND")
    assert call(portal, "event.bind", event="ONCALENDARENTRYADD", handler="http://x").error == (404, "ERROR_METHOD_NOT_FOUND")
    portal.edit("webhook", "change", set={"scopes": ["calendar"]})
    assert call(portal, "user.current").error == (403, "insufficient_scope")
    portal.edit("webhook", "change", set={"ends": portal.now()})
    assert call(portal, "calendar.section.get", type="user").error == (401, "NO_AUTH_FOUND")


def test_somebody_elses_webhook(portal: Bitrix24):
    hook = portal.edit("webhook", "add", set={"user": 8, "secret": "theirs", "scopes": ["user"]})
    assert ask("POST", f"{hook}user.current", {}).json["result"]["ID"] == "8"


def test_an_application_is_let_in_and_keeps_its_tokens_fresh(portal: Bitrix24):
    authorize = f"{portal.url}/oauth/authorize/?client_id={CLIENT_ID}&state=s1"
    assert 'value="allow">Allow<' in ask("GET", authorize).text
    pressed = post_form(authorize.partition("?")[0], client_id=CLIENT_ID, state="s1", login="7", decision="allow")
    assert pressed.status == 200 and '<output id="code">' in pressed.text  # no redirect address is registered
    portal.set(redirect_uri="http://127.0.0.1:9/back", consent="allow")
    back = ask("GET", authorize).back
    assert set(back) == {"code", "state", "domain", "member_id", "scope", "server_domain"} and back["state"] == "s1"
    oauth = portal.server_endpoint.replace("/rest/", "/oauth/token/")
    first = ask("GET", f"{oauth}?grant_type=authorization_code&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&code={back['code']}").json
    # Only user_brief was asked for: no address.
    assert "EMAIL" not in as_app(portal, "user.current", first["access_token"]).json["result"]
    portal.clock.advance(first["expires_in"])
    assert as_app(portal, "user.current", first["access_token"]).error == (401, "expired_token")
    second = post_form(oauth, grant_type="refresh_token", refresh_token=first["refresh_token"], **APP).json
    assert second["user_id"] == 7 and as_app(portal, "user.current", second["access_token"]).status == 200
    assert post_form(oauth, grant_type="refresh_token", refresh_token=first["refresh_token"], **APP).error == (400, "invalid_grant")
    portal.clock.advance(180 * 86400)
    assert post_form(oauth, grant_type="refresh_token", refresh_token=second["refresh_token"], **APP).error == (400, "invalid_grant")


def test_refusals_of_the_authorization(portal: Bitrix24):
    oauth, authorize = f"{portal.url}/oauth/token/", f"{portal.url}/oauth/authorize/?client_id={CLIENT_ID}"
    portal.set(consent="deny", redirect_uri="http://127.0.0.1:9/back")
    assert ask("GET", authorize).status == 200  # the application hears nothing
    assert ask("GET", f"{portal.url}/oauth/authorize/?client_id=unknown").status == 400
    portal.set(consent="allow")
    code = ask("GET", authorize).back["code"]
    portal.clock.advance(30)
    assert post_form(oauth, grant_type="authorization_code", code=code, **APP).error == (400, "invalid_grant")
    assert post_form(oauth, grant_type="authorization_code", code=code, client_id=CLIENT_ID, client_secret="no").error == (400, "invalid_client")
    portal.set(oauth_status=401)
    assert post_form(oauth, grant_type="password", **APP).error == (401, "invalid_request")
    portal.next("oauth.token.refresh_token", "refuse:PAYMENT_REQUIRED")
    assert post_form(oauth, grant_type="refresh_token", **APP).error == (400, "PAYMENT_REQUIRED")


def test_a_renamed_portal(portal: Bitrix24):
    old = portal.webhook
    new = ask("POST", f"{portal.url}/_fake/edit", {"what": "portal", "do": "rename"}).json["edited"]
    moved = ask("POST", f"{old}calendar.event.add", PLAN)
    assert (moved.status, moved.headers["Location"]) == (302, f"{new}/rest/7/examplesecret0000/calendar.event.add")
    # A client that follows it with GET loses what it sent.
    assert ask("GET", moved.headers["Location"]).status == 400
    assert ask("POST", moved.headers["Location"], PLAN).json["result"] == 1246


# -- people


def test_colleagues_are_paged_by_fifty(portal: Bitrix24):
    start: int | None = 0
    seen = []
    while start is not None:
        portal.clock.advance(1)
        page = call(portal, "user.get", start=start, sort="ID").json
        assert page["total"] == 500 and len(page["result"]) == 50
        seen += [int(user["ID"]) for user in page["result"]]
        start = page.get("next")
    assert seen == list(range(1, 501))
    uncounted = call(portal, "user.get", start=-1, filter={">ID": 480}).json
    assert not {"total", "next"} & set(uncounted) and len(uncounted["result"]) == 20


@pytest.mark.parametrize("filter, count", [
    ({"ACTIVE": True}, 491), ({"!ACTIVE": True}, 9), ({"USER_TYPE": "extranet"}, 1), ({"EMAIL": "specialist@org.example"}, 1),
    ({"NAME_SEARCH": "анна примерова"}, 1), ({"@ID": [1, 2, 900]}, 2), ({">=ID": 499}, 2), ({"%EMAIL": "colleague00"}, 8), ({"!ID": 1}, 499),
])  # fmt: skip
def test_colleagues_are_found(portal: Bitrix24, filter: dict[str, Any], count: int):
    assert call(portal, "user.get", FILTER=filter).json["total"] == count


def test_empty_dates_are_empty_objects(portal: Bitrix24):
    users = call(portal, "user.get").json["result"]
    assert {} in [user["LAST_ACTIVITY_DATE"] for user in users] and "" in [user["TIME_ZONE"] for user in users]
    assert call(portal, "profile").json["result"]["ADMIN"] is False


def test_notifications(portal: Bitrix24):
    first = call(portal, "im.notify", USER_ID=8, MESSAGE="Ждёт", TAG="c1").json["result"]
    second = call(portal, "im.notify.personal.add", USER_ID=8, MESSAGE="Вошёл", TAG="c1").json["result"]
    assert second == first + 1 and [it["MESSAGE"] for it in portal.people.notifications] == ["Вошёл"]
    assert call(portal, "im.notify", MESSAGE="Кому").error == (400, "USER_ID_EMPTY")
    assert call(portal, "im.notify", USER_ID=8).error == (400, "MESSAGE_EMPTY")
    assert call(portal, "im.notify", USER_ID=9999, MESSAGE="Нет").json["result"] is False
    assert call(portal, "im.notify.delete", TAG="c1").json["result"] is True and portal.people.notifications == []


# -- limits


def test_two_requests_a_second_above_a_full_bucket(portal: Bitrix24):
    portal.set(burst=4)
    assert [call(portal, "profile").status for _ in range(5)] == [200, 200, 200, 200, 503]
    refused = call(portal, "profile")
    assert refused.error == (503, "QUERY_LIMIT_EXCEEDED") and "Retry-After" not in refused.headers
    portal.clock.advance(1)
    assert [call(portal, "profile").status for _ in range(3)] == [200, 200, 503]
    portal.clock.advance(60)
    assert call(portal, "batch", cmd={str(n): "profile" for n in range(50)}).status == 200
    assert portal.level == 1  # a batch is one request


def test_operating_time(portal: Bitrix24):
    portal.set(cost=300)
    answers = [call(portal, "profile") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[1].json["time"]["operating"] == 600 and answers[2].error == (429, "OPERATION_TIME_LIMIT")
    assert call(portal, "user.current").status == 200  # each method has its own
    portal.clock.advance(answers[1].json["time"]["operating_reset_at"] - portal.now())
    assert call(portal, "profile").status == 200


@pytest.mark.parametrize("code, status", [("OVERLOAD_LIMIT", 503), ("ACCESS_DENIED", 403), ("PORTAL_DELETED", 500), ("INTERNAL_SERVER_ERROR", 500)])
def test_any_refusal_can_be_asked_for(portal: Bitrix24, code: str, status: int):
    portal.next("user.*", f"refuse:{code}")
    assert call(portal, "user.current").error == (status, code)


# -- batch


def test_batch(portal: Bitrix24):
    body = call(portal, "batch", cmd={"all": "user.get?start=50", "first": "user.get?FILTER[ID]=$result[all][0][ID]", "nested": "batch"}).json["result"]
    assert body["result"]["first"][0]["ID"] == "51"
    assert (body["result_total"], body["result_next"]) == ({"all": 500, "first": 1}, {"all": 100})
    assert body["result_error"]["nested"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert call(portal, "batch", cmd={}).json["result"]["result"] == []
    assert call(portal, "batch", cmd={str(n): "profile" for n in range(51)}).error == (400, "ERROR_BATCH_LENGTH_EXCEEDED")


def test_batch_halts_and_one_of_it_can_fail(portal: Bitrix24):
    commands = {"a": "calendar.event.delete", "b": "profile"}
    assert call(portal, "batch", halt=1, cmd=commands).json["result"]["result"] == []
    assert set(call(portal, "batch", halt=0, cmd=commands).json["result"]["result"]) == {"b"}
    portal.next("batch:profile", "refuse:OPERATION_TIME_LIMIT")
    assert call(portal, "batch", cmd=commands).json["result"]["result_error"]["b"]["error"] == "OPERATION_TIME_LIMIT"
    assert post_form(f"{portal.webhook}batch", **{"cmd[me]": "user.current"}).json["result"]["result"]["me"]["ID"] == "7"


# -- what it tells others


def told(receiver: Receiver) -> list[tuple[str, str]]:
    bodies = [parse_qs(request.body.decode()) for request in receiver.requests]
    return [(body["event"][0].removeprefix("ONCALENDARENTRY"), body["data[id]"][0]) for body in bodies]


def test_handlers_are_told_of_each_entry_once(portal: Bitrix24):
    access = portal.sign_in(7).access
    with Receiver() as receiver:
        for event in ("ONCALENDARENTRYADD", "OnCalendarEntryUpdate", "ONCALENDARENTRYDELETE"):
            assert as_app(portal, "event.bind", access, event=event, handler=receiver.url).json["result"] is True
        assert len(as_app(portal, "event.get", access).json["result"]) == 3
        assert as_app(portal, "event.bind", access, event="ONNOTHING", handler=receiver.url).error == (400, "ERROR_EVENT_NOT_FOUND")
        assert as_app(portal, "event.bind", access, event="ONCALENDARENTRYADD", event_type="offline").error == (403, "ACCESS_DENIED")
        receiver.answer = 500  # a failure is not repeated
        id = call(portal, "calendar.event.add", **PLAN, is_meeting="Y", attendees=[7, 8]).json["result"]
        call(portal, "calendar.event.update", id=id, type="user", ownerId=7, name="Позже")
        call(portal, "calendar.event.delete", id=id)
        wait_for(lambda: len(portal.events.sent) == 6, "six deliveries")
        # The colleague's copy is an entry too.
        assert told(receiver) == [(kind, n) for kind in ("ADD", "UPDATE", "DELETE") for n in ("1246", "1247")]
        body = parse_qs(receiver.requests[0].body.decode())
        assert body["auth[application_token]"] == ["example_application_token"] and "auth[refresh_token]" not in body
        # The token that came along works.
        assert as_app(portal, "profile", body["auth[access_token]"][0]).status == 200
        assert as_app(portal, "event.unbind", access, event="ONCALENDARENTRYADD", handler=receiver.url).json["result"] == {"count": 1}


def test_an_outgoing_webhook_and_its_bad_days(portal: Bitrix24):
    with Receiver() as receiver:
        portal.set(outgoing_webhook=receiver.url, hold_events=True)
        edited = ask("POST", f"{portal.url}/_fake/edit", {"what": "event", "do": "add", "by": 7, "set": PLAN}).json["edited"]
        portal.edit("event", "change", id=int(edited["ID"]), set={"name": "Другое"})
        assert portal.state()["stored"]["held"] == 2 and not receiver.requests
        portal.edit("events", "release", order="reversed", twice=True)
        wait_for(lambda: len(receiver.requests) == 4, "four requests")
        assert [kind for kind, _ in told(receiver)] == ["UPDATE", "UPDATE", "ADD", "ADD"]
        assert "auth[access_token]" not in parse_qs(receiver.requests[0].body.decode())
        portal.edit("events", "send", url=receiver.url, event="ONCALENDARENTRYADD", id=1, kind="outgoing", token="a wrong one")
        portal.edit("events", "send", url=receiver.url, event="ONCALENDARENTRYADD", id=1, by=None)
        portal.set(event_refresh_token=True, webhook_handler_id=False)
        portal.edit("events", "send", url=receiver.url, event="ONCALENDARENTRYADD", id=1)
        portal.edit("events", "send", url=receiver.url, event="ONCALENDARENTRYADD", id=1, kind="outgoing")
        wait_for(lambda: len(receiver.requests) == 8, "four more")
        wrong, robot, token, bare = [parse_qs(request.body.decode()) for request in receiver.requests[4:]]
        assert wrong["auth[application_token]"] == ["a wrong one"]
        assert "auth[access_token]" not in robot and "auth[application_token]" in robot
        assert "auth[refresh_token]" in token and "event_handler_id" not in bare

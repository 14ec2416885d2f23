"""What goes out to clients and to the practice's channel: once, with its states told, and with the reason when it did not."""

from __future__ import annotations

import base64
import re
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from fakes import Clock
from lab import wait_for

from .backend import ADMIN, Answer, Backend, in_threads
from .chats import CLIENT, Chats, chats
from .dialects import Module, person
from .long_runs import LongRun
from .meetings import Meeting
from .practice import Specialist

CHANNEL = -1001234500001
SOMEBODY = "79007654321"
NOBODY = "79000000000"  # at no messenger


@pytest.fixture(scope="module")
def house(post: Chats) -> Backend:
    return post.backend


@pytest.fixture(autouse=True)
def everything_works(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "post" in request.fixturenames:
        post: Chats = request.getfixturevalue("post")
        post.green.calm()
        post.green.set(state="authorized")
        post.bot.calm()


def reminded(meeting: Meeting) -> list[dict[str, Any]]:
    return meeting.deliveries(purpose="reminder")


@pytest.mark.parametrize("channel", ["whatsapp", "max"])
def test_a_link_goes_out_and_its_way_is_told(post: Chats, anna: Specialist, channel: str):
    meeting = Meeting(anna, channel=channel)
    id = meeting.send_link()
    message = post.wait_for_message(meeting.link, channel=channel)
    assert meeting.conference["start_time"] in message.text and "UTC" in message.text
    assert meeting.room not in message.text, "the room's own link is nobody's business"
    meeting.wait_for_news(id, "sent")
    for step, state in (("deliver", "delivered"), ("read", "read")):
        post.green.edit("message", step, instance=channel, id=message.id)
        meeting.wait_for_news(id, state)
    assert [state for _, state, _ in meeting.news(id)] == ["sent", "delivered", "read"]
    assert meeting.wait_for_delivery("read", id)["channel"] == channel


def test_what_is_told_out_of_order_stands_at_the_furthest(post: Chats, anna: Specialist):
    meeting = Meeting(anna)
    id = meeting.send_link()
    message = post.wait_for_message(meeting.link)
    meeting.wait_for_news(id, "sent")
    post.green.edit("message", "read", id=message.id, skip=True)
    meeting.wait_for_news(id, "read")
    post.green.edit("message", "deliver", id=message.id, skip=True)
    post.wait_until_handed_over()
    assert [it["state"] for it in meeting.deliveries(id=id)] == ["read"]
    meeting.wait_for_news(meeting.write("Ещё одно"), "sent")
    assert [state for _, state, _ in meeting.news(id)] == ["sent", "read"]


def test_a_press_that_comes_thrice_is_sent_once(post: Chats, anna: Specialist):
    meeting = Meeting(anna)
    body = {"id": str(uuid4()), "purpose": "link"}
    assert sorted(meeting.ask("/messages", body).status for _ in range(3)) == [200, 200, 201]
    post.wait_for_message(meeting.link)
    written = meeting.write("До встречи")
    post.wait_for_message("До встречи")
    said = {"id": written, "purpose": "message", "text": "До встречи"}
    assert meeting.ask("/messages", said).status == 200
    refused = meeting.ask("/messages", {**said, "text": "Я передумала"})
    assert (refused.status, refused.code) == (409, "id_taken")
    assert len([it for it in post.sent() if meeting.link in it.text]) == 1
    refused = meeting.ask("/messages", {**body, "purpose": "message", "text": "Другое"})
    assert (refused.status, refused.code) == (409, "id_taken")


def test_the_words_are_in_the_clients_language(post: Chats, anna: Specialist):
    meeting = Meeting(anna, contact={"channel": "whatsapp", "phone": SOMEBODY, "language": "en"})
    meeting.send_link()
    assert "Your consultation" in post.wait_for_message(meeting.link, phone=SOMEBODY).text
    invitation = meeting.backend.ask("GET", f"/api/conferences/{meeting.id}/invitation", token=anna.token).json
    assert invitation["link"] == meeting.link and meeting.conference["start_time"] in invitation["text"] and invitation["subject"]


def test_whoever_cannot_be_written_to_is_said_at_once(post: Chats, anna: Specialist):
    for more, code in (({"channel": "clipboard"}, "no_channel"), ({"phone": None}, "no_phone"), ({"channel": "telegram"}, "not_bound")):
        refused = Meeting(anna, **more).ask("/messages", {"id": str(uuid4()), "purpose": "link"})
        assert (refused.status, refused.code) == (409, code)
    cancelled = Meeting(anna)
    cancelled.change(status="cancelled")
    refused = cancelled.ask("/messages", {"id": str(uuid4()), "purpose": "link"})
    assert (refused.status, refused.code) == (409, "not_planned")


def quota(post: Chats) -> None:
    post.green.next("whatsapp.sendMessage", "refuse:quota")


def signed_out(post: Chats) -> None:
    post.green.set(state="notAuthorized")


def token_refused(post: Chats) -> None:
    post.green.next("whatsapp.sendMessage", "status:401")


def suspended(post: Chats) -> None:
    post.green.set(state="suspended")


def yellow_card(post: Chats) -> None:
    post.green.set(state="yellowCard")


@pytest.mark.parametrize(
    "trouble, code",
    [(quota, "quota"), (signed_out, "not_signed_in"), (token_refused, "not_authorised"), (suspended, "restricted"), (yellow_card, "restricted")],
)
def test_what_a_person_has_to_mend_is_told_and_can_be_sent_again(post: Chats, anna: Specialist, trouble: Callable[[Chats], None], code: str):
    meeting = Meeting(anna)
    trouble(post)
    id = meeting.send_link()
    meeting.wait_for_news(id, "failed", "delivery_failed")
    assert meeting.news(id)[-1] == ("delivery_failed", "failed", code)
    post.green.calm()
    post.green.set(state="authorized")
    answer = post.backend.send("POST", f"/api/deliveries/{id}/resend", {}, anna.token)
    assert answer.status == 200, answer.body
    meeting.wait_for_delivery("sent", id)
    post.wait_for_message(meeting.link)


def test_a_number_that_is_not_on_whatsapp(post: Chats, anna: Specialist):
    meeting = Meeting(anna, phone=NOBODY)
    id = meeting.send_link()
    meeting.wait_for_news(id, "failed", "delivery_failed")
    assert meeting.news(id)[-1][2] == "not_registered"
    # Another way is offered: the same words by another channel, to the number that was corrected meanwhile.
    meeting.change(contact={"channel": "max", "phone": SOMEBODY})
    other = meeting.send_link(channel="max")
    post.wait_for_message(meeting.link, phone=SOMEBODY, channel="max")
    meeting.wait_for_delivery("sent", other)


@pytest.mark.parametrize("trouble", ["status:429", "status:502", "html:502"])
def test_what_passes_is_tried_again_and_sent_once(post: Chats, anna: Specialist, trouble: str):
    meeting = Meeting(anna)
    post.green.next("whatsapp.sendMessage", trouble, times=1)
    id = meeting.send_link()
    meeting.wait_for_delivery("sent", id, seconds=40)
    meeting.write(f"После {trouble}")
    post.wait_for_message(f"После {trouble}")
    assert len([it for it in post.sent() if meeting.link in it.text]) == 1


@pytest.mark.parametrize("trouble, most", [("lost", 1), ("close", 0)])
def test_where_nobody_knows_whether_it_was_taken_nothing_is_sent_twice(post: Chats, anna: Specialist, trouble: str, most: int):
    meeting = Meeting(anna)
    post.green.next("whatsapp.sendMessage", trouble)
    id = meeting.send_link()
    over = lambda: next((it["state"] for it in meeting.deliveries() if it["id"] == id and it["state"] in ("sent", "unsure")), None)  # noqa: E731
    state = wait_for(over, "its end", 40)
    meeting.write(f"Я на связи, {trouble}")
    post.wait_for_message(f"Я на связи, {trouble}")
    count = len([it for it in post.sent() if meeting.link in it.text])
    assert count == most and (state == "unsure" or count == 1), "whatever is said of it is true"


def test_a_messenger_that_repeats_the_token_tells_it_to_nobody(tmp_path: Path, hire: Callable[..., Specialist]):
    # Such an error repeats the request's path, and the token stands there. Every log is looked through when a backend ends.
    with chats(tmp_path, green={"loopback": False}, listening=False) as practice:
        anna = hire(practice.backend)
        wait_for(lambda: any(it.answered == 400 and "whatsapp.setSettings" in it.names for it in list(practice.green.requests)), "the refusal")
        practice.green.next("whatsapp.sendMessage", "status:502", times=None)
        meeting = Meeting(anna)
        id = meeting.send_link()
        wait_for(lambda: [it for it in meeting.deliveries(code="unreachable") if it["id"] == id], "a first attempt")
        token = practice.green.whatsapp.token
        told = [
            practice.backend.ask("GET", "/health").body, practice.backend.ask("GET", "/metrics").body, status_page(practice.backend).body,
            practice.backend.ask("GET", "/api/deliveries", token=ADMIN).body, practice.backend.on_disk(),
        ]
        assert not [body for body in told if token.encode() in body]


@LongRun
def while_settings_are_applied(folder: Path) -> list[str]:
    """GREEN-API takes minutes over new settings, such as our own webhook, and sends nothing meanwhile."""
    clock = Clock()
    with chats(folder, clock=clock, green={"starting_seconds": 300.0}, listening=False) as practice:
        anna = Specialist(practice.backend)
        wait_for(lambda: practice.green.whatsapp.state == "starting", "the settings being given")
        meeting = Meeting(anna)
        id = meeting.send_link()
        wait_for(lambda: [it for it in meeting.deliveries(code="later") if it["id"] == id], "a first attempt")
        clock.advance(300)
        meeting.wait_for_delivery("sent", id, seconds=90)
        practice.wait_for_message(meeting.link)
        return [it.text for it in practice.sent() if meeting.link in it.text]


def test_while_an_account_is_being_set_up_a_link_waits():
    assert len(while_settings_are_applied()) == 1


# -- reminders


def becomes_due(backend: Backend, meeting: Meeting, over: bool = False) -> None:
    """While it does not run, time goes by for the first reminder: past its moment, or past all use."""
    assert not backend.running
    with closing(sqlite3.connect(backend.data / "kabinet.sqlite3")) as store, store:
        now = int(time.time() * 1000)
        first = "id = (SELECT id FROM deliveries WHERE consultation = ?3 AND purpose = 'reminder' ORDER BY due_at LIMIT 1)"
        changed = store.execute(f"UPDATE deliveries SET due_at = ?1, expires_at = iif(?2, ?1, expires_at) WHERE {first}", (now - 1000, over, meeting.id))
        assert changed.rowcount == 1


def test_a_reminder_goes_once_over_restarts_and_two_devices(tmp_path: Path, hire: Callable[..., Specialist]):
    with chats(tmp_path) as practice:
        backend, anna = practice.backend, hire(practice.backend)
        meeting = Meeting(anna, timedelta(hours=25), reminders=[1440, 60])

        def edit(device: int) -> None:
            for turn in range(5):
                meeting.change(name=f"device {device}, {turn}")

        in_threads(2, edit)
        assert [it["state"] for it in reminded(meeting)] == ["waiting", "waiting"]
        assert backend.stop() == 0
        becomes_due(backend, meeting)
        practice.green.next("whatsapp.sendMessage", "status:502")
        backend.start()
        wait_for(lambda: [it for it in reminded(meeting) if it["attempts"]], "a first attempt")
        in_threads(2, edit)
        backend.kill()
        backend.start()
        in_threads(2, edit)
        practice.wait_for_message(meeting.link, seconds=40)
        meeting.wait_for_delivery("sent", purpose="reminder")
        in_threads(2, edit)
        backend.kill()
        backend.start()
        meeting.write("После напоминания")
        practice.wait_for_message("После напоминания")
        assert len([it for it in practice.sent() if meeting.link in it.text]) == 1
        assert sorted(it["state"] for it in reminded(meeting)) == ["sent", "waiting"], "the other one waits for its time"


def test_what_was_due_while_everything_was_down_is_sent_if_it_is_of_use(tmp_path: Path, hire: Callable[..., Specialist]):
    with chats(tmp_path) as practice:
        anna = hire(practice.backend)
        ahead, over = (Meeting(anna, timedelta(minutes=90), phone=phone, reminders=[60]) for phone in (CLIENT, SOMEBODY))
        assert practice.backend.stop() == 0
        becomes_due(practice.backend, ahead)
        becomes_due(practice.backend, over, over=True)
        practice.backend.start()
        practice.wait_for_message(ahead.link)
        assert over.wait_for_delivery("dropped", purpose="reminder")["code"] == "expired"
        assert not practice.sent(SOMEBODY) and len(practice.sent()) == 1


def test_a_cancelled_or_moved_consultation_takes_its_reminders_along(post: Chats, anna: Specialist):
    cancelled, moved, gone = (Meeting(anna, reminders=[1440]) for _ in range(3))
    first = reminded(moved)[0]["id"]
    cancelled.change(status="cancelled")
    moved.change(start_time="00:00" if moved.conference["start_time"] != "00:00" else "00:01")
    assert gone.ask("", method="DELETE").status == 204
    assert [it["state"] for it in reminded(cancelled)] == ["dropped"]
    assert {it["id"]: it["state"] for it in reminded(moved)}[first] == "dropped"
    assert len([it for it in reminded(moved) if it["state"] == "waiting"]) == 1
    left = post.backend.ask("GET", "/api/deliveries?state=waiting", token=ADMIN).json["deliveries"]
    assert not [it for it in left if it.get("consultation") in (cancelled.id, gone.id)]


# -- the practice's channel


@pytest.mark.parametrize("named", [False, True])
def test_the_practices_channel_is_told_without_the_clients_name(tmp_path: Path, hire: Callable[..., Specialist], named: bool):
    env = {"PRACTICE__CHANNEL_NAMES_SPECIALISTS": str(named).lower()}
    with chats(tmp_path, env=env) as practice:
        anna = hire(practice.backend, "Анна Петрова", "--token-id", "anna-1")
        talk, module = anna.plan(client="Мария Тайная"), Module(practice.backend)
        host, guest = person("Анна Петрова", token={"id": "anna-1"}), person("Мария Тайная")
        module.say("occupant_joined", talk.room, occupant=host)
        talk.wait("session_started")
        module.say("occupant_joined", talk.room, occupant=guest)
        talk.wait("client_joined")
        for one in (guest, host):
            module.say("occupant_left", talk.room, occupant=one, reason="hung_up")
        talk.wait("session_ended")
        for words in ("Специалист вошёл", "Клиент подключился", "Консультация закончилась"):
            practice.wait_for_alert(words, chat=CHANNEL)
        said = "\n".join(it.text for it in practice.bot.to(CHANNEL))
        assert len(practice.bot.to(CHANNEL)) == 3 and not re.search("Мария|Тайная", said) and talk.room not in said
        assert ("Анна Петрова" in said) is named
        # It is the operator's: specialists' lists and feeds have none of it.
        assert not [it for it in talk.events() if it["kind"].startswith("delivery")]


# -- the operator


def status_page(backend: Backend, password: str = ADMIN, method: str = "GET", form: dict[str, str] | None = None, **headers: str) -> Answer:
    given = {"Authorization": "Basic " + base64.b64encode(f"operator:{password}".encode()).decode(), "Accept-Language": "en", **headers}
    if form is None:
        return backend.ask(method, "/status", headers=given)
    given["Content-Type"] = "application/x-www-form-urlencoded"
    return backend.ask("POST", "/status/resend", urlencode(form).encode(), headers=given)


def test_the_operator_sees_what_did_not_arrive_and_sends_it_again(post: Chats, house: Backend, anna: Specialist):
    meeting = Meeting(anna, client="Пётр Скрытный")
    quota(post)
    id = meeting.send_link()
    meeting.wait_for_delivery("failed", id)
    asked = house.ask("GET", "/status")
    assert asked.status == 401 and asked.headers["www-authenticate"].startswith("Basic")
    assert house.line("127.0.5.1").ask("GET", "/status", headers={"Authorization": "Basic eDp3cm9uZw=="}).status == 401
    shown = status_page(house)
    assert shown.status == 200 and id in shown.body.decode() and "default-src 'none'" in shown.headers["content-security-policy"]
    for private in ("Пётр", meeting.link, meeting.path.removeprefix("/w/"), meeting.conference["contact"]["phone"], anna.name):
        assert private not in shown.body.decode()
    refused = status_page(house, form={"id": id}, **{"Sec-Fetch-Site": "cross-site"})
    assert refused.status == 403 and meeting.deliveries(state="failed")
    sent = status_page(house, form={"id": id}, **{"Sec-Fetch-Site": "same-origin"})
    assert sent.status == 303
    meeting.wait_for_delivery("sent", id)
    assert "said=not-resent" in status_page(house, form={"id": id}).headers["location"]
    assert status_page(house, form={"id": str(uuid4())}).status == 404


def test_the_operator_lists_and_resends_by_the_interface(post: Chats, house: Backend, anna: Specialist, hire: Callable[..., Specialist]):
    meeting, boris = Meeting(anna), hire(house, "Борис Котов")
    quota(post)
    id = meeting.send_link()
    meeting.wait_for_delivery("failed", id)
    failed = house.ask("GET", "/api/deliveries?state=failed", token=ADMIN).json["deliveries"]
    assert id in [it["id"] for it in failed] and not re.search("phone|text|79001234568", str(failed))
    assert house.ask("GET", "/api/deliveries", token=anna.token).status == 403
    assert house.send("POST", f"/api/deliveries/{id}/resend", {}, boris.token).status == 404
    assert house.send("POST", f"/api/deliveries/{id}/resend", {}, ADMIN).status == 200
    meeting.wait_for_delivery("sent", id)
    refused = house.send("POST", f"/api/deliveries/{id}/resend", {}, anna.token)
    assert (refused.status, refused.code) == (409, "not_resendable")


def test_metrics_count_deliveries_their_age_and_failures(post: Chats, house: Backend, anna: Specialist):
    meeting = Meeting(anna)
    meeting.wait_for_delivery("sent", meeting.send_link())
    quota(post)
    meeting.wait_for_delivery("failed", meeting.send_link())
    metrics = house.ask("GET", "/metrics").body.decode()
    for name in ("kabinet_deliveries", "kabinet_delivery_oldest_seconds", "kabinet_delivery_attempts_total"):
        assert f"# TYPE {name}" in metrics
    assert re.search(r'kabinet_delivery_attempts_total\{[^}]*whatsapp[^}]*quota[^}]*\} [1-9]', metrics)
    assert re.search(r'kabinet_deliveries\{[^}]*whatsapp[^}]*failed[^}]*\} [1-9]', metrics)


def test_a_lines_trouble_holds_up_no_other(post: Chats, anna: Specialist):
    by_whatsapp, by_max = Meeting(anna), Meeting(anna, channel="max")
    post.green.next("whatsapp.sendMessage", "status:502", times=None)
    waits = by_whatsapp.send_link()
    wait_for(lambda: [it for it in by_whatsapp.deliveries(code="unreachable") if it["id"] == waits], "a first attempt")
    by_max.wait_for_delivery("sent", by_max.send_link())
    post.green.calm()
    by_whatsapp.wait_for_delivery("sent", waits, seconds=60)

"""How a specialist is reached: what they choose outlives a restart, answers reach every device, and their own chat is told."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from fakes.telegram_people import Said
from lab import wait_for

from .backend import ADMIN, Backend, watched
from .chats import ANNA, Chats, chats
from .dialects import Module, person
from .feed import when
from .meetings import SOON, Meeting
from .practice import Specialist

NIGHT = {"after_seconds": 90, "quiet_from": "22:00", "quiet_to": "07:00", "timezone": "Europe/Moscow", "quiet_even_clients": True}


def test_what_is_chosen_is_kept_and_told_to_other_desktops(tmp_path: Path):
    with watched(tmp_path) as backend:
        anna, boris = Specialist(backend, "Анна Петрова"), Specialist(backend, "Борис Котов")
        assert backend.ask("GET", "/api/reach", token=anna.token).json == {"after_seconds": 60, "quiet_even_clients": False}
        views = anna.views
        assert backend.send("PUT", "/api/reach", NIGHT, anna.token).json == NIGHT
        views.wait("reach_changed")
        views.close()
        assert backend.send("PUT", "/api/reach", NIGHT, ADMIN).status == 403
        assert backend.stop() == 0
        backend.start()
        assert backend.ask("GET", "/api/reach", token=anna.token).json == NIGHT
        assert backend.ask("GET", "/api/reach", token=boris.token).json["after_seconds"] == 60
        anna.close()
        boris.close()
        assert b"22:00" not in backend.on_disk(), "what somebody chose is sealed"


def test_without_a_bot_nothing_can_be_bound(house: Backend, anna: Specialist):
    refused = house.ask("POST", "/api/reach/telegram", token=anna.token)
    assert (refused.status, refused.code) == (409, "no_bot")
    refused = house.ask("POST", "/api/reach/telegram/confirm", token=anna.token)
    assert (refused.status, refused.code) == (409, "not_bound")
    assert house.ask("DELETE", "/api/reach/telegram", token=anna.token).status == 204
    assert house.ask("POST", "/api/reach/telegram").status == 401


def test_an_answer_reaches_every_device_once(house: Backend, anna: Specialist):
    talk = anna.plan()
    Module(house).say("occupant_joined", talk.room, occupant=person("ivan"))
    talk.wait("client_joined")
    answer = {"answer": "late", "minutes": 5, "id": str(uuid4())}
    for _ in range(3):
        assert house.send("POST", f"/api/conferences/{talk.id}/answer", answer, anna.token).status == 200
    told = talk.wait("specialist_answered")
    assert (told["answer"], told["minutes"], told["source"]) == ("late", 5, "desktop")
    assert house.send("POST", f"/api/conferences/{talk.id}/answer", {"answer": "cannot"}, anna.token).status == 200
    talk.wait("specialist_answered", answer="cannot")
    assert [event["answer"] for event in talk.events() if event["kind"] == "specialist_answered"] == ["late", "cannot"]


def test_an_answer_is_the_specialists_own(house: Backend, anna: Specialist, hire):
    talk, boris = anna.plan(), hire(house, "Борис Котов")
    for token, status in ((boris.token, 404), (ADMIN, 403), ("nobody", 401)):
        assert house.send("POST", f"/api/conferences/{talk.id}/answer", {"answer": "coming"}, token).status == status
    for body, field in (({}, "answer"), ({"answer": "soon"}, "answer"), ({"answer": "late", "minutes": 0}, "minutes")):
        refused = house.send("POST", f"/api/conferences/{talk.id}/answer", body, anna.token)
        assert refused.status == 400 and refused.json["error"]["field"] == field


# -- away from the desk: the specialist's own chat


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chats]:
    with chats(tmp_path_factory.mktemp("post")) as post:
        yield post


@dataclass
class Away:
    """A specialist with a bound chat, and no desktop that follows unless their feed is asked for."""

    post: Chats
    specialist: Specialist
    person: int

    def press(self, button: str) -> str:
        return self.post.wait_for_answer(self.post.press(button, self.person))

    def alert(self, *words: str, seconds: float = 40) -> Said:
        return self.post.wait_for_alert(*words, chat=self.person, seconds=seconds)

    def alerts(self) -> list[Said]:
        """As they were sent, whatever they say by now."""
        return [it for it in self.post.bot.to(self.person) if (it.history or [it.text])[0].startswith("Клиент ")]

    def reach(self) -> Any:
        return self.post.backend.ask("GET", "/api/reach", token=self.specialist.token).json

    def choose(self, **more: Any) -> None:
        answer = self.post.backend.send("PUT", "/api/reach", {**self.reach(), **more}, self.specialist.token)
        assert answer.status == 200, answer.body

    def meeting(self, **more: Any) -> Meeting:
        return Meeting(self.specialist, SOON, **{"client": "Мария Тайная", **more})


Leaves = Callable[..., Away]


def binding_code(post: Chats, specialist: Specialist) -> str:
    answer = post.backend.ask("POST", "/api/reach/telegram", token=specialist.token)
    assert answer.status == 200 and answer.json["link"].startswith(post.bot.me), answer.body
    return parse_qs(urlsplit(answer.json["link"]).query)["start"][0]


def confirm(post: Chats, specialist: Specialist) -> Any:
    return post.backend.ask("POST", "/api/reach/telegram/confirm", token=specialist.token)


@pytest.fixture
def leave(post: Chats, hire: Callable[..., Specialist]) -> Leaves:
    """Hires somebody with a telephone of their own."""

    def make(of: Chats = post, **chosen: Any) -> Away:
        person = 5600000000 + secrets.randbelow(10**8)
        of.bot.edit("person", "add", set={"id": person, "first_name": "Анна"})
        of.backend.private.add(str(person))
        away = Away(of, hire(of.backend, f"Анна {secrets.token_hex(4)}"), person)
        of.bind(binding_code(of, away.specialist), person)
        wait_for(lambda: away.reach().get("telegram"), "the chat being bound")
        assert confirm(of, away.specialist).status == 200
        of.wait_for_alert("Готово", chat=person)
        if chosen:
            away.choose(**chosen)
        return away

    return make


@pytest.mark.parametrize("webhooks", [True, False], ids=["webhooks", "polling"])
def test_one_click_binds_a_chat_and_it_waits_to_be_confirmed(tmp_path: Path, hire: Callable[..., Specialist], webhooks: bool):
    with chats(tmp_path, webhooks=webhooks) as practice:
        anna = hire(practice.backend)
        reach = lambda: practice.backend.ask("GET", "/api/reach", token=anna.token).json.get("telegram")  # noqa: E731
        used, fresh = binding_code(practice, anna), binding_code(practice, anna)
        practice.bind(used)
        practice.wait_for_alert("устарела")
        assert reach() is None and confirm(practice, anna).status == 409
        practice.bind(fresh)
        practice.wait_for_alert("подтвердите")
        assert reach() == {"name": "Анна", "confirmed": False, "blocked": False}
        # Somebody else's press of the same link binds nobody.
        practice.bind(fresh, 5500000002)
        practice.wait_for_alert("устарела", chat=5500000002)
        assert confirm(practice, anna).status == 200 and reach()["confirmed"]
        practice.wait_for_alert("Готово")
        practice.bot.edit("person", "start", id=5500000003)
        practice.wait_for_alert("Kabinet", chat=5500000003)
        assert practice.backend.stop() == 0
        practice.backend.start()
        assert reach()["confirmed"], "over a restart"
        practice.bot.edit("person", "stop", id=ANNA)
        wait_for(lambda: reach() is None, "the chat being let go")
        practice.wait_for_alert("ничего не придёт")


def test_the_chat_in_use_stays_so_until_another_is_confirmed(leave: Leaves, post: Chats):
    away = leave()
    stranger, newer = (5600000000 + secrets.randbelow(10**8) for _ in range(2))
    for person in (stranger, newer):
        post.bot.edit("person", "add", set={"id": person, "first_name": "Телефон"})
        post.backend.private.add(str(person))
    post.bind(binding_code(post, away.specialist), stranger)
    wait_for(lambda: away.reach().get("telegram_next"), "the other chat that waits")
    assert away.reach()["telegram"]["confirmed"] and not away.reach()["telegram_next"]["confirmed"]
    meeting = away.meeting()
    meeting.say("here")
    away.alert("Клиент ждёт")
    assert not [it for it in post.bot.to(stranger) if "ждёт" in it.text]
    assert post.backend.ask("DELETE", "/api/reach/telegram/confirm", token=away.specialist.token).status == 204
    assert away.reach()["telegram"]["confirmed"] and "telegram_next" not in away.reach()
    post.bind(binding_code(post, away.specialist), newer)
    wait_for(lambda: away.reach().get("telegram_next"), "the new telephone's chat")
    assert confirm(post, away.specialist).status == 200
    assert away.reach()["telegram"]["confirmed"] and "telegram_next" not in away.reach()
    another = away.meeting()
    another.say("here")
    post.wait_for_alert("Клиент ждёт", chat=newer, seconds=40)
    assert len(away.alerts()) == 1


def test_a_press_on_join_outlives_a_kill(tmp_path: Path, leave: Leaves):
    with chats(tmp_path) as practice:
        away = leave(practice)
        pressed, other = (away.meeting(room=None, provider="telemost", link=f"https://telemost.example/j/{number}") for number in (1, 2))
        pressed.say("here")
        assert pressed.ask("/pressed-join").status == 200
        practice.backend.kill()
        practice.backend.start()
        for meeting in (pressed, other):
            meeting.say("here")
        other.wait_for_delivery("sent", purpose="alert", seconds=60)
        assert not pressed.deliveries(purpose="alert"), "the specialist is on the way, as before the kill"


def test_whoever_follows_at_no_desktop_is_told_at_once(leave: Leaves):
    away = leave(after_seconds=900)
    meeting = away.meeting()
    meeting.say("here")
    alert = away.alert("Клиент ждёт", meeting.conference["start_time"])
    assert [it["text"] for it in alert.buttons] == ["Иду", "Через 5 минут", "Не могу"]
    assert "Мария" not in alert.text and meeting.room not in alert.text and not alert.silent
    meeting.say("here", "visit-two")
    another = away.meeting()
    another.say("here")
    another.wait_for_delivery("sent", purpose="alert", seconds=60)
    assert len(meeting.deliveries(purpose="alert")) == 1 and len(away.alerts()) == 2, "one for each meeting"
    assert meeting.event("escalated")


def test_an_alert_that_nobody_answers_at_the_desktop_follows_later(leave: Leaves):
    away = leave(after_seconds=10)
    away.specialist.views.events()  # a desktop that follows
    meeting = away.meeting()
    meeting.say("here")
    came = meeting.event("client_waiting")
    away.alert("Клиент ждёт")
    told = meeting.event("escalated")
    assert when(told["at"]) - when(came["at"]) >= timedelta(seconds=10)
    assert meeting.kinds().count("escalated") == 1


@pytest.mark.parametrize(
    "button, answer, said", [("Иду", "coming", "Иду"), ("Через 5 минут", "late", "Буду через 5 мин"), ("Не могу", "cannot", "Не могу")]
)
def test_a_button_acts_on_the_same_state(leave: Leaves, button: str, answer: str, said: str):
    away = leave()
    meeting = away.meeting()
    meeting.say("here")
    away.alert("Клиент ждёт")
    assert said in away.press(button)
    shown = wait_for(lambda: meeting.state().get("specialist"), "the page showing it")
    assert shown["answer"] == answer and bool(shown.get("until")) == (answer == "late")
    edited = away.alert("Вы ответили", said)
    assert edited.edited and not edited.buttons and away.alerts() == [edited]
    told = meeting.event("specialist_answered", answer=answer)
    assert told["source"] == "telegram" and told.get("minutes") == (5 if answer == "late" else None)
    assert meeting.kinds().count("escalated") == 1


def test_a_press_that_comes_often_answers_once(leave: Leaves):
    away = leave()
    meeting = away.meeting()
    meeting.say("here")
    away.alert("Клиент ждёт")
    away.post.bot.set(repeat=10)
    away.press("Через 5 минут")
    away.post.bot.set(repeat=1)
    away.post.wait_until_handed_over()
    meeting.event("specialist_answered")
    away.alert("Вы ответили")
    assert meeting.kinds().count("specialist_answered") == 1


def test_an_answer_at_the_desktop_stops_it(leave: Leaves):
    away = leave(after_seconds=10)
    told, untold = away.meeting(), away.meeting()
    told.say("here")
    away.alert("Клиент ждёт")
    assert told.ask("/answer", {"answer": "coming", "id": str(uuid4())}).status == 200
    assert away.alert("Вы ответили").edited
    # Answered before anything went out: then nothing does. A desktop follows by now, so there are ten seconds for it.
    away.specialist.views.events()
    untold.say("here")
    assert untold.ask("/answer", {"answer": "late", "minutes": 15}).status == 200
    third = away.meeting()
    third.say("here")
    wait_for(lambda: third.deliveries(purpose="alert"), "the next client's alert", 40)
    assert not untold.deliveries(purpose="alert")


def test_a_client_who_leaves_takes_the_alert_back(leave: Leaves):
    away = leave()
    meeting = away.meeting()
    meeting.say("here")
    away.alert("Клиент ждёт")
    meeting.say("leave")
    assert not away.alert("Клиент ушёл").buttons


def test_a_buttons_chat_must_be_the_specialists_own(leave: Leaves):
    away, other = leave(), leave()
    meeting = away.meeting()
    meeting.say("here")
    alert = away.alert("Клиент ждёт")
    bot = away.post.bot
    data = alert.buttons[0]["callback_data"]
    person = bot.people[other.person]
    press = {"id": "forged-1", "from": person.user(), "chat_instance": "1", "data": data}
    bot.edit("update", "put", kind="callback_query", chat=other.person, body={**press, "message": {"message_id": 1, "date": 1, "chat": person.chat()}})
    away.post.wait_until_handed_over()
    away.press("Не могу")
    meeting.event("specialist_answered")
    assert [it["answer"] for it in meeting.views.events(consultation=meeting.id) if it["kind"] == "specialist_answered"] == ["cannot"]


def test_a_bot_that_was_blocked_is_said_where_the_specialist_sees_it(leave: Leaves):
    away = leave()
    away.post.bot.edit("person", "block", id=away.person)
    wait_for(lambda: away.reach()["telegram"]["blocked"], "the bot being told of it")
    away.post.bot.edit("person", "unblock", id=away.person)
    wait_for(lambda: not away.reach()["telegram"]["blocked"], "it being let in again")
    # Telegram said nothing of it, and refuses the next alert.
    away.post.bot.people[away.person].blocked = True
    meeting = away.meeting()
    meeting.say("here")
    meeting.wait_for_delivery("failed", purpose="alert", code="blocked", seconds=40)


def test_telegram_that_asks_for_patience_gets_it(leave: Leaves):
    away = leave()
    away.post.bot.next("sendMessage", "status:429", retry_after=1)
    meeting = away.meeting()
    meeting.say("here")
    away.alert("Клиент ждёт")
    assert len(away.alerts()) == 1


def test_do_not_disturb_knows_what_it_is_about(leave: Leaves):
    later = (datetime.now(timezone.utc) + timedelta(hours=2)).isoformat()
    quiet, loud = leave(quiet_until=later, quiet_even_clients=True), leave(quiet_until=later, quiet_even_clients=False)
    hushed, waiting = quiet.meeting(), loud.meeting()
    hushed.say("here")
    waiting.say("here")
    loud.alert("Клиент ждёт")
    assert not hushed.deliveries(purpose="alert")


def test_an_alert_outlives_a_restart(tmp_path: Path, leave: Leaves):
    with chats(tmp_path) as practice:
        away = leave(practice)
        meeting = away.meeting()
        meeting.say("here")
        practice.backend.kill()
        practice.backend.start()
        meeting.say("here")
        away.alert("Клиент ждёт", seconds=60)
        meeting.wait_for_delivery("sent", purpose="alert")
        practice.backend.kill()
        practice.backend.start()
        away.press("Иду")
        assert away.alert("Вы ответили").edited
        assert len(away.alerts()) == 1


def test_without_a_chat_or_a_desktop_the_page_does_not_promise_anything(post: Chats, hire: Callable[..., Specialist]):
    meeting = Meeting(hire(post.backend, "Борис Котов"), SOON)
    meeting.say("here")
    wait_for(lambda: not meeting.state()["specialist_told"], "the page being honest", 40)
    assert meeting.specialist.views.events() is not None  # a desktop comes
    wait_for(lambda: meeting.state()["specialist_told"], "the page saying so")

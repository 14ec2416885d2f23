"""A whole day in a practice where names stay on the desktops, and a search for what must not have got out of them, or out of a channel."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from fakes.operator_file import WEBHOOK_SECRET, WEBHOOK_TOKEN
from fakes.telegram import TOKEN
from lab import wait_for

from .backend import ADMIN, SECRET, WORD, Backend, watched
from .chats import ANNA, CLIENT, Chats, chats
from .dialects import Module, person
from .meetings import AHEAD, SOON, Meeting
from .practice import Specialist
from .search import found, said

AWAY = {"PRACTICE__NAMES_STAY_HERE": "true"}
CLIENTS = ("Ярослава Велимудрова", "Harold Quillfeather")
ALIASES = {"79001234568": CLIENTS[0], "79002345679": CLIENTS[1]}
SPECIALIST = "Анна Петрова"
TEXTS = ("Задерживаюсь у стоматолога", "Возьмите с собой дневник снов", "Куда пропал номер кабинета?")
CHANNEL = -1001234500001


@dataclass
class Day:
    """What it left behind, each under the name of its place."""

    practice: Chats
    device: str = ""  # the specialist's token
    tokens: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)
    served: dict[str, bytes] = field(default_factory=dict)
    events: bytes = b""
    disk: bytes = b""


def names() -> list[str]:
    return [part for name in CLIENTS for part in (name, *name.split())]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with chats(tmp_path_factory.mktemp("day"), env=AWAY) as practice:
        day = Day(practice)
        for phone, name in ALIASES.items():
            practice.green.person(phone).name = name
        anna = Specialist(practice.backend, SPECIALIST, "--token-id", "anna-1")
        practice.backend.private |= {*names(), *TEXTS, *ALIASES}
        live(day, anna)
        look_around(day, anna)
        anna.close()
        yield day


def live(day: Day, anna: Specialist) -> None:
    practice, module = day.practice, Module(day.practice.backend)
    bind(practice, anna)
    anna.views.events()
    whatsapp = Meeting(anna, SOON, phone=CLIENT, client="K-17", sealed=base64.b64encode(b"sealed by the desktop").decode())
    by_max = Meeting(anna, AHEAD, phone="79002345679", channel="max", client="K-18", reminders=[60])
    day.device, day.rooms = anna.token, [it.room for it in (whatsapp, by_max)]
    day.tokens = [anna.token] + [it.path.removeprefix("/w/") for it in (whatsapp, by_max)]
    # Links, a message of each side, their states.
    for meeting, channel, phone in ((whatsapp, "whatsapp", CLIENT), (by_max, "max", "79002345679")):
        meeting.wait_for_delivery("sent", meeting.send_link())
        practice.green.edit("message", "read", instance=channel)
        meeting.wait_for_delivery("read", purpose="link")
        practice.client_writes(TEXTS[0], phone, channel)
        meeting.event("message_received")
        meeting.write(TEXTS[1])
        practice.wait_for_message(TEXTS[1], phone=phone, channel=channel)
    practice.client_writes(TEXTS[2], "79990001122")  # a stranger, by the way
    practice.green.next("whatsapp.sendMessage", "refuse:quota")
    whatsapp.wait_for_delivery("failed", whatsapp.send_link())
    # The page, an alert, an answer by a button.
    whatsapp.say("late", minutes=5)
    whatsapp.say("here")
    day.pages["the page before its time"] = whatsapp.source().encode() + json.dumps(whatsapp.state()).encode()
    anna.close()  # the desktop goes to sleep
    anna._views = None
    practice.wait_for_alert("Клиент ждёт", seconds=60)
    practice.wait_for_answer(practice.press("Через 5 минут"))
    whatsapp.say("answer", answer="fine")
    assert whatsapp.ask("/admit").status == 200
    whatsapp.event("client_admitted")
    day.pages["the open page"] = whatsapp.source().encode() + json.dumps(whatsapp.state()).encode()
    # The room, whose server knows everybody's name.
    room = whatsapp.conference["room"]
    host, guest = person(SPECIALIST, token={"id": "anna-1"}), person(CLIENTS[0])
    module.say("occupant_joined", room, occupant=host)
    whatsapp.event("session_started")
    module.say("occupant_joined", room, occupant=guest)
    whatsapp.event("client_joined")
    module.say("occupant_left", room, occupant=guest, reason="hung_up")
    module.say("occupant_left", room, occupant=host, reason="hung_up")
    whatsapp.event("session_ended", 40)
    practice.wait_for_alert("закончилась", chat=CHANNEL)


def bind(practice: Chats, anna: Specialist) -> None:
    link = practice.backend.ask("POST", "/api/reach/telegram", token=anna.token).json["link"]
    practice.bind(parse_qs(urlsplit(link).query)["start"][0])
    confirm = lambda: practice.backend.ask("POST", "/api/reach/telegram/confirm", token=anna.token).status  # noqa: E731
    wait_for(lambda: confirm() == 200, "the chat being bound")


def look_around(day: Day, anna: Specialist) -> None:
    backend = day.practice.backend
    basic = {"Authorization": "Basic " + base64.b64encode(f"x:{ADMIN}".encode()).decode()}
    day.served = {"/status": backend.ask("GET", "/status", headers=basic).body}
    day.served |= {path: backend.ask("GET", path).body for path in ("/metrics", "/health", "/api/openapi.json")}
    day.events = backend.ask("GET", "/api/events?after=0&wait=0", token=anna.token).body + backend.ask("GET", "/api/events?after=0", token=ADMIN).body
    day.disk = backend.on_disk()
    assert b"client_joined" in day.events and b"specialist_answered" in day.events and b"kabinet_deliveries" in day.served["/metrics"]


def test_names_are_in_no_place_at_all(day: Day):
    places = {**day.pages, **day.served, "the database": day.disk, "events": day.events, "the log": day.practice.backend.log.encode()}
    places |= {f"telegram {number}": said(it) for number, it in enumerate(day.practice.bot.requests)}
    places |= {f"green-api {number}": said(it) for number, it in enumerate(day.practice.green.requests)}
    assert not {place: found(names(), content) for place, content in places.items() if found(names(), content)}


def test_the_search_would_find_them(day: Day):
    for name in names():
        for written in (name, name.lower(), json.dumps({"x": name}), quote(name)):
            assert found([name], written.encode()) == [name]
    for word in (*CLIENTS, *TEXTS, *ALIASES, TOKEN):
        assert found([word], base64.b64encode(f"ab{word}, and more".encode())) == [word]


def test_phones_go_to_their_channel_alone(day: Day):
    places = {**day.pages, **day.served, "the database": day.disk, "events": day.events, "the log": day.practice.backend.log.encode()}
    places |= {f"telegram {number}": said(it) for number, it in enumerate(day.practice.bot.requests)}
    assert not {place: found(ALIASES, content) for place, content in places.items() if found(ALIASES, content)}
    to = {kind: b"".join(said(it) for it in day.practice.green.requests if f"{kind}.sendMessage" in it.names or f"{kind}.checkAccount" in it.names) for kind in ("whatsapp", "max")}
    assert CLIENT.encode() in to["whatsapp"] and CLIENT.encode() not in to["max"] and b"79002345679" not in to["whatsapp"]


def test_words_of_messages_go_to_their_channel_alone(day: Day):
    places = {**day.pages, **day.served, "the database": day.disk, "events": day.events, "the log": day.practice.backend.log.encode()}
    places |= {f"telegram {number}": said(it) for number, it in enumerate(day.practice.bot.requests)}
    assert not {place: found(TEXTS, content) for place, content in places.items() if found(TEXTS, content)}
    heard = b"".join(said(it) for it in day.practice.green.requests)
    assert not found([TEXTS[0], TEXTS[2]], heard), "what clients write is sent nowhere"


def test_tokens_are_in_no_place_where_somebody_reads(day: Day):
    accounts = day.practice.green
    operators = [SECRET, WORD, ADMIN, TOKEN, WEBHOOK_TOKEN, WEBHOOK_SECRET, accounts.whatsapp.token, accounts.max.token]
    places = {**day.served, "the database": day.disk, "events": day.events, "the log": day.practice.backend.log.encode()}
    assert not {place: found([*operators, *day.tokens], content) for place, content in places.items() if found([*operators, *day.tokens], content)}
    for place, content in day.pages.items():
        assert not found([*operators, day.device], content), place
    # A bot's token stands in the address of each of its requests, and the secret of its webhook is told once.
    bots = b"".join(said(it) for it in day.practice.bot.requests).replace(f"/bot{TOKEN}/".encode(), b"/")
    assert not found([it for it in operators if it != WEBHOOK_SECRET] + day.tokens, bots)
    assert not found(day.rooms, bots), "the bot's chats lie on somebody else's servers"
    assert not [it for it in [*day.practice.bot.to(ANNA), *day.practice.bot.to(CHANNEL)] if SPECIALIST in it.text]
    # The links go to their clients, and the webhook's token to the account that is to use it.
    sent = b"".join(said(it) for it in accounts.requests)
    assert not found([SECRET, WORD, ADMIN, TOKEN, WEBHOOK_SECRET, day.device, *day.rooms], sent)


def test_a_page_tells_nothing_before_its_time(day: Day):
    before, opened = day.pages["the page before its time"], day.pages["the open page"]
    assert not found([day.rooms[0], SPECIALIST, "K-17", str(ANNA)], before)
    assert day.rooms[0].encode() in opened and not found(["K-17", SPECIALIST], opened)


def test_a_desktop_that_sends_a_name_is_told_so(tmp_path: Path, hire: Callable[..., Specialist]):
    with watched(tmp_path, env=AWAY) as backend:
        anna = hire(backend)
        for field_name, more in (
            ("client", {"client": CLIENTS[0]}), ("client", {"client": "K-17 Ярослава"}), ("description", {"client": "K-17", "description": "о ней"}),
            ("contact.email", {"client": "K-17", "contact": {"channel": "email", "email": "yaroslava@example.org"}}),
            *((name, {"client": "K-17", "type": "broadcast", name: CLIENTS[0]}) for name in ("live_stream_title", "live_stream_description")),
            *((name, {"client": "K-17", name: [CLIENTS[0]]}) for name in ("cohosts", "invite_users")),
            *((name, {"client": "K-17", name: CLIENTS[1]}) for name in ("provider", "provider_room", "waiting_room", "live_stream_viewers", "sealed")),
        ):
            refused = backend.send("POST", "/api/conferences", anna.body(**more), anna.token)
            assert (refused.status, refused.json["error"].get("field")) == (400, field_name)
        made = backend.send("POST", "/api/conferences", anna.body(client="K-17", name=f"Консультация: {CLIENTS[0]}"), anna.token)
        assert made.status == 201 and made.json["name"] == "" and made.json["client"] == "K-17"
        assert backend.ask("GET", "/api/current-user", token=anna.token).json["practice"]["names_stay_here"] is True
        assert not found(names(), backend.on_disk())

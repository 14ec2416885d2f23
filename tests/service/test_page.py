"""The client's page, as browsers, messengers and guessers meet it. What needs another time of day is tested beside the code."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from lab import wait_for

from .backend import Answer, Backend, watched
from .dialects import Module, person
from .long_runs import LongRun
from .practice import Specialist

PUBLIC = "https://page.example.org/kab"
PRACTICE = {"PRACTICE__PUBLIC_URL": PUBLIC, "PRACTICE__NAME": "Практика «Тишина»"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with watched(tmp_path_factory.mktemp("pages"), env=PRACTICE) as backend:
        yield backend


class Page:
    """One consultation, and the page of its client."""

    def __init__(self, specialist: Specialist, starts_in: timedelta = timedelta(minutes=5), **more: Any):
        self.specialist, self.backend = specialist, specialist.backend
        specialist.views.events()  # from the beginning
        link = f"https://telemost.example/j/{secrets.randbelow(10**14):014}"
        body = specialist.body(starts_in=starts_in, **{"provider": "telemost", "link": link, "client": "Иван Тайный", **more})
        made = self.backend.send("POST", "/api/conferences", body, specialist.token)
        assert made.status == 201, made.body
        self.conference = made.json
        self.id, self.room = made.json["id"], made.json["link"]
        self.path = self.path_of(made.json)
        self.backend.private |= {link, "Иван Тайный", self.token}

    @staticmethod
    def path_of(conference: dict[str, Any]) -> str:
        assert conference["invite_link"].startswith(PUBLIC + "/w/")
        return conference["invite_link"].removeprefix(PUBLIC)

    @property
    def token(self) -> str:
        return self.path.removeprefix("/w/")

    def get(self, path: str = "", **headers: str) -> Answer:
        return self.backend.ask("GET", self.path + path, headers=headers)

    def state(self) -> Any:
        return self.get("/state").json

    def say(self, word: str, visit: str = "visit-one", **more: Any) -> Any:
        # As a browser's beacon: without a type that would have it ask first.
        body = json.dumps({"visit": visit, **more}).encode()
        answer = self.backend.ask("POST", f"{self.path}/{word}", body, headers={"Content-Type": "text/plain"})
        assert answer.status == 200, answer.body
        return answer.json

    def ask(self, what: str, body: Any = None, method: str = "POST") -> Answer:
        return self.backend.send(method, f"/api/conferences/{self.id}{what}", body or {}, self.specialist.token)

    def change(self, **more: Any) -> None:
        answer = self.ask("", {**self.conference, **more}, "PUT")
        assert answer.status == 200, answer.body

    def hears(self, seen: Any, **facts: Any) -> Any:
        """What the page is told next with these facts; what comes before may be of something else, as a visitor's coming."""

        def look() -> Any:
            nonlocal seen
            seen = self.get(f"/state?after={seen['revision']}&wait=20").json
            return all(seen.get(name) == value for name, value in facts.items()) and seen

        return wait_for(look, f"the page to hear {facts}")

    def story(self) -> list[str]:
        return [e["kind"] for e in self.specialist.views.events(consultation=self.id) if e["kind"] != "consultation_changed"]

    def wait(self, kind: str, seconds: float = 30, **facts: Any) -> Any:
        return self.specialist.views.wait(kind, seconds, consultation=self.id, **facts)


Opens = Callable[..., Page]


@pytest.fixture
def open_page(anna: Specialist) -> Opens:
    return lambda **more: Page(anna, **more)


def test_a_messengers_preview_is_nobody(open_page: Opens):
    page = open_page()
    for agent in ("TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0", "facebookexternalhit/1.1"):
        assert page.get(**{"User-Agent": agent}).status == 200
    assert page.get(**{"Sec-Purpose": "prefetch", "Purpose": "prefetch"}).status == 200
    assert page.backend.ask("HEAD", page.path).status == 200
    page.state()
    page.say("late", minutes=5)
    page.wait("client_late")
    assert page.story() == ["client_late"], "only what a person said"


def test_a_visible_page_waits_on_however_many_devices(open_page: Opens):
    page = open_page()
    state = page.say("here")
    assert state["waiting_since"] and state["phase"] == "waiting" and state["specialist_told"] in (True, False)
    page.say("here", "visit-two")
    page.say("here")
    waiting = page.wait("client_waiting", where="page")
    assert waiting["source"] == "page" and waiting["who"]["side"] == "client" and not waiting["who"]["name"]
    page.say("leave")
    page.say("leave", "visit-two")
    page.wait("client_left", reason="closed")
    assert page.story() == ["client_opened_link", "client_waiting", "client_left"]
    page.say("here", "visit-three")
    wait_for(lambda: page.story()[3:] == ["client_opened_link", "client_waiting"], "coming back being told")


def test_being_late_is_5_10_or_15_minutes(open_page: Opens):
    page = open_page()
    for minutes in (0, 7, 60, -5, "5", None, 5.5):
        refused = page.backend.send("POST", f"{page.path}/late", {"visit": "visit-one", "minutes": minutes})
        assert (refused.status, refused.code) == (400, "invalid_field"), minutes
    for _ in range(3):
        assert page.say("late", minutes=15)["late"]["minutes"] == 15
    page.wait("client_late", minutes=15)
    assert page.story() == ["client_late"]


def test_the_specialist_is_late_and_the_client_answers(open_page: Opens):
    page = open_page()
    page.say("here")
    assert page.ask("/answer", {"answer": "late", "minutes": 5}).status == 200
    late = wait_for(lambda: page.state().get("specialist"), "the page hearing of it")
    assert late["answer"] == "late" and late["until"]
    assert page.say("answer", answer="cannot_wait")["specialist"]["client"] == "cannot_wait"
    page.say("answer", answer="cannot_wait")
    page.wait("client_answered", answer="cannot_wait")
    assert page.story().count("client_answered") == 1


def test_the_source_holds_no_link_and_no_name_before_the_door_is_open(open_page: Opens, anna: Specialist):
    page = open_page(door="when_admitted")
    source = page.get().body.decode()
    assert "Тишина" in source and "data-state=" in source
    for private in (page.room, "telemost", "Иван", anna.name, page.id):
        assert private not in source
    assert page.ask("/admit").status == 200
    page.wait("client_admitted")
    assert page.ask("/admit").status == 200
    assert page.room in page.get().body.decode()
    assert page.story() == ["client_admitted"]


def test_the_document_is_packed_for_whoever_takes_that(open_page: Opens):
    page = open_page()
    plain = page.get()
    packed = page.backend.ask("GET", page.path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    # It holds the moment that it was asked for in.
    moment = re.compile(r"[0-9T:.-]+Z")
    assert moment.sub("", gzip.decompress(packed.body).decode()) == moment.sub("", plain.body.decode())
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
    assert len(packed.body) * 2 < len(plain.body)
    lost = page.backend.ask("GET", "/w/nowhere", headers={"Accept-Encoding": "gzip"})
    assert (lost.status, lost.headers["content-encoding"]) == (404, "gzip")


def test_where_the_room_tells_nothing_going_in_is_being_there(open_page: Opens):
    page = open_page(door="at_once")
    assert page.say("here")["room"] == page.room
    page.say("leave", into_room=True)
    page.wait("client_joined")
    assert page.story() == ["client_opened_link", "client_waiting", "client_left", "client_joined"]


def test_a_waiting_page_moves_to_another_providers_room(open_page: Opens):
    page = open_page(door="at_once")
    seen = page.state()
    page.change(provider="jitsi", link="https://meet.example.org/another-door", room=None)
    page.hears(seen, room="https://meet.example.org/another-door")
    assert page.get().status == 200, "by the same link"


def test_one_link_leads_through_every_provider(open_page: Opens):
    page = open_page(door="when_admitted", provider="jitsi", link="https://meet.example.org/one-link-first")
    module, first = Module(page.backend), page.conference["room"]
    page.say("here")
    page.wait("client_waiting")
    assert page.state().get("room") is None
    assert page.ask("/admit").status == 200
    page.say("leave", into_room=True)
    module.say("occupant_joined", first, occupant=person("Иван Тайный"))
    joined = page.wait("client_joined")
    assert joined["source"] == "jitsi", "where the room reports, it is believed"
    # Jitsi fails: whoever is back on the page moves on, and need not be admitted again.
    page.say("here", "visit-two")
    for provider, link in (("telemost", "https://telemost.example/j/00000000000001"), ("vclass", "https://class.example.org/second/door")):
        seen = page.state()
        page.change(provider=provider, link=link, room=None)
        page.hears(seen, room=link, phase="open")
        assert link in page.get().body.decode(), "without a script too"
    shown = page.backend.ask("GET", f"/api/conferences/{page.id}", token=page.specialist.token).json
    assert shown["invite_link"] == page.conference["invite_link"]
    assert page.story().count("client_admitted") == 1


def test_time_and_link_need_no_script(open_page: Opens):
    page = open_page(door="when_admitted")
    plain = re.sub(r'data-state="[^"]*"|<script.*?</script>', "", page.get().body.decode(), flags=re.DOTALL)
    assert page.conference["starts_at"][:16] in plain and "http-equiv" in plain and "<form" not in plain
    assert page.ask("/admit").status == 200
    assert f'href="{page.room}"' in re.sub(r'data-state="[^"]*"', "", page.get().body.decode())
    page.wait("client_admitted")
    assert page.story() == ["client_admitted"], "reading is not being there"


@LongRun
def phones_fall_asleep(folder: Path) -> list[list[str]]:
    """One wakes up after a while, the other much later. Both pages were visible, and say nothing at all meanwhile."""
    with watched(folder, env=PRACTICE) as backend:
        anna = Specialist(backend)
        nap, night = Page(anna), Page(anna)
        for page in (nap, night):
            page.say("here")
            page.wait("client_waiting")
        nap.wait("client_line_lost", 90)
        nap.say("here")
        nap.wait("client_line_back")
        night.wait("client_left", 180, reason="lost")
        night.say("here", "visit-two")
        wait_for(lambda: night.story().count("client_waiting") == 2, "coming back being told")
        stories = [nap.story(), night.story()]
        anna.close()
        return stories


phones_fall_asleep.takes = 100


def test_a_phone_that_sleeps_is_missed_and_comes_back():
    nap, night = phones_fall_asleep()
    assert nap[:4] == ["client_opened_link", "client_waiting", "client_line_lost", "client_line_back"]
    assert [it for it in night if it != "client_opened_link"] == ["client_waiting", "client_line_lost", "client_left", "client_waiting"]


def test_a_changed_time_and_a_cancellation_are_seen(open_page: Opens):
    page = open_page()
    seen = page.state()
    page.change(duration=20)
    changed = page.get(f"/state?after={seen['revision']}&wait=20").json
    assert changed["ends_at"] != seen["ends_at"]
    page.change(status="cancelled")
    page.hears(changed, phase="cancelled")
    assert "refresh" not in page.get().body.decode()


def test_links_that_lead_nowhere_are_told_apart_by_nobody(tmp_path: Path, hire: Callable[..., Specialist]):
    with watched(tmp_path, env=PRACTICE | {"LIMITS__WRONG_PER_MINUTE": "1000"}) as backend:
        anna = hire(backend)
        page = Page(anna)
        renewed = page.ask("/new-link").json
        assert backend.ask("GET", Page.path_of(renewed)).status == 200
        deleted = Page(anna)
        assert deleted.ask("", method="DELETE").status == 204
        wait_for(lambda: deleted.get().status == 404, "a deleted page being gone")
        tokens = [page.token, deleted.token, "x", "a" * 43, page.token + "A", "%2e%2e%2f", "%ff", "'--", page.id]
        answers = [backend.ask("GET", f"/w/{token}{tail}") for token in tokens for tail in ("", "/state", "/else")]
        answers += [backend.send("POST", f"/w/{token}/here", {"visit": "visit-one"}) for token in tokens]
        assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
        # The line is closed where a body was still on its way, whose token it was or not.
        beside = {"date", "content-length", "connection"}
        assert len({tuple(sorted((n, v) for n, v in a.headers.items() if n not in beside)) for a in answers}) == 1
        backend.private |= {Page.path_of(renewed).removeprefix("/w/")}


def test_guessing_is_slowed_down_and_a_right_link_is_not(tmp_path: Path, hire: Callable[..., Specialist]):
    with watched(tmp_path, env=PRACTICE) as backend:
        page = Page(hire(backend))
        line = backend.line()
        answers = [line.ask("GET", f"/w/{secrets.token_urlsafe(32)}") for _ in range(100)]
        line.close()
        assert [a.status for a in answers] == [404] * 20 + [429] * 80
        assert len({a.body for a in answers}) == 1 and all(int(a.headers["retry-after"]) > 0 for a in answers[20:])
        assert page.get().status == 200 and page.say("here")["waiting_since"]
        # Whoever has an old link is not kept from pairing a computer.
        assert backend.send("POST", "/api/devices/pair", {"code": "ABCD-EFGH", "name": "x"}).status != 429


@pytest.mark.parametrize(
    ("settings", "believed"),
    [({}, True), ({"TRUSTED_PROXIES": "10.0.0.0/8 127.0.0.0/8 ::1"}, True), ({"TRUSTED_PROXIES": "10.0.0.0/8"}, False), ({"TRUSTED_PROXIES": ""}, False)],
)
def test_behind_a_proxy_each_client_is_slowed_down_alone(tmp_path: Path, settings: dict[str, str], believed: bool):
    with watched(tmp_path, env={**PRACTICE, **settings}) as backend:
        line = backend.line()
        wrong = lambda said: line.ask("GET", f"/w/{secrets.token_urlsafe(32)}", headers={"X-Forwarded-For": said}).status  # noqa: E731
        # What a client puts there itself stands before what its proxy adds, and changes nothing.
        guesses = [wrong(f"203.0.113.{number}, 192.0.2.1") for number in range(30)]
        assert guesses == [404] * 20 + [429] * 10
        assert wrong("192.0.2.2") == (404 if believed else 429)
        line.close()



def test_a_restart_keeps_whoever_waits(tmp_path: Path, hire: Callable[..., Specialist]):
    with watched(tmp_path, env=PRACTICE) as backend:
        page = Page(hire(backend))
        before = page.say("here")["waiting_since"]
        backend.kill()
        backend.start()
        assert page.state()["waiting_since"] == before
        assert page.say("here")["waiting_since"] == before
        page.wait("client_waiting")
        page.say("late", minutes=5)
        page.wait("client_late")
        assert page.story() == ["client_opened_link", "client_waiting", "client_late"]


def test_every_answer_keeps_to_itself(open_page: Opens):
    page = open_page()
    for path in (page.path, f"{page.path}/state", "/w/nobody", "/w/page.js"):
        headers = page.backend.ask("GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
        assert headers["x-robots-tag"] == "noindex" and "set-cookie" not in headers
    source = page.get().body.decode()
    outside = [found for found in re.findall(r'(?:src|href)="([^"]*)"', source) if not found.startswith(("/kab/w/", "data:,", "?")) and found]
    assert not outside
    assert page.backend.ask("GET", "/favicon.ico").status == 204


def test_the_page_is_in_the_language_of_its_reader(open_page: Opens):
    page = open_page(contact={"channel": "clipboard", "language": "en"})
    assert '<html lang="en">' in page.get().body.decode()
    assert '<html lang="ru">' in page.get("?lang=ru").body.decode()
    other = open_page()
    assert '<html lang="en">' in other.get(**{"Accept-Language": "en-GB,ru;q=0.5"}).body.decode()
    assert '<html lang="ru">' in other.get(**{"Accept-Language": "de"}).body.decode()


def test_another_site_cannot_speak_for_the_client(open_page: Opens):
    page = open_page()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        refused = page.backend.send("POST", f"{page.path}/here", {"visit": "visit-one"}, headers=headers)
        assert refused.status == 403
    beacon = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert page.backend.send("POST", f"{page.path}/here", {"visit": "visit-one"}, headers=beacon).status == 200
    page.wait("client_opened_link")
    assert set(page.story()) <= {"client_opened_link", "client_waiting"}, "what was refused is told of nowhere"


def test_a_thousand_pages_wait_at_once(open_page: Opens):
    pages = [open_page(door="at_once") for _ in range(50)]
    port = pages[0].backend.port

    async def wait(page: Page, revision: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {page.path}/state?after={revision}&wait=50 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])["room"]

    async def everybody() -> list[str]:
        seen = [(page, page.state()["revision"]) for page in pages for _ in range(20)]
        waiting = [asyncio.create_task(wait(page, revision)) for page, revision in seen]
        await asyncio.sleep(0)
        for page in pages:
            # Heartbeats are answered meanwhile.
            await asyncio.to_thread(page.say, "here")
            await asyncio.to_thread(page.change, link=f"{page.room}9")
        # Whoever was woken by the heartbeat's news asks again, as a page does.
        rooms = await asyncio.gather(*waiting)
        wait_for(lambda: all(page.state()["room"] == f"{page.room}9" for page in pages), "the new rooms")
        return rooms

    rooms = asyncio.run(everybody())
    assert len(rooms) == 1000 and all(rooms)

"""Accounts at services in the built application: their secrets are in the real keyring and in no file, whatever happens."""

import json
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from browsing import Page
from fakes import Bitrix24, Telemost
from fakes.operator_file import operator_file
from kabinet import fill, free_port, press, reads
from lab.waiting import wait_for

PAIR = "telemost/sign-in"
WEBHOOK = "bitrix24/webhook_url"
GRANT = "bitrix24/grant"
ACCOUNT = "Аннабель"
ENTER = "\ue007"


@pytest.fixture
def telemost():
    with Telemost() as telemost:
        telemost.yandex.edit("account", "change", login="specialist", set={"first_name": ACCOUNT})
        yield telemost


@pytest.fixture
def portal():
    with Bitrix24(users=12) as portal:
        yield portal


@pytest.fixture
def surroundings(tmp_path, telemost, portal):
    """The operator's file, which leads to the fakes, and a log that says as much as it can."""
    file = tmp_path / "operator.toml"
    file.write_text(f"sign_in_port = {free_port()}\n{operator_file(telemost.yandex, telemost, portal)}")
    return {"KABINET_OPERATOR": str(file), "KABINET_LOG": "debug"}


def show(window, place):
    window.script("location.hash = arguments[0]", f"#/{place}")


def connect(kabinet):
    """Signs in to Telemost: in the window, in the browser, and back."""
    window = kabinet.driver
    show(window, "connection/telemost")
    press(window, "Подключить")
    opened = wait_for(kabinet.desktop.urls, "the browser")[-1]
    reads(window, "Закончите в браузере")
    done = Page(opened).press("Allow")
    reads(window, ACCOUNT)
    return opened, done


def disconnect(kabinet, provider, warning):
    window = kabinet.driver
    # By way of the list, which is where it leads back to.
    show(window, "connections")
    reads(window, "Системное хранилище ключей")
    show(window, f"connection/{provider}")
    press(window, "Отключить")
    reads(window, warning)
    window.script("[...document.querySelectorAll('dialog[open] button')].find((one) => one.innerText.trim() === 'Отключить').click()")
    reads(window, "не подключено")
    # Other services are said not to be connected either.
    wait_for(lambda: not [name for name in kabinet.secret_names() if name.startswith(f"{provider}/")], "the secrets to leave the keyring")


def again(kabinet):
    """Killed without a word, and opened anew."""
    kabinet.kill()
    kabinet.driver.close()
    return kabinet.open_window()


def pair(kabinet):
    """The access token and the refresh token that the keyring has."""
    kept = kabinet.secret(PAIR)
    return tuple(json.loads(kept)[name] for name in ("access", "refresh")) if kept else None


def given(telemost):
    """Every pair that Yandex has handed out to Kabinet; a refresh token that was used is no longer named."""
    return [grant for grant in telemost.yandex.grants if grant.device]


def nowhere_on_disk(kabinet, *words):
    for path, text in kabinet.texts_on_disk():
        if path.name != "urls":  # the stand-in browser's own notes
            for word in words:
                assert word.encode() not in text, f"{word} is in {path}"


def logs(kabinet):
    return [text for path, text in kabinet.texts_on_disk() if path.suffix == ".log"]


def test_tokens_are_in_the_keyring_alone_from_connecting_to_disconnecting(kabinet, telemost):
    # As if months had passed within a quarter of this: then a pair is renewed with its next use.
    telemost.yandex.set(expires_in=20)
    window = kabinet.open_window()
    reads(window, "Консультаций пока нет")
    opened, done = connect(kabinet)
    assert parse_qs(urlsplit(opened).query)["code_challenge_method"] == ["S256"]
    assert done.status == 200 and urlsplit(done.address).path == "/signed-in" and "Кабинет" in done.text
    (grant,) = given(telemost)
    first = (grant.access, grant.refresh)
    assert pair(kabinet) == first and kabinet.secret_names().count(PAIR) == 1
    nowhere_on_disk(kabinet, *first)

    telemost.yandex.set(expires_in=31536000)
    grant.ends += 31536000  # a busy machine may be late for it
    window = again(kabinet)
    show(window, "connection/telemost")
    reads(window, ACCOUNT)

    def renewed():
        press(window, "Проверить")
        return pair(kabinet) != first

    wait_for(renewed, "another pair", 30)
    second = pair(kabinet)
    wait_for(lambda: "Проверено" in window.text(), "the connection to work")
    assert second == (given(telemost)[-1].access, given(telemost)[-1].refresh) and not set(first) & set(second)
    nowhere_on_disk(kabinet, *first, *second)
    again(kabinet)
    assert pair(kabinet) == second
    nowhere_on_disk(kabinet, *first, *second)

    disconnect(kabinet, "telemost", "Кабинет вернёт доступ")
    wait_for(lambda: given(telemost)[-1].dead, "Yandex to be told")
    kabinet.end()
    nowhere_on_disk(kabinet, *first, *second)
    assert ACCOUNT not in (kabinet.folder / "settings.json").read_text()


def test_a_room_is_made_and_kept_over_a_kill(kabinet, telemost):
    client, other, cohost = "Мария-Которой-Нет-В-Журнале", "Пётр-Которого-Нет-В-Журнале", "assistant@org.example"
    window = kabinet.open_window()
    reads(window, "Консультаций пока нет")
    kabinet.wait_live()
    connect(kabinet)

    show(window, "new")
    fill(window, "Клиент", client)
    press(window, "Яндекс Телемост")
    press(window, "Ещё")
    fill(window, "Соорганизаторы", cohost + ENTER)
    press(window, "Создать и скопировать ссылку")
    reads(window, "Консультация создана")
    (room,) = telemost.conferences.values()
    link = f"https://telemost.yandex.ru/j/{room.id}"
    assert (room.cohosts, room.waiting_room_level) == ([cohost], "ADMINS") and not room.is_auto_summarization_enabled
    wait_for(lambda: kabinet.clipboard() == link, "the link in the clipboard")
    (made,) = wait_for(kabinet.list, "the consultation in the list")
    assert (made["link"], made["provider"], made["client"]) == (link, "telemost", client)

    window = again(kabinet)
    reads(window, client)
    (kept,) = kabinet.list()
    assert kept["link"] == link and kept["made"]["cohosts"] == [cohost]
    # What is asked of Yandex about it is asked by its id.
    show(window, f"consultation/{kept['id']}")
    press(window, "Сравнить")
    reads(window, "показывают одно и то же")
    press(window, "Войти в комнату")
    wait_for(lambda: kabinet.desktop.urls()[-1] == link, "the room in the browser")
    assert wait_for(lambda: kabinet.tray.find("Войти"), "its entry in the tray")
    kabinet.tray.press("Войти")
    wait_for(lambda: kabinet.desktop.urls()[-2:] == [link, link], "the room in the browser again")

    said = kabinet.verb("new", "--provider", "telemost", "--client", other, "--date", "2030-01-15", "--at", "10:00")
    assert len(telemost.conferences) == 2
    second = next(f"https://telemost.yandex.ru/j/{id}" for id in telemost.conferences if id != room.id)
    assert second in said
    wait_for(lambda: kabinet.clipboard() == second, "the other link in the clipboard")
    kabinet.end()
    words = (client, other, cohost, link, second, room.id, ACCOUNT, "specialist@org.example")
    assert logs(kabinet)
    for text in logs(kabinet):
        for word in words:
            assert word.encode() not in text, f"{word} is in a log"
    nowhere_on_disk(kabinet, client, other)


def test_the_calendar_goes_both_ways_and_over_a_kill(kabinet, portal):
    secret = portal.webhooks[0].secret
    window = kabinet.open_window()
    reads(window, "Консультаций пока нет")
    kabinet.wait_live()
    show(window, "connection/bitrix24")
    press(window, "Без входа")
    fill(window, "Адрес вебхука", portal.webhook)
    press(window, "Сохранить и проверить")
    press(window, "Консультации")
    reads(window, "Записывать новые консультации")
    wait_for(lambda: kabinet.secret(WEBHOOK) == portal.webhook, "the address in the keyring")
    nowhere_on_disk(kabinet, portal.webhook, secret)

    made = kabinet.make("Клиент-Которого-Нет-В-Календаре", begins=30)
    entry = wait_for(lambda: entries(portal, made), "the entry")[0]
    assert entry.starts == begins(made) and "Клиент" not in f"{entry}"
    # What is changed there before Kabinet has read back what it wrote passes for what the portal made of it.
    wait_for(lambda: known(kabinet, made) == "written", "both sides to agree")

    later = entry.starts + 1800
    portal.edit("event", "change", id=entry.id, by=7, set={"from_ts": int(later), "to_ts": int(later) + 3000})
    press(window, "Сверить")
    wait_for(lambda: begins(kabinet.list()[0]) == later, "the move here")

    # Killed when the portal has written the next one and Kabinet does not know it yet.
    portal.next("calendar.event.add", "delay:30")
    doubtful = kabinet.make("Иван", begins=120)
    wait_for(lambda: entries(portal, doubtful), "the entry")
    window = again(kabinet)
    kabinet.wait_live()
    show(window, "connection/bitrix24")
    asked = len(portal.requests)
    press(window, "Сверить")
    wait_for(lambda: len(portal.requests) > asked and known(kabinet, doubtful) == "written", "both sides to agree", 20)
    assert len(entries(portal, doubtful)) == 1 and len(entries(portal, made)) == 1
    assert len(kabinet.list()) == 2
    kabinet.end()
    nowhere_on_disk(kabinet, portal.webhook, secret, "Клиент-Которого-Нет-В-Календаре")


def test_a_grant_of_the_portal_is_in_the_keyring_alone(kabinet, portal):
    window = kabinet.open_window()
    show(window, "connection/bitrix24")
    fill(window, "Адрес вашего портала", portal.url)
    press(window, "Подключить")
    opened = wait_for(kabinet.desktop.urls, "the browser")[-1]
    # The portal leads nobody back here: it shows a code.
    code = Page(opened).press("Allow").shown("code")
    fill(window, "Адрес или код из браузера", code)
    press(window, "Продолжить")
    reads(window, "Анна Примерова")
    session = portal.authorization.sessions[-1]
    tokens = (session.access, session.refresh)
    kept = kabinet.secret(GRANT)
    assert all(token in kept for token in tokens)
    nowhere_on_disk(kabinet, *tokens, code)
    again(kabinet)
    assert kabinet.secret(GRANT) == kept
    nowhere_on_disk(kabinet, *tokens, code)
    disconnect(kabinet, "bitrix24", "Кабинет забудет ключи")
    kabinet.end()
    nowhere_on_disk(kabinet, *tokens)


def entries(portal, consultation):
    with portal.lock:
        return [one for one in portal.calendar.events.values() if consultation["link"] in one.location]


def begins(consultation):
    return datetime.fromisoformat(consultation["starts_at"]).timestamp()


def known(kabinet, consultation):
    one = next(one for one in kabinet.list() if one["id"] == consultation["id"])
    return one["calendar"] and one["calendar"]["state"]


@pytest.mark.desktop(keyring="locked")
def test_a_locked_keyring_is_said_before_anybody_signs_in(kabinet, telemost, portal):
    window = kabinet.open_window()
    reads(window, "Хранилище ключей закрыто")
    before = (kabinet.folder / "settings.json").read_text()
    show(window, "connection/telemost")
    press(window, "Подключить")
    wait_for(lambda: window.first("main [role=alert]"), "the refusal")
    assert "Хранилище ключей закрыто" in window.first("main [role=alert]").text
    show(window, "connection/bitrix24")
    press(window, "Без входа")
    fill(window, "Адрес вебхука", portal.webhook)
    press(window, "Сохранить и проверить")
    wait_for(lambda: "Хранилище ключей закрыто" in "".join(one.text for one in window.all("main [role=alert]")), "the refusal")
    assert not kabinet.desktop.urls() and not given(telemost), "nobody is sent to Yandex in vain"
    kabinet.end()
    assert json.loads((kabinet.folder / "settings.json").read_text()) == json.loads(before)
    nowhere_on_disk(kabinet, portal.webhooks[0].secret)

"""A practice with a server of its own: the built application is one of its specialists' computers, and the messengers are stand-ins."""

import re

import pytest

from clients import ANSWERED, CLIENT, NUMBER, TYPED, WROTE, arrival, asked, bind_telegram, gone, leave, now, plan, room_on, show
from kabinet import fill, press, press_button, reads
from lab.waiting import wait_for
from paired import OTHER, SPECIALIST, WIDE, hers, keep, over_there, practice, second, surroundings  # noqa: F401
from service.backend import ADMIN, SECRET, WORD
from service.dialects import Module, person
from service.search import found, said

CHANNEL = -1001234500001


def alerts(practice):
    """What the bot has asked her, whatever it says by now; its other words have no consultation's time."""
    return [one for one in practice.bot.to() if (one.history or [one.text])[0].startswith("Клиент ")]


def told_in_channel(practice, *words):
    return practice.wait_for_alert(*words, chat=CHANNEL).text


def meet(practice, made):
    """Both go into the room, and out again; its server knows everybody's name."""
    module, room = Module(practice.backend), made["link"].rsplit("/", 1)[1]
    host, guest = person(SPECIALIST, token={"id": "anna-1"}), person(CLIENT)
    module.say("occupant_joined", room, occupant=host)
    started = told_in_channel(practice, "Специалист вошёл")
    module.say("occupant_joined", room, occupant=guest)
    joined = told_in_channel(practice, "Клиент подключился")
    for one in (guest, host):
        module.say("occupant_left", room, occupant=one, reason="hung_up")
    return [started, joined, practice.wait_for_alert("закончилась", chat=CHANNEL, seconds=30).text]


def test_a_client_who_comes_while_no_computer_is_on_is_answered_by_telephone(hers, practice, phone, notices):
    bind_telegram(hers)
    keep(hers.driver.picture, "telegram-bound", hers.driver)
    made = plan(hers, begins=10)
    leave(hers)
    phone.look(made["page_link"])
    alert = asked(practice.bot, "Клиент ждёт вас")
    assert [one["text"] for one in alert.buttons] == ["Иду", "Через 5 минут", "Не могу"] and CLIENT not in alert.text
    phone.reads("Знает, что вы здесь")
    keep(phone.picture, "page-nobody-at-the-computer")
    practice.press("Через 5 минут")
    phone.reads("Специалист скоро подойдёт")
    phone.press("Хорошо, подожду")
    phone.reads("Вы ответили, что подождёте")
    keep(phone.picture, "page-five-minutes")
    practice.wait_for_alert("Вы ответили: «Буду через 5 мин»")

    before = len(notices.shown)
    window = hers.open_window()
    reads(window, "Клиент подождёт.")
    shown = now(hers, made)
    assert (shown["answer"]["answer"], shown["answer"]["client_can_wait"], shown["presence"]["place"]) == ("late", True, "on_page")
    assert [step["kind"] for step in shown["steps"]] == ["opened_link", "on_page", "escalated", "specialist_late", "can_wait"]
    wait_for(lambda: hers.tray.state() == "client_there", "the icon")
    keep(window.picture, "answered-elsewhere", window)
    # What comes next is told, so nothing was kept back that ought not to be told.
    practice.client_writes(WROTE)
    wait_for(lambda: notices.shown[before:], "the notification of the message")
    assert [one.title for one in notices.shown[before:]] == ["Вам написал клиент"]
    assert len(alerts(practice)) == 1
    phone.put_away()


@pytest.mark.practice(escalate_after_seconds="10", channel_names_specialists="false")
def test_what_is_acknowledged_on_one_computer_is_silent_everywhere(hers, second, practice, phone, notices, over_there):
    bind_telegram(hers)
    one, other = plan(hers, begins=10), plan(hers, OTHER, "8 900 123-45-69", begins=12)
    show(second.driver, "")
    wait_for(lambda: {it["id"] for it in second.list()} == {one["id"], other["id"]}, "both on her other computer")

    phone.look(one["page_link"])
    here, there = arrival(notices), arrival(over_there)
    press_button(second.desktop, 1, of=3)
    gone(over_there, there)
    gone(notices, here)
    phone.reads("Специалист скоро подойдёт")
    phone.put_away()

    # Nobody sees the next one.
    phone.look(other["page_link"])
    here, there = arrival(notices), arrival(over_there)
    alert = asked(practice.bot, "Клиент ждёт вас")
    assert [it.id for it in alerts(practice)] == [alert.id], "of the first, Telegram was told nothing"
    show(hers.driver, f"consultation/{other['id']}")
    reads(hers.driver, "Сообщили вам иначе")
    keep(hers.driver.picture, "told-elsewhere", hers.driver)
    press(hers.driver, "Войти в комнату")
    gone(notices, here)
    gone(over_there, there)
    practice.wait_for_alert("Вы ответили: «Иду»")
    assert not alert.buttons
    phone.reads("Уже идёт к вам")
    keep(hers.driver.picture, "joined", hers.driver)
    keep(second.desktop.screenshot, "joined-seen-elsewhere", second.driver)

    said_there = meet(practice, other)
    assert not [text for text in said_there if SPECIALIST in text or CLIENT in text or OTHER in text]
    assert len(practice.bot.to(CHANNEL)) == 3 and len(alerts(practice)) == 1
    phone.put_away()


def test_the_operator_sees_what_failed_and_sends_it_again(hers, practice, phone):
    window = hers.driver
    made = plan(hers)
    practice.green.next("whatsapp.sendMessage", "refuse:quota")
    press(window, "Отправить в WhatsApp")
    show(window, f"consultation/{made['id']}")
    reads(window, "По тарифу мессенджера больше сообщений пока отправить нельзя")
    wait_for(lambda: window.labelled("Другим способом"), "another way to be offered")
    keep(window.picture, "not-sent", window)

    backend = practice.backend
    phone.look(f"http://operator:{ADMIN}@127.0.0.1:{backend.port}/status")
    phone.reads("оплаченное в мессенджере израсходовано")
    assert re.search(r"\d+ с назад", phone.text())
    keep(phone.picture, "status-phone")
    phone.ask("Emulation.setDeviceMetricsOverride", **WIDE)
    keep(phone.picture, "status-light")
    phone.in_the_dark(True)
    keep(phone.picture, "status-dark")
    phone.in_the_dark(False)
    source = phone.script("document.documentElement.outerHTML")
    assert not [word for word in (CLIENT, NUMBER, made["link"], made["page_link"].rsplit("/", 1)[1], SPECIALIST, ADMIN) if word in source]
    failed = backend.ask("GET", "/metrics").body.decode()
    assert re.search(r'kabinet_deliveries\{[^}]*whatsapp[^}]*failed[^}]*\} 1\b', failed)

    phone.press("Отправить ещё раз")
    phone.reads("Отправляем ещё раз.")
    assert made["page_link"] in practice.wait_for_message(made["page_link"]).text
    reads(window, "отправлено,")
    phone.script("location.assign('status')")
    phone.reads("Насколько известно, дошло всё.")
    keep(phone.picture, "status-sent-again")
    sent = backend.ask("GET", "/metrics").body.decode()
    assert re.search(r'kabinet_deliveries\{[^}]*whatsapp[^}]*sent[^}]*\} 1\b', sent)
    assert not re.search(r'kabinet_deliveries\{[^}]*whatsapp[^}]*failed[^}]*\} [1-9]', sent)
    phone.put_away()


@pytest.mark.practice(names_stay_here="true", escalate_after_seconds="10")
def test_names_stay_on_her_computers(hers, second, practice, phone, notices):
    window, other_window = hers.driver, second.driver
    show(window, "settings")
    press(window, "Ничего лишнего")
    bind_telegram(hers)
    made = plan(hers)
    press(window, "Отправить в WhatsApp")
    practice.wait_for_message(made["page_link"])

    # Her other computer reads them by a key that is carried by hand.
    show(other_window, "")
    reads(other_window, "Введите его ключ имён в настройках")
    keep(second.desktop.screenshot, "names-without-key", other_window)
    assert "K-1" in other_window.text() and CLIENT not in other_window.text()
    show(window, "settings")
    press(window, "Показать ключ")
    key = wait_for(lambda: window.script("return document.querySelector('code')?.innerText"), "the key")
    keep(window.picture, "names-key", window)
    press(other_window, "Ввести ключ")
    reads(other_window, "На этом компьютере ключа нет")
    press(other_window, "Ввести ключ")
    fill(other_window, "Ключ с другого вашего компьютера", key)
    press(other_window, "Взять этот ключ")
    reads(other_window, "Ключ есть на этом компьютере.")
    show(other_window, "")
    reads(other_window, CLIENT)
    keep(second.desktop.screenshot, "names-with-key", other_window)

    phone.look(made["page_link"])
    told = arrival(notices, button="Открыть")
    assert (told.title, list(told.buttons.values())) == ("Кабинет", ["Открыть"])
    pages = [phone.script("document.documentElement.outerHTML")]
    assert room_on(phone) is None
    practice.client_writes(WROTE)
    show(other_window, f"consultation/{made['id']}/messages")
    reads(other_window, WROTE)
    fill(other_window, "Сообщение клиенту", ANSWERED)
    press(other_window, "Отправить")
    practice.wait_for_message(ANSWERED)
    hers.verb("admit", "next")
    phone.reads("Войти в комнату")
    pages.append(phone.script("document.documentElement.outerHTML"))
    said_there = meet(practice, made)
    assert said_there and not any(SPECIALIST in text for text in said_there), "where names stay away, hers does too"
    phone.put_away()

    nowhere = [CLIENT, TYPED, NUMBER, WROTE, ANSWERED]
    tokens = [made["page_link"].rsplit("/", 1)[1], *(secret for one in (hers, second) for name in one.secret_names() if (secret := one.secret(name)))]
    assert key in tokens
    backend = practice.backend
    places = {"the database": backend.on_disk(), "the log": backend.log.encode(), "the events": backend.ask("GET", "/api/events?after=0", token=ADMIN).body}
    places |= {path: backend.ask("GET", path).body for path in ("/metrics", "/health")}
    places |= {f"telegram {number}": said(it) for number, it in enumerate(practice.bot.requests)}
    places |= {f"{path}": text for one in (hers, second) for path, text in one.texts_on_disk()}
    places["notifications"] = f"{notices.shown}".encode()
    assert b"client_joined" in places["the events"] and b"kabinet_deliveries" in places["/metrics"] and "Кабинет" in f"{notices.shown}"
    assert not {place: found([*nowhere, *tokens], text) for place, text in places.items() if found([*nowhere, *tokens], text)}
    for page in pages:
        assert not found([*nowhere, *tokens[1:], SPECIALIST, "K-1"], page.encode())
    # The messenger needs the number and the words, and nothing else.
    sent = b"".join(said(it) for it in practice.green.requests)
    assert not found([CLIENT, *tokens[1:], SECRET, WORD, ADMIN], sent)

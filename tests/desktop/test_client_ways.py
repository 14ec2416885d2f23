"""Each way of a client, in the built application: both sides are done and looked at, and left as pictures in out/pictures/clients."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from browsing import Page
from clients import (
    ADMIT, ARRIVED, CLIENT, EMAIL, NUMBER, arrival, asked, bind_telegram, gone, in_minutes, now, picture, plan, room_on, show,
)  # fmt: skip
from fakes import Bitrix24, Telemost
from fakes.operator_file import operator_file
from kabinet import Element, Room, acted, fill, free_port, hide_programs, press, reads
from lab.waiting import wait_for
from phone import REFUSES, Phone

BORIS = {"as": "5500000002"}  # who the bot knows beside the specialist
TOLD = "Знает, что вы здесь"
PAGE = "страница клиента"
ROOM = "https://rooms.example.net/another"


@pytest.fixture
def telemost(operator):
    with Telemost() as telemost, Bitrix24() as portal:
        operator.write_text(f"sign_in_port = {free_port()}\n{operator_file(telemost.yandex, telemost, portal)}")
        yield telemost


def confirm(window, label):
    """The dialog's own button, which says the same as what led there."""
    button = lambda: next((one for one in window.all("dialog[open] button") if one.text == label), None)  # noqa: E731
    wait_for(lambda: acted(button(), Element.click), "the dialog's button")


def settled(window, label):
    """Menus come after the first sight: the button that stood in for one is gone then."""
    wait_for(lambda: window.labelled(label) and not window.all(".menu-trigger[disabled]"), f"the menu {label!r}")
    press(window, label)


def lines_of_way(window):
    """Each step of the client's way as its reader sees it: the time, what it was, and how it is known."""
    return window.script(
        "return [...document.querySelectorAll('.steps li')].map((one) => [one.querySelector('time').innerText,"
        " one.querySelector('.what').firstChild.textContent.trim(), one.querySelector('.source')?.innerText ?? ''])"
    )


def test_camera_microphone_and_connection_are_tried_on_the_page_in_plain_words(practice, phone):
    link = plan(practice)["page_link"]
    phone.look(link)
    phone.press("Проверить")
    for word in ("Работает: вас слышно", "Хорошая", "Изображение и звук остаются на вашем устройстве."):
        phone.reads(word)
    wait_for(lambda: phone.script("document.querySelector('video').videoWidth") > 0, "the picture")
    phone.script("document.querySelector('video').scrollIntoView()")
    picture("check-works", phone=phone)
    phone.press("Закончить")
    phone.reads("Проверить снова")
    assert phone.script("document.querySelector('video')") is None and "Работает" in phone.text()
    phone.put_away()

    with Phone(devices=REFUSES) as careful:
        careful.look(link)
        careful.press("Проверить")
        careful.reads("Доступ к камере и микрофону не разрешён")
        careful.reads("Нажмите на значок слева от адреса страницы")
        careful.reads("Хорошая")
        careful.script("document.querySelector('[role=alert]').scrollIntoView({ block: 'center' })")
        picture("check-refused", phone=careful)
        careful.reads(TOLD)
        careful.put_away()


def test_a_link_taken_back_says_what_to_do_and_nothing_of_anybody_and_the_new_one_works(practice, phone):
    made = plan(practice)
    window, old = practice.driver, made["page_link"]
    phone.look(old)
    phone.reads(TOLD)
    show(window, f"consultation/{made['id']}")
    settled(window, "Ещё о ссылке")
    press(window, "Сменить ссылку")
    reads(window, "Прежняя ссылка сразу перестанет работать")
    picture("link-renewing", window)
    confirm(window, "Сменить ссылку")
    phone.reads("Эта ссылка больше не работает")
    phone.reads("Откройте самое свежее сообщение со ссылкой")
    picture("link-renewed", window, phone)
    phone.put_away()

    new = wait_for(lambda: (link := now(practice, made)["page_link"]) != old and link, "the new link")
    phone.look(old)
    phone.reads("попросите специалиста прислать новую")
    picture("link-old", phone=phone)
    phone.put_away()
    answer, foreign = Page(old), Page(old.rsplit("/", 1)[0] + "/" + "A" * 22)
    assert (answer.status, answer.text) == (foreign.status, foreign.text), "an old link is as any that was never given"
    assert not [word for word in ("Тишина", CLIENT, "Анна", made["link"]) if word in answer.text]

    phone.look(new)
    phone.reads(TOLD)
    wait_for(lambda: practice.presence(made["id"]) == "on_page", "the client at the new link")
    assert "Сервер не говорит, кто вошёл" not in window.text(), "nobody has gone in anywhere"
    press(window, "Отменить консультацию")
    reads(window, "Вернуть")
    phone.reads("Консультация отменена")
    picture("link-cancelled", window, phone)
    assert room_on(phone) is None
    phone.put_away()


def test_i_cannot_is_said_in_the_list_read_on_the_page_and_can_be_taken_back(practice, phone, notices):
    made = plan(practice)
    window = practice.driver
    phone.look(made["page_link"])
    told = arrival(notices)
    show(window, "")
    settled(window, "Другие ответы")
    reads(window, "Клиент прочтёт это на странице")
    picture("cannot-menu", window)
    press(window, "Не смогу")
    phone.reads("Специалист не сможет прийти")
    phone.reads("Чтобы выбрать другое время, напишите туда, откуда пришла эта ссылка")
    gone(notices, told)
    reads(window, "Вы ответили: не смогу.")
    picture("cannot", window, phone)
    settled(window, "Ответить иначе")
    press(window, "Иду")
    phone.reads("Уже идёт к вам")
    reads(window, "Вы ответили: иду.")
    phone.put_away()


def test_a_page_that_waits_goes_over_to_another_room_and_to_another_service_under_its_link(kabinet, telemost, phone, request):
    practice = request.getfixturevalue("practice")
    window = practice.driver
    show(window, "connection/telemost")
    press(window, "Подключить")
    Page(wait_for(practice.desktop.urls, "the browser")[-1]).press("Allow")
    reads(window, "Создавать комнаты")

    made = plan(practice)
    phone.look(made["page_link"])
    phone.reads(TOLD)
    show(window, f"consultation/{made['id']}")
    press(window, ADMIT)
    phone.reads("Войти в комнату")
    assert phone.where("Войти в комнату") == made["link"]

    reads(window, "Возьмите другую: ссылка клиента останется прежней")
    picture("room-swap", window)
    press(window, "Другая комната")
    press(window, "Вставить свою ссылку")
    fill(window, "Ссылка в комнату", ROOM)
    press(window, "Сохранить")
    wait_for(lambda: phone.where("Войти в комнату") == ROOM, "the pasted room on the page")

    press(window, "Другая комната")
    press(window, "Яндекс Телемост")
    reads(window, "Ссылка клиента останется прежней.")
    picture("room-telemost", window)
    press(window, "Сохранить")
    room = wait_for(lambda: (link := now(practice, made)["link"]) not in (ROOM, made["link"]) and link, "the room at the service")
    wait_for(lambda: phone.where("Войти в комнату") == room, "the service's room on the page")
    assert telemost.state()["stored"]["conferences"] and now(practice, made)["page_link"] == made["page_link"]
    reads(window, "Яндекс Телемост")
    picture("room-swapped", window, phone)
    phone.put_away()


def test_one_button_sends_by_max_telegram_mail_and_clipboard(practice, phone, green, bot, desktop):
    window = practice.driver
    by_max, by_mail, by_hand = (plan(practice, f"{CLIENT} {way}", begins=30, channel=way) for way in ("MAX", "Почта", "Вручную"))
    show(window, f"consultation/{by_max['id']}")
    press(window, "Отправить в MAX")
    message = wait_for(lambda: list(green.max.messages), "the message at MAX")[0]
    assert by_max["page_link"] in message.text and not green.whatsapp.messages
    reads(window, "доставлено")
    picture("by-max", window)

    show(window, f"consultation/{by_mail['id']}")
    reads(window, "Откроется почтовая программа с готовым письмом")
    press(window, "Отправить почтой")
    letter = urlsplit(wait_for(desktop.letters, "the letter in the mail program")[0])
    assert (letter.scheme, unquote(letter.path)) == ("mailto", EMAIL)
    said = parse_qs(letter.query)
    assert by_mail["page_link"] in said["body"][0] and said["subject"][0]
    reads(window, "Письмо готово")
    picture("by-mail", window)

    show(window, f"consultation/{by_hand['id']}")
    press(window, "Скопировать с текстом")
    wait_for(lambda: by_hand["page_link"] in (text := practice.clipboard()) and len(text.splitlines()) > 1, "the words around the link")
    picture("by-hand", window)

    by_bot = plan(practice, f"{CLIENT} Telegram", begins=90, channel="Telegram")
    show(window, f"consultation/{by_bot['id']}")
    press(window, "Отправить в Telegram")
    shared = parse_qs(urlsplit(wait_for(desktop.urls, "the specialist's own Telegram")[-1]).query)
    assert shared["url"] == [by_bot["page_link"]], "who has not met the bot is written to by the specialist"
    phone.look(by_bot["page_link"])
    phone.reads("Напомнить в Telegram")
    picture("by-bot", phone=phone)
    Page(phone.where("Напомнить в Telegram")).press("Start", **BORIS)
    phone.put_away()
    wait_for(lambda: bot.to(5500000002), "the bot's answer to the client")
    press(window, "Отправить в Telegram")
    wait_for(lambda: [one for one in bot.to(5500000002) if by_bot["page_link"] in one.text + str(one.markup)], "the link by the bot")
    reads(window, "Ссылка, Telegram")
    picture("by-bot", window)


def test_what_could_not_be_sent_says_why_and_goes_another_way(kabinet, phone, green, tmp_path, request):
    hide_programs(kabinet, tmp_path, "mail")
    practice = request.getfixturevalue("practice")
    window = practice.driver
    nobody = plan(practice, f"{CLIENT} Никто", "8 900 000-00-00")
    show(window, f"consultation/{nobody['id']}")
    press(window, "Отправить в WhatsApp")
    reads(window, "Человека с этим номером в мессенджере нет")
    wait_for(lambda: window.first(".outgoing .trouble"), "the failed line")
    picture("failed-nobody", window)
    settled(window, "Другим способом")
    press(window, "Скопировать с текстом")
    wait_for(lambda: nobody["page_link"] in (text := practice.clipboard()) and len(text.splitlines()) > 1, "the words around the link")

    phone.look(nobody["page_link"])
    wait_for(lambda: not window.first(".outgoing .trouble"), "the failure to be no matter once the client came")
    phone.put_away()

    by_mail = plan(practice, f"{CLIENT} Письмо", channel="Почта")
    show(window, f"consultation/{by_mail['id']}")
    press(window, "Отправить почтой")
    reads(window, "Почтовая программа не открылась")
    picture("failed-mail", window)

    made = plan(practice, f"{CLIENT} Есть")
    show(window, f"consultation/{made['id']}")
    green.edit("instance", "state", instance="whatsapp", state="notAuthorized")
    press(window, "Отправить в WhatsApp")
    reads(window, "Аккаунт практики в мессенджере не подключён")
    picture("failed-signed-out", window)
    settled(window, "Другим способом")
    press(window, "Отправить в MAX")
    wait_for(lambda: [one for one in green.max.messages if made["page_link"] in one.text], "the link at MAX")
    reads(window, "Ссылка, MAX")
    reads(window, "доставлено")
    picture("failed-then-max", window)

    green.edit("instance", "state", instance="whatsapp", state="authorized")
    green.next("whatsapp.sendMessage", "refuse:quota")
    press(window, "Отправить в WhatsApp")
    reads(window, "По тарифу мессенджера больше сообщений пока отправить нельзя")
    picture("failed-quota", window)
    again = "const one = document.querySelector('.outgoing .trouble button'); one?.click(); return one?.innerText.trim()"
    wait_for(lambda: window.script(again) == "Отправить ещё раз", "the button to send it again")  # a toast may lie over it
    wait_for(lambda: [one for one in green.whatsapp.messages if one.chat == f"{NUMBER}@c.us"], "the link at WhatsApp")


def test_quiet_hours_hold_reminders_back_and_let_who_waits_through_to_the_telephone_too(practice, phone, bot, notices):
    window = practice.driver
    bind_telegram(practice)
    press(window, "Тихие часы")
    fields = wait_for(lambda: len(found := window.all(".two input")) == 2 and found, "the fields of the hours")
    for field, minutes in zip(fields, (-60, 60)):
        field.type(f"{in_minutes(practice, minutes)}\ue004")
    picture("quiet-settings", window)
    made = plan(practice, begins=10)
    plan(practice, f"{CLIENT} Другая", begins=25)
    show(window, "settings")
    press(window, "За 30 минут")  # due at once, for both
    wait_for(lambda: window.labelled("За 30 минут").attribute("aria-pressed") == "true", "the reminder to be on")
    phone.look(made["page_link"])
    told = arrival(notices)
    assert {one.title for one in notices.shown} == {ARRIVED}, "nothing but who waits"
    show(window, "")
    picture("quiet-arrival", window, phone)
    assert asked(bot, "Клиент ждёт вас")
    bot.edit("person", "press", text="Не могу")
    gone(notices, told)
    phone.reads("Специалист не сможет прийти")
    reads(window, "Вы ответили: не смогу.")
    phone.put_away()
    show(window, "settings")
    press(window, "Тихие часы")
    wait_for(lambda: [one for one in notices.shown if one.title.startswith("Консультация в")], "the other's reminder")


def test_late_gone_back_let_in_and_met_each_step_has_its_time_and_source(practice, phone, notices):
    made = plan(practice)
    window = practice.driver
    phone.look(made["page_link"])
    phone.reads(TOLD)
    phone.press("10 мин")
    phone.reads("Вы сказали, что опоздаете на 10 минут и будете к")
    wait_for(lambda: "Предупредил об опоздании на 10 минут" in f"{notices.standing()}", "the lateness in the notification")
    show(window, "")
    starts = datetime.fromisoformat(made["starts_at"]).astimezone(ZoneInfo(practice.env["TZ"]))
    reads(window, f"Клиент: опоздает на 10 мин, будет к {starts + timedelta(minutes=10):%H:%M}")
    picture("late", window, phone)
    phone.put_away()
    wait_for(lambda: practice.presence(made["id"]) == "left", "the closed page in the list", 20)

    phone.look(made["page_link"])
    arrival(notices)
    press(window, ADMIT)  # on the screen the departure's notification may stand as well
    phone.reads("Войти в комнату")
    phone.press("Войти в комнату")
    wait_for(lambda: now(practice, made)["steps"][-1]["kind"] == "went_in", "the way from the page into the room")
    Room(practice.port, made["link"]).join("client")
    wait_for(lambda: practice.presence(made["id"]) == "room", "the client in the room")
    phone.put_away()

    show(window, f"consultation/{made['id']}")
    way = wait_for(lambda: (found := lines_of_way(window)) and found[-1][1] == "В комнате" and found, "the whole way")
    assert [(what, source) for _, what, source in way] == [
        ("Ссылка открыта", PAGE),
        ("Ждёт на странице", PAGE),
        ("Опоздает на 10 мин", PAGE),
        ("Уход со страницы", PAGE),
        ("Ссылка открыта", PAGE),
        ("Ждёт на странице", PAGE),
        ("Вы впустили", "этот компьютер"),
        ("Клиент перешёл в комнату", PAGE),
        ("В комнате", "Jitsi Meet"),
    ]
    assert all(re.fullmatch(r"\d\d:\d\d", time) for time, _, _ in way)
    window.script("document.querySelector('.steps').scrollIntoView({ block: 'center' })")
    picture("way", window)

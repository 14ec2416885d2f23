"""A client from the first link to the open door: the built application, messengers that are stand-ins, and a telephone's browser."""

import json

import pytest

from clients import (
    ADMIT, ANSWERED, ARRIVED, CLIENT, LATER, MESSAGE, NUMBER, WROTE, arrival, asked, bind_telegram, gone, leave, now, plan, room_on, set_before_the_start,
    show,
)  # fmt: skip
from kabinet import fill, press, press_button, reads
from lab.waiting import wait_for

NAMED = f"{CLIENT} — ждёт на странице"


def test_a_first_link_is_sent_and_its_client_is_let_in_from_the_notification(practice, phone, green, notices):
    made = plan(practice)
    window = practice.driver
    press(window, "Отправить в WhatsApp")
    message = wait_for(lambda: list(green.whatsapp.messages), "the message")[0]
    assert message.chat == f"{NUMBER}@c.us" and made["page_link"] in message.text and made["link"] not in message.text
    assert CLIENT not in message.text
    show(window, f"consultation/{made['id']}")
    reads(window, "доставлено")
    green.edit("message", "read")
    reads(window, "прочитано")
    assert not now(practice, made)["steps"], "sending is not coming"

    phone.look(made["page_link"])
    phone.reads("Практика «Тишина»")
    phone.reads("Знает, что вы здесь")
    told = arrival(notices)
    assert (told.title, list(told.buttons.values())) == (ARRIVED, [ADMIT, LATER, MESSAGE])
    assert CLIENT not in f"{told}", "names stay off the screen unless chosen otherwise"
    wait_for(lambda: practice.tray.state() == "client_there", "the icon")
    assert practice.presence(made["id"]) == "on_page"
    assert made["link"] not in phone.script("document.documentElement.outerHTML") and room_on(phone) is None

    press_button(practice.desktop, 0, of=3)
    phone.reads("Войти в комнату")
    assert room_on(phone) == made["link"]
    wait_for(lambda: "admitted" in [step["kind"] for step in now(practice, made)["steps"]], "the step in the list")
    phone.put_away()
    assert len(green.whatsapp.messages) == 1


def test_who_waits_is_let_in_from_the_trays_menu(practice, phone, notices):
    made = plan(practice)
    phone.look(made["page_link"])
    arrival(notices)
    entry = wait_for(lambda: practice.tray.find(ADMIT), "the entry in the tray's menu")
    assert CLIENT not in entry.label
    assert now(practice, made)["status"] == "planned", "nobody is in the room"
    practice.tray.press(ADMIT)
    phone.reads("Войти в комнату")
    wait_for(lambda: not practice.tray.find(ADMIT), "the entry's end")
    phone.put_away()


@pytest.mark.parametrize(
    ("privacy", "title", "body", "buttons"),
    [
        ("full", NAMED, "Консультация в", [ADMIT, LATER, MESSAGE]),
        ("no_name", ARRIVED, "Консультация в", [ADMIT, LATER, MESSAGE]),
        ("discreet", "Кабинет", "Есть новости", ["Открыть"]),
    ],
)
def test_a_notification_says_as_much_as_was_chosen(kabinet, phone, notices, privacy, title, body, buttons, request):
    set_before_the_start(kabinet, privacy=privacy)
    practice = request.getfixturevalue("practice")
    phone.look(plan(practice)["page_link"])
    told = arrival(notices, button=buttons[0])
    assert told.title == title and told.body.startswith(body)
    assert list(told.buttons.values()) == buttons
    assert (CLIENT in f"{told}") == (privacy == "full")
    phone.put_away()


def test_five_minutes_are_told_on_the_page_and_messages_go_both_ways(practice, phone, green, notices):
    made = plan(practice)
    window = practice.driver
    phone.look(made["page_link"])
    told = arrival(notices)
    press_button(practice.desktop, 1, of=3)
    phone.reads("Специалист скоро подойдёт")
    gone(notices, told)
    phone.press("Хорошо, подожду")
    phone.reads("Вы ответили, что подождёте")
    wait_for(lambda: now(practice, made)["answer"]["client_can_wait"], "the client's answer")
    show(window, "")
    reads(window, "Клиент подождёт.")

    green.edit("person", "write", phone=NUMBER, text=WROTE)
    news = wait_for(lambda: [one for one in notices.standing() if one.title == "Вам написал клиент"], "the notification of the message")[-1]
    assert WROTE not in f"{news}" and CLIENT not in f"{news}" and list(news.buttons.values()) == [MESSAGE]
    press_button(practice.desktop, 0, of=1)
    reads(window, WROTE)
    wait_for(lambda: now(practice, made)["unread"] == 0, "the message to be read")
    fill(window, "Сообщение клиенту", ANSWERED)
    press(window, "Отправить")
    wait_for(lambda: green.whatsapp.messages and green.whatsapp.messages[-1].text == ANSWERED, "the answer at the client's")
    phone.put_away()
    wait_for(lambda: practice.presence(made["id"]) == "left", "the closed page in the list")


def test_what_is_not_answered_here_is_asked_in_telegram_and_answered_there(practice, phone, bot, notices):
    bind_telegram(practice)
    made = plan(practice, begins=10)  # earlier, somebody only tries out their link
    phone.look(made["page_link"])
    told = arrival(notices)
    alert = asked(bot, "Клиент ждёт вас")
    assert [one["text"] for one in alert.buttons][0] == "Иду" and len(alert.buttons) == 3
    assert CLIENT not in alert.text
    bot.edit("person", "press", text="Иду")
    gone(notices, told)
    phone.reads("Уже идёт к вам")
    wait_for(lambda: now(practice, made)["answer"]["answer"] == "coming", "the answer in the list")
    phone.put_away()


def test_do_not_disturb_keeps_reminders_off_and_lets_who_waits_through(practice, phone, notices):
    made = plan(practice)
    plan(practice, "Другой клиент", "8 900 123-45-69", begins=25)
    practice.tray.press("30 минут")
    wait_for(lambda: practice.tray.find("Снова беспокоить"), "quiet in the tray's menu")
    wait_for(lambda: json.loads((practice.folder / "settings.json").read_text()).get("do_not_disturb_until"), "quiet on the disk")
    leave(practice)
    # Due at once, for both.
    set_before_the_start(practice, reminders=[30])
    before = len(notices.shown)
    practice.start("--hidden").wait_live()
    phone.look(made["page_link"])
    arrival(notices)
    assert {one.title for one in notices.shown[before:]} == {ARRIVED}, "nothing but who waits"
    practice.tray.press("Снова беспокоить")
    reminded = lambda: [one for one in notices.shown[before:] if one.title.startswith("Консультация в")]  # noqa: E731
    wait_for(reminded, "the other's reminder")
    phone.put_away()


def test_killed_while_a_client_waits_it_goes_on_and_verbs_do_the_rest(practice, phone, green, notices):
    made = plan(practice)
    assert "отправляется" in practice.verb("send", "next")
    wait_for(lambda: len(green.whatsapp.messages) == 1, "the message")
    phone.look(made["page_link"])
    told = arrival(notices)

    leave(practice)
    phone.reads("Сейчас нет связи", 40)
    practice.start("--hidden").wait_live()
    again = wait_for(lambda: next((one for one in notices.standing() if one is not told and ADMIT in one.buttons.values()), None), "a living one", 40)
    phone.reads("Знает, что вы здесь", 40)
    assert len(green.whatsapp.messages) == 1, "nothing is sent twice"
    kinds = [step["kind"] for step in now(practice, made)["steps"]]
    assert kinds.count("opened_link") == 1, kinds

    practice.verb("late", "next", "5")
    phone.reads("Специалист скоро подойдёт")
    gone(notices, again)
    assert room_on(phone) is None
    practice.verb("admit", "next")
    phone.reads("Войти в комнату")
    assert room_on(phone) == made["link"]
    practice.verb("send", "next")
    wait_for(lambda: len(green.whatsapp.messages) == 2, "the link once more")
    phone.put_away()

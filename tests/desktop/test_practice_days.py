"""What a practice with a server of its own comes through: times that come amid restarts, repeated news, news that is asked for, limited accounts."""

import pytest

from clients import ANSWERED, NUMBER, WROTE, arrival, asked, bind_telegram, gone, leave, looked_at, now, plan, show
from kabinet import fill, press, reads
from lab.waiting import wait_for
from paired import OTHER, WIDE, hers, keep, over_there, practice, second, surroundings  # noqa: F401
from phone import AHEAD, Phone
from service.backend import ADMIN

HIS, HIS_NUMBER = "8 900 123-45-69", "79001234569"
HOUR, DAY = 60, 24 * 60
WROTE_NEXT = "Уже паркуюсь"


def reminders(practice, number):
    return [one for one in practice.sent(number) if "начнётся через" in one.text or "Напоминаем" in one.text]


def told_of_messages(notices):
    return [one for one in notices.shown if one.title == "Вам написал клиент"]


def times_in_thread(window, text):
    found = "return [...document.querySelectorAll('[role=log] *')].filter((one) => !one.children.length && one.innerText === arguments[0]).length"
    return window.script(found, text)


def looks(window, name, part):
    """A part of what is shown as others have it too, in English and in the dark, and as it was."""
    place = window.script("return location.hash.slice(2)")
    for language, theme in (("English", "Dark"), ("Русский", "Светлая")):
        show(window, "settings")
        press(window, language)
        press(window, theme)
        show(window, place)
        wait_for(lambda: window.first(part), f"{part} in the window")
        window.script("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", part)
        keep(window.picture, f"{name}-{language}", window)


@pytest.fixture
def other_phone():
    with Phone() as other:
        yield other


def test_what_falls_due_comes_once_and_what_is_over_ends_whatever_is_restarted(hers, practice, phone, other_phone, notices, request):
    # At one full minute: a reminder of an hour, one of a day, and half an hour past an end, when a page is over.
    soon = 2
    ended = hers.make(OTHER, begins=soon - 80)
    # One lies there in the dark; the other's clock is hours ahead, and it is looked at all the time.
    phone.look(ended["page_link"])
    other_phone.look(ended["page_link"], before=AHEAD)
    for page in (phone, other_phone):
        page.reads("Можно входить")
    phone.lay_down()
    today = plan(hers, begins=HOUR + soon)
    tomorrow = plan(hers, OTHER, HIS, begins=DAY + soon)
    second, over_there = request.getfixturevalue("second"), request.getfixturevalue("over_there")

    # While that is awaited, one message comes ten times.
    practice.backend.private |= {WROTE_NEXT, HIS_NUMBER}
    practice.green.set(repeat=10)
    practice.client_writes(WROTE)
    practice.wait_until_handed_over()
    posts = [one for one in practice.green.whatsapp.sent if one["body"].get("typeWebhook") == "incomingMessageReceived"]
    assert [one["answered"] for one in posts] == [200] * 10
    wait_for(lambda: told_of_messages(notices) and told_of_messages(over_there), "the notification on both computers")

    # Her other computer is switched off and on, and the server restarts.
    leave(second)
    practice.backend.kill()
    practice.backend.start()
    second.start("--hidden").wait_live()
    hers.wait_live()
    practice.green.edit("notification", "put", body=posts[0]["body"], times=10)
    practice.wait_until_handed_over()
    practice.green.set(repeat=1)
    practice.client_writes(WROTE_NEXT)
    # Read only after it was told of.
    wait_for(lambda: len(told_of_messages(notices)) == 2, "the next notification")
    window = hers.driver
    show(window, f"consultation/{today['id']}/messages")
    reads(window, WROTE_NEXT)
    assert [times_in_thread(window, text) for text in (WROTE, WROTE_NEXT)] == [1, 1]
    assert [step["kind"] for step in now(hers, today)["steps"]] == ["message", "message"]
    keep(window.picture, "told-ten-times", window)

    for made, number, words in ((today, NUMBER, "начнётся через час, в"), (tomorrow, HIS_NUMBER, "завтра в")):
        [reminder] = wait_for(lambda: reminders(practice, number), "the reminder", 210)
        assert words in reminder.text and made["page_link"] in reminder.text and made["link"] not in reminder.text
    other_phone.reads("Консультация закончилась")
    looked_at(other_phone, "over-ru")
    other_phone.put_away()
    phone.take_up()
    phone.reads("Консультация закончилась")
    phone.reads("Эту страницу можно закрыть")
    assert phone.where("Войти в комнату") is None
    phone.press("English")
    phone.reads("The consultation is over")
    looked_at(phone, "over-en")
    phone.put_away()

    # Everything restarts once more, and on the other computer something is changed that leaves the time.
    second.kill()
    assert practice.backend.stop() == 0
    practice.backend.start()
    other_window = second.open_window()
    second.wait_live()
    show(other_window, f"consultation/{tomorrow['id']}")
    press(other_window, "Отправить в WhatsApp")
    wait_for(lambda: len(practice.sent(HIS_NUMBER)) > 1, "what comes after")
    reads(other_window, "Напоминание, WhatsApp")
    keep(other_window.picture, "reminded-tomorrow", other_window)
    show(window, f"consultation/{today['id']}")
    reads(window, "Напоминание, WhatsApp")
    keep(window.picture, "reminded-today", window)
    assert [len(reminders(practice, number)) for number in (NUMBER, HIS_NUMBER)] == [1, 1]
    assert len(told_of_messages(notices)) == 2


@pytest.mark.practice(webhooks=False, escalate_after_seconds="10")
def test_a_practice_that_asks_for_its_news_misses_none_and_says_where_it_is_limited(hers, practice, phone, notices):
    window, backend = hers.driver, practice.backend
    bind_telegram(hers)
    wait_for(lambda: practice.bot.polled, "the bot to be asked")
    assert not practice.bot.hook.now.url
    assert not practice.green.whatsapp.sent and not practice.green.whatsapp.applied["webhookUrl"]
    made = plan(hers, begins=10)
    press(window, "Отправить в WhatsApp")
    practice.wait_for_message(made["page_link"])
    practice.green.edit("message", "read")
    show(window, f"consultation/{made['id']}")
    reads(window, "прочитано")

    phone.look(made["page_link"])
    told = arrival(notices)
    alert = asked(practice.bot, "Клиент ждёт вас")
    practice.press("Через 5 минут")
    phone.reads("Специалист скоро подойдёт")
    gone(notices, told)
    phone.put_away()
    practice.wait_for_alert("Вы ответили: «Буду через 5 мин»")
    assert not alert.buttons

    practice.client_writes(WROTE)
    wait_for(lambda: told_of_messages(notices), "the notification of the message")
    show(window, f"consultation/{made['id']}/messages")
    reads(window, WROTE)
    fill(window, "Сообщение клиенту", ANSWERED)
    press(window, "Отправить")
    practice.wait_for_message(ANSWERED)
    keep(window.picture, "by-asking", window)

    # Her bot is blocked on her telephone, and let in again.
    practice.bot.edit("person", "block")
    show(window, "settings")
    reads(window, "Бот у вас заблокирован и не может вам написать")
    looks(window, "bot-blocked", ".chat")
    practice.bot.edit("person", "unblock")
    reads(window, "Сообщения придут в чат")

    # The messenger shows the practice's account a yellow card.
    practice.green.edit("instance", "state", state="yellowCard")
    show(window, f"consultation/{made['id']}")
    press(window, "Отправить в WhatsApp")
    reads(window, "Мессенджер ограничил аккаунт практики")
    looks(window, "yellow-card", ".outgoing .trouble")
    phone.look(f"http://operator:{ADMIN}@127.0.0.1:{backend.port}/status")
    phone.reads("не работает · мессенджер ограничил аккаунт")
    keep(phone.picture, "status-yellow-card")
    phone.in_the_dark(True)
    phone.ask("Emulation.setDeviceMetricsOverride", **WIDE)
    keep(phone.picture, "status-yellow-card-dark")
    practice.green.edit("instance", "state", state="authorized")
    wait_for(lambda: {it["connection"]: it["state"] for it in backend.health()["connections"]}["green-api"] == "ok", "the account to be well again")
    press(window, "Отправить ещё раз")
    wait_for(lambda: practice.sent()[-1].status == "sent" and made["page_link"] in practice.sent()[-1].text, "the link at the client's")
    wait_for(lambda: not window.first(".outgoing .trouble"), "the failure to be over")
    phone.put_away()

"""The client's page as some people have it: by keyboard, without scripts, inside a messenger, with a wrong clock."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from clients import looked_at, now, plan, show
from kabinet import press
from lab.waiting import wait_for
from phone import AHEAD, INSIDE, REFUSES, THEIRS, WITHOUT_DEVICES, Phone


def test_every_control_is_reached_by_the_keyboard_and_seen_in_each_look(practice, phone):
    made = plan(practice)
    phone.look(made["page_link"])
    phone.reads("Знает, что вы здесь")
    assert phone.reach("English") == ["Проверить", "5 мин", "10 мин", "15 мин", "English"]
    looked_at(phone, "soon-ru")
    phone.key("Enter")
    phone.reads("Has been told that you are here")
    assert phone.focused() == "Русский", "the focus stays where it was"
    assert "Специалист" not in phone.text(), "nor does what was said remain in the other language"
    looked_at(phone, "soon-en")

    phone.reach("Test")
    phone.key("Space")
    phone.reads("Works: you can be heard")
    phone.reads("The picture and the sound stay on your device.")
    assert phone.focused() == "End the test"
    looked_at(phone, "check-en")
    phone.key("Enter")
    phone.reads("Test again")
    phone.reach("10 min")
    phone.key("Space")
    phone.reads("You said that you are 10 minutes late")

    practice.verb("late", "next", "30")
    phone.reads("The specialist will be late")
    phone.reach("Fine, I’ll wait")
    looked_at(phone, "late-en")
    phone.key("Enter")
    phone.reads("You answered that you’ll wait")
    practice.verb("admit", "next")
    wait_for(lambda: phone.focused() == "Enter the room", "the door to have the focus by itself")
    looked_at(phone, "open-en")
    phone.reach("Русский")
    phone.key("Enter")
    phone.reads("Можно входить")
    looked_at(phone, "open-ru")
    phone.reach("Войти в комнату")
    phone.key("Enter")
    kinds = lambda: [step["kind"] for step in now(practice, made)["steps"]]  # noqa: E731
    wait_for(lambda: kinds()[-1] == "went_in", "the way into the room")
    phone.put_away()


def without_scripts(practice, phone):
    """Time and link are there, and nobody is told of anybody."""
    made = plan(practice)
    phone.look(made["page_link"], scripts=False)
    at = datetime.fromisoformat(made["starts_at"]).astimezone(ZoneInfo(practice.env["TZ"]))
    phone.reads("Практика «Тишина»")
    phone.reads(f"{at:%H:%M}")
    phone.reads("не сообщает специалисту, что вы здесь")
    # It is asked for anew by itself, and says how to stop that.
    looked_at(phone, "plain-ru", ("meta-refresh",))
    phone.press("Не обновлять саму")
    phone.reads("Страница сама не обновляется")
    looked_at(phone, "plain-still-ru")
    assert made["link"] not in phone.script("document.documentElement.outerHTML")
    show(practice.driver, f"consultation/{made['id']}")
    press(practice.driver, "Открыть сейчас")
    wait_for(lambda: now(practice, made)["steps"], "the open door")
    phone.press("Обновить сейчас")
    wait_for(lambda: phone.where("Войти") == made["link"], "the link to the room")
    looked_at(phone, "plain-open-ru")
    phone.put_away()
    phone.look(f"{made['page_link']}?lang=en", scripts=False)
    phone.reads(f"{at:%H:%M}")
    assert phone.where("Go in") == made["link"]
    looked_at(phone, "plain-open-en")
    phone.put_away()
    assert [step["kind"] for step in now(practice, made)["steps"]] == ["admitted"]


def inside_a_messenger(link):
    """Where camera and microphone are refused, or not there at all, the page says how to open it where they work."""
    with Phone(devices=REFUSES, name=INSIDE) as inside:
        inside.look(link)
        inside.press("Проверить")
        for words in ("Ссылка открыта внутри приложения Telegram", "Откройте ссылку в обычном браузере", "выберите «Открыть в браузере»"):
            inside.reads(words)
        inside.press("Скопировать ссылку")
        inside.reads("Ссылка скопирована")
        looked_at(inside, "inside-ru")
        inside.press("English")
        inside.reads("The link is open inside Telegram")
        looked_at(inside, "inside-en")
        inside.put_away()
        inside.look(link, before=WITHOUT_DEVICES)
        inside.reads("Ссылка открыта внутри приложения Telegram")
        inside.reads("Знает, что вы здесь")
        looked_at(inside, "inside-at-once-ru")
        inside.put_away()


def counts_truly(phone, starts):
    """The countdown shows what is left by the true clock; a second may turn between two looks."""

    def left():
        seconds = math.ceil((starts - datetime.now(starts.tzinfo)).total_seconds())
        return f"{seconds // 60:02}:{seconds % 60:02}"

    def is_true():
        before, shown, after = left(), phone.script("document.querySelector('.clock')?.innerText"), left()
        return shown and after <= shown <= before

    wait_for(is_true, "the true countdown")


def test_inside_a_messenger_without_scripts_and_with_a_wrong_clock_the_page_is_itself(practice, phone):
    without_scripts(practice, phone)
    made = plan(practice)
    inside_a_messenger(made["page_link"])
    phone.look(made["page_link"], before=AHEAD)
    starts = datetime.fromisoformat(made["starts_at"])
    counts_truly(phone, starts)
    there = ZoneInfo(THEIRS)
    phone.reads("Сегодня" if datetime.now(there).date() == starts.astimezone(there).date() else "Завтра")
    phone.script("window.ahead = -3 * 3600e3")
    counts_truly(phone, starts)
    phone.put_away()

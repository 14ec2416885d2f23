"""A practice's clients as the specialist plans, meets and answers them: in the window, on the screen, at the messengers."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from browsing import Page
from kabinet import REPOSITORY, fill, press, reads
from lab.waiting import wait_for

CLIENT = "Мария-Которой-Нет-Где-Не-Надо"
TYPED, NUMBER = "8 900 123-45-68", "79001234568"
EMAIL = "maria-nowhere-else@example.org"
WROTE, ANSWERED = "Еду, но стою у моста", "Жду вас спокойно"
ADMIT, LATER, MESSAGE = "Впустить", "Буду через 5 мин", "Написать"
ARRIVED = "Клиент ждёт на странице"
PICTURES = REPOSITORY / "out/pictures/clients"


def set_before_the_start(kabinet, **settings):
    file = kabinet.folder / "settings.json"
    kept = json.loads(file.read_text())
    kept["settings"] |= settings
    file.write_text(json.dumps(kept))


def show(window, place):
    window.script("location.hash = arguments[0]", f"#/{place}")


def moment(kabinet, minutes):
    """So many minutes from now, where the specialist is."""
    return datetime.now(ZoneInfo(kabinet.env["TZ"])) + timedelta(minutes=minutes)


def in_minutes(kabinet, minutes):
    """The specialist's clock then."""
    return f"{moment(kabinet, minutes):%H:%M}"


def plan(kabinet, client=CLIENT, phone=TYPED, begins=20, channel="WhatsApp"):
    """In the window, as a person does: with a way to the client, reminders as they are offered, and a door of one's own."""
    window = kabinet.driver
    before = {one["id"] for one in kabinet.list()}
    show(window, "new")
    fill(window, "Клиент", client)
    then = moment(kabinet, begins)
    if then.date() != moment(kabinet, 0).date():
        fill(window, "Дата", f"{then:%d.%m.%Y}")
    fill(window, "Время", f"{then:%H:%M}")
    press(window, "Связь с клиентом")
    press(window, channel)
    if channel in ("WhatsApp", "MAX"):
        fill(window, "Телефон", phone)
    elif channel == "Почта":
        wait_for(lambda: window.first("input[type=email]"), "the field of the address").type(EMAIL)
    press(window, "Когда впущу я")
    press(window, "Создать и скопировать ссылку")
    made = wait_for(lambda: [one for one in kabinet.list() if one["id"] not in before and one["page_link"]], "the consultation and its page")[0]
    wait_for(lambda: kabinet.clipboard() == made["page_link"], "the page's link in the clipboard")
    return made


def now(kabinet, made):
    return next(one for one in kabinet.list() if one["id"] == made["id"])


def arrival(notices, seconds=20, button=ADMIT):
    """The notification that stands on the screen with this button, usually the one that lets somebody in."""
    found = lambda: [one for one in notices.standing() if button in one.buttons.values()]  # noqa: E731
    return wait_for(found, "the notification of the arrival", seconds)[-1]


def gone(notices, notice):
    return wait_for(lambda: notice.id not in {one.id for one in notices.standing()}, "the notification's end")


def room_on(phone):
    return json.loads(phone.script("fetch(location.pathname + '/state').then((one) => one.text())")).get("room")


def bind_telegram(kabinet):
    """One press here, one there, and a word that it was oneself."""
    window = kabinet.driver
    show(window, "settings")
    reads(window, "Вдали от компьютера вам пока никто не сообщит")
    window.script("[...document.querySelectorAll('.chat button')].find((one) => one.innerText.trim() === 'Подключить').click()")
    opened = wait_for(kabinet.desktop.urls, "the chat in the browser")[-1]
    Page(opened).press("Start")
    press(window, "Это я")
    reads(window, "Сообщения придут в чат")


def asked(bot, *words):
    """The bot's question; its greeting says how it will ask, and has no buttons."""
    return wait_for(lambda: [one for one in bot.to() if one.buttons and all(word in one.text for word in words)], "the bot's question", 30)[-1]


def leave(kabinet):
    """The computer is switched off, with its window."""
    kabinet.kill()
    kabinet.driver.close()
    kabinet.driver = None


def picture(name, window=None, phone=None):
    """Both sides as they stand, for a person to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    if window:
        # What fades in is seen as it will be; what moves for ever cannot be brought to its end.
        window.script("for (const one of document.getAnimations()) if (isFinite(one.effect.getComputedTiming().endTime)) one.finish()")
        # The driver waits for the next frame, and of a window that stands still there is none.
        window.script("document.body.animate({ opacity: [0.999, 1] }, 2000)")
    for side, shown in (("window", window), ("phone", phone)):
        if shown:
            shown.picture(PICTURES / f"{name}-{side}.png")


def looked_at(phone, name, known=()):
    """In light and dark: nothing for axe to find but what is known, nothing beside the screen, and a picture of each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        phone.in_the_dark(dark)
        assert [one for one in phone.violations() if not one.startswith(known)] == [], f"{name}, {'dark' if dark else 'light'}"
        phone.picture(PICTURES / f"page-{name}-{'dark' if dark else 'light'}.png")
    phone.in_the_dark(False)
    wait_for(lambda: phone.script("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{name} to fit the screen")


def nothing_private_in_logs(kabinet, links):
    logs = [(path, text) for path, text in kabinet.texts_on_disk() if path.suffix == ".log"]
    assert logs
    for path, text in logs:
        for word in (CLIENT, NUMBER, EMAIL, WROTE, ANSWERED, *links):
            assert word.encode() not in text, f"{word} is in {path}"

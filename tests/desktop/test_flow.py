"""What a person can do, in the built application on a real desktop."""

import time

from bus import Notices
from kabinet import JITSI, Room, hide_programs, press_button
from lab.waiting import wait_for

# No browser is in the room sooner after it was opened.
BROWSER = 1.5
# Whoever goes sooner after another came is taken for the same person, whose page was loaded anew: this dialect has no names.
NO_RELOAD = 2.5


def test_a_client_comes_is_told_of_and_let_in_and_goes(kabinet, notices: Notices, desktop):
    kabinet.start("--hidden").wait_live()
    made = kabinet.make("Иван Петров")
    assert made["link"].startswith(f"{JITSI}/konsultaciya-")
    wait_for(lambda: kabinet.clipboard() == made["link"], "the link in the clipboard")
    wait_for(lambda: kabinet.tray.find("Войти"), "the consultation in the tray's menu")
    assert not kabinet.windows(), "nobody asked for a window"

    room = Room(kabinet.port, made["link"])
    room.join("client")
    notice = wait_for(notices.standing, "the notification")[0]
    assert list(notice.buttons.values()) == ["Войти", "Буду через 5 мин"]
    assert "Иван" not in notice.title + notice.body, "names are hidden in notifications unless a person says otherwise"
    assert "<" not in notice.body
    wait_for(lambda: kabinet.tray.state() == "client_there", "the icon")
    assert kabinet.presence(made["id"]) == "room"

    press_button(desktop, 0)
    opened = wait_for(desktop.urls, "the browser")[0]
    assert opened.startswith(made["link"]) and "displayName" in opened, opened
    wait_for(lambda: not notices.standing(), "the withdrawal")

    time.sleep(BROWSER)
    room.join("specialist")
    wait_for(lambda: kabinet.tray.state() == "in_session", "the icon of the session")
    time.sleep(NO_RELOAD)
    room.leave("client")
    # This dialect cannot tell a hang-up from a lost line, so the grace time is waited for.
    wait_for(lambda: kabinet.presence(made["id"]) == "left", "the departure", 40)
    assert [one.title for one in notices.shown] == [notice.title], "nothing else alerts"
    assert kabinet.end() == 0


def test_a_join_that_opens_nothing_says_so_and_the_client_is_still_told_of(kabinet, notices: Notices, desktop, tmp_path):
    hide_programs(kabinet, tmp_path, "browser")
    kabinet.start("--hidden").wait_live()
    made = kabinet.make("Иван Петров")
    assert "Не получилось открыть браузер" in kabinet.verb("join", "next", status=1)

    Room(kabinet.port, made["link"]).join("client")
    wait_for(notices.standing, "the notification")
    assert not kabinet.list()[0]["presence"]["specialist_inside"], "nobody went in"
    press_button(desktop, 0)
    wait_for(lambda: notices.pressed, "the press")
    wait_for(lambda: len(notices.shown) == 2 and notices.standing(), "the notification again")
    assert not desktop.urls()

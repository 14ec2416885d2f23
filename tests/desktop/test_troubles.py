"""A desktop with a part missing: it is said in the window, in the person's language, and the rest works."""

import socket
import subprocess

import pytest

from kabinet import Room, press, press_button, reads
from lab.waiting import wait_for


def unreadable(kabinet, word):
    return not [path for path, text in kabinet.texts_on_disk() if word.encode() in text]


def consult(kabinet):
    """The main thing still works."""
    made = kabinet.make("Иван")
    Room(kabinet.port, made["link"]).join("client")
    wait_for(lambda: kabinet.presence(made["id"]) == "room", "the client in the list")
    return made


@pytest.mark.desktop(keyring="none")
def test_without_a_keychain_it_works_until_it_ends_and_says_so(kabinet):
    window = kabinet.open_window()
    reads(window, "не отвечает хранилище ключей")
    kabinet.wait_live()
    consult(kabinet)
    assert unreadable(kabinet, "Иван")
    kabinet.end()
    assert unreadable(kabinet, "embedded-backend-token")
    assert not list(kabinet.folder.rglob("backend-without-keychain")), "what nobody has the key of is removed"


@pytest.mark.desktop(keyring="locked")
def test_a_locked_keychain_is_said_and_never_erased(kabinet, desktop):
    keyring = desktop.state / "data/keyrings/login.keyring"
    before = keyring.read_bytes()
    window = kabinet.open_window()
    reads(window, "Хранилище ключей закрыто")
    kabinet.wait_live()
    consult(kabinet)
    assert keyring.read_bytes() == before
    assert unreadable(kabinet, "Иван")


@pytest.mark.desktop(keyring="locked")
def test_the_doctor_does_not_take_a_locked_keychain_for_an_empty_one(kabinet):
    kabinet.start("--hidden").wait_live()
    for _ in range(2):
        assert "Хранилище ключей: Хранилище ключей закрыто" in kabinet.verb("doctor", status=1)


@pytest.mark.desktop(keyring="none")
def test_a_keychain_that_comes_later_is_found_by_a_retry(kabinet, desktop):
    window = kabinet.open_window()
    reads(window, "не отвечает хранилище ключей")
    kabinet.wait_live()
    made = consult(kabinet)
    desktop._start_keyring()
    press(window, "Повторить")
    wait_for(lambda: "хранилище ключей" not in window.text(), "the words to go")
    assert wait_for(lambda: "Хранилище ключей: работает" in kabinet.verb("doctor", status=None), "the keychain in the doctor's list")
    # What was made meanwhile is taken along to the backend that keeps things.
    wait_for(lambda: [one for one in kabinet.list() if one["id"] == made["id"] and not one["unsent"]], "the consultation to be sent again")
    kabinet.end()
    kabinet.start("--hidden").wait_live()
    wait_for(lambda: [one["id"] for one in kabinet.list()] == [made["id"]], "the consultation in the next run's list")
    assert unreadable(kabinet, "Иван")


@pytest.mark.desktop(tray=False)
def test_without_a_tray_the_window_is_shown_and_says_so_until_one_comes(kabinet, desktop):
    kabinet.start("--hidden")
    wait_for(kabinet.windows, "the window", 20)
    kabinet.wait_live()
    kabinet.end()

    window = kabinet.open_window()
    reads(window, "нет места для значков")
    desktop.start_tray()
    wait_for(kabinet.tray.state, "the icon")
    wait_for(lambda: "нет места для значков" not in window.text(), "the words to go")


@pytest.mark.desktop(notifications="none")
def test_without_notifications_it_says_so_and_shows_what_waits_when_they_come(kabinet, desktop, notices):
    window = kabinet.open_window()
    kabinet.wait_live()
    reads(window, "не показывает уведомлений")
    consult(kabinet)
    wait_for(lambda: kabinet.tray.state() == "client_there", "the icon")
    desktop.notifications = "xfce"
    desktop.start_notifications()
    wait_for(lambda: [one for one in notices.standing() if len(one.buttons) == 2], "the notification")
    wait_for(lambda: "не показывает уведомлений" not in window.text(), "the words to go")
    press_button(desktop, 0)
    assert wait_for(desktop.urls, "the browser")


def test_a_new_panel_is_waited_for_and_without_one_the_window_comes(kabinet, desktop):
    kabinet.start("--hidden").wait_live()
    wait_for(kabinet.tray.state, "the icon")
    assert not kabinet.windows()
    # More than once: at the start a panel is waited for anyway.
    for _ in range(2):
        subprocess.run(["xfce4-panel", "--quit"], env=kabinet.env, check=True)
        wait_for(kabinet.windows, "the window", 20)
        desktop.start_tray()
        wait_for(kabinet.tray.state, "the icon")
        kabinet.close_window()


@pytest.mark.desktop(notifications="none")
def test_another_notification_daemon_is_given_what_stands(kabinet, desktop, notices):
    desktop.notifications = "dunst"
    first = desktop.start_notifications()
    kabinet.start("--hidden").wait_live()
    consult(kabinet)
    wait_for(lambda: len(notices.shown) == 1 and notices.standing(), "the notification")
    desktop.stop(first)
    desktop.notifications = "xfce"
    desktop.start_notifications()
    wait_for(lambda: [one for one in notices.shown[1:] if one.id], "the notification, by the other daemon")
    press_button(desktop, 0)
    assert wait_for(desktop.urls, "the browser")


@pytest.mark.desktop(notifications="dunst")
def test_another_daemon_shows_the_same(kabinet, desktop, notices):
    kabinet.start("--hidden").wait_live()
    consult(kabinet)
    notice = wait_for(notices.standing, "the notification")[0]
    assert notice.buttons["default"] and list(notice.buttons.values())[1:] == ["Войти", "Буду через 5 мин"]


def test_a_taken_port_is_said_and_the_next_one_used(kabinet):
    with socket.socket() as other:
        other.bind(("127.0.0.1", kabinet.port))
        other.listen()
        window = kabinet.open_window()
        reads(window, f"127.0.0.1:{kabinet.port}")
        reads(window, "занят другой программой")
        kabinet.wait_live()


def test_a_database_of_a_newer_version_is_left_alone(kabinet):
    kabinet.start("--hidden").wait_live().end()
    database = kabinet.folder / "backend/kabinet.sqlite3"
    script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); print(db.execute('pragma user_version').fetchone()[0]); " \
        "db.execute('update _sqlx_migrations set version = version + 90000000000000000 where version = (select max(version) from _sqlx_migrations)'); db.commit()"
    subprocess.run(["python3", "-c", script, str(database)], check=True, capture_output=True)
    window = kabinet.open_window()
    reads(window, "Установите новую версию")

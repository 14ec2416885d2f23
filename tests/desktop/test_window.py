"""The window of the built application, worked by WebDriver."""

import subprocess

from kabinet import JITSI, Kabinet, fill, press, reads
from lab.waiting import wait_for

SECRET = "a-secret-that-must-not-be-on-disk-7f3a"
PASSWORD = "a-password-that-must-not-be-on-disk-91c2"


def test_from_the_first_start_to_a_consultation_in_the_list_and_the_tray(desktop, tmp_path, request):
    kabinet = Kabinet(desktop, tmp_path / "kabinet")
    request.addfinalizer(kabinet.close)
    window = kabinet.open_window()
    reads(window, "На каком языке говорить?")
    press(window, "Дальше")
    fill(window, "Ваше имя", "Анна Петрова")
    press(window, "Дальше")
    fill(window, "Адрес сервера", JITSI)
    press(window, "Готово")
    reads(window, "Консультаций пока нет")

    press(window, "Назначить консультацию")
    fill(window, "Клиент", "Мария К.")
    reads(window, "meet.example.org/konsultaciya-")
    press(window, "Создать и скопировать ссылку")
    reads(window, "Мария К.")
    made = wait_for(kabinet.list, "the consultation")[0]
    assert made["client"] == "Мария К." and wait_for(lambda: kabinet.clipboard() == made["link"], "the link in the clipboard")
    assert wait_for(lambda: kabinet.tray.find("Войти"), "its entry in the tray")
    assert "Мария" not in " ".join(kabinet.tray.labels()) and kabinet.windows() == ["Kabinet"], "no name in menu or title"

    press(window, "Войти")
    assert wait_for(desktop.urls, "the browser")[0].startswith(made["link"])

    kabinet.tray.press("Настройки")
    reads(window, "Запускать при входе в систему")
    press(window, "Запускать при входе в систему")
    entry = desktop.state / "home/.config/autostart"
    wait_for(lambda: entry.exists() and [one for one in entry.iterdir() if "--hidden" in one.read_text()], "the system's autostart entry")


def test_secrets_are_in_the_keyring_and_nowhere_on_disk(kabinet):
    window = kabinet.open_window()
    reads(window, "Консультаций пока нет")
    kabinet.wait_live()
    window.script("location.hash = '#/connection/jitsi'")
    fill(window, "Идентификатор приложения (JWT)", "kabinet")
    fill(window, "Секрет приложения (JWT)", SECRET)
    fill(window, "Логин ведущего", "anna")
    fill(window, "Пароль ведущего", PASSWORD)
    press(window, "Сохранить")
    kept = lambda: {kabinet.secret(name) for name in kabinet.secret_names()}
    wait_for(lambda: {SECRET, PASSWORD} <= kept(), "the secrets in the keyring")
    reads(window, "Проверить")

    made = kabinet.make("Клиент-Которого-Нет-На-Диске")
    kabinet.verb("join", "next")
    opened = wait_for(kabinet.desktop.urls, "the browser")[0]
    assert "jwt=" in opened and opened.startswith(made["link"])

    window.script(f"location.hash = '#/consultation/{made['id']}'")
    press(window, "Логин")
    wait_for(lambda: kabinet.clipboard() == "anna", "the login in the clipboard")
    press(window, "Пароль")
    wait_for(lambda: kabinet.clipboard() == PASSWORD, "the password in the clipboard")
    wait_for(lambda: kabinet.clipboard() != PASSWORD, "the clipboard to forget it", 45)
    kabinet.end()

    words = {
        "a secret": SECRET, "a password": PASSWORD, "the client's name": "Клиент-Которого-Нет-На-Диске", "the token of the link": opened.split("jwt=")[1][:40],
    }
    for path, text in kabinet.texts_on_disk():
        if path.name == "urls":
            continue  # the stand-in browser's own notes
        for what, word in words.items():
            assert word.encode() not in text, f"{what} is in {path}"


def test_the_window_stays_where_it_was_and_shows_nothing_foreign(kabinet):
    window = kabinet.open_window()
    reads(window, "Консультаций пока нет")
    for address in ("about:blank", "https://example.org/"):
        window.script("location.href = arguments[0]", address)
    window.script("location.hash = '#/settings'")
    reads(window, "Запускать при входе в систему")
    kabinet.driver.close()
    kabinet.driver = None
    if kabinet.running:
        kabinet.end()

    kabinet.start()
    wait_for(kabinet.windows, "the window")
    # It fails when another window, as a tip, goes while it looks through them.
    move = ["wmctrl", "-r", "Kabinet", "-e", "0,310,120,-1,-1"]
    wait_for(lambda: subprocess.run(move, env=kabinet.env).returncode == 0, "the window manager's word")
    wait_for(lambda: place(kabinet)[0] > 300, "the move")
    before = place(kabinet)
    wait_for(lambda: kabinet.tray.find("Открыть"), "the menu")
    for _ in range(2):
        kabinet.close_window()
        kabinet.tray.press("Открыть")
        wait_for(kabinet.windows, "the window again")
        wait_for(lambda: place(kabinet) == before, f"the window at {before}")


def place(kabinet):
    """Of the window on the screen."""
    found = subprocess.run(["wmctrl", "-lG"], env=kabinet.env, capture_output=True, text=True).stdout
    return next((tuple(map(int, line.split()[2:4])) for line in found.splitlines() if line.endswith("Kabinet")), (0, 0))

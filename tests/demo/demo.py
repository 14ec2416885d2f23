"""A consultation from the first start to the client's departure, on a virtual desktop. Started by `tests/demo/run`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "desktop")]

from bus import Notices  # noqa: E402
from kabinet import BINARY, Kabinet, fill, press, press_button  # noqa: E402
from lab import Lab, wait_for  # noqa: E402
from lab.waiting import TooLate  # noqa: E402
from phone import Phone, browser  # noqa: E402
from session import Session  # noqa: E402

SECRET = "whsec_a2FiaW5ldC1kZW1vLXNlY3JldC0wMTIzNDU2Nzg5"
SIZE = (960, 720)
TRAY_ICON = (SIZE[0] - 18, SIZE[1] - 16)
# A browser needs a moment from the address to the room.
BROWSER = 1.0

WORDS = {
    "ru": {
        "language": "Русский", "next": "Дальше", "name": "Ваше имя", "address": "Адрес сервера", "done": "Готово",
        "empty": "Назначить консультацию", "client": "Клиент", "create": "Создать и скопировать ссылку", "created": "ссылка скопирована",
        "join": "Войти", "specialist": "Анна Петрова", "guest": "Мария К.", "theme": "Тёмная", "back": "Назад", "away": "Клиент вышел",
        "practice": "Практика «Тишина»", "other": "Иван С.", "admit": "Впустить", "told": "Знает, что вы здесь", "enter": "Войти в комнату",
        "waits": "ждёт на странице",
    },
    "en": {
        "language": "English", "next": "Next", "name": "Your name", "address": "Server address", "done": "Done",
        "empty": "Plan a consultation", "client": "Client", "create": "Create and copy link", "created": "link copied",
        "join": "Join", "specialist": "Anna Petrova", "guest": "Maria K.", "theme": "Dark", "back": "Back", "away": "The client left",
        "practice": "The Quiet Practice", "other": "Ivan S.", "admit": "Let in", "told": "Has been told that you are here", "enter": "Enter the room",
        "waits": "waits on the page",
    },
}


class Show:
    """Prints the steps as they happen, and takes the pictures."""

    def __init__(self, desktop, pictures):
        self.desktop, self.pictures = desktop, pictures
        self.began = time.monotonic()
        self.taken = []

    @contextmanager
    def step(self, text):
        began = time.monotonic()
        say = lambda mark, end: print(f"{mark} {began - self.began:6.2f} s  {text}{end}", flush=True)
        try:
            yield
        except BaseException as error:
            say("✗", "")
            if isinstance(error, (TooLate, AssertionError, subprocess.CalledProcessError, OSError)):
                self.picture("failed")
                print(f"           {error}", flush=True)
                raise SystemExit(1) from None
            raise
        say("✓", f"  ({(time.monotonic() - began) * 1000:.0f} ms)")

    def picture(self, name, area=None):
        path = self.pictures / f"{name}.png"
        self.desktop.screenshot(path)
        if area:
            subprocess.run(["convert", path, "-crop", area, "+repage", path], check=True)
        self.taken.append(path)

    def keep(self, name, take):
        path = self.pictures / f"{name}.png"
        take(path)
        self.taken.append(path)


def main():
    options = argparse.ArgumentParser(prog="tests/demo/run", description=__doc__)
    options.add_argument("--language", choices=WORDS, default="ru")
    options.add_argument("--pictures", type=Path, default=TESTS.parent / "out/pictures", help="where they go (out/pictures)")
    options = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kabinet-demo-"))
    for old in options.pictures.glob("*.png"):
        old.unlink()
    try:
        with Session(own_home=True, size="{}x{}".format(*SIZE)) as desktop:
            show = Show(desktop, options.pictures)
            operator, words = folder / "operator.toml", WORDS[options.language]
            environment = {"KABINET_WEBHOOK_SECRET": SECRET, "KABINET_OPERATOR": str(operator)}
            kabinet = Kabinet(desktop, folder / "data", options.language, **environment)
            # Clients' pages are where the backend inside is: a telephone on this computer is all that must reach it.
            operator.write_text(f'[practice]\nname = "{words["practice"]}"\npublic_url = "http://127.0.0.1:{kabinet.port}"\n')
            perform(show, kabinet, words)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\nPictures:")
    for path in show.taken:
        print(f"  {path}")


def perform(show, kabinet, words):
    desktop, notices, lab = show.desktop, Notices(show.desktop), None
    modules = ["kabinet"]
    config = f'kabinet_url = "http://127.0.0.1:{kabinet.port}"\nkabinet_secret = "{SECRET}"\n'
    try:
        with show.step("Kabinet starts: its icon is in the tray, its backend inside it answers"):
            window = kabinet.open_window()
            kabinet.wait_live()
            assert kabinet.tray.state() == "idle"
        with show.step(f"a real Prosody starts, with mod_kabinet (port {(lab := prosody(modules, config)).port})"):
            lab.start()
            lab.focus("open")  # whoever has the link may come first, as on a server without logins
        with show.step("the first start asks three things"):
            press(window, words["language"])
            show.picture("1-first-start")
            press(window, words["next"])
            fill(window, words["name"], words["specialist"])
            press(window, words["next"])
            fill(window, words["address"], f"http://127.0.0.1:{lab.port}")
            press(window, words["done"])
            wait_for(lambda: window.labelled(words["empty"]), "the empty list")
        with show.step("a consultation is made; its link is in the clipboard, in the list and in the tray's menu"):
            press(window, words["empty"])
            fill(window, words["client"], words["guest"])
            wait_for(lambda: "/konsultaciya-" in window.text(), "the link")
            show.picture("2-new-consultation")
            press(window, words["create"])
            made = wait_for(lambda: [one for one in kabinet.list() if one["page_link"]], "the consultation and its client's page")[0]
            wait_for(lambda: kabinet.clipboard() == made["page_link"], "the link in the clipboard")
            wait_for(lambda: kabinet.tray.find(words["join"]), "its entry in the menu")
        room = made["link"].rsplit("/", 1)[1]
        print(f"           {made['link']}")

        client = specialist = None
        with show.step("the client enters the real room, and the notification is on the screen"):
            before = len(notices.shown)
            client = lab.guest(room, words["guest"])
            entered = time.monotonic()
            arrival = wait_for(lambda: [one for one in notices.shown[before:] if len(one.buttons) == 2], "the notification")[-1]
        print(f"           {(arrival.at - entered) * 1000:+.0f} ms after the server let the client in: “{arrival.title}”, buttons {list(arrival.buttons.values())}")
        with show.step("icon and list say so"):
            wait_for(lambda: kabinet.tray.state() == "client_there", "the icon")
            wait_for(lambda: kabinet.presence(made["id"]) == "room", "the list")
            time.sleep(0.5)  # for the picture: the daemon fades it in
            show.picture("3-client-is-there")
            desktop_mouse(desktop, "mousemove", *TRAY_ICON, "click", 1)
            time.sleep(0.5)
            show.picture("4-tray-menu")
            desktop_mouse(desktop, "key", "Escape")
        with show.step("Join is pressed on the notification: the browser gets the room with the specialist's name"):
            press_button(desktop, 0)
            opened = wait_for(desktop.urls, "the browser")[-1]
            assert opened.startswith(made["link"]), opened
            wait_for(lambda: arrival.id not in {one.id for one in notices.standing()}, "the withdrawal")
        print(f"           {opened}")
        with show.step("the specialist enters the room: the session begins, and nothing alerts"):
            told = len(notices.shown)
            time.sleep(BROWSER)
            specialist = lab.specialist(room, words["specialist"], login="plain")  # on the wire a guest like any other
            wait_for(lambda: kabinet.tray.state() == "in_session", "the icon of the session")
            assert len(notices.shown) == told, notices.shown[told:]
            time.sleep(0.3)
            show.picture("5-in-session")
        with show.step("the client hangs up, and the list tells"):
            client.leave()
            wait_for(lambda: kabinet.presence(made["id"]) == "left", "the departure", 30)
            wait_for(lambda: words["away"] in window.text(), "its words in the window")
            show.picture("6-client-left")
        with show.step("the same list in the dark"):
            window.script("location.hash = '#/settings'")
            press(window, words["theme"])
            window.script("location.hash = '#/'")
            wait_for(lambda: words["away"] in window.text(), "the list")
            time.sleep(0.5)
            show.picture("7-dark")
        specialist.leave()
        if browser():
            waits_on_the_page(show, kabinet, notices, words)
        else:
            print("–           no Chromium is installed: the client's page is not shown")
        with show.step("everybody has left; Kabinet quits in order"):
            assert kabinet.running
            kabinet.end()
    finally:
        kabinet.close()
        notices.close()
        if lab:
            lab.stop()
            lab.forget()


def waits_on_the_page(show, kabinet, notices, words):
    language = "ru" if words is WORDS["ru"] else "en"
    made = kabinet.make(words["other"], begins=10)
    with Phone(language) as phone:
        with show.step("the next client opens their link on a telephone, and the notification offers to let them in"):
            page = wait_for(lambda: next(one["page_link"] for one in kabinet.list() if one["id"] == made["id"]), "the page's link")
            opened = time.monotonic()
            phone.look(page)
            there = lambda: [one for one in notices.standing() if words["admit"] in one.buttons.values()]  # noqa: E731
            arrival = wait_for(there, "the notification", 20)[-1]
            phone.reads(words["told"])
            wait_for(lambda: words["waits"] in kabinet.driver.text(), "its words in the window")
            show.keep("8-client-page", phone.picture)
            show.picture("9-client-waits")
        print(f"           {(arrival.at - opened) * 1000:+.0f} ms after the telephone was given the link: “{arrival.title}”, buttons {list(arrival.buttons.values())}")
        with show.step("it is pressed, and the page leads into the room"):
            press_button(kabinet.desktop, 0)
            phone.reads(words["enter"])
            show.keep("10-door-is-open", phone.picture)
            phone.put_away()


def prosody(modules, config):
    return Lab(muc_modules=modules, lobby_modules=modules, breakout_modules=modules, config=config, auth="anonymous", log_level="info")


def desktop_mouse(desktop, *words):
    subprocess.run(["xdotool", *map(str, words)], env=desktop.env, check=True)


if __name__ == "__main__":
    if not BINARY.exists():
        sys.exit(f"{BINARY} is not built: tests/demo/run builds it")
    main()

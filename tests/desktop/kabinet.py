"""The built application on a desktop of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from lab.prosody import free_port  # noqa: E402
from lab.waiting import wait_for  # noqa: E402
from tray import Tray  # noqa: E402
from webdriver import Driver, Element, Refused  # noqa: E402

BINARY = Path(os.environ.get("KABINET_BINARY", REPOSITORY / "target/debug/kabinet"))


JITSI = "https://meet.example.org"


def in_daytime():
    """A zone where the day is far from its ends: what is planned for the next hour is to be of today."""
    zones = ("Europe/Moscow", "Asia/Vladivostok", "America/New_York")
    return next(zone for zone in zones if 5 <= datetime.now(ZoneInfo(zone)).hour < 20)


class Kabinet:
    """One installation: its folder, its port, its tray. `start()` and `kill()` it as often as you like."""

    def __init__(self, desktop, folder, language="ru", **environment):
        self.desktop, self.folder = desktop, Path(folder)
        self.port = free_port()
        self.env = {
            **desktop.env,
            "KABINET_DATA_DIR": str(self.folder),
            "KABINET_LISTEN": f"127.0.0.1:{self.port}",
            "KABINET_LANG": language,
            "TZ": in_daytime(),
            **environment,
        }
        self.tray = Tray(desktop)
        self.driver = None
        self._process = None

    def settle(self, **connections):
        """As after the first start, without its questions: with a Jitsi, and with a name."""
        settings = {"specialist_name": "Анна Петрова"}
        connections = connections or {"jitsi": {"base_url": JITSI}}
        kept = {"settings": settings, "first_run_done": True, "connections": connections}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "settings.json").write_text(json.dumps(kept))
        return self

    # -- the program

    def start(self, *arguments):
        """By its own, and until its icon is there or its window."""
        with open(self.desktop.state / "log/kabinet.log", "ab") as log:
            self._process = subprocess.Popen([BINARY, *arguments], env=self.env, stdout=log, stderr=log, start_new_session=True)
        return self

    def open_window(self, *arguments):
        """By WebDriver, which gives us the window."""
        log = self.desktop.state / "log/webdriver.log"
        try:
            self.driver = Driver(BINARY, arguments, self.env, log)
        except TimeoutError:
            # Rarely, on a busy machine, driver and web view miss each other's greeting although the window is there.
            self.end()
            self.driver = Driver(BINARY, arguments, self.env, log)
        return self.driver

    @property
    def running(self):
        return bool(self.pids())

    def pids(self):
        """The application's own processes: not those that only carry a verb, nor the web view's."""
        mine = f"KABINET_DATA_DIR={self.folder}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if (folder / "exe").resolve() == BINARY.resolve() and mine in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, number=signal.SIGTERM, seconds=15):
        """Returns the status, if we started it."""
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        wait_for(self._is_gone, "the application's end", seconds)
        status = self._process.wait() if self._process else None
        self._process = None
        return status

    def _is_gone(self):
        if self._process:
            self._process.poll()
        return not self.pids()

    def close(self):
        if self.driver:
            self.driver.close()
            self.driver = None
        if self.pids():
            self.end()

    # -- what a person types

    def verb(self, *words, status=0):
        done = subprocess.run([BINARY, *words], env=self.env, capture_output=True, text=True, timeout=60)
        assert status is None or done.returncode == status, f"kabinet {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def list(self):
        return json.loads(self.verb("list", "--json"))

    def make(self, client, begins=-2, **more):
        """A consultation that begins in so many minutes; returns it as the list shows it."""
        start = datetime.now(ZoneInfo(self.env["TZ"])) + timedelta(minutes=begins)
        options = {"provider": "jitsi", "date": f"{start:%Y-%m-%d}", "at": f"{start:%H:%M}", **more}
        before = {one["id"] for one in self.list()}
        self.verb("new", "--client", client, *(word for key, value in options.items() for word in (f"--{key}", str(value))))
        return wait_for(lambda: next((one for one in self.list() if one["id"] not in before), None), "the consultation in the list")

    def presence(self, id):
        return next((one["presence"]["place"] for one in self.list() if one["id"] == id), None)

    def is_live(self):
        """Events arrive; asked without starting anything."""
        words = self.verb("doctor", status=None)
        return "приходят сразу" in words or "arrive as they happen" in words

    def wait_live(self, seconds=20):
        wait_for(self.is_live, "the feed", seconds)
        return self

    # -- its traces

    def texts_on_disk(self):
        """Everything it wrote anywhere: path and bytes."""
        for root in (self.folder, *(self.desktop.state / name for name in ("config", "cache", "state", "data", "home", "log")), self.desktop.runtime):
            for path in root.rglob("*"):
                if path.is_file() and not path.is_symlink() and "keyrings" not in path.parts:
                    yield path, path.read_bytes()

    def secret(self, name):
        """From the real keyring."""
        found = subprocess.run(["secret-tool", "lookup", "service", "kabinet", "username", name], env=self.env, capture_output=True, text=True)
        return found.stdout or None

    def secret_names(self):
        """Of everything that the real keyring keeps for this application."""
        found = subprocess.run(["secret-tool", "search", "--all", "service", "kabinet"], env=self.env, capture_output=True, text=True)
        return [line.split(" = ")[1] for line in (found.stdout + found.stderr).splitlines() if line.startswith("attribute.username")]

    # -- the window, by the window manager

    def windows(self):
        lines = subprocess.run(["wmctrl", "-l"], env=self.env, capture_output=True, text=True).stdout.splitlines()
        titles = [line.split(None, 3)[3] for line in lines if len(line.split(None, 3)) == 4]
        return [title for title in titles if title != "xfce4-panel"]

    def close_window(self):
        subprocess.run(["wmctrl", "-c", "Kabinet"], env=self.env, check=True)
        wait_for(lambda: not self.windows(), "the window's end")

    def clipboard(self):
        return subprocess.run(["xclip", "-o", "-selection", "clipboard"], env=self.env, capture_output=True, text=True).stdout


class Room:
    """What a server with the `muc_webhook` module would post about one room: no names, as it knows none at the door."""

    def __init__(self, port, link, secret=None, host="meet.jitsi"):
        self.port, self.secret, self.host = port, secret, host
        self.name = link.rsplit("/", 1)[1]
        self.people = {}

    def join(self, who):
        stay = uuid.uuid4()
        self.people[who] = {
            "participantName": f"{self.name}@muc.{self.host}/{str(stay)[:8]}",
            "participantId": f"{stay}@guest.{self.host}/{stay.hex[-12:]}",
        }
        return self.post("participant_joined", isHost=False, **self.people[who])

    def leave(self, who):
        return self.post("participant_left", **self.people[who])

    def post(self, event, **more):
        body = {"createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "roomName": self.name, "event": event, **more}
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.secret}"} if self.secret else {})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/webhook/jitsi", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def pair(kabinet, backend, name):
    """Connects the application to a practice's backend as this specialist's, and leaves the window open; what the operator read."""
    said = backend.run("specialist", "pair", name, "--data", backend.data, "--url", backend.url).stdout
    window = kabinet.open_window()
    kabinet.wait_live()
    window.script("location.hash = '#/connections'")
    wait_for(lambda: window.labelled("Подключить"), "the door to pairing")
    window.script("[...document.querySelectorAll('button')].filter((one) => one.innerText.trim() === 'Подключить').at(-1).click()")
    fill(window, "Ссылка или код подключения", next(word for word in said.split() if word.startswith("kabinet://")))
    window.script("document.querySelector('form.pair').requestSubmit()")
    wait_for(lambda: f":{backend.port}" in kabinet.verb("doctor", status=None), "the pairing")
    kabinet.wait_live()
    return said


def hide_programs(kabinet, tmp_path, name):
    """Everything is installed but programs that open such a thing, a `browser` or `mail`."""
    shared = tmp_path / "share"
    shared.mkdir()
    for entry in Path("/usr/share").iterdir():
        if entry.name != "applications":
            (shared / entry.name).symlink_to(entry)
    kabinet.env["XDG_DATA_DIRS"] = str(shared)
    (kabinet.desktop.state / f"data/applications/recording-{name}.desktop").unlink()


def press(window, label):
    wait_for(lambda: acted(window.labelled(label), Element.click), f"the control {label!r}")


def fill(window, label, text):
    wait_for(lambda: acted(window.labelled(label), lambda field: field.type(text)), f"the field {label!r}")


def acted(element, act):
    """Whether there was something to act on; what was drawn anew, covered or moved in between is looked for again."""
    if not element:
        return False
    try:
        act(element)
    except Refused as refused:
        if any(word in str(refused) for word in ("stale element", "click intercepted", "click missed")):
            return False
        raise
    return True


def reads(window, text, seconds=15):
    return wait_for(lambda: text in window.text(), f"the words {text!r}", seconds)


def press_button(desktop, number, of=2):
    """A real click on a button of the notification on the screen, counted from the left."""
    search = ["xdotool", "search", "--onlyvisible", "--class", "notifyd", "getwindowgeometry"]
    # The daemon answers before it has drawn anything.
    drawn = lambda: subprocess.run(search, env=desktop.env, capture_output=True, text=True).stdout  # noqa: E731
    found = wait_for(drawn, "the notification on the screen")
    x, y = map(int, re.search(r"Position: (\d+),(\d+)", found).groups())
    width, height = map(int, re.search(r"Geometry: (\d+)x(\d+)", found).groups())
    # Its buttons stand in the lower right corner and have the same width.
    pitch = 112
    left = x + width - 66 - pitch * (of - 1 - number)
    subprocess.run(["xdotool", "mousemove", str(left), str(y + height - 32), "click", "1"], env=desktop.env, check=True)

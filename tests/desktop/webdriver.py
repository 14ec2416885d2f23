"""Just enough of WebDriver to work the application's window: WebKitWebDriver over plain HTTP."""

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from lab.prosody import free_port
from lab.waiting import TooLate, wait_for

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# A menu opens at the first of these, a field's label passes on the second alone.
HEED_PRESS = """
window.pressed = false
for (const kind of ['pointerdown', 'click']) arguments[0].addEventListener(kind, () => (window.pressed = true), { capture: true, once: true })
"""


class Refused(Exception):
    """The driver's own error, as `no such element`; or `click missed`."""


class Element:
    def __init__(self, driver, id):
        self.driver, self.id = driver, id

    def click(self):
        """`Refused` where it came to nothing: what stands above may grow while the driver takes aim."""
        self._come_into_view()
        self.driver.script(HEED_PRESS, {ELEMENT: self.id})
        self.driver.post(f"element/{self.id}/click", {})
        try:
            wait_for(self._was_pressed, "the click", 2)
        except TooLate:
            raise Refused("click missed") from None

    def type(self, text):
        self._come_into_view()
        self.driver.post(f"element/{self.id}/clear", {})
        self.driver.post(f"element/{self.id}/value", {"text": text})

    @property
    def text(self):
        return self.driver.get(f"element/{self.id}/text")

    def attribute(self, name):
        return self.driver.get(f"element/{self.id}/attribute/{name}")

    def _was_pressed(self):
        try:
            return self.driver.script("return window.pressed") is not False
        except Refused:
            return True  # the window has gone by it

    def _come_into_view(self):
        """The driver itself scrolls the page alone, not what scrolls within it."""
        self.driver.script("arguments[0].scrollIntoView({ block: 'center' })", {ELEMENT: self.id})


class Driver:
    """Starts the program and holds on to its window. The program inherits `env`."""

    def __init__(self, binary, arguments, env, log, seconds=20):
        port = free_port()
        self._root = f"http://127.0.0.1:{port}/"
        self._log = open(log, "ab")
        self._process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"],
            env={**env, "TAURI_WEBVIEW_AUTOMATION": "true"}, stdout=self._log, stderr=self._log, start_new_session=True,
        )
        self._session = ""
        options = {"binary": str(binary), "args": list(arguments)}
        # Answers when the program has made its first window.
        try:
            answer = self._patiently("session", {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}, seconds)
        except OSError:
            self.close()
            raise
        self._session = f"session/{answer['sessionId']}/"

    def close(self):
        try:
            if self._session:
                self._ask("DELETE", self._session.rstrip("/"), None)
        except (Refused, OSError):
            pass  # the program has ended already
        self._process.terminate()
        self._process.wait(5)
        self._log.close()

    def get(self, path):
        return self._ask("GET", self._session + path, None)

    def post(self, path, body):
        return self._ask("POST", self._session + path, body)

    def script(self, text, *arguments):
        return self.post("execute/sync", {"script": text, "args": list(arguments)})

    def all(self, selector, within=None):
        path = f"element/{within.id}/elements" if within else "elements"
        return [Element(self, found[ELEMENT]) for found in self.post(path, {"using": "css selector", "value": selector})]

    def first(self, selector):
        found = self.all(selector)
        return found[0] if found else None

    def text(self):
        """What can be read in the window."""
        return self.script("return document.body.innerText")

    def labelled(self, label):
        """The control a person knows by this name: a button, a link or a field."""
        found = self.script(
            """
            const wanted = arguments[0]
            const seen = (element) => element.getClientRects().length > 0
            const named = [...document.querySelectorAll('label')].filter((one) => one.innerText.trim().startsWith(wanted) && one.control)
            const controls = [...document.querySelectorAll('button, a, [role=button], [role=radio], [role=switch], [role=menuitem], input, select, textarea, summary')]
            const named_so = (one) => one.getAttribute('aria-label') ?? one.innerText ?? ''
            const exact = controls.find((one) => seen(one) && named_so(one).trim() === wanted)
            return exact ?? named[0]?.control ?? controls.find((one) => seen(one) && named_so(one).trim().startsWith(wanted)) ?? null
            """,
            label,
        )
        return Element(self, found[ELEMENT]) if found else None

    def picture(self, path):
        Path(path).write_bytes(base64.b64decode(self.get("screenshot")))

    def follow_window(self):
        """A window that was destroyed and made again has a new handle."""
        handles = self.get("window/handles")
        self.post("window", {"handle": handles[-1]})
        return handles

    def _patiently(self, path, body, seconds):
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self._ask("POST", path, body, seconds)
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _ask(self, method, path, body, seconds=30):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Refused(f"{value['error']}: {value['message']}") from None
        except urllib.error.URLError as error:
            raise error.reason from None

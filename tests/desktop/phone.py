"""A client's telephone: Chromium at a small screen's size, led over its pipe, so that no port and no other program is needed."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lab.waiting import wait_for

FINDER = Path(__file__).parents[1] / "browser"
# As the headless ring has it.
AXE = Path(__file__).parents[1] / "headless/node_modules/axe-core/axe.min.js"
SWITCHES = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--use-fake-device-for-media-stream",
)
# Whether the person lets the page have camera and microphone; nobody is there to be asked.
ALLOWS, REFUSES = "--use-fake-ui-for-media-stream", "--use-fake-ui-for-media-stream=deny"
# As such a browser calls itself on a telephone: directions for its person differ by it.
NAME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
# The same inside a messenger's window: what such apps add to the name, and no way to the devices.
INSIDE = NAME.replace("; K)", "; K; wv)") + " Telegram-Android/11.4.2 (Xiaomi; Android 14; SDK 34; AVERAGE)"
WITHOUT_DEVICES = "Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined })"
# Its clock is hours ahead, and can be set anew.
AHEAD = "const clock = Date.now; window.ahead = 7 * 3600e3; Date.now = () => clock() + window.ahead"
SCREEN = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
# The zone of its clock.
THEIRS = "Europe/Moscow"
# What moves for ever is not waited for.
AT_REST = "document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"
# Names and numbers of keys, and what they type.
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Space": (32, " ")}


def browser():
    """The program that is a telephone's browser here; `None` where there is none."""
    return subprocess.run([FINDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip() or None


class Phone:
    """One page at a time is looked at; `look(address)` opens it, `put_away()` closes it as a person does."""

    def __init__(self, language="ru", dark=False, zone=THEIRS, devices=ALLOWS, name=NAME):
        self._profile = tempfile.mkdtemp(prefix="phone-")
        program = browser()
        assert program, "no Chromium is installed (tests/setup installs it)"
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = [program, *SWITCHES, devices, f"--user-data-dir={self._profile}", f"--lang={language}", f"--accept-lang={language}", "about:blank"]
        # The browser reads its third descriptor and writes to its fourth.
        leading = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", leading, "phone", *command],
            pass_fds=[theirs_in, theirs_out], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._heard, self._number, self._page = b"", 0, {}
        self._language, self._zone, self._dark, self._name = language, zone, dark, name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("Browser.close", page=False)
            self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired, TimeoutError):
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._profile, ignore_errors=True)

    def look(self, address, scripts=True, before=""):
        """With `scripts` off in the browser, or with a script that runs `before` those of the page."""
        target = self.ask("Target.createTarget", page=False, url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", page=False, targetId=target, flatten=True)["sessionId"]
        self._target, self._page = target, {"sessionId": session}
        self.ask("Page.enable")
        self.ask("Emulation.setDeviceMetricsOverride", **SCREEN)
        self.ask("Emulation.setUserAgentOverride", userAgent=self._name, acceptLanguage=self._language, platform="Linux armv81")
        self.ask("Emulation.setTouchEmulationEnabled", enabled=True)
        self.ask("Emulation.setLocaleOverride", locale=self._language)
        self.ask("Emulation.setTimezoneOverride", timezoneId=self._zone)
        self.in_the_dark(self._dark)
        self._scripts = scripts
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.ask("Page.navigate", url=address)
        wait_for(lambda: self.script("document.readyState") == "complete", "the page")
        return self

    def put_away(self):
        """Closes the page; it has its moment to say so. One that is being left for another is closed from outside."""
        try:
            self.ask("Page.close")
        except AssertionError:
            self.ask("Target.closeTarget", page=False, targetId=self._target)
        self._page = {}

    def lay_down(self):
        """Another page is looked at, then the screen goes dark: this one is hidden, and nothing in it runs any more."""
        self._other = self.ask("Target.createTarget", page=False, url="about:blank")["targetId"]
        wait_for(lambda: self.script("document.visibilityState") == "hidden", "the page out of sight")
        self.ask("Page.setWebLifecycleState", state="frozen")

    def take_up(self):
        self.ask("Target.closeTarget", page=False, targetId=self._other)
        self.ask("Target.activateTarget", page=False, targetId=self._target)
        self.ask("Page.setWebLifecycleState", state="active")
        wait_for(lambda: self.script("document.visibilityState") == "visible", "the page in sight")

    def in_the_dark(self, dark):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def script(self, text):
        answer = self.ask("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self):
        return self.script("document.body?.innerText ?? ''")

    def reads(self, words, seconds=15):
        try:
            return wait_for(lambda: words in self.text(), f"the words {words!r} on the telephone", seconds)
        except Exception as late:
            raise AssertionError(f"{late}: the page says\n{self.text()}") from None

    def press(self, label):
        """A finger on the button or link that a person knows by this name, again where the page moved under it."""
        find = f"""(() => {{
            const found = [...document.querySelectorAll('button, a, summary')].find((one) => one.innerText.trim().startsWith({json.dumps(label)}))
            if (!found) return null
            window.pressed = false
            found.addEventListener('click', () => (window.pressed = true), {{ capture: true, once: true }})
            found.scrollIntoView({{ block: 'center' }})
            const box = found.getBoundingClientRect()
            return [box.x + box.width / 2, box.y + box.height / 2]
        }})()"""

        def pressed():
            x, y = wait_for(lambda: self.script(find), f"the button {label!r} on the telephone")
            for kind in ("mousePressed", "mouseReleased"):
                self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
            try:
                # The page hears nothing where its scripts are off, and is gone where the press led away.
                return not self._scripts or self.script("window.pressed") is not False
            except AssertionError:
                return True

        wait_for(pressed, f"the press on {label!r}")

    def key(self, name):
        number, typed = KEYS[name]
        said = {"key": typed if name == "Space" else name, "code": name, "windowsVirtualKeyCode": number}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if typed else "rawKeyDown", **said, **({"text": typed} if typed else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **said)

    def focused(self):
        """What has the focus, by its name; it must be seen that it has."""
        found = """(() => {
            const one = document.activeElement
            if (!one || one === document.body) return null
            const { outlineStyle, outlineWidth } = getComputedStyle(one)
            return [one.innerText.trim(), one.matches(':focus-visible') && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2]
        })()"""
        name, is_seen = self.script(found) or (None, True)
        assert is_seen, f"nobody sees that {name!r} has the focus"
        return name

    def reach(self, label):
        """By the Tab key alone, from where the focus is; what was passed on the way."""
        passed = []
        while not (self.focused() or "").startswith(label):
            assert len(passed) < 30, f"{label!r} is not reached: {passed}"
            self.key("Tab")
            passed.append(self.focused())
        return passed

    def violations(self):
        """What axe has to say against the page, once its colours have come to rest."""
        assert AXE.exists(), "axe is not installed: npm ci in tests/headless"
        wait_for(lambda: self.script(AT_REST), "the page at rest")
        # axe waits by a timer, which does not run where scripts are off; those of the page are over then.
        self.ask("Emulation.setScriptExecutionDisabled", value=False)
        self.script(AXE.read_text())
        told = self.script("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`))")
        self.ask("Emulation.setScriptExecutionDisabled", value=not self._scripts)
        return told

    def where(self, label):
        """The address that a link of this name leads to."""
        return self.script(f"[...document.querySelectorAll('a')].find((one) => one.innerText.trim().startsWith({json.dumps(label)}))?.href ?? null")

    def picture(self, path):
        Path(path).write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def ask(self, method, /, page=True, **params):
        self._number += 1
        said = {"id": self._number, "method": method, "params": params, **(self._page if page else {})}
        os.write(self._out, json.dumps(said).encode() + b"\0")
        end = time.monotonic() + 30
        while True:
            answer = json.loads(self._next(end))
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _next(self, end):
        while b"\0" not in self._heard:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            heard = os.read(self._in, 1 << 16)
            if not heard:
                raise ConnectionError("the browser has ended")
            self._heard += heard
        said, _, self._heard = self._heard.partition(b"\0")
        return said

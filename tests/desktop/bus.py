"""Calls on a session's bus, and a look at what others say there."""

import re
import subprocess
import threading
import time

from gvariant import parse


def call(desktop, name, path, method, *arguments):
    """The answer as Python values; `CalledProcessError` when there is none."""
    command = ["gdbus", "call", "--session", "--timeout", "5", "--dest", name, "--object-path", path, "--method", method, "--", *arguments]
    return parse(subprocess.run(command, env=desktop.env, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout)


class Notice:
    """A notification as the daemon was asked to show it."""

    def __init__(self, at, replaces, title, body, actions):
        self.at, self.replaces, self.title, self.body = at, replaces, title, body
        self.buttons = dict(zip(actions[::2], actions[1::2]))
        self.id = None

    def __repr__(self):
        return f"Notice({self.id}, {self.title!r}, {self.body!r}, {self.buttons})"


class Notices:
    """Everything said to and by the notification daemon, overheard by `dbus-monitor`."""

    def __init__(self, desktop):
        self.shown = []  # every Notify, oldest first
        self.withdrawn = []  # ids of CloseNotification
        self.pressed = []  # (id, action)
        self.closed = []  # (id, reason)
        self._waiting = {}
        self._lines = subprocess.Popen(
            ["stdbuf", "-oL", "dbus-monitor", "--session", "interface='org.freedesktop.Notifications'", "type='method_return'"],
            env=desktop.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        first = self._lines.stdout.readline()  # the monitor listens once it has said its first word
        assert first, "dbus-monitor does not run"
        threading.Thread(target=self._listen, daemon=True).start()

    def standing(self):
        """What is on the screen: the last of each id that nobody closed."""
        closed = set(self.withdrawn) | {id for id, _ in self.closed}
        latest = {notice.id: notice for notice in self.shown if notice.id}
        return [notice for id, notice in latest.items() if id not in closed]

    def close(self):
        self._lines.kill()
        self._lines.wait()

    def _listen(self):
        head, body = None, []
        for line in self._lines.stdout:
            if line[:1] not in (" ", "\t"):
                self._take(head, body)
                head, body = line, []
            else:
                body.append(line.rstrip("\n"))
                # A message is whole only when the next one begins; a signal has too few lines to wait for that.
                if head and "member=Notify;" not in head and self._is_whole(head, body):
                    self._take(head, body)
                    head, body = None, []
                elif head and re.match(r"   int32 -?\d+$", line):
                    self._take(head, body)
                    head, body = None, []

    @staticmethod
    def _is_whole(head, body):
        lines = {"member=ActionInvoked": 2, "member=NotificationClosed": 2, "member=CloseNotification": 1, "method return": 1}
        return any(mark in head and len(body) == count for mark, count in lines.items())

    def _take(self, head, body):
        if not head:
            return
        serial = _field(head, " serial")
        numbers = [int(line.split()[1]) for line in body if re.match(r"   (u?int32) -?\d+$", line)]
        if head.startswith("method call") and "member=Notify" in head:
            texts, actions = _texts(body)
            notice = Notice(time.monotonic(), numbers[0], texts[2], texts[3], actions)
            self._waiting[_field(head, "sender"), serial] = notice
            self.shown.append(notice)
        elif head.startswith("method return") and numbers:
            notice = self._waiting.pop((_field(head, "destination"), _field(head, "reply_serial")), None)
            if notice:
                notice.id = numbers[0]
        elif head.startswith("method call") and "member=CloseNotification" in head:
            self.withdrawn.append(numbers[0])
        elif "member=ActionInvoked" in head:
            self.pressed.append((numbers[0], _texts(body)[0][0]))
        elif "member=NotificationClosed" in head and len(numbers) == 2:
            self.closed.append(tuple(numbers))


def _field(head, name):
    found = re.search(rf"{name}=([^ ;\n]+)", head)
    return found[1] if found else None


def _texts(body):
    """The strings of the message itself, and those of its first array; a string may have several lines."""
    texts, actions = [], []
    open_text, in_array = None, 0
    for line in body:
        if open_text is not None:
            open_text.append(line)
        elif match := re.match(r'( +)string "(.*)', line):
            open_text = [match[2]]
            target = texts if len(match[1]) == 3 else actions if in_array == 1 else []
        else:
            in_array += line == "   array ["
            continue
        if open_text[-1].endswith('"'):
            target.append("\n".join(open_text)[:-1])
            open_text = None
    return texts, actions

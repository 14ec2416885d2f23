"""The tray icon as the panel knows it: its picture, its menu, and a press on an item. No pixels are read."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError

import bus

WATCHER = "org.kde.StatusNotifierWatcher"
PROPERTIES = "org.freedesktop.DBus.Properties.Get"
MENU = "com.canonical.dbusmenu"


@dataclass
class Entry:
    id: int
    label: str
    enabled: bool = True
    checked: bool | None = None
    entries: list = field(default_factory=list)


class Tray:
    def __init__(self, desktop):
        self.desktop = desktop

    def item(self):
        """(bus name, object path) of the icon, or None."""
        try:
            items = bus.call(self.desktop, WATCHER, "/StatusNotifierWatcher", PROPERTIES, WATCHER, "RegisteredStatusNotifierItems")[0]
        except CalledProcessError:
            return None
        if not items:
            return None
        name, _, path = items[0].partition("/")
        return name, f"/{path}"

    def picture(self):
        """`client_there-dark-22` and the like: which of our pictures the icon is, by its content."""
        item = self.item()
        if not item:
            return None
        try:
            path = bus.call(self.desktop, *item, PROPERTIES, "org.kde.StatusNotifierItem", "IconName")[0]
            shown = _pixels(Path(path))
        except (CalledProcessError, FileNotFoundError):
            return None  # it is being replaced
        return PICTURES.get(shown)

    def state(self):
        picture = self.picture()
        return picture and picture.split("-")[0]

    def menu(self):
        """The entries, top to bottom; separators are left out."""
        item = self.item()
        if not item:
            return []
        name, path = item
        try:
            # The panel does so too: the menu may be filled only then.
            bus.call(self.desktop, name, f"{path}/Menu", f"{MENU}.AboutToShow", "0")
            layout = bus.call(self.desktop, name, f"{path}/Menu", f"{MENU}.GetLayout", "0", "-1", "[]")
        except CalledProcessError:
            return []
        return _entries(layout[1])

    def labels(self):
        return [entry.label for entry in self.menu()]

    def find(self, label):
        """The entry whose label holds the text, submenus included."""
        def search(entries):
            for entry in entries:
                if label in entry.label:
                    return entry
                if found := search(entry.entries):
                    return found
            return None
        return search(self.menu())

    def press(self, label):
        entry = self.find(label)
        assert entry, f"the menu has no {label!r}: {self.labels()}"
        assert entry.enabled, f"{entry.label!r} cannot be pressed"
        name, path = self.item()
        bus.call(self.desktop, name, f"{path}/Menu", f"{MENU}.Event", str(entry.id), "clicked", "<''>", "0")


def _entries(node):
    entries = []
    for id, properties, children in node[2]:
        if properties.get("type") == "separator" or not properties.get("visible", True):
            continue
        checked = properties["toggle-state"] == 1 if "toggle-state" in properties and properties.get("toggle-type") else None
        label = properties.get("label", "").replace("__", "\0").replace("_", "").replace("\0", "_")
        entries.append(Entry(id, label, properties.get("enabled", True), checked, _entries([id, properties, children])))
    return entries


def _pixels(path):
    """Of a PNG with eight bits for each of red, green, blue and alpha, as the icons and the tray's files are."""
    data = path.read_bytes()
    at, width, packed = 8, 0, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width = struct.unpack(">I", chunk[:4])[0]
        elif kind == b"IDAT":
            packed += chunk
        at += 12 + length
    lines, rows, above = zlib.decompress(packed), [], bytes(width * 4)
    for start in range(0, len(lines), width * 4 + 1):
        filtered, row = lines[start], bytearray(lines[start + 1 : start + 1 + width * 4])
        for i in range(len(row)):
            left, up, corner = (row[i - 4], above[i], above[i - 4]) if i >= 4 else (0, above[i], 0)
            row[i] = (row[i] + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[filtered]) & 255
        rows.append(bytes(row))
        above = row
    return b"".join(rows)


def _paeth(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _pictures():
    folder = Path(__file__).parents[2] / "icons/tray"
    return {_pixels(path): path.stem for path in folder.glob("*.png")}


class _Lazily(dict):
    """Our pictures by their pixels, read at the first question."""

    def get(self, key, default=None):
        if not self:
            self.update(_pictures())
        return super().get(key, default)


PICTURES = _Lazily()

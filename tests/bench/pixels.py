"""When a window has been painted, seen on the screen itself: by libX11 alone, since a picture by any tool takes longer than the paint."""

import ctypes
import time

ALL_PLANES, Z_PIXMAP = ctypes.c_ulong(-1 & (2**64 - 1)), 2
# Of the screen's rows only some are looked at.
STEP = 4
# Below the one is the page, above the other: not the title bar, not the panel with its list of windows.
TITLE_BAR, PANEL = 40, 40
# A page of text has more shades than an empty one, or one with a title alone.
SHADES = 40


class Image(ctypes.Structure):
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int), ("data", ctypes.c_void_p)]


class Screen:
    def __init__(self, desktop):
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XDefaultRootWindow.argtypes = self._x.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self._x.XGetImage.restype = ctypes.POINTER(Image)
        self._x.XGetImage.argtypes = [
            ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong, ctypes.c_int,
        ]
        self._x.XDestroyImage.argtypes = [ctypes.POINTER(Image)]
        self._display = self._x.XOpenDisplay(desktop.env["DISPLAY"].encode())
        assert self._display, "the display does not open"
        self._width, self._height = map(int, desktop.size.split("x"))
        self._before = self._rows()

    def close(self):
        self._x.XCloseDisplay(self._display)

    def _rows(self):
        root = self._x.XDefaultRootWindow(self._display)
        image = self._x.XGetImage(self._display, root, 0, 0, self._width, self._height, ALL_PLANES, Z_PIXMAP)
        data = memoryview(ctypes.string_at(image.contents.data, self._width * self._height * 4))
        self._x.XDestroyImage(image)
        line = self._width * 4
        return [data[start : start + line] for start in range(0, line * (self._height - PANEL), line * STEP)]

    def painted(self, since, seconds=15):
        """Seconds from `since` until a window that was not there before shows its page."""
        while time.monotonic() - since < seconds:
            looked = time.monotonic()
            new = [row for row, before in zip(self._rows(), self._before) if row != before]
            page = new[TITLE_BAR // STEP :]
            if len(page) * STEP > 300 and len(set().union(*(row.cast("I") for row in page))) > self._known(page) + SHADES:
                return looked - since
        raise AssertionError("no window was painted")

    def _known(self, page):
        """The shades that this part of the screen had already."""
        return len(set().union(*(row.cast("I") for row in self._before[-len(page) :])))

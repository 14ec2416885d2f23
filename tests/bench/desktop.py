"""Measures the built application on a virtual desktop, and prints a table. The first argument is the release build."""

import os
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
os.environ["KABINET_BINARY"] = str(Path(sys.argv[1]).resolve())
sys.path[:0] = [str(REPOSITORY / "tests/desktop"), str(REPOSITORY / "tests")]

from bus import Notices, call  # noqa: E402
from kabinet import Kabinet, Room  # noqa: E402
from lab.waiting import wait_for  # noqa: E402
from session import Session  # noqa: E402

ROUNDS = 40


def main():
    print("| What | measured | target |\n|---|---|---|")
    with Session(own_home=True) as desktop, tempfile.TemporaryDirectory() as folder:
        kabinet = Kabinet(desktop, Path(folder) / "kabinet", language="en").settle()
        try:
            measure(desktop, kabinet)
        finally:
            kabinet.close()


def measure(desktop, kabinet):
    starts = sorted(start_to_tray(desktop, kabinet) for _ in range(5))
    row("tray on the bus, warm, median of 5", f"{starts[2] * 1000:.0f} ms", "≤ 150 ms")

    kabinet.start("--hidden").wait_live()
    row("memory (PSS), tray before any window", mebibytes(kabinet), "≤ 50 MiB")
    before, seconds = cpu(kabinet), 20
    time.sleep(seconds)
    row("idle tray", f"{(cpu(kabinet) - before) / seconds * 100:.2f} % of a core", "≤ 0.1 %")

    arrivals = sorted(arrivals_to_notification(desktop, kabinet))
    p99 = arrivals[min(len(arrivals) - 1, int(len(arrivals) * 0.99))]
    row(f"webhook's POST to the notification daemon's call, {ROUNDS} arrivals, p50", f"{arrivals[len(arrivals) // 2] * 1000:.1f} ms", "")
    row("the same, p99", f"{p99 * 1000:.1f} ms", "≤ 30 ms")

    begun = time.monotonic()
    kabinet.verb("open", status=None)
    wait_for(kabinet.windows, "the window")
    row("window mapped after it is asked for, first time", f"{(time.monotonic() - begun) * 1000:.0f} ms", "≤ 600 ms to painted")
    wait_for(lambda: len(family(kabinet)) >= 3, "the web view's processes")
    time.sleep(5)
    row("memory, window shown", mebibytes(kabinet), "≤ 250 MiB")
    kabinet.close_window()
    row("memory, window just hidden", mebibytes(kabinet), "")
    row("the program itself", f"{Path(os.environ['KABINET_BINARY']).stat().st_size / 2**20:.1f} MiB", "package ≤ 6 MB")


def row(what, measured, target):
    print(f"| {what} | {measured} | {target} |", flush=True)


def start_to_tray(desktop, kabinet):
    begun = time.monotonic()
    kabinet.start("--hidden")
    wait_for(lambda: items(desktop), "the icon")
    took = time.monotonic() - begun
    kabinet.end()
    wait_for(lambda: not items(desktop), "the icon's end")
    return took


def items(desktop):
    watcher = "org.kde.StatusNotifierWatcher"
    return call(desktop, watcher, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties.Get", watcher, "RegisteredStatusNotifierItems")[0]


def arrivals_to_notification(desktop, kabinet):
    notices = Notices(desktop)
    try:
        for number in range(ROUNDS):
            one = kabinet.make(f"Client {number}")
            room = Room(kabinet.port, one["link"])
            seen = len(notices.shown)
            # The backend knows the consultation once it is no longer waiting to be sent.
            wait_for(lambda: not next(c for c in kabinet.list() if c["id"] == one["id"])["unsent"], "the consultation at the backend")
            begun = time.monotonic()
            room.join("client")
            wait_for(lambda: len(notices.shown) > seen, "the notification")
            yield notices.shown[seen].at - begun
    finally:
        notices.close()


def family(kabinet):
    """The application and the web view's processes, by their session's runtime directory and their parents."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
    found = set(kabinet.pids())
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def mebibytes(kabinet):
    total = 0
    for pid in family(kabinet):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
    return f"{total / 1024:.0f} MiB"


def cpu(kabinet):
    """Seconds of CPU."""
    total = 0
    for pid in family(kabinet):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()

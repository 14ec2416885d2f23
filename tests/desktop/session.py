"""A desktop without a screen: X server, session bus, keyring, window manager, notifications, tray, and a browser and a mail
program that only write down what they are asked to open. By hand `tests/desktop/session -- COMMAND`, in tests `with Session() as desktop`.

Everything it starts is private to it, so any number may run side by side, and everything is ended with it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# What would tie the session to a real desktop that it was started from.
FOREIGN = ["WAYLAND_DISPLAY", "XAUTHORITY", "SESSION_MANAGER", "SSH_AUTH_SOCK", "GNOME_KEYRING_CONTROL",
           "DESKTOP_STARTUP_ID", "GTK_THEME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"]

# Services are started on demand from one folder only: so "no keyring" means none, and no stranger appears on the bus.
ON_DEMAND = ["org.xfce.Xfconf.service", "ca.desrt.dconf.service"]

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""

PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""

BROWSER_ENTRY = """[Desktop Entry]
Type=Application
Name=Recording browser
Exec={browser} %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;text/html;
"""

MAIL_ENTRY = """[Desktop Entry]
Type=Application
Name=Recording mail program
Exec={mail} %u
MimeType=x-scheme-handler/mailto;
"""

DEFAULTS = """[Default Applications]
x-scheme-handler/http=recording-browser.desktop
x-scheme-handler/https=recording-browser.desktop
text/html=recording-browser.desktop
x-scheme-handler/mailto=recording-mail.desktop
"""


class DesktopError(Exception):
    """A part of the desktop is not installed or did not come up."""


class Session:
    """`env` is the environment for programs on this desktop; `urls()` is what its browser was asked to open, `letters()` its mail program."""

    def __init__(self, *, size="1280x800", keyring="unlocked", notifications="xfce", tray=True, window_manager=True,
                 password="test", state=None, own_home=False, verbose=False):
        self.size = size
        self.keyring = keyring  # unlocked, locked or none
        self.notifications = notifications  # xfce, dunst or none
        self.tray = tray
        self.window_manager = window_manager
        self.password = password
        self.own_home = own_home
        self.verbose = verbose
        self._keep = state is not None
        self._given_state = state
        self._processes = []
        self.env = {}

    def __enter__(self):
        self._began = time.monotonic()
        try:
            self._lay_out()
            self._start_display()
            self._start_bus()
            self._install_programs()
            if self.keyring != "none":
                self._start_keyring()
            if self.window_manager:
                self.start("xfwm4", ["xfwm4", "--compositor=off"])
                self._wait("window manager", lambda: "window id" in self._output("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"))
            if self.notifications != "none":
                self.start_notifications()
            if self.tray:
                self.start_tray()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    # --- What a test asks of it

    def start(self, name, command):
        """Starts a part of the desktop; its output goes to a log of its own, and it is ended with the session."""
        return self._spawn(name, command, stdin=subprocess.DEVNULL)

    def start_notifications(self):
        daemon = "dunst"
        if self.notifications == "xfce":
            daemon = next(map(str, Path("/usr/lib").glob("*/xfce4/notifyd/xfce4-notifyd")), "xfce4-notifyd")
        process = self.start("notifications", [daemon])
        self._wait_for_name("org.freedesktop.Notifications")
        return process

    def start_tray(self):
        process = self.start("panel", ["xfce4-panel", "--disable-wm-check"])
        self._wait_for_name("org.kde.StatusNotifierWatcher")
        return process

    def stop(self, process):
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def urls(self):
        return (self.state / "urls").read_text().splitlines()

    def letters(self):
        return (self.state / "letters").read_text().splitlines()

    def screenshot(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", f"png:{path}"], env=self.env, check=True)

    def close(self):
        # The last started first. The bus goes late, so that nothing hangs on a call to it.
        for process in reversed(self._processes):
            if process.poll() is None:
                self.stop(process)
        self._processes.clear()
        self._end_strays()
        shutil.rmtree(self.runtime, ignore_errors=True)
        if not self._keep:
            shutil.rmtree(self.state, ignore_errors=True)

    # --- How it is made

    def _lay_out(self):
        self.state = Path(self._given_state or tempfile.mkdtemp(prefix="desktop-")).absolute()
        # Short, and not inside the state: a socket's path has at most 107 bytes.
        self.runtime = Path(tempfile.mkdtemp(prefix="xdg-", dir="/tmp"))
        folders = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
        for folder in [*folders.values(), "log", "bin", "services", "home"]:
            (self.state / folder).mkdir(parents=True, exist_ok=True)
        (self.state / "urls").write_text("")
        (self.state / "letters").write_text("")

        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        env.update({name: str(self.state / folder) for name, folder in folders.items()})
        env.update(
            XDG_RUNTIME_DIR=str(self.runtime),
            XDG_SESSION_TYPE="x11",
            XDG_CURRENT_DESKTOP="XFCE",
            GDK_BACKEND="x11",
            GSETTINGS_BACKEND="memory",
            GTK_USE_PORTAL="0",
            LIBGL_ALWAYS_SOFTWARE="1",
            NO_AT_BRIDGE="1",
            DESKTOP_STATE=str(self.state),
            DESKTOP_URLS=str(self.state / "urls"),
        )
        env.setdefault("XDG_DATA_DIRS", "/usr/local/share:/usr/share")
        if self.own_home:
            # A toolchain may live in the real home.
            for name, folder in {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup"}.items():
                env.setdefault(name, str(Path.home() / folder))
            env["HOME"] = str(self.state / "home")
        self.env = env

    def _start_display(self):
        ours, theirs = os.pipe()
        command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp", "-noreset", "-ac"]
        self._spawn("xvfb", command, stdin=subprocess.DEVNULL, pass_fds=[theirs])
        os.close(theirs)
        with os.fdopen(ours) as answer:
            number = answer.readline().strip()
        if not number:
            raise DesktopError(f"Xvfb did not start: {self._log('xvfb')}")
        self.env["DISPLAY"] = f":{number}"
        if shutil.which("display"):  # a backdrop for the pictures; nothing depends on it
            self._output("display", "-window", "root", "-size", "64x64", "xc:#5c7370")
        self._say(f"Xvfb {self.env['DISPLAY']}")

    def _start_bus(self):
        for name in ON_DEMAND:
            service = Path("/usr/share/dbus-1/services") / name
            if service.exists():
                shutil.copy(service, self.state / "services")
        socket = self.runtime / "bus"
        (self.state / "bus.conf").write_text(BUS.format(socket=socket, services=self.state / "services"))
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"
        self.start("bus", ["dbus-daemon", "--nofork", "--nosyslog", "--nopidfile", f"--config-file={self.state}/bus.conf"])
        self._wait("bus", socket.exists)

    def _install_programs(self):
        browser, mail = self._recording("browser", "urls"), self._recording("mail", "letters")
        applications = self.state / "data" / "applications"
        applications.mkdir(exist_ok=True)
        (applications / "recording-browser.desktop").write_text(BROWSER_ENTRY.format(browser=browser))
        (applications / "recording-mail.desktop").write_text(MAIL_ENTRY.format(mail=mail))
        (self.state / "config" / "mimeapps.list").write_text(DEFAULTS)
        self.env["BROWSER"] = str(browser)
        # Before the panel's first start, and also without one: a test may start it later.
        settings = self.state / "config/xfce4/xfconf/xfce-perchannel-xml"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "xfce4-panel.xml").write_text(PANEL)

    def _recording(self, name, file):
        """A program that writes what it is asked to open into a file of the state."""
        program = self.state / "bin" / f"recording-{name}"
        program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >>'{self.state}/{file}'\n")
        program.chmod(0o755)
        return program

    def _start_keyring(self):
        daemon = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        made = self.state / "data/keyrings/login.keyring"
        process = self._unlocking_keyring(daemon)
        if self.keyring == "locked":
            # A keyring is locked only if it was made before: by this daemon, which makes room for one without the password.
            self._wait("login keyring", made.exists)
            self.stop(process)
            self._processes.remove(process)
            self.start("keyring", daemon)
            self._wait_for_name("org.freedesktop.secrets")

    def _unlocking_keyring(self, daemon):
        process = self._spawn("keyring", [*daemon, "--unlock"], stdin=subprocess.PIPE)
        process.stdin.write(self.password.encode())
        process.stdin.close()
        self._wait_for_name("org.freedesktop.secrets")
        return process

    def _spawn(self, name, command, **options):
        with open(self.state / "log" / f"{name}.log", "ab") as log:
            try:
                # A session of its own: Ctrl-C is for the command, and the parts are ended in order.
                process = subprocess.Popen(command, stdout=log, stderr=log, env=self.env, start_new_session=True, **options)
            except FileNotFoundError:
                raise DesktopError(f"{command[0]} is not installed (tests/setup installs it)") from None
        self._processes.append(process)
        return process

    def _wait_for_name(self, name):
        owned = ["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
                 "--method", "org.freedesktop.DBus.NameHasOwner", name]
        self._wait(name, lambda: "true" in self._output(*owned))

    def _wait(self, what, is_up, seconds=20):
        end = time.monotonic() + seconds
        while not is_up():
            if time.monotonic() > end:
                logs = "\n".join(filter(None, (self._log(path.stem) for path in (self.state / "log").iterdir())))
                raise DesktopError(f"{what} did not come up\n{logs}")
            time.sleep(0.03)
        self._say(what)

    def _output(self, *command):
        return subprocess.run(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout

    def _log(self, name):
        return "".join((self.state / "log" / f"{name}.log").read_text(errors="replace").splitlines(keepends=True)[-5:])

    def _end_strays(self):
        """Whatever else was started on this desktop carries its runtime directory in its environment."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in (strays := self._strays()):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + 2
            while strays and self._strays() and time.monotonic() < end:
                time.sleep(0.03)

    def _strays(self):
        mark = f"XDG_RUNTIME_DIR={self.runtime}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended, or is somebody else's
        return found

    def _say(self, what):
        if self.verbose:
            print(f"desktop: {1000 * (time.monotonic() - self._began):6.0f} ms  {what}", file=sys.stderr)


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/desktop/session",
        description="Runs COMMAND on a private desktop without a screen, and ends everything with it. The exit status is COMMAND's.",
        epilog="COMMAND also gets DESKTOP_STATE (a folder; its log/ has the parts' output), DESKTOP_URLS (a file: each address "
        "the browser was given, one a line) and BROWSER.",
    )
    parser.add_argument("-s", "--size", default="1280x800", metavar="WxH", help="of the screen (1280x800)")
    parser.add_argument("--screenshot", metavar="FILE", help="a PNG of the screen when COMMAND has ended, or is about to be")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="end COMMAND after so long, with status 124")
    parser.add_argument("--state", metavar="DIR", help="keep settings, data and logs in DIR, and leave them there")
    parser.add_argument("--password", default="test", metavar="TEXT", help="of the login keyring (test)")
    parser.add_argument("--home", action="store_true", help="a private HOME too")
    parser.add_argument("--locked", dest="keyring", action="store_const", const="locked", default="unlocked", help="a locked keyring")
    parser.add_argument("--no-keyring", dest="keyring", action="store_const", const="none", help="no secret service at all")
    parser.add_argument("--no-tray", dest="tray", action="store_false", help="no panel, so no place for a tray icon")
    parser.add_argument("--no-wm", dest="window_manager", action="store_false", help="no window manager")
    parser.add_argument("--notifyd", choices=["xfce", "dunst", "none"], default="xfce", help="who shows notifications (xfce)")
    parser.add_argument("--no-notify", dest="notifyd", action="store_const", const="none", help="nobody shows notifications")
    parser.add_argument("-v", "--verbose", action="store_true", help="say when each part is up")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    options = parser.parse_args()
    if options.command[:1] == ["--"]:
        del options.command[0]
    if not options.command:
        parser.error("which command?")
    return options


def run(desktop, options):
    try:
        command = subprocess.Popen(options.command, env=desktop.env)
    except OSError as error:
        raise DesktopError(f"{options.command[0]}: {error.strerror}") from None
    try:
        status = command.wait(options.timeout)
    except subprocess.TimeoutExpired:
        status = 124
    if options.screenshot:
        desktop.screenshot(options.screenshot)
    if status == 124:
        desktop.stop(command)
    return 128 - status if status < 0 else status


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        with Session(size=options.size, keyring=options.keyring, notifications=options.notifyd, tray=options.tray,
                     window_manager=options.window_manager, password=options.password, state=options.state,
                     own_home=options.home, verbose=options.verbose) as desktop:
            return run(desktop, options)
    except DesktopError as error:
        print(f"desktop: {error}", file=sys.stderr)
        return 125
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

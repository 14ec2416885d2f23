"""A real Prosody on free loopback ports, with the hosts and timeouts of docker-jitsi-meet."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable

from .waiting import TooLate, wait_for

PLUGINS = Path(__file__).parent / "plugins"
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Names:
    """The hosts of a deployment. Another `main` makes sure that nothing relies on `meet.jitsi`."""

    main: str = "meet.jitsi"

    @property
    def guest(self) -> str:
        return f"guest.{self.main}"

    @property
    def auth(self) -> str:
        return f"auth.{self.main}"

    @property
    def hidden(self) -> str:
        return f"hidden.{self.main}"

    @property
    def muc(self) -> str:
        return f"muc.{self.main}"

    @property
    def lobby(self) -> str:
        return f"lobby.{self.main}"

    @property
    def breakout(self) -> str:
        return f"breakout.{self.main}"

    @property
    def end(self) -> str:
        return f"endconference.{self.main}"


# Below those that the system gives to outgoing connections, so that none of these takes the port of a server that is down for a moment;
# the processes that test side by side have each their own, and begin elsewhere every time.
_PORTS = 5_000
_FIRST_PORT = 11_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4 * _PORTS
_ports = (_FIRST_PORT + (os.getpid() * 61 + step) % _PORTS for step in itertools.count())


def free_port() -> int:
    """A port that nobody listens on, and that no test of this process was given before."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Lab:
    """One Prosody and everybody who visits it. Start it with `with`, or by `start()` and `stop()`.

    `muc_modules`, `lobby_modules`, `breakout_modules` and `host_modules` are what XMPP_MUC_MODULES and its kin load in
    docker-jitsi-meet; `config` is Lua for the global section, `muc_config` for the main MUC. Lobby, breakout rooms,
    meeting ids and "end meeting for all" come from the stand-ins in `plugins/`, or with `jitsi_plugins` (a folder)
    from Jitsi's own modules. `auth` is how the main host lets people in: `password`, `token` (HS256, see `token()`)
    or `anonymous`. `smacks_seconds` is how long a lost connection is kept.
    """

    def __init__(
        self,
        *,
        muc_modules: Iterable[str] = (),
        lobby_modules: Iterable[str] = (),
        breakout_modules: Iterable[str] = (),
        host_modules: Iterable[str] = (),
        plugins: Iterable[Path | str] = (REPOSITORY / "prosody",),
        config: str = "",
        muc_config: str = "",
        env: dict[str, str] | None = None,
        auth: str = "password",
        token_key: str = "lab-token-key",
        lobby: bool = False,
        breakout: bool = False,
        smacks_seconds: int = 60,
        names: Names = Names(),
        jitsi_plugins: Path | str | None = None,
        folder: Path | str | None = None,
        port: int | None = None,
        command: str = os.environ.get("LAB_PROSODY", "prosody"),
        log_level: str = "debug",
    ):
        self.names, self.auth, self.token_key = names, auth, token_key
        self.lobby, self.breakout, self.smacks_seconds = lobby, breakout, smacks_seconds
        self.port = port or free_port()
        self._c2s_port = free_port()
        self._modules = {
            "muc": list(muc_modules),
            "lobby": list(lobby_modules),
            "breakout": list(breakout_modules),
            "host": list(host_modules),
        }
        self._jitsi = Path(jitsi_plugins).resolve() if jitsi_plugins else None
        self._plugins = [Path(p).resolve() for p in plugins] + [self._jitsi or PLUGINS]
        self._config, self._muc_config, self._env = config, muc_config, dict(env or {})
        self._command, self._log_level = command, log_level
        self._own_folder = folder is None
        self.folder = Path(folder).resolve() if folder else Path(tempfile.mkdtemp(prefix="kabinet-lab-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._visitors: list[Any] = []
        self.jicofo: Any = None  # once `focus()` was called

    # -- the server

    def __enter__(self) -> "Lab":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.forget()

    def start(self) -> "Lab":
        """Starts Prosody and returns when visitors may connect. The data of an earlier start are still there."""
        if not shutil.which(self._command):
            raise RuntimeError(f"{self._command} is not installed (apt-get install prosody)")
        (self.folder / "certs").mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        config = self.folder / "prosody.cfg.lua"
        config.write_text(self.render())
        self._write_accounts()
        log_start = len(self.log())
        with open(self.folder / "console.log", "ab") as console:
            self._process = subprocess.Popen(
                [self._command, "-F", "--config", str(config)],
                env={**os.environ, "LUA_PATH": f";;{self._lua_links()}/?.lua", **self._env},
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        try:
            wait_for(lambda: self._is_up() or not self.running, "Prosody listening")
        except TooLate:
            self.kill()
            raise
        if not self.running:
            raise RuntimeError(f"Prosody ended at once:\n{self.log()[log_start:][-4000:]}\n{self._console()}")
        return self

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def terminate(self, seconds: float = 15) -> None:
        """SIGTERM: an orderly end."""
        self._end(signal.SIGTERM, seconds)

    def kill(self) -> None:
        """SIGKILL: the power cut of processes."""
        self._end(signal.SIGKILL, 10)

    def restart(self) -> None:
        self.terminate()
        self.start()

    def stop(self) -> None:
        """Everybody leaves, then Prosody ends."""
        for visitor in reversed(self._visitors):
            visitor.close()
        self._visitors.clear()
        if self.running:
            self.terminate()

    def forget(self) -> None:
        """Removes the folder, unless it was given."""
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def reload_config(self) -> None:
        """SIGHUP, after changes to `prosody.cfg.lua`."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        path = self.folder / "prosody.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_log(self, pattern: str) -> str:
        """Waits until a line of Prosody's log matches, and returns the match."""
        return wait_for(lambda: re.search(pattern, self.log()), f"the log line {pattern!r}").group(0)

    # -- visitors (see visitors.py)

    def focus(self, auth: str | None = None, **more: Any):
        """Jicofo. Without it nobody enters. `auth`: `login` (the default with accounts or tokens), `none` or `open`."""
        from .focus import Focus

        default = "none" if self.auth == "anonymous" else "login"
        self.jicofo = self._keep(Focus(self, auth or default, **more).start())
        return self.jicofo

    def specialist(self, room: str, name: str | None = "Анна Петрова", **more: Any):
        """The host, in the room. `login="upgrade"` (a guest that proved an account), `"direct"`, or `token=...`."""
        return self._visit("specialist", room, name, **more)

    def guest(self, room: str, name: str | None = "Иван", **more: Any):
        """A client, in the room. With `knock=True` only in the lobby; see `Visitor.wait_admitted()`."""
        return self._visit("guest", room, name, **more)

    def recorder(self, room: str, **more: Any):
        """Jibri, in the room."""
        return self._visit("recorder", room, None, **more)

    def _visit(self, role: str, room: str, name: str | None, knock: bool = False, **more: Any):
        from .visitors import Visitor

        visitor = self._keep(Visitor(self, role, room, name, **more))
        return visitor.knock() if knock else visitor.enter()

    def _keep(self, visitor: Any) -> Any:
        self._visitors.append(visitor)
        return visitor

    def token(self, name: str, *, id: str | None = None, moderator: bool | None = None, room: str = "*") -> str:
        """A JWT as an application would make it for this server."""
        from .tokens import make_token

        return make_token(self.token_key, self.names.main, name, id=id, moderator=moderator, room=room)

    # -- inside

    def _end(self, number: int, seconds: float) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
                raise
        for visitor in self._visitors:
            visitor.line_gone()

    def _is_up(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _console(self) -> str:
        path = self.folder / "console.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def _lua_links(self) -> Path:
        """Debian keeps two pure Lua modules of Jitsi's plugins under older Lua versions only."""
        links = self.folder / "lua"
        links.mkdir(exist_ok=True)
        for module in ("basexx.lua", "inspect.lua"):
            for version in ("5.4", "5.3", "5.2", "5.1"):
                source, link = Path("/usr/share/lua", version, module), links / module
                if source.exists() and not link.is_symlink():
                    link.symlink_to(source)
        return links

    def _write_accounts(self) -> None:
        names = self.names
        accounts = {
            ("focus", names.auth),
            ("specialist", names.main),
            ("specialist2", names.main),
            ("recorder", names.hidden),
        }
        for user, host in accounts:
            folder = self.folder / "data" / re.sub(r"[^A-Za-z0-9]", lambda m: f"%{ord(m[0]):02x}", host) / "accounts"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{user}.dat").write_text(f'return {{ ["password"] = "{user}"; }};\n')

    def render(self) -> str:
        """Prosody's configuration."""
        from .config import render

        return render(self, self._modules, self._plugins, self._jitsi, self._c2s_port, self._config, self._muc_config, self._log_level)



"""The application without a window, as its own process: commands over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

from fakes import Bitrix24, Telemost
from fakes.operator_file import operator_file
from lab import wait_for

from .backend import REPOSITORY
from .practice import Specialist


def program() -> Path:
    """The built binary; `KABINET_HEADLESS` names another one."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return Path(os.environ.get("KABINET_HEADLESS", target / "debug" / "kabinet-headless"))


class Desktop:
    """A computer of a specialist, paired with the practice's backend."""

    def __init__(self, url: str):
        self.url = urlsplit(url)

    def call(self, command: str, /, **arguments: Any) -> Any:
        """What a command answers; a refusal fails the test."""
        connection = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=30)
        try:
            connection.request("POST", f"/command/{command}", json.dumps(arguments), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, f"{command}: {said}"
        return said

    def consultation(self, id: str) -> dict[str, Any]:
        """As its list shows it."""
        view = self.call("state")
        shown = [view["hero"], *(item for group in view["groups"] for item in group["items"])]
        return next(one for one in shown if one and one["id"] == id)


@contextmanager
def desktop(folder: Path, specialist: Specialist, portal: Bitrix24) -> Iterator[Desktop]:
    """A desktop that takes the stand-ins for the services; its first questions are answered, and its log is looked through in the end."""
    folder.mkdir(parents=True)
    operator = folder / "operator.toml"
    with Telemost() as telemost:
        operator.write_text(operator_file(telemost.yandex, telemost, portal), encoding="utf-8")
    backend = specialist.backend
    command: list[Any] = [program(), "--data", folder / "data", "--operator", operator, "--language", "en", "--time-zone", "UTC"]
    command += ["--backend", backend.url, "--token", specialist.token]
    own = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    with open(folder / "log", "wb") as log, open(folder / "said", "wb") as out:
        process = subprocess.Popen([str(part) for part in command], env=own, stdin=subprocess.DEVNULL, stdout=out, stderr=log)
    try:
        said = lambda: (folder / "said").read_text()  # noqa: E731
        wait_for(lambda: "\n" in said() or process.poll() is not None, "the ready line")
        assert process.poll() is None, (folder / "log").read_text()[-4000:]
        _, url, *_ = said().split()
        one = Desktop(url)
        one.call("finish_first_run", name=specialist.name, jitsi_address="https://meet.example.org")
        yield one
        process.terminate()
        assert process.wait(15) == 0, (folder / "log").read_text()[-2000:]
        written = (folder / "log").read_text()
        assert not [word for word in backend.private if word and word in written]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)

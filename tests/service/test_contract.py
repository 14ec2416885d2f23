"""The served OpenAPI document against the served interface, by schemathesis; only against loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from .backend import ADMIN, WORD, Backend, watched
from .practice import Specialist

# A stream never ends, so it is read in test_feed.py.
STREAM = "/api/events/stream"
WEBHOOKS = "/webhook/|/events/{subject}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    # Each operation is tried with a wrong token too, all from one address: more of them in a minute than are looked at otherwise.
    with watched(tmp_path_factory.mktemp("house"), env={"LIMITS__WRONG_PER_MINUTE": "100000"}) as backend:
        yield backend


def schemathesis(backend: Backend, folder: Path, token: str, *arguments: str) -> None:
    program = Path(sys.executable).parent / "schemathesis"
    command = [
        str(program), "run", f"{backend.url}/api/openapi.json", "--header", f"Authorization: Bearer {token}", "--exclude-path", STREAM,
        "--request-timeout", "10", "--workers", "1", "--seed", "7", "--continue-on-failure", *arguments,
    ]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stdout[-12_000:] + ran.stderr[-2000:]


def test_the_document_is_whole(house: Backend):
    document = house.ask("GET", "/api/openapi.json").json
    assert document["openapi"].startswith("3.")
    paths = set(document["paths"])
    assert {"/api/conferences", "/api/conferences/{id}", "/api/events", STREAM, "/api/devices/pair", "/api/specialists", "/health", "/metrics"} <= paths
    assert house.run("openapi").stdout and json.loads(house.run("openapi").stdout)["paths"] == document["paths"]


@contextmanager
def something_happens(specialist: Specialist) -> Iterator[None]:
    """A plan that changes all the time, so that no long poll has to wait."""
    over = threading.Event()
    made = specialist.backend.send("POST", "/api/conferences", specialist.body(), specialist.token).json

    def change() -> None:
        while not over.wait(0.2):
            made["duration"] = 50 + (made["duration"] + 1) % 7
            specialist.backend.send("PUT", f"/api/conferences/{made['id']}", made, specialist.token)

    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(10)


def test_every_answer_is_as_the_document_says(house: Backend, anna: Specialist, tmp_path: Path):
    # What a schema cannot say (a link's scheme, a time zone's name) is refused with 400: positive data may be.
    with something_happens(anna):
        schemathesis(
            house, tmp_path, anna.token, "--exclude-path-regex", f"{WEBHOOKS}|/specialists", "--max-examples", "20",
            "--exclude-checks", "positive_data_acceptance",
        )
    assert house.running and "panicked" not in house.log


def test_the_administrators_routes_too(house: Backend, tmp_path: Path):
    schemathesis(house, tmp_path, ADMIN, "--include-path-regex", "/specialists", "--max-examples", "20", "--exclude-checks", "positive_data_acceptance")


def test_webhooks_answer_as_the_document_says(house: Backend, tmp_path: Path):
    schemathesis(
        house, tmp_path, WORD, "--include-path-regex", WEBHOOKS, "--max-examples", "40",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method",
    )

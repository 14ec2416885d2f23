"""Backends, practices and Prosodies for the tests. Each file has its own; whoever breaks something has one for itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from .backend import Backend, program, watched  # noqa: E402
from .chats import Chats, chats  # noqa: E402
from .long_runs import LongRun  # noqa: E402
from .practice import Specialist  # noqa: E402


def pytest_sessionstart() -> None:
    if not program().exists():
        pytest.exit(f"{program()} is missing: cargo build -p kabinet-backend", 1)


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Begins what takes long, and leaves its tests for the end. One of several workers knows not which tests it will get: there they come
    first, and the others go on beside them."""
    modules = {item.module for item in items if isinstance(item, pytest.Function)}  # type: ignore[attr-defined]
    runs = {module: [run for run in vars(module).values() if isinstance(run, LongRun)] for module in modules}
    among_others = hasattr(session.config, "workerinput")
    if not session.config.option.collectonly and not among_others:
        for run in [run for found in runs.values() for run in found]:
            run.begin()
    takes = lambda item: max((run.takes for run in runs.get(getattr(item, "module", None), [])), default=0)  # noqa: E731
    items.sort(key=takes, reverse=among_others)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    """A backend for one test; what it logged is looked through in the end."""
    with watched(tmp_path) as backend:
        yield backend


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend for all tests of a file."""
    with watched(tmp_path_factory.mktemp("house")) as backend:
        yield backend


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chats]:
    """A backend with its messengers for all tests of a file."""
    with chats(tmp_path_factory.mktemp("post")) as post:
        yield post


@pytest.fixture
def hire(request: pytest.FixtureRequest) -> Callable[..., Specialist]:
    """Makes specialists whose readers are closed at the end of the test."""

    def make(backend: Backend, *arguments: Any) -> Specialist:
        specialist = Specialist(backend, *arguments)
        request.addfinalizer(specialist.close)
        return specialist

    return make


@pytest.fixture(scope="module")
def anna(house: Backend) -> Iterator[Specialist]:
    """The specialist of the file's backend."""
    specialist = Specialist(house)
    specialist.views.events()  # from the beginning
    yield specialist
    specialist.close()

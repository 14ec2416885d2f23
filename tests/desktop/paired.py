"""A practice with a server of its own, and one specialist's computers that belong to it: the fixtures of such a practice's tests."""

import pytest

from bus import Notices
from clients import ANSWERED, CLIENT, WROTE
from kabinet import REPOSITORY, Kabinet, pair
from lab.waiting import wait_for
from service.chats import chats
from session import Session

SPECIALIST = "Анна Петрова"
OTHER = "Пётр-Второй-По-Счёту"
TALKATIVE = {"KABINET_LOG": "debug"}
WIDE = {"width": 1120, "height": 900, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture
def surroundings():
    """A log that says as much as it can."""
    return TALKATIVE


@pytest.fixture
def practice(request, tmp_path):
    """The practice's server with its messengers, told of what comes in unless `webhooks=False`;
    `@pytest.mark.practice(names_stay_here="true")` sets it up otherwise."""
    marker = request.node.get_closest_marker("practice")
    settings = dict(marker.kwargs) if marker else {}
    webhooks = settings.pop("webhooks", True)
    (tmp_path / "shared").mkdir()
    env = {f"PRACTICE__{name.upper()}": value for name, value in settings.items()}
    with chats(tmp_path / "shared", webhooks=webhooks, env=env) as practice:
        practice.backend.private |= {CLIENT, OTHER, WROTE, ANSWERED}
        added = practice.backend.run("specialist", "add", SPECIALIST, "--token-id", "anna-1", "--data", practice.backend.data)
        assert added.returncode == 0, added.stderr
        yield practice


@pytest.fixture
def hers(practice, kabinet):
    """Her computer, which belongs to the practice, with its window."""
    pair(kabinet, practice.backend, SPECIALIST)
    return kabinet


@pytest.fixture
def second(practice, hers, tmp_path):
    """Her other computer, with a keyring of its own."""
    with Session(own_home=True, state=tmp_path / "other-desktop") as desktop:
        kabinet = Kabinet(desktop, tmp_path / "other", **TALKATIVE).settle()
        pair(kabinet, practice.backend, SPECIALIST)
        yield kabinet
        kabinet.close()


@pytest.fixture
def over_there(second):
    overheard = Notices(second.desktop)
    yield overheard
    overheard.close()


# What breathes for ever is not waited for.
AT_REST = """return document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


def keep(taker, name, window=None):
    """A picture to be looked at; of a window, once nothing in it moves any more."""
    if window:
        wait_for(lambda: window.script(AT_REST), "the window at rest")
    folder = REPOSITORY / "out/practice"
    folder.mkdir(parents=True, exist_ok=True)
    taker(folder / f"{name}.png")

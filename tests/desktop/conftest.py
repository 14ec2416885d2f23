import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import kabinet as built  # noqa: E402
from bus import Notices  # noqa: E402
from clients import nothing_private_in_logs  # noqa: E402
from fakes import GreenApi, Telegram  # noqa: E402
from fakes.operator_file import backend_file  # noqa: E402
from lab.waiting import wait_for  # noqa: E402
from phone import Phone  # noqa: E402
from session import Session  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "desktop(**options): the session's options, as `keyring='none'`")
    config.addinivalue_line("markers", "practice(**settings): how the practice's server is set up, as `names_stay_here='true'`")


@pytest.fixture(scope="session", autouse=True)
def built_application():
    if not built.BINARY.exists():
        pytest.exit(f"{built.BINARY} is not built: cargo build -p kabinet", returncode=2)


@pytest.fixture
def desktop(request, tmp_path):
    """A private desktop: `@pytest.mark.desktop(tray=False)` takes a part away."""
    marker = request.node.get_closest_marker("desktop")
    with Session(own_home=True, state=tmp_path / "desktop", **(marker.kwargs if marker else {})) as session:
        yield session


@pytest.fixture
def notices(desktop):
    overheard = Notices(desktop)
    yield overheard
    overheard.close()


@pytest.fixture
def surroundings():
    """What else the application's environment holds: for a module to say."""
    return {}


@pytest.fixture
def kabinet(desktop, tmp_path, request, surroundings):
    """The application, settled and not yet started."""
    application = built.Kabinet(desktop, tmp_path / "kabinet", **surroundings).settle()
    yield application
    if getattr(request.node, "failed", False):
        desktop.screenshot(picture(request.node, "screen"))
        tell(application)
    application.close()


@pytest.fixture(scope="module")
def phone():
    """A client's telephone."""
    with Phone() as phone:
        yield phone


@pytest.fixture
def green():
    with GreenApi(starting_seconds=0, progress="delivered") as green:
        yield green


@pytest.fixture
def bot():
    with Telegram() as bot:
        yield bot


@pytest.fixture
def operator(tmp_path):
    """The operator's file; what a test wants in it beside the practice stands there before the practice is asked for."""
    file = tmp_path / "operator.toml"
    file.touch()
    return file


@pytest.fixture
def practice(kabinet, operator, green, bot):
    """The application with its messengers, its window open; the specialist is asked elsewhere after the shortest time."""
    file = backend_file(green, bot, f"http://127.0.0.1:{kabinet.port}", name="Практика «Тишина»")
    settings = file.replace("[practice]\n", "[practice]\nescalate_after_seconds = 10\n")
    operator.write_text(f"{operator.read_text()}\n{settings}")
    kabinet.env |= {"KABINET_OPERATOR": str(operator), "KABINET_LOG": "debug"}
    built.reads(kabinet.open_window(), "Консультаций пока нет")
    kabinet.wait_live()
    wait_for(lambda: bot.hook.now.url and green.whatsapp.applied["webhookUrl"], "the backend to listen")
    yield kabinet
    if not kabinet.running:
        return
    links = [one[link].rsplit("/", 1)[1] for one in kabinet.list() for link in ("page_link", "link")]
    if kabinet.driver:
        kabinet.driver.close()
        kabinet.driver = None
    if kabinet.running:
        kabinet.end()
    nothing_private_in_logs(kabinet, links)


def tell(application):
    for log in sorted((application.folder / "log").glob("*.log")):
        print(f"--- {log.name}\n{log.read_text()[-4000:]}", file=sys.stderr)


def picture(node, name):
    folder = built.REPOSITORY / "out/failures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{node.name}-{name}.png"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.failed = True
    return report



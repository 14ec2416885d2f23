import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import kabinet as built  # noqa: E402
from bus import Notices  # noqa: E402
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
    with Phone() as phone:
        yield phone


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



"""Starting, starting again, and what a shell gets from it."""

import subprocess

import pytest

from kabinet import BINARY
from lab.waiting import wait_for


def test_a_second_start_shows_the_window_of_the_first(kabinet):
    kabinet.start("--hidden").wait_live()
    assert kabinet.windows() == []
    again = subprocess.run([BINARY], env=kabinet.env, timeout=30)
    assert again.returncode == 0
    wait_for(lambda: kabinet.windows() == ["Kabinet"], "the window")
    # A process of the web view is ours until it has become itself.
    wait_for(lambda: len(kabinet.pids()) == 1, "one Kabinet alone")
    kabinet.close_window()
    assert kabinet.running, "closing hides"
    kabinet.tray.press("Открыть")
    wait_for(kabinet.windows, "the window again")


def test_quit_in_the_menu_ends_it(kabinet):
    kabinet.start("--hidden").wait_live()
    kabinet.tray.press("Закрыть Кабинет")
    wait_for(lambda: not kabinet.running, "its end")
    assert kabinet.end() == 0


def test_a_window_that_nobody_looks_at_gives_its_memory_back(kabinet):
    kabinet.env["KABINET_WINDOW_IDLE_SECONDS"] = "1"
    kabinet.start()
    wait_for(kabinet.windows, "the window")
    views = lambda: subprocess.run(["pgrep", "-f", "WebKitWebProcess", "-P", str(kabinet.pids()[0])], capture_output=True).stdout.split()
    wait_for(views, "the web view")
    kabinet.close_window()
    wait_for(lambda: not views(), "the end of the web view")
    subprocess.run([BINARY], env=kabinet.env, timeout=30, check=True)
    wait_for(kabinet.windows, "the window, made anew")


def test_verbs_that_ask_say_that_nothing_runs(kabinet):
    for verb in (["list"], ["doctor"]):
        said = subprocess.run([BINARY, *verb], env=kabinet.env, capture_output=True, text=True)
        assert (said.returncode, said.stdout, said.stderr) == (3, "", "Кабинет не запущен.\n")


def test_verbs_that_act_start_it_in_the_tray(kabinet):
    made = kabinet.verb("new", "--client", "Иван", "--provider", "jitsi")
    assert "https://meet.example.org/konsultaciya-" in made
    assert kabinet.running and kabinet.windows() == []
    wait_for(lambda: [one["client"] for one in kabinet.list()] == ["Иван"], "the consultation in the list")
    assert kabinet.verb("join", "next")
    assert wait_for(kabinet.desktop.urls, "the browser")[0].startswith(kabinet.list()[0]["link"])
    kabinet.verb("hide-names", "on")
    wait_for(lambda: kabinet.list()[0]["client"] is None, "the name to be hidden in the list")
    assert "Иван" not in kabinet.verb("list")
    assert wait_for(lambda: (entry := kabinet.tray.find("Скрыть имена")) and entry.checked, "the tick in the menu")


def test_a_verb_finds_everything_although_nothing_ran_before_it(kabinet):
    kabinet.start("--hidden").wait_live()
    made = kabinet.make("Иван", begins=30)
    for verb in ("join", "copy"):
        kabinet.end()
        kabinet.verb(verb, "next")
    assert wait_for(kabinet.desktop.urls, "the browser")[0].startswith(made["link"])
    wait_for(lambda: kabinet.clipboard() == made["link"], "the link in the clipboard")


def test_what_is_not_understood_is_said_in_the_persons_language_though_nothing_runs(kabinet):
    said = kabinet.verb("foo", status=2)
    assert said.startswith("Непонятно: foo") and "kabinet join" in said
    assert "kabinet join" in kabinet.verb("join", "--help")
    assert not kabinet.running


@pytest.mark.parametrize("language, sentence", [("ru", "Здесь нет графического сеанса"), ("en", "There is no graphical session")])
def test_without_a_display_a_sentence_says_so(kabinet, language, sentence):
    env = {name: value for name, value in kabinet.env.items() if name != "DISPLAY"} | {"KABINET_LANG": language}
    said = subprocess.run([BINARY], env=env, capture_output=True, text=True, timeout=30)
    assert said.returncode == 1
    assert sentence in said.stderr and "panicked" not in said.stderr
    assert subprocess.run([BINARY, "--version"], env=env, capture_output=True, text=True).stdout.startswith("kabinet 0.")
    assert "join" in subprocess.run([BINARY, "--help"], env=env, capture_output=True, text=True).stdout


def test_the_socket_is_for_this_person_alone(kabinet):
    kabinet.start("--hidden").wait_live()
    socket = kabinet.desktop.runtime / "kabinet/control"
    assert socket.is_socket() and socket.stat().st_mode & 0o777 == 0o600
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    assert kabinet.end() == 0
    assert not socket.exists()

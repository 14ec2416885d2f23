"""mod_kabinet under other configurations: tokens, no login, other places for the secret, other components."""

from __future__ import annotations

import base64
import shutil
import subprocess

import pytest

from lab import Lab, Receiver, wait_for
from lab.kabinet import MODULES, SECRET, options
from lab.prosody import REPOSITORY


def test_tokens():
    with Receiver(SECRET) as receiver, Lab(**MODULES, auth="token", config=options(receiver)) as lab:
        lab.focus()
        host = lab.specialist("jwt-1", "Анна", token=lab.token("Анна Петрова", id="spec-7", moderator=True))
        joined = receiver.wait("occupant_joined", "Анна")["occupant"]
        assert joined["token"] == {"id": "spec-7", "name": "Анна Петрова", "moderator": True}
        assert joined["account"] is False and joined["kind"] == "person"
        lab.guest("jwt-1", "Иван")
        assert receiver.wait("occupant_joined", "Иван")["occupant"]["token"] is None
        assert receiver.requests[0].json["server"]["login"] is True
        host.leave()


def test_a_server_without_login_says_so():
    with Receiver() as receiver, Lab(muc_modules=["kabinet"], auth="anonymous", config=options(receiver)) as lab:
        lab.focus()
        first = lab.guest("open-1", "Иван")
        assert receiver.wait("affiliation_changed", "Иван")["by"] == "focus"
        assert receiver.requests[0].json["server"]["login"] is False
        assert "webhook-signature" not in receiver.requests[0].headers
        first.leave()


def test_on_muc_and_hosts_and_with_the_secret_from_elsewhere(tmp_path):
    """Loaded on virtual hosts too; the address from the environment, the secret from a file, a plain word beside it."""
    (tmp_path / "secret").write_text(f"{SECRET} plain-word\n")
    with Receiver(SECRET) as receiver:
        env = {"KABINET_URL": receiver.url + "/base/", "KABINET_SECRET_FILE": str(tmp_path / "secret")}
        with Lab(muc_modules=["kabinet"], host_modules=["kabinet"], env=env, smacks_seconds=5) as lab:
            lab.focus()
            host = lab.specialist("hosts-1", "Анна")
            host.drop()
            receiver.wait("line_lost", "Анна")
            assert len(receiver.events("line_lost")) == 1, "two instances must not both report it"
            request = receiver.requests[0]
            assert request.path == "/base/api/webhook/kabinet"
            assert request.headers["authorization"] == "Bearer plain-word" and receiver.verify(request)


def test_two_keys_while_a_secret_is_changed():
    new = "whsec_" + base64.b64encode(b"n" * 24).decode()
    with Receiver(SECRET) as receiver:
        with Lab(muc_modules=["kabinet"], config=options(receiver, kabinet_secret=f"{new} {SECRET}")):
            receiver.wait("started")
            assert receiver.verify(receiver.requests[0], SECRET) and receiver.verify(receiver.requests[0], new)


def test_without_an_address_it_says_so_and_is_quiet():
    with Lab(muc_modules=["kabinet"]) as lab:
        lab.wait_log("kabinet_url is not set")
        lab.focus()
        lab.specialist("quiet-1", "Анна").leave()
        wait_for(lambda: not lab.jicofo.rooms, "the room's end")
        lab.specialist("quiet-2", "Анна")  # Prosody does one thing after the other: the other room is done with
        assert "A mistake" not in lab.log()


def test_a_bridges_brewery_is_not_a_room():
    """GLOBAL_MODULES loads a module on every component; internal rooms must not be taken for consultations."""
    brewery = 'Component "internal-muc.meet.jitsi" "muc"\n    modules_enabled = { "kabinet" }\n'
    with Receiver() as receiver, Lab(muc_modules=["kabinet"], muc_config=brewery, config=options(receiver)) as lab:
        receiver.wait("started")
        lab.wait_log("internal-muc.*nothing is reported from here")


def test_the_example_for_docker_holds_as_it_stands():
    """A file of conf.d is read after the components: its options must be global all the same."""
    example = REPOSITORY / "prosody/examples/docker-jitsi-meet/conf.d/kabinet.cfg.lua"
    with Receiver(SECRET) as receiver:
        env = {"KABINET_URL": receiver.url, "KABINET_SECRET": SECRET}
        with Lab(**MODULES, lobby=True, breakout=True, muc_config=f'Include "{example}"', env=env):
            receiver.wait("started")
            assert receiver.verify(receiver.requests[0])


def test_an_administrator_of_the_main_host_is_a_person():
    admins = 'admins = { "specialist@meet.jitsi"; "focus@auth.meet.jitsi" }\nmuc_lobby_whitelist = { "meet.jitsi" }'
    with Receiver() as receiver, Lab(muc_modules=["kabinet"], config=options(receiver) + "\n" + admins) as lab:
        lab.focus()
        lab.specialist("admin-1", "Анна", login="direct")
        assert receiver.wait("occupant_joined", "Анна")["occupant"]["kind"] == "person"


def test_text_that_is_not_even_text():
    """Bytes that no XMPP stream lets through can still come out of a token."""
    lua = shutil.which("lua5.4") or shutil.which("lua")
    if not lua:
        pytest.fail("Prosody is there, so is its Lua: expected lua5.4 or lua in PATH")
    script = f"""
        local clean = dofile("{REPOSITORY}/prosody/kabinet_text.lib.lua").clean;
        assert(clean("\\xff\\xfeab\\xc3") == "ab");          -- stray bytes, and a character cut in half
        assert(clean("\\xed\\xa0\\x80x\\xc0\\xafy") == "xy");   -- a surrogate, and a slash written too long
        assert(clean("\\xf4\\x90\\x80\\x80z") == "z");         -- beyond the last character
        assert(clean(("\\xd0\\xb6"):rep(300)) == ("\\xd0\\xb6"):rep(200));
        assert(clean(12) == "12" and clean(nil) == nil and clean({{}}) == nil and clean("\\0\\n") == nil);
    """
    subprocess.run([lua, "-"], input=script, text=True, check=True)

"""The invariants of ARCHITECTURE.md that no compiler checks: who depends on whom, and what must not be named where."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Input and output, and what writes a wire format into the core.
OUTSIDE_WORLD = {"tokio", "reqwest", "hyper", "axum", "sqlx", "tauri", "keyring", "keyring-core", "notify-rust", "gtk"}
WIRE = {"serde", "serde_json", "utoipa", "ts-rs"}
DESKTOP = {"tauri", "keyring", "keyring-core", "notify-rust", "gtk", "zbus", "arboard", "open"}

# crate: what it may not depend on. Tests may, and so may a binary behind a feature of its own: they compose.
FORBIDDEN = {
    "kabinet-domain": OUTSIDE_WORLD | WIRE | {"kabinet-api", "kabinet-providers", "kabinet-backend", "kabinet-app"},
    "kabinet-api": OUTSIDE_WORLD | {"kabinet-providers", "kabinet-backend", "kabinet-app"},
    "kabinet-providers": {"axum", "sqlx", "tauri", "kabinet-api", "kabinet-backend", "kabinet-app"},
    "kabinet-calendar": OUTSIDE_WORLD | WIRE | {"kabinet-api", "kabinet-backend", "kabinet-app"},
    "kabinet-words": OUTSIDE_WORLD | WIRE | {"kabinet-domain", "kabinet-api", "kabinet-providers", "kabinet-backend", "kabinet-app"},
    "kabinet-backend": DESKTOP | {"kabinet-app"},
    "kabinet-app": DESKTOP | {"kabinet-backend"},
}

PROVIDERS = re.compile(r"jitsi|telemost|vclass|bitrix24|green.?api|rocketchat", re.IGNORECASE)

# Where a provider is named all the same, and why.
NAMED_ON_PURPOSE = {
    "crates/app/src/command.rs": "the first start asks for one address, and its field says whose",
    "crates/app/src/commands/settings.rs": "the answer to that question",
    "crates/app/src/commands/connections.rs": "lines to paste into that server's configuration",
    "crates/app/src/operator.rs": "sections of the operator's file that the backend inside alone makes use of",
    "crates/backend/src/http/messengers.rs": "the addresses that it is told to call",
    "crates/backend/src/http/openapi.rs": "the same addresses, in the contract",
    "ui/src/features/first-run/FirstRun.svelte": "the question itself",
}


def packages():
    command = ["cargo", "metadata", "--no-deps", "--locked", "--format-version", "1"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["packages"]


def sources(*folders):
    """Code that ships: path and text, without tests, samples, generated types and comments."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix not in {".rs", ".ts", ".svelte"} or re.search(r"generated/|sample|testing\.rs|tests?[./]|/bridge/memory", name):
                continue
            text = path.read_text().split("#[cfg(test)]")[0]
            text = re.sub(r"/\*.*?\*/|<!--.*?-->", "", text, flags=re.DOTALL)
            yield name, re.sub(r"(^|\s)//.*", "", text)


@pytest.mark.parametrize("crate", FORBIDDEN)
def test_dependencies_point_one_way(crate):
    package = next(package for package in packages() if package["name"] == crate)
    depends_on = {d["name"] for d in package["dependencies"] if d["kind"] is None and not d["optional"]}
    assert depends_on & FORBIDDEN[crate] == set()


def test_no_provider_is_named_where_a_capability_should_be_asked():
    named = {}
    for name, text in sources("crates/domain/src", "crates/api/src", "crates/app/src", "ui/src"):
        if found := PROVIDERS.findall(text):
            named[name] = found
    assert set(named) - set(NAMED_ON_PURPOSE) == set()


def test_no_service_behind_a_channel_is_named_where_messages_are_kept_and_sent():
    # A channel is the domain's: whatsapp, max, telegram. Who carries it, only its provider knows.
    carriers = re.compile(r"green.?api|callback_query|chat_id|idMessage|typeWebhook", re.IGNORECASE)
    texts = sources("crates/backend/src", "crates/domain/src", "crates/api/src", "crates/app/src", "src-tauri/src")
    assert {name for name, text in texts if carriers.search(text)} - set(NAMED_ON_PURPOSE) == set()


def test_the_clients_page_asks_nobody_but_its_own_server_and_keeps_nothing():
    known = re.compile(r"\./[\w./-]+|\$shared/[\w./-]+|\$generated/\w+|svelte(/[\w-]+)?|@fluent/bundle")
    page = {name: text for name, text in sources("ui/src/page")}
    assert page
    for name, text in page.items():
        assert [found for found in re.findall(r"""(?:from|import)\s*\(?['"]([^'"]+)['"]""", text) if not known.fullmatch(found)] == [], name
        # What a browser would keep, and addresses of other servers.
        assert re.findall(r"\.cookie\b|localStorage|sessionStorage|indexedDB|caches\.|serviceWorker|https?://[\w.-]+", text) == [], name


def test_what_goes_out_is_decided_from_memory():
    causes = (ROOT / "crates/backend/src/deliveries/causes.rs").read_text().split("#[cfg(test)]")[0]
    assert re.findall(r"\basync\b|\bawait\b|sqlx|std::fs|std::net", causes) == []


def test_every_setting_of_the_backend_can_come_from_the_environment():
    def keys(table, before=""):
        for key, value in table.items():
            yield from keys(value, f"{before}{key}__") if isinstance(value, dict) else [before + key]

    defaults = set(keys(tomllib.loads((ROOT / "crates/backend/kabinet-backend.toml").read_text())))
    config = (ROOT / "crates/backend/src/config.rs").read_text()
    listed = set(re.findall(r'"(\w+)"', re.search(r"VARIABLES: &\[&str\] = &\[(.*?)\];", config, re.DOTALL).group(1)))
    # Secrets are read apart, to the letter.
    assert defaults - {"webhook_secret", "admin_token"} == listed


def test_words_for_people_are_not_in_code():
    # A language is called by its own name in every language.
    texts = ((name, text.replace("Русский", "")) for name, text in sources("crates/app/src", "src-tauri/src", "ui/src"))
    assert [name for name, text in texts if re.search("[А-Яа-яЁё]", text)] == []


def test_both_languages_say_the_same():
    def ids(language, name):
        text = (ROOT / "crates/app/locales" / language / name).read_text()
        return set(re.findall(r"^([a-z][\w-]*) *=", text, flags=re.MULTILINE))

    names = [path.name for path in (ROOT / "crates/app/locales/en").glob("*.ftl")]
    assert names
    for name in names:
        assert ids("ru", name) ^ ids("en", name) == set(), name


def test_one_bus_client_and_no_openssl():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    versions = [package["version"] for package in lock if package["name"] == "zbus"]
    assert len(versions) == 1, versions
    assert {package["name"] for package in lock} & {"openssl", "openssl-sys", "native-tls"} == set()

"""Prosody's configuration for the lab, laid out as docker-jitsi-meet's generated one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Iterable

if TYPE_CHECKING:
    from .prosody import Lab

# Jitsi's own modules, in the order docker-jitsi-meet names them; those that a version lacks are left out.
JITSI_HOST = ["features_identity", "conference_duration", "muc_lobby_rooms", "muc_breakout_rooms"]
JITSI_MUC = ["muc_hide_all", "muc_meeting_id", "muc_domain_mapper", "muc_password_whitelist", "muc_resource_validate"]


def lua_list(values: Iterable[object]) -> str:
    return "{ " + "; ".join(f'"{value}"' for value in values) + " }"


def render(
    lab: "Lab",
    modules: dict[str, list[str]],
    plugins: list[Path],
    jitsi: Path | None,
    c2s_port: int,
    config: str,
    muc_config: str,
    log_level: str,
) -> str:
    names, folder, anonymous = lab.names, lab.folder, "jitsi-anonymous"
    if jitsi:
        host_own = [name for name in JITSI_HOST if (jitsi / f"mod_{name}.lua").is_file()]
        muc_own = [name for name in JITSI_MUC if (jitsi / f"mod_{name}.lua").is_file()]
        lobby, breakout = True, True
        muc_own += ["token_verification"] if lab.auth == "token" else []
        lobby_own, breakout_own, end = ["muc_hide_all"], ["muc_hide_all", "muc_meeting_id"], "end_conference"
    else:
        host_own, lobby, breakout = [], lab.lobby, lab.breakout
        muc_own = ["lab_meeting_id"] + (["lab_lobby"] if lobby else [])
        lobby_own, breakout_own, end = [], ["lab_breakout", "lab_meeting_id"], "lab_end_conference"

    places = f'main_muc = "{names.muc}"\n    muc_lobby_whitelist = {{ "{names.hidden}" }}\n'
    places += f'    lobby_muc = "{names.lobby}"\n' if lobby else ""
    places += f'    breakout_rooms_muc = "{names.breakout}"\n' if breakout else ""
    main_auth = {
        "password": 'authentication = "internal_plain"',
        "anonymous": f'authentication = "{anonymous}"',
        "token": f'authentication = "token"\n    app_id = "lab"\n    app_secret = "{lab.token_key}"\n'
        "    allow_empty_token = false\n    enable_domain_verification = false",
    }[lab.auth]

    parts = [
        f"""-- Written by the lab at every start.
data_path = "{folder}/data"
pidfile = "{folder}/prosody.pid"
run_as_root = true
plugin_paths = {lua_list(plugins)}
log = {{
    {{ levels = {{ min = "{log_level}" }}, to = "file", filename = "{folder}/prosody.log" }};
    {{ levels = {{ min = "warn" }}, to = "console" }};
}}
admins = {{ "focus@{names.auth}"; "jvb@{names.auth}" }}
component_admins_as_room_owners = true
modules_enabled = {{ "roster"; "saslauth"; "disco"; "ping"; "posix"; "websocket" }}
modules_disabled = {{ "offline"; "register"; "s2s"; "tls" }}
allow_registration = false
authentication = "internal_plain"
storage = "internal"
c2s_ports = {{ {c2s_port} }}
c2s_interfaces = {{ "127.0.0.1" }}
c2s_direct_tls_ports = {{ }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
http_ports = {{ {lab.port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
http_default_host = "{names.main}"
consider_websocket_secure = true
smacks_max_unacked_stanzas = 5
smacks_hibernation_time = {lab.smacks_seconds}
smacks_max_old_sessions = 1
muc_mapper_domain_base = "{names.main}"
muc_mapper_domain_prefix = "muc"
recorder_prefixes = {{ "recorder@{names.hidden}" }}
transcriber_prefixes = {{ "transcriber@{names.hidden}" }}
{config}

VirtualHost "{names.main}"
    {main_auth}
    modules_enabled = {lua_list(["smacks"] + host_own + modules["host"])}
    {places}
VirtualHost "{names.guest}"
    authentication = "{anonymous}"
    modules_enabled = {lua_list(["smacks"] + modules["host"])}
    {places}
VirtualHost "{names.auth}"
    modules_enabled = {{ "smacks" }}
    smacks_hibernation_time = {min(15, lab.smacks_seconds)}

VirtualHost "{names.hidden}"
    modules_enabled = {{ "smacks" }}
""",
        component(names.muc, "muc", muc_own + modules["muc"], muc_config, names),
    ]
    if lobby:
        parts.append(component(names.lobby, "muc", lobby_own + modules["lobby"], "", names))
    if breakout:
        parts.append(component(names.breakout, "muc", breakout_own + modules["breakout"], f'main_muc = "{names.muc}"', names))
    parts.append(f'Component "{names.end}" "{end}"\n    muc_component = "{names.muc}"\n')
    return "\n".join(parts)


def component(host: str, kind: str, modules: list[str], lines: str, names) -> str:
    return f"""Component "{host}" "{kind}"
    storage = "memory"
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_cache_size = 10000
    muc_tombstones = false
    muc_room_allow_persistent = false
    muc_password_whitelist = {{ "focus@{names.auth}"; "recorder@{names.hidden}" }}
    modules_enabled = {lua_list(modules)}
    {lines}
"""

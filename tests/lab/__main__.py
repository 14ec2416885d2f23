"""The lab from a shell: `python -m lab up`, `python -m lab visit`, run in the folder `tests`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from . import Lab, Names, Refused, TooLate, Visitor

STEPS = "rename:NAME, drop, resume, kick:NAME, lobby, admit:NAME, breakout:SUBJECT, back, end"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)

    up = verbs.add_parser("up", help="run Prosody and the focus until interrupted; prints one line when ready")
    up.add_argument("--port", type=int, help="WebSocket and HTTP (default: a free one)")
    up.add_argument("--folder", type=Path, help="where configuration, data and log go (default: a temporary one)")
    up.add_argument("--url", help="where mod_kabinet sends to; without it the module is not loaded")
    up.add_argument("--secret", default="", help="its secret")
    up.add_argument("--auth", default="password", choices=["password", "token", "anonymous"], help="of the main host")
    up.add_argument("--focus", default=None, choices=["login", "none", "open"], help="who may open a room")
    up.add_argument("--smacks-seconds", type=int, default=60, help="how long a lost connection is kept")
    up.add_argument("--jitsi-plugins", type=Path, help="resources/prosody-plugins of a jitsi-meet checkout, instead of the stand-ins")

    visit = verbs.add_parser("visit", help="one visitor, until --stay is over or it is interrupted")
    visit.add_argument("--port", type=int, required=True, help="that of `up`")
    visit.add_argument("--as", dest="role", default="guest", choices=["specialist", "guest", "recorder"])
    visit.add_argument("--room", required=True)
    visit.add_argument("--name", default=None)
    visit.add_argument("--login", default="upgrade", choices=["upgrade", "direct"])
    visit.add_argument("--knock", action="store_true", help="the room has a lobby: wait there to be let in")
    visit.add_argument("--stay", type=float, default=None, metavar="SECONDS")
    visit.add_argument("--at", action="append", default=[], metavar="SECOND:STEP", help=STEPS)
    visit.add_argument("--end", default="leave", choices=["leave", "close", "drop"])
    args = parser.parse_args()

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    try:
        return run_server(args, over) if args.verb == "up" else run_visit(args, over)
    except (Refused, TooLate, OSError, RuntimeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def run_server(args: argparse.Namespace, over: threading.Event) -> int:
    modules = ["kabinet"] if args.url else []
    config = f'kabinet_url = "{args.url}"\n' if args.url else ""
    config += f'kabinet_secret = "{args.secret}"\n' if args.secret else ""
    lab = Lab(
        muc_modules=modules, lobby_modules=modules, breakout_modules=modules, lobby=True, breakout=True, config=config,
        auth=args.auth, smacks_seconds=args.smacks_seconds, jitsi_plugins=args.jitsi_plugins, folder=args.folder, port=args.port,
    )
    with lab:
        lab.focus(args.focus)
        print(f"ready ws://127.0.0.1:{lab.port}/xmpp-websocket", flush=True)
        while lab.running and not over.wait(0.5):
            pass
    return 0


class Elsewhere:
    """What a visitor needs to know of a lab that runs in another process."""

    def __init__(self, port: int):
        self.port, self.names, self.auth = port, Names(), "password"


def run_visit(args: argparse.Namespace, over: threading.Event) -> int:
    visitor = Visitor(Elsewhere(args.port), args.role, args.room, args.name, login=args.login, seconds=60)  # type: ignore[arg-type]
    say = lambda text: print(f"{args.role} {args.name or ''}: {text}", flush=True)
    if args.knock:
        visitor.knock()
        say("knocks")
        visitor.wait_admitted()
    else:
        visitor.enter()
    say("is in the room")
    timers = []
    for entry in args.at:
        second, _, step = entry.partition(":")
        timers.append(threading.Timer(float(second), do, (visitor, step, say)))
        timers[-1].start()
    over.wait(args.stay)
    for timer in timers:
        timer.cancel()
    {"leave": visitor.leave, "close": visitor.close, "drop": visitor.drop}[args.end]()
    say(f"is gone ({args.end})")
    return 0


def do(visitor: Visitor, step: str, say) -> None:
    name, _, value = step.partition(":")
    actions = {
        "rename": lambda: visitor.rename(value or None),
        "drop": visitor.drop,
        "resume": visitor.resume,
        "kick": lambda: visitor.kick(value),
        "lobby": visitor.lobby_on,
        "admit": lambda: visitor.admit(value),
        "breakout": lambda: visitor.move(visitor.add_breakout(value or "Side")),
        "back": lambda: visitor.move(),
        "end": visitor.end_for_all,
    }
    if name not in actions:
        say(f"there is no step {name!r}; there are {STEPS}")
        return
    try:
        actions[name]()
        say(step)
    except (Refused, TooLate, OSError) as error:
        say(f"{step} failed: {error}")


if __name__ == "__main__":
    sys.exit(main())

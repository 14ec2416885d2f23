"""All fakes at fixed addresses, until interrupted: Kabinet can be tried as a whole without an account anywhere."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from . import Bitrix24, Clock, GreenApi, Telegram, Telemost, Yandex
from .bitrix24_oauth import CLIENT_ID as PORTAL_CLIENT_ID
from .bitrix24_oauth import CLIENT_SECRET as PORTAL_CLIENT_SECRET
from .green_api_instance import STEPS
from .operator_file import backend_file, operator_file
from .telegram import TOKEN, USERNAME
from .yandex_ledger import CLIENT_ID, CLIENT_SECRET, READY_TOKEN


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.fakes", description=__doc__)
    parser.add_argument("--yandex", type=int, default=8791, metavar="PORT", help="Yandex OAuth and Yandex ID (8791)")
    parser.add_argument("--telemost", type=int, default=8792, metavar="PORT", help="the API of Telemost (8792)")
    parser.add_argument("--bitrix24", type=int, default=8793, metavar="PORT", help="the portal and its authorization server (8793)")
    parser.add_argument("--green-api", type=int, default=8794, metavar="PORT", help="GREEN-API, for WhatsApp and MAX (8794)")
    parser.add_argument("--telegram", type=int, default=8795, metavar="PORT", help="the Bot API, and a page in place of https://t.me (8795)")
    parser.add_argument("--redirect-uri", action="append", metavar="URL", help="hold Yandex to exact addresses; any loopback one unless told")
    parser.add_argument("--bitrix24-redirect", metavar="URL", help="where the portal's application sends people; a code to copy unless told")
    parser.add_argument("--events-to", metavar="URL", help="an outgoing webhook: the portal tells every change of its calendars to there")
    parser.add_argument("--colleagues", type=int, default=500, metavar="N", help="how many people the portal has (500)")
    parser.add_argument("--language", default="ru", choices=["ru", "en"], help="of the portal's errors and dates")
    parser.add_argument("--starting", type=float, default=15, metavar="SECONDS", help="how long an instance restarts after its settings (15)")
    parser.add_argument("--progress", default="delivered", choices=STEPS, help="how far a message of WhatsApp and MAX goes by itself (delivered)")
    parser.add_argument("--public-url", default="http://127.0.0.1:8787", metavar="URL", help="where the backend is, for its file")
    parser.add_argument("--polling", action="store_true", help="have the backend ask for what comes in instead of being told by webhooks")
    parser.add_argument("--backend", type=Path, metavar="FILE", help="write a configuration that leads the backend here")
    parser.add_argument("--operator", type=Path, metavar="FILE", help="write an operator's file that leads Kabinet here")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead, for a program that starts this; port 0 is a free one")
    args = parser.parse_args()

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    clock = Clock()
    yandex = Yandex(args.yandex, clock, redirect_uris=args.redirect_uri)
    telemost = Telemost(yandex, args.telemost)
    portal = Bitrix24(
        args.bitrix24, clock, users=args.colleagues, language=args.language, outgoing_webhook=args.events_to, redirect_uri=args.bitrix24_redirect
    )
    green = GreenApi(args.green_api, clock, starting_seconds=args.starting, progress=args.progress)
    bot = Telegram(args.telegram, clock)
    try:
        with yandex, telemost, portal, green, bot:
            if args.operator:
                write(args.operator, operator_file(yandex, telemost, portal))
            if args.backend:
                write(args.backend, backend_file(green, bot, args.public_url, args.language, webhooks=not args.polling))
            if args.json:
                print(json.dumps({**addresses(yandex, telemost, portal), **messengers(green, bot)}), flush=True)
            else:
                print(told(yandex, telemost, portal, args.operator) + told_of_messengers(green, bot, args.backend), flush=True)
            over.wait()
    except OSError as error:
        print(f"fakes: {error}", file=sys.stderr)
        return 1
    return 0


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def addresses(yandex: Yandex, telemost: Telemost, portal: Bitrix24) -> dict[str, str]:
    """`url`s are where each is controlled, the rest is what to enter."""
    return {
        "yandex_url": yandex.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token": READY_TOKEN, "telemost_url": telemost.url,
        "telemost_api": telemost.api, "bitrix24_url": portal.url, "webhook": portal.webhook, "bitrix24_client_id": PORTAL_CLIENT_ID,
        "bitrix24_client_secret": PORTAL_CLIENT_SECRET, "server_endpoint": portal.server_endpoint,
    }  # fmt: skip


def messengers(green: GreenApi, bot: Telegram) -> dict[str, str]:
    return {
        "green_api_url": green.url, "green_api_id": str(green.whatsapp.id), "green_api_token": green.whatsapp.token,
        "green_api_max_id": str(green.max.id), "green_api_max_token": green.max.token, "telegram_url": bot.url, "telegram_api": bot.api, "telegram_bot_token": TOKEN,
        "telegram_bot": USERNAME, "telegram_me": bot.me,
    }  # fmt: skip


def told(yandex: Yandex, telemost: Telemost, portal: Bitrix24, file: Path | None) -> str:
    start = f"Start Kabinet so:  KABINET_OPERATOR={file.absolute()} make run\n" if file else ""
    people = "\n".join(f"                 {it.login:<12} {note}" for it, note in zip(yandex.accounts.values(), (
        "of an organisation, its administrator, may make broadcasts",
        "of the same organisation, without broadcasts: 402",
        "a personal account, to which the API is closed: 403 ApiRestrictedToOrganizations",
    )))  # fmt: skip
    return f"""{start}Yandex           {yandex.url}   OAuth, and who somebody is (/info)
  client id      {CLIENT_ID}
  client secret  {CLIENT_SECRET}
  ready token    {READY_TOKEN}
  accounts       chosen on the page that asks, no passwords:
{people}
Telemost         {telemost.api}
  co-hosts       anybody@org.example is known, nobody@org.example is not
Bitrix24         {portal.url}
  webhook        {portal.webhook}
  or OAuth       client id {PORTAL_CLIENT_ID}, secret {PORTAL_CLIENT_SECRET}; authorization server {portal.server_endpoint}
  people         {len(portal.people.users)}; the specialist is number 7, whose calendars are 4 and 5; application token {portal.options.application_token}

What they know:  curl {telemost.url}/_fake/state
Lose an answer:  curl {telemost.url}/_fake/next -d '{{"method": "conference.create", "do": "lost"}}'
A colleague:     curl {portal.url}/_fake/edit -d '{{"what": "event", "do": "change", "id": 1246, "by": 8, "set": {{"name": "Later"}}}}'
"""


def told_of_messengers(green: GreenApi, bot: Telegram, file: Path | None) -> str:
    start = f"Start the backend so:  kabinet-backend serve --config {file.absolute()}\n" if file else ""
    return f"""GREEN-API        {green.url}
  WhatsApp       id {green.whatsapp.id}, token {green.whatsapp.token}
  MAX            id {green.max.id}, token {green.max.token}
  a client       {green.url}/phone/79001234568 is a telephone to read and write at (?at=max for MAX)
Telegram         {bot.api}   for api.telegram.org, and for https://t.me
  bot            @{USERNAME}, token {TOKEN}
  a specialist   {bot.me}/{USERNAME}?start=CODE, then the same page shows the chat

A client writes: curl {green.url}/_fake/edit -d '{{"what": "person", "do": "write", "phone": "79001234568", "text": "Опоздаю"}}'
Somebody presses: curl {bot.url}/_fake/edit -d '{{"what": "person", "do": "press", "text": "Иду"}}'
More switches:   tests/fakes/README.md
{start}ready"""


if __name__ == "__main__":
    sys.exit(main())

"""What an operator's files say, so that Kabinet takes the fakes for the services: the desktop's, and the backend's."""

from __future__ import annotations

from .bitrix24 import Bitrix24
from .bitrix24_oauth import CLIENT_ID as PORTAL_CLIENT_ID
from .bitrix24_oauth import CLIENT_SECRET as PORTAL_CLIENT_SECRET
from .green_api import GreenApi
from .green_api_instance import Instance
from .telegram import TOKEN, Telegram
from .telemost import Telemost
from .yandex import Yandex
from .yandex_ledger import CLIENT_ID, CLIENT_SECRET

WEBHOOK_TOKEN = "5f2b8c0d9e4a47b1"
WEBHOOK_SECRET = "s3cret_Token-1"
CHANNEL = "@example_practice"


def operator_file(yandex: Yandex, telemost: Telemost, portal: Bitrix24) -> str:
    """What an operator's file holds when the services are these."""
    return f"""# Leads Kabinet to the fakes: KABINET_OPERATOR is this file's path.
[connections.telemost]
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
api_address = "{telemost.api}"
oauth_address = "{yandex.url}"
login_address = "{yandex.url}"

[connections.bitrix24]
client_id = "{PORTAL_CLIENT_ID}"
client_secret = "{PORTAL_CLIENT_SECRET}"
oauth_server = "{portal.server_endpoint}"
"""


def backend_file(
    green: GreenApi, bot: Telegram, public_url: str = "http://127.0.0.1:8787", language: str = "ru", name: str = "Кабинет", webhooks: bool = True
) -> str:
    """What the backend's `--config` holds when the messengers are these; without `webhooks` it has to ask for what comes in."""
    secret = f'webhook_secret = "{WEBHOOK_SECRET}"\n' if webhooks else ""
    return f"""# Leads Kabinet's backend to the fakes: kabinet-backend serve --config with this file's path.
[practice]
name = "{name}"
public_url = "{public_url}"
language = "{language}"

{_account("green-api", green, green.whatsapp, webhooks)}
{_account("green-api-max", green, green.max, webhooks)}
[connections.telegram]
bot_token = "{TOKEN}"
api_address = "{bot.api}"
{secret}practice_channel = "{CHANNEL}"
link_address = "{bot.me}"
"""


def _account(section: str, green: GreenApi, instance: Instance, webhooks: bool) -> str:
    token = f'webhook_token = "{WEBHOOK_TOKEN}"\n' if webhooks else ""
    return f"""[connections.{section}]
id_instance = "{instance.id}"
api_token_instance = "{instance.token}"
api_url = "{green.url}"
{token}"""

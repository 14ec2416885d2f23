"""What an operator's file says, so that Kabinet takes the fakes for the services."""

from __future__ import annotations

from .bitrix24 import Bitrix24
from .bitrix24_oauth import CLIENT_ID as PORTAL_CLIENT_ID
from .bitrix24_oauth import CLIENT_SECRET as PORTAL_CLIENT_SECRET
from .telemost import Telemost
from .yandex import Yandex
from .yandex_ledger import CLIENT_ID, CLIENT_SECRET


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

"""Fakes of the outside systems: Telemost, Yandex OAuth, Bitrix24, GREEN-API and Telegram.

    from fakes import Bitrix24, Telemost

    with Telemost() as telemost, Bitrix24(users=12) as portal:
        token = telemost.yandex.grant("specialist").access
        telemost.next("conference.create", "lost")      # made, but the answer never comes
        portal.next("calendar.event.*", "refuse:QUERY_LIMIT_EXCEEDED", times=3)
        ...
        assert telemost.state()["stored"]["conferences"]

Python's standard library only. `python3 -m tests.fakes` runs all of them, to try things by hand. See README.md.
"""

from .bitrix24 import Bitrix24
from .fake import Clock, Fake
from .green_api import GreenApi
from .telegram import Telegram
from .telemost import Telemost
from .yandex import Yandex

__all__ = ["Bitrix24", "Clock", "Fake", "GreenApi", "Telegram", "Telemost", "Yandex"]

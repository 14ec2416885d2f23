"""A throw-away Jitsi: a real Prosody laid out like docker-jitsi-meet, and the people in its rooms.

    from lab import Lab

    with Lab(muc_modules=["kabinet"], config='kabinet_url = "http://127.0.0.1:8787"') as lab:
        lab.focus()
        host = lab.specialist("konsultaciya-23dec-a1b2c3", "Анна Петрова")
        client = lab.guest("konsultaciya-23dec-a1b2c3", "Иван")
        client.leave()

Python's standard library only. `python -m lab --help` does the same from a shell. See README.md.
"""

from .focus import Focus
from .prosody import Lab, Names, free_port
from .receiver import Receiver
from .visitors import Visitor
from .waiting import TooLate, wait_for
from .xmpp import Refused

__all__ = ["Focus", "Lab", "Names", "Receiver", "Refused", "TooLate", "Visitor", "free_port", "wait_for"]

"""Jicofo's part: whoever wants into a room asks the focus first."""

from __future__ import annotations

import threading
import time
import uuid
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from .seat import Seat
from .xmpp import CLIENT, Login, Stream, bare, domain

if TYPE_CHECKING:
    from .prosody import Lab

CONFERENCE = "http://jitsi.org/protocol/focus"


def ask_focus(stream: Stream, lab: "Lab", address: str, session: str | None = None, machine: str = "") -> str | None:
    """The conference request that precedes every join; gives the session id of somebody known."""
    known = f" session-id={quoteattr(session)}" if session else ""
    answer = stream.ask(
        "set",
        f"focus@{lab.names.auth}/focus",
        f'<conference xmlns="{CONFERENCE}" room={quoteattr(address)} machine-uid="{machine}"{known}/>',
    )
    conference = answer.find(f"{{{CONFERENCE}}}conference")
    return conference.get("session-id") if conference is not None else None


class Focus:
    """Jicofo: enters a requested room first, makes the host owner a moment after the join, and leaves last.

    `login`: only an account (or a token holder) opens a room, and all of them become owners. `none`: anybody does, and
    one becomes owner. `open`: anybody does, and nobody becomes owner.
    """

    GRANT_DELAY = 0.05  # far below the second for which the backend waits for it
    LEAVE_DELAY = 0.3  # whoever changes to a breakout room is in neither room for a moment

    def __init__(self, lab: "Lab", auth: str = "login", patience: float = 15.0):
        self.lab, self.auth, self.patience = lab, auth, patience
        login = Login(lab.port, lab.names.auth, "focus", "focus", "focus", host_header=lab.names.main)
        self.stream = Stream(login)
        self.rooms: dict[str, Seat] = {}
        self._sessions: set[str] = set()
        self._known: set[str] = set()  # real addresses
        self._lock = threading.Lock()

    def start(self) -> "Focus":
        self.stream.connect()
        self.stream.handle(self._on_stanza)
        return self

    def close(self) -> None:
        for address in list(self.rooms):
            self.leave(address)
        self.stream.close()

    def die(self) -> None:
        """Ends without leaving its rooms."""
        self.stream.drop()

    def line_gone(self) -> None:
        self.stream.open = False

    def enter(self, address: str) -> Seat:
        with self._lock:
            seat = self.rooms.get(address)
            if not (seat and seat.inside):
                seat = self.rooms[address] = Seat(self.stream, address, None, nick="focus").join()
                threading.Thread(target=self._look_after, args=(address, seat), daemon=True).start()
            return seat

    def leave(self, address: str) -> None:
        with self._lock:  # whoever enters anew meanwhile would take this departure for their own
            seat = self.rooms.pop(address, None)
            if seat and seat.inside and self.stream.open:
                seat.leave()

    def _look_after(self, address: str, seat: Seat) -> None:
        granted: set[str] = set()
        alone, seen = 0.0, False
        while seat.inside and self.stream.open:
            seat.changed.clear()
            people = {o.jid for o in list(seat.others.values()) if o.jid and domain(o.jid) != self.lab.names.hidden}
            seen = seen or bool(people)
            for jid in people - granted:
                if jid in self._known or (self.auth == "none" and not granted):
                    granted.add(jid)
                    time.sleep(self.GRANT_DELAY)
                    try:
                        seat.grant(jid)
                    except Exception:  # gone meanwhile, or the server ended
                        break
            granted &= people
            beside = any(domain(other) == self.lab.names.breakout for other in list(self.rooms) if other != address)
            if people or beside:
                alone = 0.0
            if alone > (self.LEAVE_DELAY if seen else self.patience):
                try:
                    self.leave(address)
                except Exception:
                    pass  # the server ended
                return
            if not seat.changed.wait(0.03):
                alone += 0.03
        with self._lock:
            if self.rooms.get(address) is seat:
                del self.rooms[address]

    def _on_stanza(self, stanza: ET.Element) -> None:
        request = stanza.find(f"{{{CONFERENCE}}}conference")
        if stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("type") == "set" and request is not None:
            threading.Thread(target=self._answer, args=(stanza, request), daemon=True).start()

    def _answer(self, stanza: ET.Element, request: ET.Element) -> None:
        sender, address, session = stanza.get("from", ""), request.get("room", ""), request.get("session-id")
        if self.auth == "login" and domain(sender) == self.lab.names.main and not session:
            session = str(uuid.uuid4())
            self._sessions.add(session)
        known = session in self._sessions
        if known:
            self._known.add(sender)
        free = self.auth != "login" or domain(bare(address)) == self.lab.names.breakout
        if not (known or free or address in self.rooms):
            self.stream.reply(stanza, error="not-authorized")
            return
        try:
            self.enter(address)
        except Exception:
            self.stream.reply(stanza, error="internal-server-error")
            return
        proof = f" session-id={quoteattr(session)}" if known and session else ""
        self.stream.reply(stanza, f'<conference xmlns="{CONFERENCE}" room={quoteattr(address)} ready="true"{proof}/>')

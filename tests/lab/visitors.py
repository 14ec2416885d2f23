"""The people (and the recorder) of a Jitsi room."""

from __future__ import annotations

import json
import secrets
import uuid
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from .focus import ask_focus
from .seat import MUC_USER, Seat
from .waiting import wait_for
from .xmpp import CLIENT, Login, Refused, Stream

if TYPE_CHECKING:
    from .prosody import Lab

JIBRI = '<features><feature var="http://jitsi.org/protocol/jibri"/></features>'


class Visitor:
    """A specialist, a guest or a recorder. Everything waits until the server has answered."""

    def __init__(
        self,
        lab: "Lab",
        role: str,
        room: str,
        name: str | None,
        *,
        login: str = "upgrade",
        user: str = "specialist",
        token: str | None = None,
        seconds: float = 30.0,
    ):
        self.lab, self.role, self.room, self.name = lab, role, room, name
        self.node = quote(room.lower(), safe="-_.~[]").lower()
        self._login, self._user, self._token, self._seconds = login, user, token, seconds
        self.stream: Stream | None = None
        self.seat: Seat | None = None  # in the main room, or in the breakout room while there
        self.lobby_seat: Seat | None = None
        self._invited = False
        self._rooms: dict[str, str] = {}  # breakout rooms: subject -> address

    @property
    def jid(self) -> str:
        """The real address."""
        return self.stream.jid if self.stream else ""

    @property
    def resource(self) -> str:
        return self.seat.resource if self.seat else ""

    @property
    def moderator(self) -> bool:
        return bool(self.seat and self.seat.role == "moderator")

    # -- coming

    def enter(self) -> "Visitor":
        """Connects, asks the focus for the room and goes in. Raises `Refused` when the room has a lobby."""
        self._connect()
        self.seat = self._seat(self.lab.names.muc, self.node).join()
        if self.role == "specialist" and self._login != "plain":
            wait_for(lambda: self.moderator or not self._token_decides(), "being made moderator", self._seconds)
        return self

    def knock(self) -> "Visitor":
        """Connects and, being refused, waits in the lobby. Then `wait_admitted()`."""
        self._connect()
        try:
            self._seat(self.lab.names.muc, self.node).join()
        except Refused as refusal:
            lobby = _lobby_of(refusal)
            if not lobby:
                raise
            node, _, host = lobby.partition("@")
            self.stream.handle(self._watch_invitation)
            # lib-jitsi-meet takes a resource of its own for the lobby.
            self.lobby_seat = self._seat(host, node, nick=secrets.token_hex(4)).join()
            return self
        raise AssertionError("the room let the guest in: no lobby")

    def wait_admitted(self) -> "Visitor":
        """Goes in as soon as the moderator has said so."""
        wait_for(lambda: self._invited, "being let in", self._seconds)
        self.seat = self._seat(self.lab.names.muc, self.node).join()
        self.lobby_seat.leave()
        return self

    # -- going

    def leave(self) -> None:
        """Hangs up: leaves the room, then closes."""
        for seat in (self.seat, self.lobby_seat):
            if seat and seat.inside and self.stream and self.stream.open:
                seat.leave()
        self.close()

    def close(self) -> None:
        """Closes the tab."""
        if self.stream:
            self.stream.close()

    def drop(self) -> None:
        """Loses the network without a word."""
        self.stream.drop()

    def resume(self) -> None:
        """Gets the network back in time."""
        self.stream.resume()

    def line_gone(self) -> None:
        """The server has ended."""
        if self.stream:
            self.stream.open = False

    def reload(self) -> "Visitor":
        """Opens the page anew after `drop`: a new visitor with the same name."""
        return self.lab._visit(self.role, self.room, self.name, login=self._login, user=self._user, token=self._token)

    # -- being there

    def rename(self, name: str | None) -> None:
        self.name = name
        self.seat.rename(name)

    def kick(self, name: str) -> None:
        self.seat.kick(self.seat.called(name))

    def end_for_all(self) -> None:
        self.stream.send(f'<message xmlns="{CLIENT}" to="{self.lab.names.end}"><end_conference/></message>')

    def lobby_on(self) -> None:
        """Switches the lobby on and sits in it too, as a moderator's page does."""
        for other in list(self.seat.others.values()):  # those inside would be put out otherwise
            if other.affiliation == "none" and other.jid:
                self.seat.grant(other.jid, "member")
        self.seat.configure("muc#roomconfig_membersonly", "1")
        self.lobby_seat = self._seat(self.lab.names.lobby, self.node, nick=self.seat.resource).join()

    def lobby_off(self) -> None:
        self.seat.configure("muc#roomconfig_membersonly", "0")

    def admit(self, name: str) -> None:
        """Lets the one with this name in."""
        self.seat.invite(self.lobby_seat.others[self.lobby_seat.called(name)].jid)

    def deny(self, name: str) -> None:
        self.lobby_seat.kick(self.lobby_seat.called(name), "denied")

    def add_breakout(self, subject: str = "Side") -> str:
        """Makes a breakout room; gives its address."""
        self.stream.handle(self._watch_rooms)
        self.stream.send(
            f'<message xmlns="{CLIENT}" to="{self.lab.names.breakout}">'
            f'<breakout_rooms type="features/breakout-rooms/add" subject={quoteattr(subject)}/></message>'
        )
        return wait_for(lambda: self._rooms.get(subject), f"the breakout room {subject}")

    def move(self, address: str | None = None) -> None:
        """Goes to a breakout room, or back to the main room."""
        self.seat.leave("switch_room")
        node, _, host = (address or f"{self.node}@{self.lab.names.muc}").partition("@")
        if address:
            ask_focus(self.stream, self.lab, f"{node}@{host}")
        self.seat = self._seat(host, node, nick=self.seat.resource).join()

    # -- inside

    def _connect(self) -> None:
        names, login = self.lab.names, Login(self.lab.port, self.lab.names.guest, room=self.node, host_header=self.lab.names.main)
        if self.role == "recorder":
            login.domain, login.user, login.password = names.hidden, "recorder", "recorder"
        elif self._token or self.lab.auth == "anonymous":
            login.domain, login.token = names.main, self._token
        elif self.role == "specialist" and self._login == "direct":
            login.domain, login.user, login.password = names.main, self._user, self._user
        self.stream = Stream(login).connect()
        if self.role != "recorder":
            self._ask_focus()

    def _ask_focus(self) -> None:
        address, machine, session = f"{self.node}@{self.lab.names.muc}", uuid.uuid4().hex, None
        if self.role == "specialist" and self._login == "upgrade" and self.lab.auth == "password":
            names = self.lab.names
            account = Stream(Login(self.lab.port, names.main, self._user, self._user, room=self.node, host_header=names.main)).connect()
            session = ask_focus(account, self.lab, address, machine=machine)
            account.close()

        def allowed() -> bool:
            try:
                ask_focus(self.stream, self.lab, address, session, machine)
                return True
            except Refused as refusal:
                if "not-authorized" not in str(refusal):
                    raise
                return False  # the host is not there yet: a page asks again

        wait_for(allowed, f"the focus opening {self.room}", self._seconds)

    def _token_decides(self) -> bool:
        """Whether the focus of this lab makes this visitor an owner."""
        return self.lab.auth != "token" or self._token is not None

    def _seat(self, host: str, node: str, nick: str | None = None) -> Seat:
        return Seat(self.stream, f"{node}@{host}", self.name, JIBRI if self.role == "recorder" else "", nick)

    def _watch_invitation(self, stanza: ET.Element) -> None:
        if stanza.tag == f"{{{CLIENT}}}message" and stanza.find(f"{{{MUC_USER}}}x/{{{MUC_USER}}}invite") is not None:
            self._invited = True

    def _watch_rooms(self, stanza: ET.Element) -> None:
        text = next((e.text for e in stanza.iter() if e.tag.endswith("}json-message")), None)
        news = json.loads(text) if text else {}
        if news.get("type") == "breakout_rooms" and news.get("event") == "features/breakout-rooms/update":
            for entry in news["rooms"].values():
                if not entry.get("isMainRoom"):
                    self._rooms[entry["name"]] = entry["jid"]


def _lobby_of(refusal: Refused) -> str | None:
    elements = refusal.stanza.iter() if refusal.stanza is not None else ()
    return next((e.text for e in elements if e.tag.rpartition("}")[2] == "lobbyroom"), None)

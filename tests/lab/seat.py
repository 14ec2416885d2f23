"""One occupant of one MUC room, as Jitsi's page would behave: what it sends, and what it learns from presences."""

from __future__ import annotations

import re
import secrets
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from .waiting import wait_for
from .xmpp import CLIENT, Refused, Stream, bare, condition, resource

MUC = "http://jabber.org/protocol/muc"
MUC_ADMIN = f"{MUC}#admin"
MUC_OWNER = f"{MUC}#owner"
MUC_USER = f"{MUC}#user"
NICK = "http://jabber.org/protocol/nick"


@dataclass
class Other:
    jid: str
    name: str | None
    affiliation: str


class Seat:
    def __init__(self, stream: Stream, room_jid: str, name: str | None, extra: str = "", nick: str | None = None):
        self.stream, self.room_jid, self.name, self.extra = stream, room_jid, name, extra
        user = bare(stream.jid).partition("@")[0][:8]
        self.resource = nick or (user if re.fullmatch("[0-9a-f]{8}", user) else secrets.token_hex(4))
        self.role = self.affiliation = "none"
        self.others: dict[str, Other] = {}  # by resource
        self.inside = False
        self.changed = threading.Event()  # somebody came, went or is another by now
        self.end: str | None = None  # why the stay was over: left, kicked or destroyed
        self._refusal: ET.Element | None = None

    def join(self) -> "Seat":
        self.end, self._refusal = None, None
        self.stream.handle(self._on_stanza)
        self._presence(f'<x xmlns="{MUC}"/>')
        wait_for(lambda: self.inside or self._refusal is not None or not self.stream.open, f"entering {self.room_jid}")
        if not self.inside:
            self.stream.unhandle(self._on_stanza)
            why = condition(self._refusal) if self._refusal is not None else "the stream ended"
            raise Refused(f"{self.room_jid} refused: {why}", self._refusal)
        return self

    def leave(self, status: str = "") -> None:
        text = f"<status>{escape(status)}</status>" if status else ""
        self.stream.send(
            f'<presence xmlns="{CLIENT}" type="unavailable" to={quoteattr(f"{self.room_jid}/{self.resource}")}>{text}</presence>'
        )
        wait_for(lambda: not self.inside or not self.stream.open, f"leaving {self.room_jid}")

    def rename(self, name: str | None) -> None:
        self.name = name
        self._presence()

    def change_resource(self, new: str) -> None:
        """A plain XMPP change of nickname, which Jitsi's page never does."""
        self.resource = new
        self._presence()

    def kick(self, who: str, reason: str = "You have been kicked.") -> None:
        self.stream.send(
            f'<iq xmlns="{CLIENT}" type="set" id="kick-{secrets.token_hex(3)}" to={quoteattr(self.room_jid)}>'
            f'<query xmlns="{MUC_ADMIN}"><item nick={quoteattr(who)} role="none"><reason>{escape(reason)}</reason></item></query></iq>'
        )

    def grant(self, jid: str, affiliation: str = "owner") -> None:
        item = f'<item jid={quoteattr(bare(jid))} affiliation="{affiliation}"/>'
        self.stream.ask("set", self.room_jid, f'<query xmlns="{MUC_ADMIN}">{item}</query>')

    def configure(self, field: str, value: str) -> None:
        form = (
            f'<query xmlns="{MUC_OWNER}"><x xmlns="jabber:x:data" type="submit">'
            f'<field var="FORM_TYPE"><value>{MUC}#roomconfig</value></field>'
            f'<field var="{field}"><value>{escape(value)}</value></field></x></query>'
        )
        self.stream.ask("set", self.room_jid, form)

    def invite(self, jid: str) -> None:
        self.stream.send(
            f'<message xmlns="{CLIENT}" to={quoteattr(self.room_jid)}>'
            f'<x xmlns="{MUC_USER}"><invite to={quoteattr(jid)}/></x></message>'
        )

    def called(self, name: str) -> str:
        """The resource of the other with this display name, once it is there."""
        return wait_for(lambda: next((r for r, o in list(self.others.items()) if o.name == name), None), f"seeing {name}")

    def _presence(self, extra: str = "") -> None:
        name = f'<nick xmlns="{NICK}">{escape(self.name)}</nick>' if self.name is not None else ""
        self.stream.send(
            f'<presence xmlns="{CLIENT}" to={quoteattr(f"{self.room_jid}/{self.resource}")}>{extra}'
            f"<stats-id>Lab-{self.resource[:3]}</stats-id>{name}{self.extra}<SourceInfo>{{}}</SourceInfo></presence>"
        )

    def _on_stanza(self, stanza: ET.Element) -> None:
        sender = stanza.get("from", "")
        if bare(sender) != self.room_jid or stanza.tag != f"{{{CLIENT}}}presence":
            return
        if stanza.get("type") == "error":
            self._refusal = stanza
            return
        x = stanza.find(f"{{{MUC_USER}}}x")
        item = x.find(f"{{{MUC_USER}}}item") if x is not None else None
        codes = {s.get("code") for s in x.findall(f"{{{MUC_USER}}}status")} if x is not None else set()
        gone = stanza.get("type") == "unavailable"
        who = resource(sender)
        if who != self.resource and "110" not in codes:
            if gone:
                self.others.pop(who, None)
            elif item is not None:
                name = stanza.findtext(f"{{{NICK}}}nick")
                self.others[who] = Other(item.get("jid", ""), name, item.get("affiliation", "none"))
            self.changed.set()
            return
        if item is not None:
            self.role, self.affiliation = item.get("role", "none"), item.get("affiliation", "none")
        if not gone:
            self.inside = True
        elif "303" not in codes:
            destroyed = x is not None and x.find(f"{{{MUC_USER}}}destroy") is not None
            self.end = "destroyed" if destroyed else "kicked" if "307" in codes else "left"
            self.inside = False
            self.stream.unhandle(self._on_stanza)

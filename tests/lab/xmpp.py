"""A logged-in XMPP stream over WebSocket (RFC 7395) with stream management (XEP-0198), as Jitsi's page has one.

Calls block; one thread per stream reads. A handler runs in that thread and must not ask questions itself.
"""

from __future__ import annotations

import base64
import secrets
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Callable
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from .waiting import wait_for
from .websocket import WebSocket

BIND = "urn:ietf:params:xml:ns:xmpp-bind"
CLIENT = "jabber:client"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
SM = "urn:xmpp:sm:3"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
STREAMS = "http://etherx.jabber.org/streams"

Handler = Callable[[ET.Element], None]


class Refused(Exception):
    """The server said no; `stanza` is its answer, if it gave one."""

    def __init__(self, text: str, stanza: ET.Element | None = None):
        super().__init__(text)
        self.stanza = stanza


def bare(jid: str) -> str:
    return jid.split("/", 1)[0]


def resource(jid: str) -> str:
    return jid.partition("/")[2]


def domain(jid: str) -> str:
    return bare(jid).rpartition("@")[2]


def condition(stanza: ET.Element) -> str:
    """The word for what went wrong in an error stanza, e.g. `not-authorized`."""
    error = stanza.find(f"{{{CLIENT}}}error")
    return error[0].tag.rpartition("}")[2] if error is not None and len(error) else "unknown-error"


@dataclass
class Login:
    """Who logs in and where. Without `user` the login is anonymous; `room` and `token` travel in the address."""

    port: int
    domain: str
    user: str | None = None
    password: str | None = None
    resource: str | None = None
    room: str | None = None
    token: str | None = None
    host_header: str = "meet.jitsi"


class Stream:
    def __init__(self, login: Login):
        self.login = login
        self.jid = ""
        self.open = False
        self._socket: WebSocket | None = None
        self._reader: threading.Thread | None = None
        self._handlers: list[Handler] = []
        self._answers: dict[str, ET.Element | None] = {}
        self._resumption: str | None = None
        self._handled = 0

    # -- the life of a stream

    def connect(self) -> "Stream":
        self._login(previous=None)
        wish = f"<resource>{escape(self.login.resource)}</resource>" if self.login.resource else ""
        self.send(f'<iq xmlns="{CLIENT}" type="set" id="bind"><bind xmlns="{BIND}">{wish}</bind></iq>')
        reply = self._expect(f"{{{CLIENT}}}iq")
        self.jid = reply.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid") or ""
        if not self.jid:
            raise Refused(f"no address was bound: {condition(reply)}", reply)
        self.send(f'<enable xmlns="{SM}" resume="true"/>')
        self._resumption = self._expect(f"{{{SM}}}enabled", f"{{{SM}}}failed").get("id")
        self._handled = 0
        self._start_reading()
        return self

    def resume(self) -> None:
        """Comes back after `drop`: the same address, the same rooms, no new join."""
        if not self._resumption:
            raise Refused("this stream cannot be resumed")
        self._login(previous=self._resumption)
        self.send(f'<resume xmlns="{SM}" h="{self._handled}" previd="{self._resumption}"/>')
        answer = self._expect(f"{{{SM}}}resumed", f"{{{SM}}}failed")
        if answer.tag == f"{{{SM}}}failed":
            raise Refused("the server no longer knows this stream", answer)
        self._start_reading()

    def close(self) -> None:
        """A clean end: the server drops the session at once."""
        if self.open:
            try:
                self.send(f'<close xmlns="{FRAMING}"/>')
                if self._reader and self._reader is not threading.current_thread():
                    self._reader.join(2)  # until the server has said goodbye too
            except OSError:
                pass
        self._end(lambda socket: socket.close())

    def drop(self) -> None:
        """Cuts the connection: the server keeps the session for its stream-management time."""
        self._end(lambda socket: socket.cut())

    def _end(self, how: Callable[[WebSocket], None]) -> None:
        self.open = False
        if self._socket:
            how(self._socket)
        if self._reader and self._reader is not threading.current_thread():
            self._reader.join(5)

    # -- stanzas

    def handle(self, handler: Handler) -> None:
        self._handlers.append(handler)

    def unhandle(self, handler: Handler) -> None:
        if handler in self._handlers:
            self._handlers.remove(handler)

    def send(self, stanza: str) -> None:
        assert self._socket, "not connected"
        self._socket.send(stanza)

    def ask(self, kind: str, to: str, payload: str) -> ET.Element:
        """Sends an IQ and returns the answer; an error is raised as `Refused`."""
        key = f"lab-{secrets.token_hex(6)}"
        self._answers[key] = None
        try:
            self.send(f'<iq xmlns="{CLIENT}" type="{kind}" id="{key}" to={quoteattr(to)}>{payload}</iq>')
            wait_for(lambda: self._answers[key] is not None or not self.open, f"an answer from {to}")
            answer = self._answers[key]
        finally:
            del self._answers[key]
        if answer is None:
            raise Refused("the stream ended before the answer")
        if answer.get("type") == "error":
            raise Refused(f"{to} answered {condition(answer)}", answer)
        return answer

    def reply(self, request: ET.Element, payload: str = "", error: str = "") -> None:
        if error:
            payload = f'<error type="auth"><{error} xmlns="{STANZAS}"/></error>'
        kind = "error" if error else "result"
        self.send(
            f'<iq xmlns="{CLIENT}" type="{kind}" id={quoteattr(request.get("id", ""))} '
            f'to={quoteattr(request.get("from", ""))}>{payload}</iq>'
        )

    # -- inside

    def _login(self, previous: str | None) -> None:
        login = self.login
        query = {"room": login.room, "token": login.token, "previd": previous}
        path = "/xmpp-websocket?" + urlencode({name: value for name, value in query.items() if value})
        self._socket = WebSocket(login.port, path, login.host_header)
        self._greet()
        if login.user:
            secret = base64.b64encode(f"\0{login.user}\0{login.password or ''}".encode()).decode()
            self.send(f'<auth xmlns="{SASL}" mechanism="PLAIN">{secret}</auth>')
        else:
            self.send(f'<auth xmlns="{SASL}" mechanism="ANONYMOUS"/>')
        answer = self._expect(f"{{{SASL}}}success", f"{{{SASL}}}failure")
        if answer.tag == f"{{{SASL}}}failure":
            why = answer[0].tag.rpartition("}")[2] if len(answer) else "no reason"
            raise Refused(f"login at {login.domain} failed: {why}", answer)
        self._greet()

    def _greet(self) -> None:
        self.send(f'<open xmlns="{FRAMING}" to="{self.login.domain}" version="1.0"/>')
        self._expect(f"{{{STREAMS}}}features")

    def _expect(self, *tags: str) -> ET.Element:
        """Reads until one of these elements comes; only while nobody else reads."""
        assert self._socket
        while True:
            text = self._socket.receive()
            if text is None:
                raise Refused("the server closed the stream during the login")
            element = ET.fromstring(text)
            if element.tag in tags:
                return element
            if element.tag in (f"{{{STREAMS}}}error", f"{{{FRAMING}}}close"):
                raise Refused(f"stream error: {text}")

    def _start_reading(self) -> None:
        self.open = True
        self._reader = threading.Thread(target=self._read, args=(self._socket,), daemon=True)
        self._reader.start()

    def _read(self, socket: WebSocket) -> None:
        while (text := socket.receive()) is not None:
            element = ET.fromstring(text)
            if element.tag == f"{{{FRAMING}}}close":
                break
            if element.tag == f"{{{SM}}}r":
                try:
                    socket.send(f'<a xmlns="{SM}" h="{self._handled}"/>')
                except OSError:
                    break
            elif element.tag.startswith(f"{{{CLIENT}}}"):
                self._handled += 1
                self._dispatch(element)
        if socket is self._socket:
            self.open = False

    def _dispatch(self, stanza: ET.Element) -> None:
        if stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("type") in ("result", "error"):
            if stanza.get("id") in self._answers:
                self._answers[stanza.get("id")] = stanza
            return
        for handler in list(self._handlers):
            handler(stanza)

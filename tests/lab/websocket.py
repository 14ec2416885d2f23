"""A client's side of a WebSocket (RFC 6455), as far as XMPP needs it: text messages, over plain TCP."""

from __future__ import annotations

import base64
import os
import socket
import struct
import threading

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class WebSocket:
    """One connection. Sending is safe from any thread, receiving belongs to one."""

    def __init__(self, port: int, path: str, host_header: str, protocol: str = "xmpp", timeout: float = 15.0):
        self._send_lock = threading.Lock()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._file = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            (
                f"GET {path} HTTP/1.1\r\nHost: {host_header}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
            ).encode()
        )
        status = self._file.readline().decode("latin-1").strip()
        while self._file.readline().strip():
            pass
        if " 101 " not in status + " ":
            self._socket.close()
            raise ConnectionError(f"no WebSocket here: {status or 'the connection was closed'}")
        self._socket.settimeout(None)

    def send(self, text: str) -> None:
        self._send(TEXT, text.encode())

    def receive(self) -> str | None:
        """The next message, or None when the connection has ended."""
        message = b""
        try:
            while True:
                first, second = self._exactly(2)
                length = second & 0x7F
                if length == 126:
                    (length,) = struct.unpack(">H", self._exactly(2))
                elif length == 127:
                    (length,) = struct.unpack(">Q", self._exactly(8))
                payload = self._exactly(length)
                opcode = first & 0x0F
                if opcode == CLOSE:
                    return None
                if opcode == PING:
                    self._send(PONG, payload)
                elif opcode != PONG:
                    message += payload
                    if first & 0x80:
                        return message.decode()
        except (OSError, EOFError, ValueError):
            return None

    def close(self) -> None:
        """Says goodbye, as a browser that closes a tab."""
        try:
            self._send(CLOSE, struct.pack(">H", 1000))
        except OSError:
            pass
        self._shut()

    def cut(self) -> None:
        """Ends the connection without a word, as a lost network does: the other side gets a reset."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self._shut()

    def _shut(self) -> None:
        # A reader blocked in recv would keep the descriptor open; shutting down wakes it. A reset needs the
        # plain close to come first on the kernel's side, so only the reading half is shut.
        for step in (lambda: self._socket.shutdown(socket.SHUT_RD), self._socket.close, self._file.close):
            try:
                step()
            except (OSError, ValueError):
                pass

    def _exactly(self, length: int) -> bytes:
        data = self._file.read(length)
        if data is None or len(data) < length:
            raise EOFError
        return data

    def _send(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        if length < 126:
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | length)
        elif length < 1 << 16:
            head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        key = int.from_bytes((mask * (length // 4 + 1))[:length], "big")
        masked = (int.from_bytes(payload, "big") ^ key).to_bytes(length, "big")
        with self._send_lock:
            self._socket.sendall(head + mask + masked)

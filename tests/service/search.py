"""A search for words that must not be somewhere, however they are written there."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from fakes.fake import Request


def spellings(word: str) -> list[bytes]:
    """As it may stand somewhere: in JSON, in addresses, in the letters of a mark, in base64."""
    told = {word, word.lower(), json.dumps(word)[1:-1], quote(word), quote(word).lower(), word.replace(" ", "+")}
    # Wherever it begins in a longer text; of a short word too little is left to tell it from chance.
    shifted = {base64.b64encode(b" " * shift + word.encode()).decode()[4 * (shift > 0) : -4] for shift in range(3)}
    return [it.encode() for it in told | {it for it in shifted if len(it) >= 8}]


def found(words: Any, place: bytes) -> list[str]:
    return [word for word in words if any(spelled in place for spelled in spellings(word))]


def said(request: Request) -> bytes:
    headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
    return f"{request.method} {request.target}\n{headers}\n\n".encode() + request.body

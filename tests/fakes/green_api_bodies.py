"""What GREEN-API tells: the bodies of its notifications, as its documentation and its samples have them."""

from __future__ import annotations

import re
from typing import Any

STORAGE = "https://sw-media.storage.yandexcloud.net"
FILES = {
    "image": ("imageMessage", "jpg", "image/jpeg"),
    "video": ("videoMessage", "mp4", "video/mp4"),
    "audio": ("audioMessage", "oga", "audio/ogg; codecs=opus"),
    "document": ("documentMessage", "pdf", "application/pdf"),
    "sticker": ("stickerMessage", "webp", "image/webp"),
}
MARKERS = {"swe001": "{{SWE001}}", "swe003": "{{SWE003}}"}
KINDS = (
    "text", "extended", "quoted", *FILES, "location", "contact", "reaction", "edited", "deleted", "unknown", *MARKERS, "swe002",
)  # fmt: skip


def text(words: str) -> dict[str, Any]:
    """A plain text; one with a link comes as an extended one."""
    if re.search(r"https?://", words):
        return extended(words)
    return {"typeMessage": "textMessage", "textMessageData": {"textMessage": words, "isTemplateMessage": False}}


def extended(words: str) -> dict[str, Any]:
    rest = {"description": "", "title": "", "previewType": "None", "jpegThumbnail": "", "forwardingScore": 0, "isForwarded": False}
    return {"typeMessage": "extendedTextMessage", "extendedTextMessageData": {"text": words, **rest}}


def file(kind: str, instance: int, caption: str, name: str | None, url: str | None = None) -> dict[str, Any]:
    type_message, ending, mime = FILES[kind]
    stored = f"dcf81410-bdbc-4aed-bf23-d1845c000000.{ending}"
    data: dict[str, Any] = {
        "downloadUrl": url or f"{STORAGE}/{instance}/{stored}", "caption": caption, "fileName": name or stored, "jpegThumbnail": "",
        "mimeType": mime, "forwardingScore": 0, "isForwarded": False,
    }  # fmt: skip
    if kind == "sticker":
        data["isAnimated"] = False
    return {"typeMessage": type_message, "fileMessageData": data}


def message(kind: str, words: str, instance: int, of: str, wid: str, name: str | None, quotes: str) -> dict[str, Any]:
    """`messageData` of this kind; `of` is the message that is quoted, edited, deleted or reacted to, `quotes` is its text."""
    if kind in FILES:
        return file(kind, instance, words, name)
    if kind in MARKERS:
        return {"typeMessage": "textMessage", "textMessageData": {"textMessage": MARKERS[kind]}}
    quoted = {"stanzaId": of, "participant": wid}
    made: dict[str, dict[str, Any]] = {
        "text": text(words),
        "extended": extended(words),
        "quoted": {
            "typeMessage": "quotedMessage", "extendedTextMessageData": {"text": words, **quoted},
            "quotedMessage": {**quoted, "typeMessage": "textMessage", "textMessage": quotes},
        },
        "location": {
            "typeMessage": "locationMessage",
            "locationMessageData": {
                "nameLocation": "Кабинет", "address": "Пермь, ул. Ленина, 1", "latitude": 58.0105, "longitude": 56.2502, "jpegThumbnail": "",
            },
        },
        "contact": {
            "typeMessage": "contactMessage",
            "contactMessageData": {
                "displayName": "Иван",
                "vcard": "BEGIN:VCARD\nVERSION:3.0\nN:;Иван;;;\nFN:Иван\nTEL;type=CELL;waid=79001112233:+7 900 111-22-33\nEND:VCARD",
            },
        },
        "reaction": {"typeMessage": "reactionMessage", "extendedTextMessageData": {"text": words or "👍"}, "quotedMessage": quoted},
        "edited": {"typeMessage": "editedMessage", "editedMessageData": {"textMessage": words, "stanzaId": of}},
        "deleted": {"typeMessage": "deletedMessage", "deletedMessageData": {"stanzaId": of}},
        "unknown": {"typeMessage": "somethingNewMessage", "somethingNewMessageData": {}},
    }  # fmt: skip
    if kind == "swe002":
        big = file("document", instance, "", "big.zip", "{{SWE002}}")
        big["fileMessageData"]["mimeType"] = "application/zip"
        return big
    return made[kind]


def sender(chat: str, who: str, name: str, chat_name: str | None, phone: str | None, short: bool) -> dict[str, Any]:
    """`short` is the sample that has no chat's name; `phone` comes with newer notifications of MAX."""
    if short:
        return {"chatId": chat, "sender": who, "senderName": name}
    data = {"chatId": chat, "sender": who, "chatName": chat_name or name, "senderName": name, "senderContactName": name}
    return {**data, "senderPhoneNumber": int(phone)} if phone else data

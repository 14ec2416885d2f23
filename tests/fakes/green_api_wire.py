"""How GREEN-API answers: its methods with their verbs and limits, and its errors, which are JSON, plain text, a page or nothing."""

from __future__ import annotations

from typing import Any

from .fake import Answer

# Name, HTTP verb, and calls a second for one instance.
_ALL = (
    ("sendMessage", "POST", 50), ("sendFileByUrl", "POST", 50), ("sendFileByUpload", "POST", 50), ("uploadFile", "POST", 50),
    ("downloadFile", "POST", 5), ("checkWhatsapp", "POST", 10), ("checkAccount", "POST", 10), ("getStateInstance", "GET", 1),
    ("getSettings", "GET", 1), ("setSettings", "POST", 1), ("getWaSettings", "GET", 1), ("getAccountSettings", "GET", 1),
    ("reboot", "GET", 1), ("logout", "GET", 1), ("qr", "GET", 3), ("getAuthorizationCode", "POST", 1), ("showMessagesQueue", "GET", 1),
    ("clearMessagesQueue", "GET", 1), ("lastOutgoingMessages", "GET", 1), ("lastIncomingMessages", "GET", 1),
    ("receiveNotification", "GET", 100), ("deleteNotification", "DELETE", 100),
)  # fmt: skip
METHODS = {name.lower(): (name, verb, limit) for name, verb, limit in _ALL}

TARIFF = "Please go to your personal account and change the tariff to business https://console.green-api.com"
FORMATS = "'chatId' must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'"

FIXED = {
    "starting": (400, "instance in starting process try later"),
    "not_authorized": (400, "instance is starting or not authorized"),
    "account_not_authorized": (400, "instance account not authorized"),
    "expired": (400, "Instance account is expired. Renew your instance from personal area"),
    "deleted": (400, "Instance is deleted"),
    "bad_request": (400, "bad request data"),
    "unexpected_token": (400, "Unexpected token _ in JSON at position 0"),
    "bad_number": (400, "bad phone number, valid 11 or 12 digits"),
    "check_timeout": (400, "check phone number timeout limit exceeded"),
    "suspended": (403, "Your account is suspended"),
    "contact_limit": (469, "User get contact info limit reached"),
    "unauthorized": (401, "Unauthorized"),
    "forbidden": (403, "Forbidden"),
    "too_fast": (429, "Too Many Requests"),
}


def said(status: int, text: str) -> Answer:
    return Answer(status, text, {"Content-Type": "text/plain; charset=utf-8"})


def page(status: int) -> Answer:
    """What nginx says in front of the API."""
    words = {403: "Forbidden", 404: "Not Found"}[status]
    return Answer(status, f"<html><head><title>{status} {words}</title></head></html>", {"Content-Type": "text/html"})


def quota(method: str, used: int, total: int) -> Answer:
    status: dict[str, Any] = {"method": method, "used": used, "total": total, "status": "QUOTE_EXCEEDED"}
    return Answer(466, {"invokeStatus": {**status, "description": f"Monthly quota has been exceeded. {TARIFF}"}})


def too_many_correspondents(known: list[str], used: int) -> Answer:
    description = f"Monthly quota has been exceeded. You can only send or receive messages from these numbers: {','.join(known)}. {TARIFF}"
    invoked = {"method": "sendmessage", "used": used, "total": 0, "status": "QUOTE_ALLOWED"}
    correspondents = {"method": "correspondents", "used": len(known), "total": 3, "status": "CORRESPONDENTS_QUOTE_EXCEEDED"}
    return Answer(466, {"invokeStatus": invoked, "correspondentsStatus": {**correspondents, "description": description}})

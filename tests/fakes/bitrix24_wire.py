"""How Bitrix24 speaks: errors, parameters with brackets, envelopes, dates in the portal's own format."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any, Iterable
from urllib.parse import parse_qsl, quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SYSTEM_ERRORS = {
    "NO_AUTH_FOUND": (401, "Wrong authorization data"),
    "expired_token": (401, "The access token provided has expired"),
    "insufficient_scope": (403, "The request requires higher privileges than provided by the webhook token"),
    "INVALID_CREDENTIALS": (403, "Invalid request credentials"),
    "ACCESS_DENIED": (403, "REST API is available only on commercial plans"),
    "user_access_error": (403, "The user does not have access to the application"),
    "INVALID_REQUEST": (400, "Https required"),
    "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit"),
    "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
    "OVERLOAD_LIMIT": (503, "REST API is blocked due to overload"),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (405, "Method is not allowed for batch usage"),
    "ERROR_BATCH_LENGTH_EXCEEDED": (400, "Max batch length exceeded"),
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": (404, "Manifest is not available"),
    "ERROR_METHOD_NOT_FOUND": (404, "Method not found!"),
    "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
    "ERROR_UNEXPECTED_ANSWER": (500, "Server returned an unexpected response"),
    "PORTAL_DELETED": (500, "Portal was deleted"),
    # Of single methods.
    "ERROR_EVENT_NOT_FOUND": (400, "Event not found"),
    "USER_ID_EMPTY": (400, "User ID can't be empty"),
    "MESSAGE_EMPTY": (400, "Message can't be empty"),
    # Of the authorization server, whose statuses no documentation gives.
    "invalid_request": (400, "Malformed request"),
    "invalid_client": (400, "Wrong client"),
    "invalid_grant": (400, "Wrong or expired code or token"),
    "invalid_scope": (400, "Wrong scope"),
    "PAYMENT_REQUIRED": (400, "Payment required"),
}

# Errors of the calendar have no code, only a text in the portal's language. The names are those of `refuse:NAME`.
CALENDAR_ERRORS = {
    "missing": ('Не задан обязательный параметр "{}" для метода "{}"', 'The required parameter "{}" for the method "{}" is not set'),
    "invalid": ('Недопустимое значение параметра "{}"', 'Invalid value for the "{}" parameter'),
    "denied": ("Доступ запрещен", "Access denied"),
    "section": (
        "Вы задали неверный ID секции календаря или у данного пользователя нет к ней доступа",
        "You have specified an invalid calendar section ID or the user does not have access to it",
    ),
    "crm": ("Список связей события с CRM должен быть массивом", "The event's CRM link list must be an array"),
    "add": ("При создании события произошла ошибка", "An error occurred while creating the event"),
    "change": ("При изменении события произошла ошибка", "An error occurred while changing the event."),
    "delete": ("При удалении события произошла ошибка", "An error occurred while deleting the event"),
    "no_id": ("Не задан id события", "Event id not specified"),
    "recurrence": (
        "Указан несуществующий тип редактирования повторяемого события",
        "An invalid editing type for the recurring event is specified.",
    ),
}


class CallRefused(Exception):
    """A method's error; in a batch it is one of `result_error`."""

    def __init__(self, code: str, text: str = "", status: int = 400):
        known = SYSTEM_ERRORS.get(code, (status, text))
        super().__init__(code)
        self.status, self.body = known[0], {"error": code, "error_description": text or known[1]}


def calendar_refusal(name: str, language: str, *words: str) -> CallRefused:
    return CallRefused("", CALENDAR_ERRORS[name][0 if language == "ru" else 1].format(*(words or ("name", "calendar.event.add"))), 400)


# -- parameters


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][]=1` as PHP reads it; what is numbered from 0 becomes a list."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head = name.partition("[")[0]
        keys = [head, *re.findall(r"\[([^\]]*)\]", name[len(head) :])]
        place: Any = root
        for key in keys[:-1]:
            place = place.setdefault(key or str(len(place)), {})
            if not isinstance(place, dict):
                break
        else:
            place[keys[-1] or str(len(place))] = value
    return {key: _lists(value) for key, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {key: _lists(item) for key, item in value.items()}
    return list(items.values()) if items and list(items) == [str(n) for n in range(len(items))] else items


def parameters(query: list[tuple[str, str]], body: bytes, kind: str) -> dict[str, Any]:
    """What a call brings, from its address and its body, whichever form that has."""
    found = nested(query)
    if "json" in kind and body.strip():
        try:
            given = json.loads(body)
        except ValueError:
            given = {}
        return {**found, **given} if isinstance(given, dict) else found
    return {**found, **nested(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))}


def number(value: Any) -> int:
    """A number, also as a string; 0 for everything else."""
    return int(value) if str(value).isdigit() else 0


def numbers(value: Any) -> list[int]:
    """A list of them, also of one, also as PHP writes a list with gaps."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value] if value else []
    return [number(it) for it in values]


def brackets(value: Any, name: str = "") -> list[tuple[str, str]]:
    """The other way: `{"data": {"id": 1}}` as `data[id]=1`."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in brackets(item, f"{name}[{key}]" if name else str(key))]
    return [(name, str(value))]


def form(value: dict[str, Any]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in brackets(value))


# -- time


def zone(name: Any) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def moment(value: Any, where: ZoneInfo) -> float | None:
    """Seconds since 1970 of a time as a caller writes it; one with an offset does not care for the zone."""
    text = str(value).strip()
    for read in (datetime.fromisoformat, lambda t: datetime.strptime(t, "%d.%m.%Y %H:%M:%S"), lambda t: datetime.strptime(t, "%d.%m.%Y")):
        try:
            found = read(text)
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=where)).timestamp()
    return None


def printed(at: float | None, where: ZoneInfo, style: str, day_only: bool = False) -> str | None:
    """A time in the portal's format: `06.10.2026 15:00:00`, or in English `10/06/2026 03:00:00 pm`."""
    if at is None:
        return None
    local = datetime.fromtimestamp(at, where)
    if style == "ru":
        return local.strftime("%d.%m.%Y" if day_only else "%d.%m.%Y %H:%M:%S")
    return local.strftime("%m/%d/%Y") if day_only else local.strftime("%m/%d/%Y %I:%M:%S ") + ("am" if local.hour < 12 else "pm")


def offset(at: float, where: ZoneInfo) -> int:
    """Seconds east of Greenwich at that moment."""
    shift = datetime.fromtimestamp(at, timezone.utc).astimezone(where).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def iso(at: float, where: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, where).isoformat(timespec="seconds")

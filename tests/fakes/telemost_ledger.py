"""What Telemost knows: conferences, an organisation's choices, and its errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LEVELS = ("PUBLIC", "ORGANIZATION", "ADMINS")
ORGANIZATION = "1234567"
# Who has an account at Yandex: everybody of these domains, but those whose address begins with "nobody".
DOMAINS = ("org.example", "org-domain.ru", "yandex.ru")

# Those whose code or text no source shows are marked in README.md.
ERRORS = {
    "BadRequestError": (400, "Bad request", "Некорректный запрос."),
    "UnauthorizedError": (401, "Unauthorized", "Не авторизован."),
    "PaymentRequiredToUseLiveStreams": (402, "Payment required", "Трансляции недоступны на вашем тарифе."),
    "ApiRestrictedToOrganizations": (403, "Forbidden", "API доступен пользователям Яндекс 360 для бизнеса."),
    "ForbiddenError": (403, "Forbidden", "Доступ запрещён."),
    "NotFoundError": (404, "Not found", "Не найдено."),
    "ConferenceNotFound": (404, "Conference not found.", "Видео встреча не найдена."),
    "NoSuchUserPrincipalsFound": (404, "No such user principals found", "Пользователи не найдены."),
    "ConflictError": (409, "Conflict", "Конфликт."),
    "TooManyRequestsError": (429, "Too many requests", "Слишком много запросов."),
    "InternalServerError": (500, "Internal server error", "Внутренняя ошибка."),
    "ServiceUnavailableError": (503, "Service unavailable", "Сервис недоступен."),
}


@dataclass
class Conference:
    id: str
    owner: str
    waiting_room_level: str
    cohosts: list[str] = field(default_factory=list)
    live_stream: dict[str, str] | None = None
    is_auto_summarization_enabled: bool = False
    should_create_public_chat_if_not_exists: bool = False


def settings() -> dict[str, Any]:
    """What an organisation has chosen for all its meetings."""
    return {
        "waiting_room_level_adhoc": {"value": "ORGANIZATION"},
        "waiting_room_level_calendar": {"value": "ORGANIZATION"},
        "cloud_recording_email_receivers": {"value": ["OWNER"]},
        "summarization_email_receivers": {"value": ["OWNER", "INTERNAL_COHOST"]},
        "calendar_event_summarization_email_receivers": {"value": ["OWNER"]},
        "cloud_recording_allowed_roles": {"value": ["OWNER", "INTERNAL_COHOST", "INTERNAL_MEMBER"]},
        "summarization_allowed_roles": {"value": ["OWNER", "INTERNAL_COHOST"]},
    }

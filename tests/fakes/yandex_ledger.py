"""What Yandex knows: accounts, applications, codes and tokens. All of them are made up."""

from __future__ import annotations

from dataclasses import dataclass, field

CLIENT_ID = "0123456789abcdef0123456789abcdef"
CLIENT_SECRET = "EXAMPLE_SECRET"
READY_TOKEN = "y0_READY_EXAMPLE"
VERIFICATION_CODE = "https://oauth.yandex.ru/verification_code"
SCOPES = [
    "telemost-api:conferences.create", "telemost-api:conferences.read", "telemost-api:conferences.update",
    "telemost-api:organization_settings.read", "telemost-api:organization_settings.update",
    "ya360_security:read_auditlog", "login:info", "login:email", "login:avatar",
]  # fmt: skip

ERRORS = {
    "authorization_pending": "User has not yet authorized your application",
    "slow_down": "Polling too often",
    "expired_token": "Device code has expired",
    "access_denied": "User denied access",
    "bad_verification_code": "Invalid code",
    "invalid_grant": "expired_token",
    "invalid_client": "Wrong client secret",
    "invalid_request": "Malformed request",
    "invalid_scope": "Scopes were changed",
    "unauthorized_client": "Application is blocked or awaits moderation",
    "unsupported_token_type": "Token was issued without a device_id",
    "unsupported_grant_type": "Unknown grant type",
}


@dataclass
class Account:
    """`organization` is the domain of a Yandex 360 for Business; `streams` is a plan that has broadcasts."""

    login: str
    id: str
    first_name: str
    last_name: str
    email: str
    organization: str | None = "org.example"
    admin: bool = False
    streams: bool = True
    sex: str = "female"


@dataclass
class Client:
    id: str = CLIENT_ID
    secret: str = CLIENT_SECRET
    name: str = "Kabinet"
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    blocked: bool = False


@dataclass
class Grant:
    """A pair of tokens. `public` was got without the client's secret."""

    login: str
    client: str
    scopes: list[str]
    access: str
    refresh: str
    ends: float
    device: str | None = None
    public: bool = False
    dead: bool = False
    expired: bool = False  # the access token alone; the refresh token goes on


@dataclass
class Code:
    """A code from the browser, or a device's; `login` is empty until somebody said yes."""

    client: str
    scopes: list[str]
    ends: float
    login: str = ""
    device: str | None = None
    challenge: str = ""
    how: str = ""
    user_code: str = ""
    asked_at: float = 0.0
    denied: bool = False
    used: bool = False


def accounts() -> dict[str, Account]:
    people = [
        Account("specialist", "1000034426", "Анна", "Примерова", "specialist@org.example", admin=True),
        Account("assistant", "1000034427", "Борис", "Образцов", "assistant@org.example", streams=False, sex="male"),
        Account("personal", "1000034428", "Вера", "Личная", "personal@yandex.ru", organization=None, streams=False),
    ]
    return {person.login: person for person in people}

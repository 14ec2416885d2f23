"""The portal's people: `user.current`, `user.get`, `profile`, and the notifications they get."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .bitrix24_wire import CallRefused, number, numbers

if TYPE_CHECKING:
    from .bitrix24 import Bitrix24, Caller, Result

PAGE = 50
NAMES = ["Анна", "Вера", "Дарья", "Елена", "Жанна", "Инна", "Лидия", "Мария", "Нина", "Ольга", "Полина"]
LAST_NAMES = ["Абрамова", "Белова", "Волкова", "Громова", "Дронова", "Ершова", "Жукова", "Зимина", "Ильина", "Котова", "Лунина", "Мухина", "Носова"]
POSITIONS = ["Психолог", "Психотерапевт", "Администратор", "Супервизор"]
FILTER = re.compile(r"(>=|<=|!%=|!=%|!%|!@|!=|=%|%=|[><@%=!])?(.+)")


@dataclass
class User:
    id: int
    name: str
    last_name: str
    email: str
    position: str = "Психолог"
    zone: str = "Europe/Moscow"  # empty: automatic
    active: bool = True
    admin: bool = False
    extranet: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.last_name}"


def staff(count: int) -> dict[int, User]:
    """The first is the administrator, the seventh the specialist, each fiftieth was dismissed, the last is of another firm."""
    people = {}
    for id in range(1, count + 1):
        name, last = NAMES[id % len(NAMES)], LAST_NAMES[id % len(LAST_NAMES)]
        people[id] = User(id, name, last, f"colleague{id:03}@org.example", POSITIONS[id % 4], "" if id % 5 == 0 else "Europe/Moscow", id % 50 != 0)
    people[1].admin = True
    people[7] = User(7, "Анна", "Примерова", "specialist@org.example")
    if count > 20:
        people[count] = User(count, "Гость", "Внешний", "guest@elsewhere.example", "", extranet=True)
    return people


class People:
    def __init__(self, portal: Bitrix24, count: int):
        self.portal, self.users = portal, staff(max(count, 8))
        self.notifications: list[dict[str, Any]] = []

    def methods(self) -> dict[str, Any]:
        return {
            "user.current": self.current, "user.get": self.get, "profile": self.profile, "im.notify": self.notify,
            "im.notify.personal.add": self.notify, "im.notify.system.add": self.notify, "im.notify.delete": self.unnotify,
        }  # fmt: skip

    def shown(self, user: User, scopes: set[str]) -> dict[str, Any]:
        body: dict[str, Any] = {"ID": str(user.id), "ACTIVE": user.active, "NAME": user.name, "LAST_NAME": user.last_name}
        if scopes & {"user", "user_basic"}:
            body["EMAIL"] = user.email
        return body | {
            "LAST_LOGIN": "2026-10-06T08:07:26+03:00", "DATE_REGISTER": "2026-01-22T03:00:00+03:00", "IS_ONLINE": "Y" if user.id == 7 else "N",
            # An empty date comes as an empty object.
            "LAST_ACTIVITY_DATE": "2026-10-06 13:02:50" if user.id % 3 else {}, "TIMESTAMP_X": {}, "TIME_ZONE": user.zone,
            "PERSONAL_GENDER": "", "PERSONAL_BIRTHDAY": "", "WORK_POSITION": user.position, "UF_EMPLOYMENT_DATE": "",
            "UF_DEPARTMENT": [] if user.extranet else [1],
        }  # fmt: skip

    def current(self, caller: Caller, given: dict[str, Any]) -> Result:
        return self.portal.result(self.shown(caller.user, caller.scopes))

    def profile(self, caller: Caller, given: dict[str, Any]) -> Result:
        it = caller.user
        names = {"ID": str(it.id), "ADMIN": it.admin, "NAME": it.name, "LAST_NAME": it.last_name, "PERSONAL_GENDER": "", "TIME_ZONE": it.zone}
        return self.portal.result(names if it.active else {})

    def get(self, caller: Caller, given: dict[str, Any]) -> Result:
        given = {name.upper(): value for name, value in given.items()}
        wanted = given.get("FILTER")
        wanted = wanted if isinstance(wanted, dict) else {key: value for key, value in given.items() if key == "ID"}
        found = [user for user in self.users.values() if all(self._fits(user, key, value) for key, value in wanted.items())]
        key = {"NAME": lambda u: u.name, "LAST_NAME": lambda u: u.last_name, "EMAIL": lambda u: u.email}
        found.sort(key=key.get(str(given.get("SORT", "ID")).upper(), lambda u: u.id), reverse=str(given.get("ORDER", "ASC")).upper() == "DESC")
        start, uncounted = number(given.get("START")), str(given.get("START")) == "-1"  # nobody counts then: neither `total` nor `next`
        rows = [self.shown(user, caller.scopes) for user in found[start : start + PAGE]]
        more = start + PAGE if len(found) > start + PAGE else None
        return self.portal.result(rows, None if uncounted else len(found), None if uncounted else more)

    def _fits(self, user: User, key: str, value: Any) -> bool:
        prefix, field = (match := FILTER.fullmatch(key)) and match[1] or "", match[2].upper()  # type: ignore[index]
        if field == "NAME_SEARCH":
            return all(word in f"{user.full_name} {user.email}".lower() for word in str(value).lower().split())
        if field == "USER_TYPE":
            return str(value) == ("extranet" if user.extranet else "employee")
        have = {**self.shown(user, {"user"}), "ID": user.id}.get(field)
        if isinstance(have, bool):
            return (have == (str(value).lower() in ("true", "y", "1"))) != prefix.startswith("!")
        if isinstance(have, int):
            wanted, first = numbers(value), number(value)
            compare = {">": have > first, ">=": have >= first, "<": have < first, "<=": have <= first}
            return compare.get(prefix, (have in wanted) != prefix.startswith("!"))
        text, values = str(have or "").lower(), [str(v).strip("%").lower() for v in (value if isinstance(value, list) else [value])]
        same = any(v in text for v in values) if "%" in prefix or "%" in str(value) else text in values
        return same != prefix.startswith("!")

    # -- notifications

    def notify(self, caller: Caller, given: dict[str, Any]) -> Result:
        if not given.get("USER_ID"):
            raise CallRefused("USER_ID_EMPTY")
        if not given.get("MESSAGE"):
            raise CallRefused("MESSAGE_EMPTY")
        if number(given["USER_ID"]) not in self.users:
            return self.portal.result(False)
        tag = given.get("TAG")
        self.notifications = [it for it in self.notifications if not tag or it["TAG"] != tag]
        kept = {name: given.get(name) for name in ("USER_ID", "MESSAGE", "MESSAGE_OUT", "TYPE", "TAG", "SUB_TAG", "ATTACH")}
        self.notifications.append({"ID": self.portal.number("notification"), **kept})
        return self.portal.result(self.notifications[-1]["ID"])

    def unnotify(self, caller: Caller, given: dict[str, Any]) -> Result:
        keys = [key for key in ("ID", "TAG", "SUB_TAG") if given.get(key)]
        left = [it for it in self.notifications if not any(str(it[key]) == str(given[key]) for key in keys)]
        gone, self.notifications = len(left) < len(self.notifications), left
        return self.portal.result(gone)

    def stored(self) -> dict[str, Any]:
        return {"users": len(self.users), "specialist": asdict(self.users[7]), "notifications": self.notifications}

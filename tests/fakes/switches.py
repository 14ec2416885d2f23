"""Switches: what a fake is told to do with the next requests of a kind.

| do | what happens |
|---|---|
| `status:429` | the vendor's usual answer of that status, and no effect |
| `refuse:CODE` | the vendor's error of that name, and no effect |
| `html`, `html:502` | a page instead of JSON (status 200 unless told), and no effect |
| `redirect:URL` | a 302 to there, and no effect |
| `close` | the connection is cut, and no effect |
| `delay:SECONDS` | the effect happens at once, the answer comes later |
| `lost` | the effect happens, then the connection is cut without an answer |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fake import Answer, Fake

PAGE = "<!doctype html><html><head><title>Technical works</title></head><body><h1>Technical works</h1></body></html>"
KINDS = ("status", "refuse", "html", "redirect", "close", "delay", "lost")


@dataclass
class Switch:
    """For requests one of whose names matches `method` (with `*` and `?`): after `skip` of them for `times`, None for ever."""

    method: str
    do: str
    times: int | None = 1
    skip: int = 0
    retry_after: int | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no switch {self.do!r}; there are {', '.join(KINDS)}")
        if self.kind in ("status", "delay") or (self.kind == "html" and self.value):
            float(self.value)
        elif self.kind in ("refuse", "redirect") and not self.value:
            raise ValueError(f"{self.kind} needs a value: {self.kind}:…")

    @property
    def kind(self) -> str:
        return self.do.partition(":")[0]

    @property
    def value(self) -> str:
        return self.do.partition(":")[2]

    def meant_for(self, names: list[str]) -> bool:
        return self.times != 0 and any(fnmatchcase(name, self.method) for name in names)

    def spend(self) -> bool:
        """Counts one request; False while it is one of those to be skipped."""
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def instead(self, fake: Fake) -> Answer | None:
        """The answer in place of the fake's own, if this switch has one."""
        from .fake import Answer

        if self.kind == "status":
            return fake.failure(int(self.value))
        if self.kind == "refuse":
            return fake.refusal(self.value)
        if self.kind == "html":
            return Answer(int(self.value or 200), PAGE)
        if self.kind == "redirect":
            return Answer(302, None, {"Location": self.value})
        return None

    def shown(self) -> dict[str, Any]:
        return asdict(self)

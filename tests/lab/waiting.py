"""Waiting for facts instead of sleeping for luck."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

T = TypeVar("T")


class TooLate(AssertionError):
    """The fact did not come true in time."""


def wait_for(fact: Callable[[], T], what: str = "the fact", seconds: float = 30.0) -> T:
    """Asks `fact` again and again until it gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        answer = fact()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TooLate(f"{what} did not come true within {seconds:g} s")
        time.sleep(0.02)

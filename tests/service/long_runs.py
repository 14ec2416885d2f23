"""Work that mostly waits for time to pass: begun when the ring begins, or its test does, beside everything else, and looked at when its test comes."""

from __future__ import annotations

import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any, Callable


class LongRun:
    """As a decorator of `work(folder)`. The test calls it for what came of it. `takes` is about how many seconds it needs."""

    takes = 30

    def __init__(self, work: Callable[[Path], Any]):
        self.work = work
        self._outcome: tuple[Any, str | None] | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def __call__(self) -> Any:
        self.begin()
        assert self._thread
        seconds = 90 + 4 * self.takes
        self._thread.join(seconds)
        assert self._outcome is not None, f"{self.work.__name__} did not end within {seconds:g} s"
        result, failure = self._outcome
        if failure:
            raise AssertionError(f"{self.work.__name__} failed:\n{failure}") from None
        return result

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="kabinet-long-") as folder:
                self._outcome = (self.work(Path(folder)), None)
        except BaseException:  # handed on to the tests, each of which would add to its traceback
            self._outcome = (None, traceback.format_exc())

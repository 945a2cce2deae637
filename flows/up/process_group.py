"""A process with all that it starts: a group of its own, which is asked to end, and then made to.

A group has ended when none of its processes runs, not when its first one has.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.up.plan import Part


class ProcessGroup:
    """A command that runs in a group of its own; its standard input ends with this process."""

    def __init__(self, part: Part, environment: dict[str, str]):
        """Start it; its stdout goes to its log or, where it tells of progress, to our own."""
        with part.log.open("ab") as output:
            self._first = subprocess.Popen(
                part.command,
                stdin=subprocess.PIPE,
                stdout=None if part.tells_progress else output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        self.number = self._first.pid

    def code(self) -> int | None:
        """Return how the first process ended, None while it runs."""
        return self._first.poll()

    def ask(self) -> None:
        """Ask the first process to end: what it started ends by itself then."""
        if self.code() is None:
            self._first.terminate()

    def kill(self) -> None:
        """End all that is left of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.number, signal.SIGKILL)

    def has_ended(self) -> bool:
        """Tell whether nothing of it runs any more."""
        if self.code() is None:
            return False
        if self._first.stdin:
            self._first.stdin.close()
        return not any(group == self.number for group in _groups_that_run())


def _groups_that_run() -> Iterator[int]:
    """Yield the group of every process, but for those that have ended and wait for their parent."""
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                said = (place / "stat").read_text(encoding="utf-8", errors="replace")
                state, _, group = said.rpartition(")")[2].split()[:3]
                if state not in "ZX":
                    yield int(group)

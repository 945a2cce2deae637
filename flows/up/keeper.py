"""Keep the parts running: each is started again when it ends, later each time it ends at once.

What is the same as the last time is not said again.
"""

import logging
import time
from enum import Enum, auto
from pathlib import Path

from flows.children.process import PATIENCE_SECONDS
from flows.up.plan import Part
from flows.up.process_group import ProcessGroup

log = logging.getLogger("shihyo.up")

LONGEST_PAUSE_SECONDS = 60.0
# A part that has run for so long is not one that ends at once.
STEADY_SECONDS = 60.0
_LARGEST_LOG_BYTES = 20_000_000


class _State(Enum):
    WAITING = auto()
    RUNNING = auto()
    ENDING = auto()


class Kept:
    """One part, and how often in a row it ended soon after its start."""

    def __init__(self, part: Part, environment: dict[str, str]):
        """Begin with a part that is to be started at once."""
        self.part = part
        self._environment = environment
        self._state = _State.WAITING
        self._group: ProcessGroup | None = None
        self._since = time.monotonic()
        self._begins_at = 0.0
        self._short_lives = 0
        self._said = ""

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and has not been seen to end."""
        return self._state is _State.RUNNING

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing of it runs."""
        return self._state is _State.WAITING

    def look(self, *, may_start: bool) -> None:
        """Do what the moment asks for: start it, see that it has ended, or see the rest of it off."""
        now = time.monotonic()
        if self._state is _State.WAITING and may_start and now >= self._begins_at:
            self._start(now)
        elif self._state is _State.RUNNING:
            self._watch(now)
        elif self._state is _State.ENDING:
            self._see_off(now)

    def end(self) -> None:
        """Ask it to end; `look` sees to it that it does."""
        if self._group and self._state is _State.RUNNING:
            self._group.ask()
            self._state, self._since = _State.ENDING, time.monotonic()

    def kill(self) -> None:
        """End it without asking."""
        if self._group and not self.has_ended:
            self._group.kill()

    def _start(self, now: float) -> None:
        try:
            _set_aside(self.part.log)
            self._group = ProcessGroup(self.part, self._environment)
        except OSError as error:  # a disk that is full, say: it may have room again
            pause = self._next_pause(now)
            self._say(f"could not be started ({error.strerror})", 0.0, pause)
        else:
            self._state, self._since = _State.RUNNING, now

    def _watch(self, now: float) -> None:
        assert self._group
        code = self._group.code()
        if code is None:
            if self._short_lives and now - self._since > STEADY_SECONDS:
                self._short_lives, self._said = 0, ""
                log.info("up: the %s runs again", self.part.name)
            return
        lived = now - self._since
        self._say(_ending(code), lived, self._next_pause(now))
        self._state, self._since = _State.ENDING, now

    def _next_pause(self, now: float) -> float:
        pause = min(2.0**self._short_lives, LONGEST_PAUSE_SECONDS)
        self._short_lives = min(self._short_lives + 1, 16)
        self._begins_at = now + pause
        return pause

    def _say(self, ended: str, lived: float, pause: float) -> None:
        """Say it once: afterwards only another ending, or another pause, is news."""
        news = f"the {self.part.name} {ended}; it is started again in {pause:.0f} s"
        if news == self._said:
            return
        self._said = news
        always = ", and every time after that" if pause == LONGEST_PAUSE_SECONDS else ""
        seen = f"it ran for {lived:.0f} s and logs to {self.part.log}"
        log.warning("up: %s%s (%s)", news, always, seen)

    def _see_off(self, now: float) -> None:
        assert self._group
        if self._group.has_ended():
            self._state = _State.WAITING
        elif now - self._since > PATIENCE_SECONDS:
            self._group.kill()


def _ending(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"


def _set_aside(file: Path) -> None:
    """Begin a log anew when it has grown large; the one before is kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > _LARGEST_LOG_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))


class Keeper:
    """All parts: which may start, and how they end."""

    def __init__(self, parts: tuple[Part, ...], environment: dict[str, str]):
        """Take the parts in the order in which they begin."""
        self._kept = {part.name: Kept(part, environment) for part in parts}

    def look(self) -> None:
        """See to every part once."""
        for kept in self._kept.values():
            needed = self._kept.get(kept.part.needs or "")
            if needed and not needed.is_running:
                kept.end()
            kept.look(may_start=needed is None or needed.is_running)

    def end(self, *, is_hurried: bool = False) -> bool:
        """Ask all to end, those first that need others; return whether nothing runs any more."""
        for kept in reversed(self._kept.values()):
            needed_still = any(
                other.part.needs == kept.part.name and not other.has_ended
                for other in self._kept.values()
            )
            if is_hurried:
                kept.kill()
            if is_hurried or not needed_still:
                kept.end()
            kept.look(may_start=False)
        return all(kept.has_ended for kept in self._kept.values())

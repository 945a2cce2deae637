"""What the run ledger tells of nights and versions, in order: what a reader has to know of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.drawing.words import Words
from app.warehouse import State
from published import (
    Damage,
    Event,
    FinishedRun,
    Rollback,
    RunEvent,
    version_as_of,
    version_started_at,
)

_SHOWN = 14
_STALE = " is stale: "


@dataclass(frozen=True)
class Night:
    """A night, or what a person did to what is published. `outcome` is a code; of texts it has
    none.

    `version` is what it published: its date, or None.
    """

    outcome: str
    at: datetime | None
    took: timedelta | None
    as_of: date | None
    version: str | None
    run: FinishedRun | None = None

    @property
    def has_published(self) -> bool:
        return self.outcome == "published"


@dataclass(frozen=True)
class Version:
    """A version that is kept: the day that its figures are of, and when it was built."""

    as_of: date | None
    built_at: datetime | None
    is_published: bool


def nights(state: State) -> list[Night]:
    """Return the last nights, the newest first; the status knows the last one without a ledger."""
    found = list(_nights(state.events))
    last = state.last_run
    if last and not any(night.run and night.run.run_id == last.run_id for night in found):
        found.append(_finished(last))
    return found[::-1][:_SHOWN]


def last_refused(state: State) -> Night | None:
    """Return the newest night that ended without publishing anything."""
    return next((night for night in nights(state) if night.run and not night.has_published), None)


def last_good(state: State) -> Night | None:
    """Return the newest night that published."""
    return next((night for night in nights(state) if night.has_published), None)


def versions(state: State) -> list[Version]:
    """Return the versions that are kept, the one built last first."""
    shown = state.published.version if state.published else None
    return [Version(_as_of(each), _built_at(each), each == shown) for each in state.kept]


def stale_sources(state: State) -> set[str]:
    """Return the sources that the last night could not reach: it went on with what they delivered
    before.
    """
    run = state.last_run
    if run is None:
        return set()
    # The ledger of an earlier release has the warnings alone.
    return set(run.sources_stale) | {
        line.partition(_STALE)[0] for line in run.warnings if _STALE in line
    }


def last_asked(state: State, source: str) -> datetime | None:
    """Return when a source last answered a night, whether it had anything new or not."""
    return next(
        (
            night.run.started_at
            for night in nights(state)
            if night.run
            and source in night.run.sources_read
            and source not in night.run.sources_stale
        ),
        None,
    )


def duration(took: timedelta, words: Words) -> str:
    """Write how long something took, to the second."""
    minutes, seconds = divmod(int(took.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return words("nights.hours", hours=hours, minutes=minutes)
    if minutes:
        return words("nights.minutes", minutes=minutes, seconds=seconds)
    return words("nights.seconds", seconds=seconds)


def _nights(found: Iterable[Event]) -> Iterable[Night]:
    found = list(found)
    ended = {event.run_id for event in found if isinstance(event, FinishedRun)}
    runs = [event for event in found if isinstance(event, RunEvent)]
    for event in found:
        if isinstance(event, FinishedRun):
            yield _finished(event)
        elif isinstance(event, RunEvent) and event.run_id not in ended:
            outcome = "unfinished" if event is runs[-1] else "interrupted"
            yield Night(outcome, event.started_at, None, event.as_of, None)
        elif isinstance(event, Rollback):
            yield Night("rolled_back", event.at, None, _as_of(event.version), event.version)
        elif isinstance(event, Damage):
            again = event.republished
            yield Night("damaged", event.at, None, _as_of(again) if again else None, again)


def _finished(run: FinishedRun) -> Night:
    took = run.finished_at - run.started_at if run.finished_at and run.started_at else None
    version = run.version if run.outcome == "published" else None
    return Night(run.outcome, run.started_at or run.finished_at, took, run.as_of, version, run)


def _as_of(version: str) -> date | None:
    try:
        return version_as_of(version)
    except ValueError:
        return None


def _built_at(version: str) -> datetime | None:
    try:
        return version_started_at(version)
    except ValueError:
        return None

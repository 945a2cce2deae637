"""Alert about a run: which messages are due, sent by a child, and noted in the ledger. Whatever
fails here is a warning, and never a night's failure.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from flows.alerts.messages import About, Message, facts_of, messages, test_message
from flows.errors import ShihyoError, UsageError
from flows.ledger import append, runs
from published import Alert, Damage, FinishedRun, events, published_version
from settings import ROOT, Settings

log = logging.getLogger("shihyo.alerts")

_SECONDS = 90
_JAPAN = timedelta(hours=9)


def alert_about(settings: Settings, run_id: str) -> None:
    """Send the alerts of a run that has ended; raises nothing."""
    try:
        if addresses(settings):
            _alert(settings, run_id)
    except Exception as error:
        log.warning("warning: nobody was alerted (%s)", type(error).__name__)


@contextmanager
def alerting(settings: Settings, run_id: str) -> Iterator[None]:
    """Alert about a run when it has ended, well or not; a person who interrupts it needs no alert."""
    try:
        yield
    except Exception:
        alert_about(settings, run_id)
        raise
    alert_about(settings, run_id)


def addresses(settings: Settings) -> list[str]:
    """Return the addresses that alerts go to."""
    return settings.alert_addresses.get_secret_value().split()


def send_test(settings: Settings) -> int:
    """Send a test to every address and return how many took it.

    Raises UsageError without an address, ShihyoError naming by place and kind those that did not.
    """
    found = addresses(settings)
    if not found:
        raise UsageError("alert: no address is configured; next: set SHIHYO_ALERT_ADDRESSES")
    message = test_message(settings.alert_language, is_demo=settings.is_demo)
    [missed] = _send(found, [message])
    if missed:
        raise ShihyoError(
            f"alert: {', '.join(missed)} of {len(found)} did not take the test; next: correct"
            " SHIHYO_ALERT_ADDRESSES, or ask who runs that server"
        )
    return len(found)


def _alert(settings: Settings, run_id: str) -> None:
    ended = [run for run in runs(settings) if isinstance(run, FinishedRun)]
    run = next((each for each in ended if each.run_id == run_id and each.finished_at), None)
    if run is None:  # it never began, or its end could not be written
        return
    before = ended[: ended.index(run)]
    damage = [each for each in events(settings) if isinstance(each, Damage)]
    about = About(
        run=run,
        damage=next((each for each in damage if each.run_id == run_id), None),
        previous_outcome=before[-1].outcome if before else None,
        is_published=published_version(settings) is not None,
        is_demo=settings.is_demo,
    )
    day = _day_in_japan(run)
    sent = _sent(settings)
    due = [
        each for each in messages(about, settings.alert_language) if (each.cause, day) not in sent
    ]
    if due:
        _note(settings, run, day, due, _send(addresses(settings), due))


def _day_in_japan(run: FinishedRun) -> date | None:
    return (run.finished_at + _JAPAN).date() if run.finished_at else None


def _sent(settings: Settings) -> set[tuple[str, date | None]]:
    return {
        (event.cause, event.day)
        for event in events(settings)
        if isinstance(event, Alert) and event.is_sent
    }


def _send(to: list[str], due: Sequence[Message]) -> list[list[str]]:
    """Return for each message which addresses did not take it."""
    asked = {"addresses": to, "messages": [facts_of(each) for each in due]}
    nobody = [[f"address {number}" for number in range(1, len(to) + 1)] for _ in due]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flows.alerts.send"],
            cwd=ROOT,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=_SECONDS,
        )
        missed = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return nobody
    return missed if len(missed) == len(due) else nobody


def _note(
    settings: Settings,
    run: FinishedRun,
    day: date | None,
    due: Sequence[Message],
    missed: Sequence[Sequence[str]],
) -> None:
    count = len(addresses(settings))
    for message, by in zip(due, missed, strict=True):
        if by:
            log.warning("warning: alert %s: not taken by %s", message.cause, ", ".join(by))
        else:
            log.info("alert: %s", message.title)
        event = Alert(
            run_id=run.run_id,
            cause=message.cause,
            day=day,
            is_sent=len(by) < count,
            missed=list(by),
        )
        append(settings, event.entry())

"""What a night found and left unread, in the reader's language.

A night tells it in names and in English; here it becomes sentences. What has none is told as such,
and never by its name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.drawing.rows import Row
from app.drawing.words import Words
from app.warehouse import State
from published import FinishedRun

_NAMED = 5
# A workbook that somebody has open is no fault of a delivery.
_EVERYDAY = "office_lock"
# What the ledger writes of a check that did not hold: its name, a sentence, what was observed.
_FINDING = re.compile(r"(?P<name>\w+): .*?(?:\((?P<observed>[^()]*)\))?", re.DOTALL)
_ROWS = re.compile(r"(?P<part>\d+)(?: of (?P<whole>\d+))? rows")
# Checks that every source has under a name of its own.
_OF_SOURCES = ("keep_their_size", "rows_are_usable")
# Texts of the same tables that are no check's own.
_PATTERNS = ("rows", "rows_of", *_OF_SOURCES)


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it."""

    told: str
    advice: str


def findings(run: FinishedRun, words: Words) -> list[Finding]:
    """Return what each check found for which a night published nothing, and what to do."""
    told = (
        Finding(_finding_of(line, words), advice(line.partition(":")[0], words))
        for line in run.failures
    )
    return list(dict.fromkeys(told))


def noted(found: Iterable[Row], words: Words) -> list[Finding]:
    """Return what the checks of the published version noted (`queries/audit_warnings`), and what to
    do.
    """
    told = (
        Finding(
            _finding(each["expectation_name"], each["observed"], words),
            advice(each["expectation_name"], words),
        )
        for each in found
    )
    return list(dict.fromkeys(told))


def advice(name: str, words: Words) -> str:
    """Say what to do about a check by its name; one of another release has a sentence for all."""
    key, source = _key(name, words)
    return words(f"advice.{key}", source=source)


def reasons(run: FinishedRun, words: Words) -> list[str]:
    """Return a sentence for each check for which a night published nothing."""
    return list(dict.fromkeys(_finding_of(failure, words) for failure in run.failures))


def outcome(run: FinishedRun, words: Words) -> str:
    """Return why a night was not published, in one sentence."""
    key = f"outcome.{run.outcome}"
    return words(key if words.has(key) else "outcome.failed")


def notes(state: State, found: Iterable[Row], words: Words) -> list[str]:
    """Return a sentence for each warning of the published version's checks
    (`queries/audit_warnings`), and for what the last night left unread.
    """
    told = [_finding(each["expectation_name"], each["observed"], words) for each in found]
    run, published = state.last_run, state.published
    if run and published and run.version == published.version:
        said = {account.get("warning") for _, account in _accounts(run)}
        told += [_finding_of(warning, words) for warning in run.warnings if warning not in said]
    told += _unread(run, words) if run else []
    return list(dict.fromkeys(told))


def _finding_of(line: str, words: Words) -> str:
    found = _FINDING.fullmatch(line)
    return _finding(found["name"], found["observed"], words) if found else words("check.other")


def _finding(name: str, observed: str | None, words: Words) -> str:
    told = _check(name, words)
    rows = _ROWS.match(observed or "")
    if rows is None:
        return told
    if rows["whole"] is None:
        return words("check.rows", check=told, part=int(rows["part"]))
    return words("check.rows_of", check=told, part=int(rows["part"]), whole=int(rows["whole"]))


def _check(name: str, words: Words) -> str:
    key, source = _key(name, words)
    return words(f"check.{key}", source=source)


def _key(name: str, words: Words) -> tuple[str, str]:
    """Return by which key the texts know a check, and its source where every source has one such."""
    if words.has(f"check.{name}") and name not in _PATTERNS:
        return name, ""
    for of_source in _OF_SOURCES:
        source = name.removesuffix(f"_{of_source}")
        if source != name and words.has(f"source.{source}"):
            return of_source, words(f"source.{source}")
    return "other", ""


def _unread(run: FinishedRun, words: Words) -> Iterator[str]:
    """Give a line for each source of which something was not read, or landed without its day."""
    for source, account in _accounts(run):
        name = words(f"source.{source}") if words.has(f"source.{source}") else words("source.other")
        unread = _entries(account, "unread")
        named = [each for each in unread if each.get("reason_code") != _EVERYDAY]
        count = account.get("not_read")
        everyday = len(unread) - len(named)
        if named:
            whole = count if isinstance(count, int) else len(unread)
            yield _line("unread.told", name, named, whole - everyday, words)
        if undated := _entries(account, "landed_undated"):
            yield _line("unread.undated", name, undated, len(undated), words)


def _accounts(run: FinishedRun) -> Iterator[tuple[str, Row]]:
    return ((str(source), each) for source, each in run.accounts.items() if isinstance(each, dict))


def _entries(account: Row, which: str) -> list[Row]:
    found: Any = account.get(which)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _line(text: str, source: str, entries: list[Row], count: int, words: Words) -> str:
    shown = [
        words("unread.entry", name=each.get("name", ""), reason=_reason(each, words))
        for each in entries[:_NAMED]
    ]
    if count > len(shown):
        shown.append(words("unread.more", count=count - len(shown)))
    return words(text, source=source, count=count, entries=words.listed(shown))


def _reason(entry: Row, words: Words) -> str:
    key = f"unread_reason.{entry.get('reason_code')}"
    return words(key if words.has(key) else "unread_reason.other")

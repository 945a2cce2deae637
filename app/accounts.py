"""What was delivered and not read, as the last night's account of each source tells it, in the
reader's language.
"""

from collections.abc import Iterator
from typing import Any

from app.i18n import Words
from app.texts import TEXTS
from app.warehouse import Row
from published import FinishedRun

_NAMED = 5
# A workbook that somebody has open is no fault of a delivery.
_EVERYDAY = "office_lock"


def without_accounts(run: FinishedRun) -> list[str]:
    """Return a run's warnings but for those that `unread_told` says."""
    said = {account.get("warning") for _, account in _accounts(run)}
    return [warning for warning in run.warnings if warning not in said]


def unread_told(run: FinishedRun, words: Words) -> list[str]:
    """Return a line for each source of which something was not read, or landed without the day
    that it is about.
    """
    told = []
    for source, account in _accounts(run):
        unread = _entries(account, "unread")
        named = [each for each in unread if each.get("reason_code") != _EVERYDAY]
        count = account.get("not_read")
        not_told = len(unread) - len(named)
        if named:
            told.append(_line("unread_told", source, named, (count if isinstance(count, int) else len(unread)) - not_told, words))
        if undated := _entries(account, "landed_undated"):
            told.append(_line("undated_told", source, undated, len(undated), words))
    return told


def _accounts(run: FinishedRun) -> Iterator[tuple[str, Row]]:
    return ((str(source), account) for source, account in run.accounts.items() if isinstance(account, dict))


def _entries(account: Row, which: str) -> list[Row]:
    found: Any = account.get(which)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _line(text: str, source: str, entries: list[Row], count: int, words: Words) -> str:
    shown = [words("unread_entry", name=each.get("name", ""), reason=_reason(each, words)) for each in entries[:_NAMED]]
    if count > len(shown):
        shown.append(words("unread_more", count=count - len(shown)))
    return words(text, source=source, count=count, entries="、".join(shown) if words.language == "ja" else ", ".join(shown))


def _reason(entry: Row, words: Words) -> str:
    key = f"unread_{entry.get('reason_code')}"
    return words(key if key in TEXTS else "unread_other")

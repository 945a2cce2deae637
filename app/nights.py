"""What a night found and left unread, in the reader's language.

A finding of the gate brings its sentences along, from the rule that did not hold
(`seeds/gate_rules.csv`). What else a night warns of has its sentence in the texts; what has none is
said to be so, and never by its name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.drawing.rows import Row
from app.drawing.words import Words
from app.history import stale_sources
from app.warehouse import State
from published import FinishedRun, HeldVersion, PublicationChange, waiting_version
from rounding import decimals_apart

_NAMED = 5
# A workbook that somebody has open is no fault of a delivery.
_EVERYDAY = "office_lock"
_ROWS = re.compile(r"(?P<part>\d+)(?: of (?P<whole>\d+))? rows")
# Texts of the same table that are no check's own.
_PATTERNS = ("rows", "rows_of")


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it."""

    sentence: str
    advice: str
    owner: str = ""


def findings(run: FinishedRun, words: Words) -> list[Finding]:
    """Return what each check found for which a night published nothing, and what to do; of a held
    version what would surprise its readers, besides.

    A ledger of an earlier release has only names; then the sentence is one for all.
    """
    found = [each for each in run.findings if each.severity == "critical"]
    if not found and (run.failures or run.outcome == "audit_failed"):
        return [_unnamed(run, words)]
    held = [each for each in run.changes if each.tier == "hold"] if run.outcome == "held" else []
    advice = words("outcome_advice.held")
    return list(
        dict.fromkeys(
            [
                *(_of_rule(each.describe(), words) for each in found),
                *(Finding(change(each, words), advice) for each in held),
            ]
        )
    )


def _unnamed(run: FinishedRun, words: Words) -> Finding:
    """Return what is known of a refusal that names no rule: where it stopped, and who looks on."""
    stage = words(f"stage.{run.stage}") if words.has(f"stage.{run.stage}") else None
    sentence = words("check.unnamed_at", stage=stage) if stage else words("check.unnamed")
    return Finding(sentence, words("advice.unnamed", run_id=run.run_id))


def change(found: PublicationChange, words: Words) -> str:
    """Say what a version would change: of which indicator and year, from what to what, and why that
    is looked at.
    """
    facts = found.describe()
    year = words.year_in_brief(found.fiscal_year) if found.fiscal_year else ""
    values = (found.value_before, found.value_after)
    known = [value for value in values if value is not None]
    places = decimals_apart(known, found.display_decimals) if known else 0
    unit = words.of(facts, "unit")
    sides = [
        str(words.figure(value, places, unit)) if value is not None else _said(text, words)
        for value, text in zip(values, (found.text_before, found.text_after), strict=True)
    ]
    name = " ".join(filter(None, (words.of(facts, "name"), year)))
    message = words.of(facts, "message") or words("check.other")
    return words("held.change", name=name, before=sides[0], after=sides[1], message=message)


def _said(text: str | None, words: Words) -> str:
    """Return a status in the reader's words; a rating, a target or a name as it is."""
    if text is None:
        return words("held.none")
    return words(f"status.{text}") if words.has(f"status.{text}") else text


def waits(state: State) -> HeldVersion | None:
    """Return the version that waits for approval, where the last night does not say so already."""
    if state.last_run and state.last_run.outcome == "held":
        return None
    return waiting_version(state.events)


def noted(found: Iterable[Row], words: Words) -> list[Finding]:
    """Return what the checks of the published version noted (`queries/audit_warnings`), and what to
    do.
    """
    return list(dict.fromkeys(_of_rule(each, words) for each in found))


def reasons(run: FinishedRun, words: Words) -> list[str]:
    """Return a sentence for each check for which a night published nothing."""
    return [each.sentence for each in findings(run, words)]


def outcome(run: FinishedRun, words: Words) -> str:
    """Return why a night was not published, in one sentence."""
    key = f"outcome.{run.outcome}"
    return words(key if words.has(key) else "outcome.failed")


def notes(state: State, found: Iterable[Row], sources: Iterable[Row], words: Words) -> list[str]:
    """Return a sentence for each warning of the published version's checks
    (`queries/audit_warnings`), and for what the last night left unread of which source
    (`queries/source_names`).
    """
    named = {each["source_name"]: words.of(each, "name") for each in sources}
    sentences = [_of_rule(each, words).sentence for each in found]
    run, published = state.last_run, state.published
    if run and published and run.version == published.version:
        of_sources = {account.get("warning") for _, account in _accounts(run)}
        of_rules = {each.rule_code for each in run.findings}
        sentences += [
            _of_warning(warning, words)
            for warning in run.warnings
            if warning not in of_sources
            and warning.partition(":")[0] not in of_rules
            and " is stale: " not in warning
        ]
    if unreachable := sorted(stale_sources(state)):
        names = [named.get(each) or words("source.other") for each in unreachable]
        sentences.append(words("unread.unreachable", sources=words.listed(names)))
    sentences += _unread(run, named, words) if run else []
    return list(dict.fromkeys(sentences))


def _of_rule(finding: Row, words: Words) -> Finding:
    """Return a finding of the gate by its rule's sentences; one without has a sentence for all."""
    sentence = words.of(finding, "message") or words("check.other")
    advice = words.of(finding, "advice") or words("advice.other")
    rows = _ROWS.match(finding["observed"] or "")
    if rows and rows["whole"]:
        part, whole = int(rows["part"]), int(rows["whole"])
        sentence = words("check.rows_of", check=sentence, part=part, whole=whole)
    elif rows:
        sentence = words("check.rows", check=sentence, part=int(rows["part"]))
    return Finding(sentence, advice, words.of(finding, "owner") or "")


def _of_warning(warning: str, words: Words) -> str:
    name = warning.partition(":")[0]
    is_known = words.has(f"check.{name}") and name not in _PATTERNS
    return words(f"check.{name}" if is_known else "check.other")


def _unread(run: FinishedRun, sources: dict[str, str], words: Words) -> Iterator[str]:
    """Give a line for each source of which something was not read, or landed without its day."""
    for source, account in _accounts(run):
        name = sources.get(source) or words("source.other")
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

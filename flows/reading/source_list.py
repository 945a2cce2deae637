"""`shihyo sources`: where each source is, when it was last read, and what became of everything
that lay there.

It tells what the ledger recorded; it looks at no source itself.
"""

import json
from typing import Any

from flows.landing.accounts import explained
from flows.ledger import last_read
from flows.reading.tables import in_columns
from published import RunEvent, events
from settings import SOURCE_NAMES, Settings, mask_secrets

_COUNTS = ("landed", "known", "replaced", "not_yet_due", "not_read")
_MORE_COUNTS = ("passed_over", "newest", "without_day", "read_by_earlier_contract")


def listed_sources(settings: Settings) -> list[dict[str, Any]]:
    """Return one entry a source: its setting, and the account of the night that last read it
    (nulls when none has).
    """
    accounts: dict[str, Any] = {}
    for event in events(settings):
        if isinstance(event, RunEvent):
            accounts |= event.accounts
    return [_listed(settings, name, accounts.get(name)) for name in SOURCE_NAMES]


def _listed(settings: Settings, name: str, account: Any) -> dict[str, Any]:
    configured, known = settings.sources[name], account if isinstance(account, dict) else {}
    read_on = last_read(settings, name)
    return {
        "source_name": name,
        "is_enabled": configured.enabled,
        "location": mask_secrets(configured.location),
        "last_read": read_on.isoformat() if read_on else None,
        **{count: known.get(count) for count in (*_COUNTS, *_MORE_COUNTS)},
        **{
            entries: [explained(each, known.get("endings", [])) for each in known.get(entries, [])]
            for entries in ("unread", "undated")
        },
    }


def report(settings: Settings, form: str) -> str:
    """Return the list as a table with what is not read below it, or as JSON."""
    sources = listed_sources(settings)
    if form == "json":
        return json.dumps(sources, ensure_ascii=False, indent=1)
    lines = [in_columns([_line(source) for source in sources])]
    for source in sources:
        lines += _entry_lines(source, "unread", "not read", source["not_read"])
        lines += _entry_lines(source, "undated", "without a day", source["without_day"])
        if source["read_by_earlier_contract"]:
            lines += ["", _earlier_contract(source)]
    return "\n".join(lines)


def _line(source: dict[str, Any]) -> dict[str, str]:
    counts = {
        name.replace("_", " "): "" if source[name] is None else str(source[name])
        for name in _COUNTS
    }
    return {
        "source": source["source_name"],
        "": "" if source["is_enabled"] else "disabled",
        "last read": source["last_read"] or "never",
        **counts,
        "newest item": source["newest"] or "",
        "location": source["location"],
    }


def _earlier_contract(source: dict[str, Any]) -> str:
    return (
        f"{source['source_name']}: {source['read_by_earlier_contract']} items stand as an earlier"
        " version of its contract read them; next: deliver them again if they are to be read as it"
        " says now"
    )


def _entry_lines(source: dict[str, Any], entries: str, what: str, count: int | None) -> list[str]:
    listed = [f"  {each['name']}: {each['why']}; next: {each['next']}" for each in source[entries]]
    more = (count or 0) - len(listed)
    heading = ["", f"{source['source_name']}, {what}:"] if listed else []
    return [*heading, *listed, *([f"  and {more} more"] if more > 0 else [])]

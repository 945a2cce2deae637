"""The report of one run as Markdown: how it ended, how long its stages took, what its sources held,
what was found and what changes. It says what the ledger says, and no row of a source.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from flows.errors import UsageError
from flows.ledger import runs
from flows.reading.changes import sides
from published import FinishedRun, PublicationChange, RunEvent, published_version
from settings import Settings, mask_secrets

_MOST_CHANGES = 200


def report(settings: Settings, run_id: str | None) -> str:
    """Return the report of a run of the ledger, the last one if none is named; raises UsageError
    when there is none.
    """
    found = [each for each in runs(settings) if run_id in (None, each.run_id)]
    if not found:
        named = f"no run {run_id}" if run_id else "no run"
        raise UsageError(f"runs: the ledger has {named}; next: shihyo runs --last 50")
    run = found[-1]
    return run_report(run, _end_of(run), published_version(settings))


def _end_of(run: FinishedRun) -> str:
    took = run.finished_at - run.started_at if run.finished_at and run.started_at else None
    seconds = f" after {took.total_seconds():.0f} s" if took else ""
    return f"**{run.outcome}**{seconds}: {line(run.message)}"


def run_report(run: RunEvent, ended: str, published: str | None) -> str:
    """Return a run as Markdown: its end, its stages, its sources, its findings and its changes."""
    parts = [f"# {run.command} as of {run.as_of}", f"Run `{run.run_id}`. {ended}"]
    parts.append(f"Readers see: {f'`{published}`' if published else 'nothing yet'}.")
    stages = [{"stage": name, "seconds": took} for name, took in run.stage_seconds.items()]
    sources = [
        {
            "source": name,
            "landed": account.get("landed"),
            "known": account.get("known"),
            "not read": account.get("not_read"),
            "newest": account.get("newest") or "",
        }
        for name, account in run.accounts.items()
    ]
    for title, rows in (("Stages", stages), ("Sources", sources)):
        parts += [f"## {title}", table(rows)] if rows else []
    parts += _listed("Failures", run.failures) + _listed("Warnings", run.warnings)
    changes = changes_table(run.changes)
    parts += ["## Changes for readers", changes] if changes else []
    return "\n\n".join(parts)


def changes_table(changes: Sequence[PublicationChange]) -> str:
    """Return what a version changes as a table, what is held first; nothing without a change."""
    if not changes:
        return ""
    more = len(changes) - _MOST_CHANGES
    shown = table([_change(each) for each in changes[:_MOST_CHANGES]])
    return shown + (f"\n\nand {more} more: `shihyo diff`" if more > 0 else "")


def _change(change: PublicationChange) -> dict[str, Any]:
    before, after = sides(change)
    return {
        "indicator": change.indicator_code or change.name_en,
        "fiscal year": change.fiscal_year or "",
        "before": before,
        "after": after,
        "rule": change.rule_code,
        "tier": change.tier,
    }


def _listed(title: str, said: list[str]) -> list[str]:
    return [f"## {title}", "\n".join(f"- {line(each)}" for each in said)] if said else []


def line(said: object) -> str:
    """Return what is said on one line, without secrets, as a cell of a table may hold it."""
    return mask_secrets(" ".join(str(said).split())).replace("|", "\\|")


def table(rows: list[dict[str, Any]]) -> str:
    """Return rows of the same columns as a table of Markdown."""
    lines: list[Iterable[Any]] = [rows[0], ["---"] * len(rows[0])]
    lines += [row.values() for row in rows]
    return "\n".join(f"| {' | '.join(line(cell) for cell in each)} |" for each in lines)

"""What earlier nights have left: versions, the ledger, the key of what has landed, the lock."""

from collections.abc import Iterator

from flows.doctor.finding import Finding, ok, warning, wrong
from flows.landing.items import landed_items
from flows.ledger import runs
from flows.lock import is_held
from flows.sources.pseudonyms import Pseudonyms
from flows.versions import Verdict, check_published, check_version
from published import (
    events,
    kept_files,
    ledger_file,
    published_version,
    read_status,
    version_file,
    version_of,
)
from settings import Settings

# Comparing checksums reads the files; beyond this, only the published one's is.
_MOST_COMPARED_BYTES = 4 * 1024**3
_WRITTEN_AGAIN = "the next night writes it again"


def check_key(settings: Settings) -> Iterator[Finding]:
    """Compare the key's id with the one that each source's manifests name."""
    own = Pseudonyms(settings.pseudonym_key.get_secret_value().encode()).key_id
    items = landed_items(settings)
    named = {(each.manifest.source_name, each.manifest.pseudonym_key_id) for each in items}
    others = sorted((name, key) for name, key in named if key not in (None, own))
    if others:
        observed = ", ".join(f"{name} under key {key}" for name, key in others)
        next_step = "set the former key, or land everything anew into an empty data folder"
        yield wrong(f"it is {own}, and what has landed is of another: {observed}", next_step)
    elif any(key for _, key in named):
        yield ok(f"it is {own}, as in the manifests of {len(items)} landed items")
    else:
        yield ok(f"it is {own}; nothing has landed under any key yet")


def check_versions(settings: Settings) -> Iterator[Finding]:
    """Compare the published version, and the kept ones as far as it is cheap, with the ledger."""
    verdict = check_published(settings)
    if verdict is None:
        yield ok("nothing has been published yet")
        return
    yield _of_published(verdict)
    others = [name for name in _kept(settings) if name != verdict.version]
    yield from _check_others(settings, others)
    if len(others) >= settings.keep_versions:
        observed = (
            f"{len(others) + 1} versions are kept, of {settings.keep_versions} (keep_versions)"
        )
        yield warning(observed, "the next night that publishes removes the oldest")


def _of_published(verdict: Verdict) -> Finding:
    if verdict.state == "whole":
        return ok(f"published {verdict}")
    if verdict.is_damaged:
        return wrong(str(verdict), "shihyo run publishes the last whole version again")
    if verdict.state == "unreadable":
        return wrong(str(verdict), "give this account the right to read it")
    return warning(str(verdict), "restore the ledger from the backup")


def _check_others(settings: Settings, others: list[str]) -> Iterator[Finding]:
    size = sum(version_file(settings, name).stat().st_size for name in others)
    if size > _MOST_COMPARED_BYTES:
        yield ok(f"{len(others)} besides it are kept and were not compared: {size / 1e9:.0f} GB")
        return
    verdicts = [check_version(settings, name) for name in others]
    faulty = [each for each in verdicts if each.state != "whole"]
    for each in faulty:
        yield warning(str(each), "do not roll back to it")
    yield ok(f"{len(others) - len(faulty)} besides it are kept and whole")


def _kept(settings: Settings) -> list[str]:
    return [version_of(file) for file in kept_files(settings) if file.is_file()]


def check_ledger(settings: Settings) -> Iterator[Finding]:
    """Look whether the ledger and the status can be read and agree with what is published."""
    ledger = ledger_file(settings)
    if not ledger.exists():
        if published_version(settings):
            next_step = "restore it from the backup, or go on without its past"
            yield warning(f"{ledger} is gone", next_step)
        else:
            yield ok("no night has been entered yet")
        return
    text = ledger.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.split("\n") if line.strip()]
    unread = len(lines) - len(events(settings))
    if unread:
        observed = (
            f"{unread} of {len(lines)} lines of {ledger.name} are no events and are passed over"
        )
        yield warning(observed, "restore it from the backup, if what they said is needed")
    entered = runs(settings)
    last = f"; the last: {entered[-1].outcome} as of {entered[-1].as_of}" if entered else ""
    yield ok(f"it tells of {len(entered)} runs{last}")
    yield from _check_status(settings)


def _check_status(settings: Settings) -> Iterator[Finding]:
    try:
        said = read_status(settings).published_version
    except (OSError, ValueError) as error:
        yield warning(f"status.json cannot be read ({type(error).__name__})", _WRITTEN_AGAIN)
        return
    if said != published_version(settings):
        yield warning("status.json names another version than the link", _WRITTEN_AGAIN)


def check_lock(settings: Settings) -> Iterator[Finding]:
    """Tell whether a run holds the warehouse now."""
    if is_held(settings):
        yield warning("a run holds the warehouse now", "wait for it, or see shihyo runs")
    else:
        yield ok("no run holds the warehouse")

"""Recovery: at the start of a night, a damaged published version gives way to the last whole one.

A damaged file is never served and never removed: it is kept aside for reading.
"""

import logging
from pathlib import Path

import duckdb

from flows.errors import ShihyoError
from flows.ledger import append
from flows.night.publish import aside, point_link_at
from flows.run import Run
from flows.status import write_status
from flows.versions import Verdict, check_published, check_version, republishable
from published import Damage, published_link, version_file
from settings import Settings

log = logging.getLogger("shihyo.recovery")


def recover_published(settings: Settings, run: Run) -> bool:
    """Publish the last whole version again where the published one is damaged.

    Returns whether none is whole, so that the night has to build from all that has landed. Raises
    ShihyoError when what is published may not be read: that is no damage, and nothing is moved.
    """
    verdict = check_published(settings)
    if verdict is None or verdict.state == "whole":
        return False
    if verdict.state == "unreadable":
        raise ShihyoError(f"{run.command}: {verdict}; next: give this user the right to read it")
    if verdict.state == "unchecked":
        if _can_be_opened(published_link(settings)):
            _warn(run, f"{verdict}; DuckDB opens it, and the night goes on from it")
            return False
        verdict = Verdict(verdict.version, "damaged", f"{verdict.why}, and DuckDB cannot open it")
    return _put_in_place(settings, run, verdict) is None


def _can_be_opened(file: Path) -> bool:
    try:
        with duckdb.connect(str(file.resolve()), read_only=True) as connection:
            connection.execute("select count(*) from marts.dim_indicators").fetchall()
    except duckdb.Error:
        return False
    return True


def _put_in_place(settings: Settings, run: Run, damaged: Verdict) -> str | None:
    """Link the last whole version, keep the damaged file aside, and say so; return that version."""
    tried = (check_version(settings, each) for each in republishable(settings, damaged.version))
    whole = next((each.version for each in tried if each.state == "whole"), None)
    kept_as = {file: aside(file) for file in _damaged_files(settings, damaged, whole)}
    damage = Damage(
        version=damaged.version,
        told=damaged.why,
        republished=whole,
        kept_as=[file.name for file in kept_as.values()],
        run_id=run.run_id,
    )
    append(settings, damage.entry())
    if whole:
        point_link_at(settings, version_file(settings, whole))
    for file, place in kept_as.items():
        if file.exists() and not file.is_symlink():  # the link is in its place again
            file.rename(place)
    if not whole:
        published_link(settings).unlink(missing_ok=True)
    write_status(settings)
    none = "no whole version is kept, so that all is built from what has landed"
    done = f"version {whole} is published again" if whole else none
    kept = "".join(f"; kept for reading: {place}" for place in kept_as.values())
    _warn(run, f"{damaged}; {done}{kept}")
    return whole


def _damaged_files(settings: Settings, damaged: Verdict, whole: str | None) -> list[Path]:
    """Return the files to keep aside: what stands in the link's place, the version and its log."""
    link = published_link(settings)
    found = [link] if link.exists() and not link.is_symlink() else []
    if damaged.version and damaged.version != whole:
        file = version_file(settings, damaged.version)
        found += [each for each in (file, file.with_name(f"{file.name}.wal")) if each.exists()]
    return found


def _warn(run: Run, message: str) -> None:
    run.warnings.append(message)
    log.warning("warning: %s", message)

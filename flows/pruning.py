"""Pruning: remove what no reader and no night needs any more, by the policy of the configuration.

Never touched are landing, of which everything can be built again, the ledger, the published version
and the versions that `keep_versions` keeps.
"""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.paths import dev_file
from published import kept_files, published_link
from settings import Settings

log = logging.getLogger("shihyo.pruning")


@dataclass(frozen=True)
class Prunable:
    """A file or folder that is not needed any more, its size in bytes, and why."""

    path: Path
    byte_count: int
    why: str


def prunable(settings: Settings, now: datetime) -> list[Prunable]:
    """Return what the policy no longer keeps; changes nothing."""
    before = now - timedelta(days=settings.keep_logs_days)
    return [*_versions(settings), *_damaged(settings, before), *_logs(settings, before)]


def prune(settings: Settings, now: datetime | None = None) -> list[Prunable]:
    """Remove what the policy no longer keeps and return what was removed; what cannot be removed
    is passed over, and said.
    """
    removed = []
    for each in prunable(settings, now or datetime.now(UTC)):
        try:
            shutil.rmtree(each.path) if each.path.is_dir() else each.path.unlink()
        except OSError as error:
            log.warning("warning: %s could not be removed (%s)", each.path, error.strerror)
        else:
            removed.append(each)
    return removed


def _versions(settings: Settings) -> Iterator[Prunable]:
    current = published_link(settings).resolve()
    for file in kept_files(settings)[settings.keep_versions :]:
        if file != current:
            yield _of(file, f"keep_versions = {settings.keep_versions}")


def _damaged(settings: Settings, before: datetime) -> Iterator[Prunable]:
    """Give damaged versions that were kept aside for reading."""
    for file in sorted(settings.published_dir.glob("damaged*")):
        if _changed_at(file) < before:
            yield _of(file, f"damaged, and older than {settings.keep_logs_days} days")


def _logs(settings: Settings, before: datetime) -> Iterator[Prunable]:
    """Give pages of audits, logs that have been turned over, and the data team's copy."""
    pages = (settings.logs_dir / "data_docs").glob("*/validations/**/*.html")
    turned_over = [*settings.logs_dir.glob("*.log.*"), *settings.logs_dir.glob("*.jsonl.*")]
    for file in sorted([*pages, *turned_over, *dev_file(settings).parent.glob("*.duckdb")]):
        if _changed_at(file) < before:
            yield _of(file, f"older than {settings.keep_logs_days} days")


def _of(file: Path, why: str) -> Prunable:
    return Prunable(file, file.stat().st_size, why)


def _changed_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)

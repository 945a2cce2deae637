"""Publish: make the audited candidate what readers see, in one atomic step; keep the last versions;
roll back.

A published file is never written again. Readers resolve the link `published/warehouse.duckdb` and
open the version that it names.
"""

import logging
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from flows import one_page
from flows.errors import ShihyoError, UsageError
from flows.ledger import append
from flows.machine.files import fsync_folder
from flows.night.write import project_manifest
from flows.paths import candidate_file, dev_file, held_file, held_manifest
from flows.run import Run, telling_of_published
from flows.status import write_status
from flows.versions import check_version, sha256_of
from published import (
    EnteredVersion,
    Rollback,
    events,
    kept_files,
    manifest_file,
    published_link,
    published_version,
    version_beside,
    version_file,
    version_of,
    waiting_version,
)
from settings import Settings

log = logging.getLogger("shihyo.publish")


def publish_candidate(settings: Settings, run: Run) -> Path:
    """Turn the candidate into version `run.version`, point the link at it and remove versions
    beyond `keep_versions`, and what was held before.
    """
    candidate = candidate_file(settings)
    sha256 = force_to_disk(candidate)
    return publish_file(settings, run, candidate, project_manifest(settings), sha256)


def force_to_disk(candidate: Path) -> str:
    """Write all of a warehouse into its one file, and that to disk; return its checksum."""
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("force checkpoint")
    if candidate.with_name(f"{candidate.name}.wal").exists():
        raise ShihyoError(
            "publish: the candidate still has a write-ahead log; another process has it open; next:"
            " run again"
        )
    sha256 = sha256_of(candidate)
    with candidate.open("rb") as content:
        os.fsync(content.fileno())
    return sha256


def publish_file(
    settings: Settings, run: Run, candidate: Path, manifest: Path, sha256: str
) -> Path:
    """Turn a whole warehouse, with dbt's manifest of its project, into version `run.version`."""
    if run.version is None:
        raise ShihyoError("publish: the run has no version")
    file = version_file(settings, run.version)
    shutil.copyfile(manifest, manifest_file(settings, run.version))
    # Entered before it has its name: a night that died in between left a version that the ledger
    # could not vouch for.
    entered = EnteredVersion(version=run.version, as_of=run.as_of, run_id=run.run_id, sha256=sha256)
    append(settings, entered.entry())
    # Drawn before the version has its name, so that no version is seen without its page.
    _draw_one_page(settings, run, run.version, candidate)
    _name_version(candidate, file)
    point_link_at(settings, file)
    _remove_old_versions(settings)
    remove_held(settings)
    return file


def remove_held(settings: Settings, *, but: str | None = None) -> None:
    """Remove what was held, but for the version that waits."""
    kept = {held_file(settings, but), held_manifest(settings, but)} if but else set()
    for held in settings.candidate_dir.glob("held-*"):
        if held not in kept:
            held.unlink()


def _draw_one_page(settings: Settings, run: Run, version: str, candidate: Path) -> None:
    """Write the overview as a file beside the version, and as a PDF where that is asked for; a night
    goes on without, and says so.
    """
    missing = "one_page_is_drawn: the version is published without its page"
    try:
        one_page.write_beside(settings, version, candidate, run.sources_stale)
        missing = "one_page_is_printed: the version is published without its page as a PDF"
        if settings.prints_one_page:
            one_page.print_beside(settings, version)
    except (ShihyoError, OSError, ValueError) as error:
        run.warnings.append(f"{missing} ({error})")
        log.warning("warning: %s", run.warnings[-1])


def clear_leftovers(settings: Settings) -> None:
    """Remove what a killed run left beside the link and the status, and held versions that wait no
    longer.
    """
    waiting = waiting_version(events(settings))
    remove_held(settings, but=waiting.version if waiting else None)
    for pattern in (".link.*", ".status.json.*", ".warehouse-*"):
        for leftover in settings.published_dir.glob(pattern):
            leftover.unlink()


def _name_version(candidate: Path, file: Path) -> None:
    candidate.chmod(0o440)
    candidate.rename(file)
    fsync_folder(file.parent)


def point_link_at(settings: Settings, file: Path) -> None:
    """Let readers see a version, in one step."""
    link = published_link(settings)
    if link.exists() and not link.is_symlink():
        link.rename(aside(link))
    temporary = settings.published_dir / f".link.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(file.name)
    temporary.replace(link)
    fsync_folder(settings.published_dir)


def aside(file: Path) -> Path:
    """Return a free name under which what is damaged is kept for reading, and never served."""
    names = (f"damaged{number}-{file.name}" for number in ("", *range(2, 1000)))
    return next(place for name in names if not (place := file.with_name(name)).exists())


def _remove_old_versions(settings: Settings) -> None:
    current = published_link(settings).resolve()
    for file in kept_files(settings)[settings.keep_versions :]:
        if file != current:
            file.unlink()
    _remove_what_lies_alone(settings)


def remove_version(settings: Settings, version: str) -> None:
    """Remove a version that readers have never seen, if it has its name already."""
    version_file(settings, version).unlink(missing_ok=True)
    _remove_what_lies_alone(settings)


def remove_all_but_published(settings: Settings) -> None:
    """Remove every kept version that is not the published one, damaged ones too: nothing can be
    rolled back to then.
    """
    current = published_link(settings).resolve()
    for file in settings.published_dir.glob("*warehouse*.duckdb*"):
        if file.is_file() and not file.is_symlink() and file.resolve() != current:
            file.unlink()
    _remove_what_lies_alone(settings)


def remove_unpublished(settings: Settings) -> None:
    """Remove the candidate and the copies that were made for editing and for documentation."""
    for folder in (settings.candidate_dir, dev_file(settings).parent):
        shutil.rmtree(folder, ignore_errors=True)


def _remove_what_lies_alone(settings: Settings) -> None:
    """Remove the manifests and pages of versions that are not there."""
    for pattern in ("warehouse-*.manifest.json", "warehouse-*.html", "warehouse-*.pdf"):
        for beside in settings.published_dir.glob(pattern):
            if not version_file(settings, version_beside(beside)).exists():
                beside.unlink()


@dataclass(frozen=True)
class KeptVersion:
    """A version that is kept; what only the ledger tells is None when it does not."""

    version: str
    is_published: bool
    byte_count: int
    as_of: date | None
    sha256: str | None


def versions(settings: Settings) -> list[KeptVersion]:
    """Return the versions that are kept, newest first."""
    entered = {
        event.version: event for event in events(settings) if isinstance(event, EnteredVersion)
    }
    current = published_version(settings)
    found = []
    for file in kept_files(settings):
        name = version_of(file)
        event = entered.get(name, EnteredVersion(version=name))
        found.append(
            KeptVersion(
                version=name,
                is_published=name == current,
                byte_count=file.stat().st_size,
                as_of=event.as_of,
                sha256=event.sha256,
            )
        )
    return found


def rollback(settings: Settings, version: str) -> None:
    """Point the link at an earlier version; raise UsageError when it is not kept, ShihyoError when
    it is not known to be whole.
    """
    kept = [entry.version for entry in versions(settings)]
    if version not in kept:
        raise UsageError(f"version {version} is not kept; kept are {', '.join(kept) or 'none'}")
    verdict = check_version(settings, version)
    if verdict.state != "whole":
        raise ShihyoError(
            f"rollback: {verdict}; next: choose another version (shihyo versions --verify)"
        )
    moved = Rollback(version=version, from_version=published_version(settings))
    append(settings, moved.entry())
    point_link_at(settings, version_file(settings, version))
    with telling_of_published(version):
        write_status(settings)

"""The places of a night: the data folder, its rights, and where each source is."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flows.doctor.answers import unanswered
from flows.doctor.finding import Finding, of_error, ok, warning, wrong
from flows.errors import ShihyoError, SourceUnavailable
from flows.landing.land import staleness
from flows.machine.clock import today_in_japan
from flows.machine.rights import open_places
from flows.sources import SOURCES
from flows.sources.base import Source
from published import kept_files
from settings import Settings, mask_secrets


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Look whether a night could write where it writes; nothing is written to find out."""
    folder = settings.data_dir
    if not folder.exists():
        yield _to_be_made(folder)
        return
    if not _can_be_written(folder):
        yield _not_ours(folder)
        return
    written = (settings.landing_dir, settings.candidate_dir, settings.published_dir)
    parts = [each for each in (*written, settings.logs_dir) if each.exists()]
    closed = [each for each in parts if not _can_be_written(each)]
    yield from map(_not_ours, closed)
    if not closed:
        yield ok(f"{folder} can be written")
    yield from _check_owner(folder)
    yield from _check_one_disk(settings)


def _to_be_made(folder: Path) -> Finding:
    above = next(each for each in folder.parents if each.exists())
    if _can_be_written(above):
        return ok(f"{folder} is not there yet; the first night makes it")
    observed = f"{folder} is not there, and {above} cannot be written"
    return wrong(observed, "make the folder, and give it to this account")


def _not_ours(folder: Path) -> Finding:
    observed = f"{folder} is no folder that this account can write"
    return wrong(observed, "give it to this account, or run as its owner")


def _can_be_written(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _check_owner(folder: Path) -> Iterator[Finding]:
    owner, own = folder.stat().st_uid, os.geteuid()
    if owner != own:
        observed = f"{folder} belongs to account {owner}, and this is account {own}"
        yield warning(
            observed, "run nights as its owner: what another makes, the owner may not mend"
        )


def _check_one_disk(settings: Settings) -> Iterator[Finding]:
    """A version is published by renaming the candidate, which only works on one disk."""
    places = (settings.candidate_dir, settings.published_dir)
    if len({each.stat().st_dev for each in places if each.exists()}) > 1:
        observed = "candidate/ and published/ lie on different disks"
        yield wrong(observed, "put both on one: a version is published by renaming")


def check_rights(settings: Settings) -> Iterator[Finding]:
    """Count what others can reach, by folder: a file's name may name a person."""
    root = settings.data_dir
    unseen: list[Path] = []
    found = Counter(_top(place, root) for place in open_places(settings, unseen))
    if found:
        where = ", ".join(f"{count} in {name}" for name, count in sorted(found.items()))
        observed = f"{found.total()} places of {root} are open to others, or to the group to write"
        next_step = "the next night closes those of its account; else chmod -R g-w,o= as the owner"
        yield wrong(f"{observed}: {where}", next_step)
    elif not unseen:
        yield ok("nothing that nights keep is open to others")
    if unseen:
        observed = f"{len(unseen)} places could not be looked at"
        yield warning(observed, "run this command as the owner of the data folder")
    loose = sum(bool(file.stat().st_mode & 0o222) for file in kept_files(settings))
    if loose:
        observed = f"{loose} versions can be written, and are never to be written again"
        yield warning(observed, "chmod 0440 on them")


def _top(place: Path, root: Path) -> str:
    parts = place.relative_to(root).parts
    return parts[0] if parts else "the folder itself"


def check_sources(settings: Settings) -> Iterator[Finding]:
    """Look where each enabled source is: a place that can be read, or a host that answers."""
    for source in SOURCES:
        if settings.sources[source.name].enabled:
            yield from _check_source(settings, source)
    away = [name for name, each in settings.sources.items() if not each.enabled]
    if away:
        yield ok(f"not read, because not enabled: {', '.join(away)}")


def _check_source(settings: Settings, source: Source) -> Iterator[Finding]:
    location = settings.sources[source.name].location
    try:
        source.list_deliveries(location)
        is_remote = "://" in location
        problem = unanswered(location) if is_remote else _unreadable(Path(location))
    except SourceUnavailable as error:
        problem = str(error).partition("; next: ")[0]
    except ShihyoError as error:  # which masks secrets itself, and names the source or its place
        yield replace(of_error(error), next_step="correct the setting")
        return
    except ValueError as error:
        yield wrong(f"{source.name}: {mask_secrets(str(error))}", "correct the setting")
        return
    except Exception as error:
        observed = f"{source.name} could not be checked ({type(error).__name__})"
        yield warning(observed, "look at it by hand")
        return
    if problem:
        yield _away(settings, source, problem)
    elif is_remote:
        yield ok(f"{source.name}: the host answers; nothing was asked of it")
    else:
        yield ok(f"{source.name}: {location} can be read")


def _away(settings: Settings, source: Source, problem: str) -> Finding:
    """Say of a source that cannot be reached whether a night would go on without it."""
    since, is_within = staleness(settings, source, today_in_japan())
    said = f"{source.name}: {problem} ({since})"
    next_step = "check the place, the mount or the setting"
    return warning(said, next_step) if is_within else wrong(said, next_step)


def _unreadable(place: Path) -> str | None:
    """Say what cannot be read of a file, or of a folder and its sub-folders; name no file."""
    if not place.exists():
        return f"{place} is not there"
    if place.is_file():
        return None if os.access(place, os.R_OK) else f"{place} cannot be read"
    if not os.access(place, os.R_OK | os.X_OK):
        return f"{place} cannot be listed"
    folders = [place, *(each for each in place.iterdir() if each.is_dir())]
    closed = [each for each in folders if not os.access(each, os.R_OK | os.X_OK)]
    if closed:
        return f"{len(closed)} sub-folders of {place} cannot be listed"
    files = [file for folder in folders for file in folder.iterdir() if not file.is_dir()]
    unread = sum(not os.access(file, os.R_OK) for file in files)
    return f"{unread} of {len(files)} files of {place} cannot be read" if unread else None

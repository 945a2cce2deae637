"""Versions: whether what is published, or kept, is what a night entered in the ledger.

Nothing is changed here. Only comparing a file's checksum with the ledger's makes it *whole*; what
could not be compared is *unchecked*, never whole.
"""

import errno
import hashlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from published import (
    VERSION_FILE,
    EnteredVersion,
    Rollback,
    built_at,
    events,
    kept_files,
    last_published,
    published_link,
    version_file,
)
from settings import Settings

# What a night does about a damaged version: the next step of every message that names one.
REPUBLISHED = "shihyo run publishes the last whole version again, or builds one anew"


@dataclass(frozen=True)
class Verdict:
    """What looking at a version found; `why` says in a few words why it is not whole."""

    version: str | None
    state: Literal["whole", "damaged", "unlinked", "unchecked", "unreadable"]
    why: str

    @property
    def is_damaged(self) -> bool:
        """Tell whether readers cannot have the version as it was published."""
        return self.state in ("damaged", "unlinked")

    def __str__(self) -> str:
        """Say it as half a sentence."""
        name = f"version {self.version}" if self.version else "what is published"
        return {
            "whole": f"{name} is whole: its checksum is the ledger's",
            "damaged": f"{name} is damaged: {self.why}",
            "unlinked": f"what is published cannot be found: {self.why}",
            "unchecked": f"{name} could not be checked: {self.why}",
            "unreadable": f"{name} could not be checked: {self.why}",
        }[self.state]


def sha256_of(file: Path) -> str:
    """Return a file's checksum; raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def linked_version(settings: Settings) -> tuple[str | None, str]:
    """Return the version that the link names, its file there or not, and what is wrong with it.

    Where the link names none, the version is the one that the ledger tells of. Raises OSError.
    """
    link = published_link(settings)
    try:
        target = link.readlink().name
    except FileNotFoundError:
        last = last_published(events(settings))
        return last, f"the link {link} is gone" if last else ""
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return last_published(events(settings)), f"{link} is no link to a version"
    named = VERSION_FILE.fullmatch(target)
    if named:
        return named[1], ""
    return last_published(events(settings)), f"the link {link} names {target}, which is no version"


def check_published(settings: Settings) -> Verdict | None:
    """Compare what the link names with the ledger; None when nothing has been published yet."""
    try:
        version, wrong = linked_version(settings)
    except OSError as error:
        why = f"{published_link(settings)} cannot be read ({error.strerror})"
        return Verdict(None, "unreadable", why)
    if wrong:
        return Verdict(version, "unlinked", wrong)
    return check_version(settings, version) if version else None


def check_version(settings: Settings, version: str) -> Verdict:
    """Compare a version's file with the ledger."""
    file = version_file(settings, version)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return Verdict(version, "damaged", f"{file} is no file")
        if not status.st_size:
            return Verdict(version, "damaged", f"{file} is empty")
        if file.with_name(f"{file.name}.wal").exists():
            return Verdict(version, "damaged", f"a write-ahead log lies beside {file}")
        checksum = entered_checksums(settings).get(version)
        if checksum is None:
            return Verdict(version, "unchecked", "the ledger holds no checksum of it")
        if sha256_of(file) != checksum:
            return Verdict(version, "damaged", f"the checksum of {file} is not the ledger's")
    except FileNotFoundError:
        return Verdict(version, "damaged", f"{file} is not there")
    except PermissionError as error:
        return Verdict(version, "unreadable", f"{file} cannot be read ({error.strerror})")
    except OSError as error:
        return Verdict(version, "damaged", f"{file} cannot be read ({error.strerror})")
    return Verdict(version, "whole", "")


def verdicts(settings: Settings, kept: Sequence[str], *, verify: bool) -> list[Verdict]:
    """Return what comparing every kept version finds, the published one first.

    Without `verify` nothing is compared: only a link that leads to no file is found then.
    """
    if verify:
        published = check_published(settings)
        others = [
            each
            for each in kept
            if published is None or published.state == "unlinked" or published.version != each
        ]
        return [
            *([published] if published else []),
            *(check_version(settings, each) for each in others),
        ]
    version, wrong = linked_version(settings)
    if version and not wrong and version not in kept:
        wrong = f"its link names {version_file(settings, version)}, which is not there"
    return [Verdict(version, "unlinked", wrong)] if wrong else []


def next_step(found: Sequence[Verdict]) -> str:
    """Say what to do about versions of which some are not whole; the published one comes first."""
    return REPUBLISHED if found[0].is_damaged else "roll back to none of them"


def entered_checksums(settings: Settings) -> dict[str, str]:
    """Return the checksum of every version that a night entered in the ledger."""
    entered = [event for event in events(settings) if isinstance(event, EnteredVersion)]
    return {event.version: event.sha256 for event in entered if event.sha256}


def republishable(settings: Settings, damaged: str | None) -> list[str]:
    """Return the kept versions that may take a damaged one's place, newest first.

    None is among them that was built later, and none that a person has rolled back from.
    """
    rejected = _rolled_back_from(settings)
    names = (file.name for file in kept_files(settings))
    kept = [named[1] for name in names if (named := VERSION_FILE.fullmatch(name))]
    latest = built_at(damaged) if damaged else "9"
    return [each for each in kept if each not in rejected and built_at(each) <= latest]


def _rolled_back_from(settings: Settings) -> set[str]:
    rejected: set[str] = set()
    for event in events(settings):
        if isinstance(event, Rollback):
            rejected.add(str(event.from_version))
            rejected.discard(event.version)
    return rejected

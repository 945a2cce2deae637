"""The published version, opened for reading; what cannot be read is named in one line.

It is opened read-only and never written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.errors import ShihyoError
from flows.versions import REPUBLISHED, Verdict, check_published, check_version
from published import VERSION_FILE, published_link
from settings import Settings

_NEXT = {
    "damaged": REPUBLISHED,
    "unlinked": REPUBLISHED,
    "unreadable": "give this user the right to read it",
    "unchecked": "shihyo run",
    "whole": "shihyo run --full-refresh builds it anew",
}


def published_file(settings: Settings, command: str) -> Path:
    """Return the file that the link names; raise ShihyoError saying why there is none."""
    link = published_link(settings)
    if not _is_there(link):
        verdict = check_published(settings)
        if verdict is None:
            place = settings.published_dir
            raise ShihyoError(f"{command}: nothing is published in {place} yet; next: shihyo run")
        raise ShihyoError(f"{command}: {verdict}; next: {_NEXT[verdict.state]}")
    return link.resolve()


@contextmanager
def published(settings: Settings, command: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what is published; raise ShihyoError with file and next step when it cannot be read."""
    file = published_file(settings, command)
    with (
        naming_damage(settings, command, file),
        duckdb.connect(str(file), read_only=True) as connection,
    ):
        yield connection


@contextmanager
def naming_damage(settings: Settings, command: str, *files: Path) -> Iterator[None]:
    """Compare versions with the ledger when DuckDB fails on them, and say what was found."""
    try:
        yield
    except duckdb.Error as error:
        verdicts = [_verdict_on(settings, file) for file in files]
        for file, verdict in zip(files, verdicts, strict=True):
            if _was_replaced(settings, file):
                message = f"{file} was removed while it was read; next: run the command again"
                raise ShihyoError(f"{command}: {message}") from None
            if verdict and (verdict.is_damaged or verdict.state == "unreadable"):
                raise ShihyoError(f"{command}: {verdict}; next: {_NEXT[verdict.state]}") from None
        if not isinstance(error, duckdb.IOException):
            raise
        message = f"DuckDB cannot read {' or '.join(map(str, files))} ({_first_line(error)})"
        found = [f"; {each}" for each in verdicts if each]
        next_step = next((_NEXT[each.state] for each in verdicts if each), "build it again")
        raise ShihyoError(f"{command}: {message}{''.join(found)}; next: {next_step}") from None


def _verdict_on(settings: Settings, file: Path) -> Verdict | None:
    """Compare a version with the ledger; None for another warehouse, such as the candidate."""
    if file.resolve().parent != settings.published_dir.resolve():
        return None
    named = VERSION_FILE.fullmatch(file.name)
    return check_version(settings, named[1]) if named else check_published(settings)


def _was_replaced(settings: Settings, file: Path) -> bool:
    link = published_link(settings)
    return not _is_there(file) and _is_there(link) and link.resolve() != file


def _is_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # a folder above that may not be read
        return False


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]

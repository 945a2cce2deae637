"""The one-page copies: the overview of a version as one file a language, beside its version.

The app draws them in a process of its own, which reads the version's file and prints them; only
this module writes them. No link leads to them: whoever looks for a copy takes that of the version
that is published, and so it follows every rollback.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.errors import ShihyoError, UsageError
from flows.machine.files import replace_file
from published import (
    ONE_PAGE_LANGUAGES,
    FinishedRun,
    entered_at,
    events,
    kept_files,
    one_page_file,
    published_version,
    version_file,
    version_of,
    version_started_at,
)
from settings import ROOT, Settings

_SECONDS = 120
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_BROWSER = f"no browser found ({', '.join(_BROWSERS)})"


def drawn(
    settings: Settings, version: str, file: Path, unreachable: Sequence[str]
) -> dict[str, bytes]:
    """Return the page of each language, from a version's file and the sources that its night could
    not reach; raises ShihyoError.
    """
    at = entered_at(settings, version) or version_started_at(version)
    words = [str(file), "--version", version, "--published-at", at.isoformat()]
    command = [
        sys.executable,
        "-m",
        "app.one_page",
        *words,
        *(["--demo"] if settings.is_demo else []),
        *(["--unreachable", *unreachable] if unreachable else []),
    ]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise ShihyoError(f"one page: not drawn within {_SECONDS} s") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise ShihyoError(
            f"one page: not drawn ({lines[-1] if lines else f'exit {done.returncode}'})"
        )
    return {language: page.encode() for language, page in json.loads(done.stdout).items()}


def write_beside(
    settings: Settings, version: str, file: Path, unreachable: Sequence[str] = ()
) -> list[Path]:
    """Draw and write the pages of a version beside it; raises ShihyoError and OSError."""
    pages = drawn(settings, version, file, unreachable)
    places = [one_page_file(settings, version, language) for language in ONE_PAGE_LANGUAGES]
    for place, language in zip(places, ONE_PAGE_LANGUAGES, strict=True):
        replace_file(place, pages[language])
    return places


def print_beside(settings: Settings, version: str) -> list[Path]:
    """Print the pages that lie beside a version as PDF; raises UsageError without a browser,
    ShihyoError and OSError.
    """
    pages = [one_page_file(settings, version, language) for language in ONE_PAGE_LANGUAGES]
    for page in pages:
        print_to(page.read_bytes(), page.with_suffix(".pdf"))
    return [page.with_suffix(".pdf") for page in pages]


def render(
    settings: Settings, version: str | None, language: str | None, to: Path | None, *, as_pdf: bool
) -> list[Path]:
    """Write the page of a kept version again, or its PDF; return where.

    Raises UsageError when the version is not kept, ShihyoError when it cannot be drawn.
    """
    kept = [version_of(file) for file in kept_files(settings)]
    version = version or published_version(settings)
    if version not in kept:
        named = f"version {version} is not kept" if version else "nothing is published yet"
        raise UsageError(f"render: {named}; kept are {', '.join(kept) or 'none'}")
    languages = (language,) if language else ONE_PAGE_LANGUAGES[:1] if to else ONE_PAGE_LANGUAGES
    pages = drawn(
        settings, version, version_file(settings, version), _unreachable(settings, version)
    )
    places = []
    for each in languages:
        place = to or one_page_file(settings, version, each).with_suffix(
            ".pdf" if as_pdf else ".html"
        )
        if as_pdf:
            print_to(pages[each], place)
        else:
            replace_file(place, pages[each])
        places.append(place)
    return places


def _unreachable(settings: Settings, version: str) -> list[str]:
    """Return the sources that the night of a version could not reach, as the ledger tells."""
    runs = [
        event
        for event in events(settings)
        if isinstance(event, FinishedRun) and event.version == version
    ]
    return runs[0].sources_stale if runs else []


def browser_to_print() -> str | None:
    """Return where a browser is that prints, None where there is none."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def print_to(page: bytes, place: Path) -> None:
    """Print a page as an A4 PDF by a browser; raises UsageError without one, ShihyoError when it
    fails.
    """
    browser = browser_to_print()
    if browser is None:
        raise UsageError(f"one page: {NO_BROWSER}; next: install Debian's chromium")
    with TemporaryDirectory(prefix="shihyo-print-") as folder:
        source, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_bytes(page)
        flags = [
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
        ]
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [browser, *flags, f"--print-to-pdf={printed}", source.as_uri()]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise ShihyoError(f"one page: {browser} took more than {_SECONDS} s") from None
        if done.returncode or not printed.exists():
            raise ShihyoError(f"one page: {browser} printed nothing (exit {done.returncode})")
        replace_file(place, printed.read_bytes())

"""Debian's Chromium, driven from outside."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(Exception):
    """There is no Chromium to look with."""


def chromium() -> str | None:
    """Return where Chromium is, or None where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser(*arguments: str) -> Iterator[Any]:
    """Give a running Chromium, started with more arguments, as Playwright knows it; raises
    NoBrowserError.
    """
    from playwright.sync_api import sync_playwright

    place = chromium()
    if place is None:
        raise NoBrowserError(f"none of {', '.join(_NAMES)} is installed; next: make browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=place, args=[*_ARGUMENTS, *arguments])
        try:
            yield running
        finally:
            running.close()

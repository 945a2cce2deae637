"""`make screenshots`: every page of what is published as a picture, in each language, width and
scheme, and as it is printed.

Named by what they show: `indicator-training_participants.ja.1280.dark.png`, `usage.en.A4.pdf`.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from browsing.browser import NoBrowserError, browser
from browsing.server import APP, ServerError, serve
from published import published_link
from settings import settings

# A page and what its address asks for besides.
PAGES = {
    "overview": "",
    "indicator-visualisation_usage_rate": "indicator?indicator=visualisation_usage_rate",
    "indicator-training_participants": "indicator?indicator=training_participants",
    "indicator-data_utilisation_policy": "indicator?indicator=data_utilisation_policy",
    "usage": "usage",
    "health": "health",
    "report": "report",
    "definitions": "definitions",
}
LANGUAGES = ("ja", "en")
WIDTHS = {390: 844, 1280: 900, 1920: 1080}
SCHEMES = ("light", "dark")
_SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """One file: of a page in a language, at a width in a scheme, or printed where there is no
    width.
    """

    page: str
    language: str
    width: int | None = None
    scheme: str = "light"

    @property
    def name(self) -> str:
        """Return the name of its file."""
        if self.width is None:
            return f"{self.page}.{self.language}.A4.pdf"
        return f"{self.page}.{self.language}.{self.width}.{self.scheme}.png"

    @property
    def address(self) -> str:
        """Return what to ask the server for."""
        asked = PAGES[self.page]
        return f"{asked}{'&' if '?' in asked else '?'}lang={self.language}&scheme={self.scheme}"


def pictures(pages: tuple[str, ...] = tuple(PAGES)) -> Iterator[Picture]:
    """Give every picture of some pages."""
    for page, language in product(pages, LANGUAGES):
        for width, scheme in product(WIDTHS, SCHEMES):
            yield Picture(page, language, width, scheme)
        yield Picture(page, language)


def take(url: str, chromium: Any, folder: Path, wanted: Iterator[Picture]) -> Iterator[Path]:
    """Take the pictures of a server's pages, one session a language and width."""
    for picture in wanted:
        width = picture.width or 794
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS.get(width, 1123)},
            locale="ja-JP" if picture.language == "ja" else "en-GB",
            timezone_id="Asia/Tokyo",
        )
        page = context.new_page()
        page.goto(f"{url}/{picture.address}")
        page.wait_for_selector(".shihyo h1", timeout=1000 * _SECONDS)
        place = folder / picture.name
        if picture.width is None:
            page.pdf(path=place, format="A4", prefer_css_page_size=True)
        else:
            # What scrolls is within Streamlit's frame: a screen as high as the page shows all of
            # it.
            height = page.evaluate(
                "Math.ceil(document.querySelector('.stMainBlockContainer').scrollHeight)"
            )
            page.set_viewport_size({"width": width, "height": max(height, WIDTHS[width])})
            page.wait_for_timeout(200)
            page.screenshot(path=place)
        context.close()
        yield place


def _environment() -> dict[str, str]:
    """Return what tells the app of the same deployment as this process."""
    return {key: each for key, each in os.environ.items() if key.startswith("SHIHYO_")}


def main(words: list[str] | None = None) -> int:
    """Run the command line; return 0 when every picture is taken."""
    parser = argparse.ArgumentParser(
        prog="python -m browsing.screenshots", description="Take a picture of every page."
    )
    parser.add_argument("--only", nargs="*", choices=tuple(PAGES), default=tuple(PAGES))
    parser.add_argument("--to", type=Path, help="default: screenshots/ in the data folder")
    options = parser.parse_args(words)
    told = settings()
    if not published_link(told).exists():
        print(
            f"screenshots: nothing is published in {told.data_dir} yet; next: make nightly",
            file=sys.stderr,
        )
        return 2
    folder = (options.to or told.data_dir / "screenshots").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (
            TemporaryDirectory() as logs,
            browser() as chromium,
            serve(APP, _environment(), Path(logs) / "log") as server,
        ):
            wanted = pictures(tuple(options.only))
            count = sum(1 for _ in take(server.url, chromium, folder, wanted))
    except (NoBrowserError, ServerError) as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    print(f"screenshots: {count} files in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

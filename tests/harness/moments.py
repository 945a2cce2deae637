"""Looks at pages while versions come and go: what is asked for at random moments, and what each
version shows by itself, to hold the one to the other.
"""

import io
import random
import re
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl

from app import files, site
from app.address import PAGES, read_address
from app.drawing.words import LANGUAGES, texts
from app.warehouse import Published, State
from browsing.session import Session, Shown, session
from published import version_as_of, version_file
from settings import Settings

# When the link was about to move, when it had moved, and to which version.
Move = tuple[float, float, str]

_OF_PAGES = {
    "indicator": ("&indicator=visualisation_usage_rate", "&indicator=training_participants"),
    "report": ("&year=2023",),
}
ADDRESSES = tuple(
    f"{'' if page == PAGES[0] else page}?lang={language}{more}"
    for page in PAGES
    for language in LANGUAGES
    for more in _OF_PAGES.get(page, ("",))
)


@dataclass(frozen=True)
class Look:
    """A page that a session asked for, when it did, and the files that it saved from there."""

    address: str
    since: float
    until: float
    shown: Shown
    saved: tuple[tuple[str, int, bytes, bool], ...]

    @property
    def html(self) -> str:
        return self.shown.html[self.shown.html.index('<div class="shihyo"') :].partition(
            "<script>"
        )[0]

    @property
    def versions(self) -> set[str]:
        return {
            parse_qs(urlsplit(unescape(each)).query)["of"][0]
            for each in re.findall(r'href="(download/[^"]+)"', self.html)
        }


@dataclass
class Reader:
    """Looks at random pages at random moments, now in the session that it has, now in a new one."""

    url: str
    published_dir: Path
    chance: random.Random
    longest_pause: float

    def look(self, times: int) -> list[Look]:
        looks = []
        with ExitStack() as opened:
            own = opened.enter_context(session(self.url))
            for _ in range(times):
                time.sleep(self.chance.uniform(0, self.longest_pause))
                address = self.chance.choice(ADDRESSES)
                if self.chance.random() < 0.5:
                    own = opened.enter_context(session(self.url))
                looks.append(self._look_at(own, address))
        return looks

    def _look_at(self, own: Session, address: str) -> Look:
        since = time.monotonic()
        shown = own.ask(address)
        until = time.monotonic()
        links = [
            unescape(each) for each in re.findall(r'href="((?:download|media)/[^"]+)"', shown.html)
        ]
        chosen = [each for each in links if each.startswith("media/")]
        chosen += self.chance.sample(links, min(2, len(links)))
        saved = tuple(self._save(each) for each in chosen)
        return Look(address, since, until, shown, saved)

    def _save(self, link: str) -> tuple[str, int, bytes, bool]:
        """Return a link with what it gives: status, content, and whether its version is there
        still.
        """
        try:
            with urllib.request.urlopen(f"{self.url}/{link}", timeout=30) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        version = parse_qs(urlsplit(link).query).get("of", [""])[0]
        return link, status, content, (self.published_dir / f"warehouse-{version}.duckdb").exists()


# What a page says of the last nights, and no figure of a version.
_OF_NIGHTS = (
    r'<section class="notice unfinished".*?</section>',
    r'<p class="trust.*?</span>\n<span>.*?</span>',
    r'(?<=<p class="lead">)[^<]*(?=<b>.*<h2>{sources.title})',
    r'<p class="copy">.*?</p>',
    r'<small class="asked">.*?</small>',
    r'<div class="nights">.*?</details>\s*</div>',
)
_TABLES_OF_NIGHTS = ("nights.title", "versions.title")
_PANELS_OF_NIGHTS = ("health_nights", "health_versions")


def without_nights(html: str, language: str) -> str:
    told = texts(language)  # type: ignore[arg-type]
    for pattern in _OF_NIGHTS:
        pattern = pattern.replace("{sources.title}", told["sources.title"])
        html = re.sub(pattern, "", html, flags=re.DOTALL)
    titles = "|".join(re.escape(told[each]) for each in _TABLES_OF_NIGHTS)
    html = re.sub(
        rf"<section[^>]*>\s*<h2[^>]*>(?:{titles}).*?</section>", "", html, flags=re.DOTALL
    )
    # A folded panel holds a fold of its own: what can be saved of it.
    folded = rf'<details class="panel fold">\s*<summary><h2>(?:{titles}).*?</details>\s*</details>'
    html = re.sub(folded, "", html, flags=re.DOTALL)
    html = re.sub(r"<footer>\s*</footer>", "", html)
    return re.sub(r"\s+", " ", html).replace("> <", "><").strip()


def _difference(shown: str, expected: str) -> tuple[str, str]:
    pairs = enumerate(zip(shown, expected, strict=False))
    place = next(
        (place for place, (one, other) in pairs if one != other), min(len(shown), len(expected))
    )
    return shown[max(place - 80, 0) : place + 160], expected[max(place - 80, 0) : place + 160]


class Archive:
    """What each version shows, drawn from its file alone."""

    def __init__(self, settings: Settings, data_dir: Path) -> None:
        self._settings = settings.model_copy(update={"data_dir": data_dir})
        self._drawn: dict[tuple[str, str], str] = {}

    def state(self, version: str) -> State:
        file = version_file(self._settings, version)
        published = Published(
            file,
            version,
            version_as_of(version),
            datetime(2026, 11, 24, tzinfo=UTC),
            is_rolled_back=False,
        )
        return State(published, self._settings.is_demo, None, None)

    def page(self, version: str, address: str) -> str:
        if (version, address) not in self._drawn:
            # By the reader's day: it says how late a source is.
            drawn = site.draw_site(self.state(version), read(address), datetime.now(UTC))
            self._drawn[version, address] = str(drawn.html)
        return self._drawn[version, address]

    def file(self, version: str, link: str) -> bytes:
        path = urlsplit(link).path.removeprefix("download/")
        page, _, file = path.partition("/")
        name, _, form = file.rpartition(".")
        query = parse_qs(urlsplit(link).query)
        found = files.saved(
            self._settings,
            read_address(page, query),
            name,
            form,
            version,
            datetime.now(UTC),
            *query.get("owner", []),
        )
        assert found, link
        return found.content


def _readable(content: bytes) -> object:
    """Return a file's content, of a workbook its cells: the rest of it tells the time of day."""
    if not content.startswith(b"PK"):
        return content
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in sheets]


def read(address: str) -> Any:
    return read_address(urlsplit(address).path, parse_qs(urlsplit(address).query))


def _language(address: str) -> str:
    return str(read(address).lang)


def may_be_shown(moves: list[Move], version: str, since: float, until: float) -> bool:
    """Say whether the link named a version at any time between two moments."""
    ends = [after for _, after, _ in moves[1:]] + [float("inf")]
    return any(
        each == version and before <= until and since <= end
        for (before, _, each), end in zip(moves, ends, strict=True)
    )


def check(look: Look, moves: list[Move], copies: dict[str, set[bytes]], archive: Archive) -> int:
    """Hold a look to the version that it says it is of; return how many of its files were there."""
    assert set(look.shown.kinds) == {"html"}, look.address
    assert look.shown.is_whole
    assert 'class="message"' not in look.html, look.html
    [version] = look.versions
    assert may_be_shown(moves, version, look.since, look.until), (look.address, version)
    language = _language(look.address)
    shown, expected = (
        without_nights(each, language) for each in (look.html, archive.page(version, look.address))
    )
    assert shown == expected, (look.address, version, _difference(shown, expected))
    for link, status, content, is_there in look.saved:
        if link.startswith("media/"):
            assert status == 200
            assert content in copies[version]
        elif status != 200:
            assert (status, is_there) == (410, False), (link, content)
        elif not any(each in link for each in _PANELS_OF_NIGHTS):
            assert _readable(content) == _readable(archive.file(version, link)), link
    return sum(status == 200 for _, status, _, _ in look.saved)

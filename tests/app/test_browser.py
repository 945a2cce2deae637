"""The app in a real Chromium: on a projector's width and on a phone's."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def url(served_house: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the app on the tiny warehouse, started as the README starts it."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHIHYO_")}
    environment = inherited | served_house.environment | {"PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app/streamlit_app.py",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
    ]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


class Visit:
    """A page as a reader sees it, with what went wrong on the way."""

    def __init__(self, browser: Any, address: str, width: int, height: int, awaited: str = ".shihyo-tile") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", timezone_id="Asia/Tokyo")
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.refused: list[str] = []
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", lambda response: self.refused.append(response.url) if response.status >= 400 else None)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(address)
        self.page.wait_for_selector(awaited, timeout=60_000)
        if awaited == ".shihyo-tile":
            self.page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg", timeout=60_000)
        self.page.wait_for_timeout(500)

    def _note(self, address: str) -> None:
        if not address.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.outside.append(address)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["1280", "390"])
def visit(request: pytest.FixtureRequest, browser: Any, url: str) -> Iterator[Visit]:
    """The overview at one width."""
    opened = Visit(browser, url, *request.param)
    yield opened
    opened.context.close()


_WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll('.stMain *')]
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""
_SMALL_TEXT = """() => [...document.querySelectorAll('.stMain *')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(element => parseFloat(getComputedStyle(element).fontSize) < 14)
    .map(element => element.outerHTML.slice(0, 80))"""
_CUT_TEXT = """() => [...document.querySelectorAll('.stHtml, .stHtml *')]
    .filter(element => getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""
_EDGES_OF_TILES = "() => [...document.querySelectorAll('.shihyo-tile')].map(tile => Math.round(tile.getBoundingClientRect().left))"


def test_nine_tiles_are_visible_without_scrolling_sideways(visit: Visit) -> None:
    tiles = visit.page.locator(".shihyo-tile")
    assert tiles.count() == 9
    assert all(tile.is_visible() for tile in tiles.all())
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visit.page.evaluate(_WIDER_THAN_THE_SCREEN) == []
    assert visit.page.evaluate(_CUT_TEXT) == []
    columns = len(set(visit.page.evaluate(_EDGES_OF_TILES)))
    assert columns == (3 if visit.page.viewport_size["width"] == 1280 else 1)


def test_nothing_breaks_and_nothing_is_fetched_from_elsewhere(visit: Visit) -> None:
    assert visit.page.locator("[data-testid=stException]").count() == 0
    assert visit.errors == []
    assert visit.outside == []


def test_text_is_large_enough_to_read(visit: Visit) -> None:
    assert visit.page.evaluate(_SMALL_TEXT) == []


def test_held_night_and_demonstration_are_told_above_the_tiles(visit: Visit) -> None:
    first_tile = visit.page.locator(".shihyo-tile").first.bounding_box()["y"]
    for notice in (".shihyo-notice.held", ".shihyo-notice.demo"):
        assert visit.page.locator(notice).is_visible()
        assert visit.page.locator(notice).bounding_box()["y"] < first_tile


def test_trends_are_drawn_where_there_are_two_points(visit: Visit) -> None:
    trends = visit.page.locator("img.shihyo-trend")
    assert trends.count() == 4
    assert visit.page.evaluate("[...document.querySelectorAll('img.shihyo-trend')].every(image => image.naturalWidth > 0)")


def test_language_switch_changes_the_page_and_its_address(visit: Visit) -> None:
    visit.page.get_by_role("radio", name="English").or_(visit.page.get_by_role("button", name="English")).first.click()
    visit.page.get_by_text("Procedures available online").wait_for(timeout=20_000)
    assert "lang=en" in visit.page.url
    assert visit.page.evaluate(_WIDER_THAN_THE_SCREEN) == []
    assert visit.page.evaluate(_CUT_TEXT) == []
    visit.page.reload()
    visit.page.get_by_text("Procedures available online").wait_for(timeout=60_000)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["1280", "390"])
def usage_visit(request: pytest.FixtureRequest, browser: Any, url: str) -> Iterator[Visit]:
    """The usage page, opened by its own address in English."""
    opened = Visit(browser, f"{url}/usage?lang=en", *request.param, awaited=".shihyo-usage")
    yield opened
    opened.context.close()


_WIDER_OUTSIDE_THE_GRID = """() => [...document.querySelectorAll('.stMain *')]
    .filter(element => !element.closest('.shihyo-usage') && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""


def test_usage_page_opens_by_its_address_and_fits_the_screen(usage_visit: Visit) -> None:
    page = usage_visit.page
    assert "3 departments to go to 70%" in page.inner_text(".shihyo-pace")
    assert page.locator(".shihyo-usage tbody th[scope=row]").count() == 6
    assert page.evaluate(_WIDER_OUTSIDE_THE_GRID) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.evaluate(_SMALL_TEXT) == []
    assert usage_visit.outside == []
    # Streamlit looks for its server below the page's own address first.
    assert all("/usage/_stcore/" in address for address in usage_visit.refused)
    assert [error for error in usage_visit.errors if "404 (Not Found)" not in error] == []


def test_pages_are_one_click_apart_and_keep_the_language(usage_visit: Visit) -> None:
    page = usage_visit.page
    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector(".shihyo-tile", timeout=60_000)
    assert "Digital Bureau KPIs" in page.inner_text(".shihyo-heading")
    page.get_by_role("link", name="Usage").click()
    page.wait_for_selector(".shihyo-usage", timeout=60_000)
    assert "departments to go" in page.inner_text(".shihyo-pace")
    assert "lang=en" in page.url


def test_all_months_can_be_asked_for(usage_visit: Visit) -> None:
    page = usage_visit.page
    page.get_by_text("All months").click()
    page.wait_for_timeout(1500)
    assert page.locator(".shihyo-usage thead th").count() == 9


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["1280", "390"])
def stale_visit(request: pytest.FixtureRequest, browser: Any, url: str) -> Iterator[Visit]:
    """A link to an indicator that the published version does not hold."""
    address = f"{url}/indicator?indicator=an_indicator_{'x' * 300}&lang=en"
    opened = Visit(browser, address, *request.param, awaited=".shihyo-unknown")
    yield opened
    opened.context.close()


def test_a_stale_link_says_so_and_leads_to_the_indicators_that_there_are(stale_visit: Visit) -> None:
    page = stale_visit.page
    assert "is not in the published version" in page.inner_text(".shihyo-unknown h3")
    assert page.locator(".shihyo-definition").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.evaluate(_SMALL_TEXT) == []
    page.get_by_role("link", name="Training participants").click()
    page.locator(".shihyo-definition h3", has_text="Training participants").wait_for(timeout=60_000)
    page.go_back()
    page.wait_for_selector(".shihyo-unknown", timeout=60_000)


def test_a_page_that_is_not_there_is_told_in_the_readers_language(browser: Any, url: str) -> None:
    for language, told in (("ja", "ページ「nowhere」はありません"), ("en", "There is no page “nowhere”")):
        opened = Visit(browser, f"{url}/nowhere?lang={language}", 1280, 900)
        assert told in opened.page.inner_text(".shihyo-notice.unknown")
        opened.context.close()
    opened = Visit(browser, f"{url}/?lang=ja", 1280, 900)
    assert opened.page.locator(".shihyo-notice.unknown").count() == 0
    opened.context.close()


def test_the_browsers_way_back_leads_to_the_indicator_of_the_address(browser: Any, url: str) -> None:
    address = f"{url}/indicator?indicator=online_procedures&lang=en"
    opened = Visit(browser, address, 1280, 900, awaited=".shihyo-definition")
    page = opened.page
    page.locator("[data-testid=stSelectbox] input").click()
    page.get_by_role("option", name="Training participants").click()
    page.locator(".shihyo-definition h3", has_text="Training participants").wait_for(timeout=60_000)
    assert "indicator=training_participants" in page.url
    page.go_back()
    page.locator(".shihyo-definition h3", has_text="Procedures available online").wait_for(timeout=60_000)
    assert "indicator=online_procedures" in page.url
    opened.context.close()

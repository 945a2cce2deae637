"""The app in a real Chromium: on a projector's width and on a phone's."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from browsing.browser import chromium
from browsing.server import APP, serve

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(chromium() is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def url(served_house: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the app on the tiny warehouse, started as the README starts it."""
    log = tmp_path_factory.mktemp("server") / "log"
    with serve(APP, served_house.environment, log) as server:
        yield server.url
    assert "Traceback" not in log.read_text(encoding="utf-8")


class Visit:
    """A page as a reader sees it, with what went wrong on the way."""

    def __init__(self, browser: Any, address: str, width: int, height: int, **context: Any) -> None:
        asked = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"} | context
        self.context = browser.new_context(viewport={"width": width, "height": height}, **asked)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        self.sockets: list[str] = []
        self.page.on("websocket", lambda socket_: self.sockets.append(socket_.url))
        self.page.goto(address)
        self.page.wait_for_selector(".shihyo h1", timeout=60_000)
        self.page.wait_for_timeout(300)

    def _note(self, address: str) -> None:
        if not address.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.outside.append(address)

    @property
    def told(self) -> tuple[str, str]:
        """Return the indicator that the address names, and the page's heading."""
        named = self.page.url.partition("indicator=")[2].partition("&")[0]
        return named, self.page.inner_text(".shihyo h1")


WIDTHS = [(1920, 1080), (1280, 900), (390, 844)]
PAGES = {
    "overview": "",
    "indicator": "indicator?indicator=visualisation_usage_rate",
    "bars": "indicator?indicator=training_participants",
    "usage": "usage",
    "health": "health",
    "report": "report?year=2023",
    "definitions": "definitions",
    "past": "?on=2024-06-10&year=2023",
    "past_indicator": "indicator?indicator=visualisation_usage_rate&on=2024-06-10&year=2023",
    "past_usage": "usage?on=2024-06-10",
    "unknown": f"indicator?indicator=an_indicator_{'x' * 300}",
}


@pytest.fixture(params=WIDTHS, ids=lambda size: str(size[0]))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param  # type: ignore[no-any-return]


_WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll('.shihyo *')]
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""
_SMALL_TEXT = """() => [...document.querySelectorAll('.shihyo *')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(element => parseFloat(getComputedStyle(element).fontSize) < 14)
    .map(element => element.outerHTML.slice(0, 80))"""
_UNSEEN = "element.closest('.unseen, .skip, thead')"
_CUT_TEXT = f"""() => [...document.querySelectorAll('.shihyo *')]
    .filter(element => !({_UNSEEN}) && getComputedStyle(element).display !== 'inline')
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .map(element => element.outerHTML.slice(0, 80))"""
_SCROLLERS = f"""() => [...document.querySelectorAll('.shihyo, .shihyo *')]
    .filter(element => !({_UNSEEN}) && /auto|scroll|hidden/.test(getComputedStyle(element).overflow))
    .map(element => element.outerHTML.slice(0, 80))"""
# Contrast of every text with what is behind it, by the formula of WCAG.
_LOW_CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const behind = element => {
        for (let each = element; each; each = each.parentElement) {
            const colour = rgba(getComputedStyle(each).backgroundColor);
            if (colour[3] > 0.99) return colour;
        }
        return [255, 255, 255, 1];
    };
    const light = colour => colour.slice(0, 3).map(each => each / 255)
        .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0);
    return [...document.querySelectorAll('.shihyo *')]
        .filter(element => !element.closest('.unseen, .skip'))
        .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
        .map(element => {
            const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
            return [(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 80)];
        })
        .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_screen_and_can_be_read(
    browser: Any, url: str, size: tuple[int, int], name: str, language: str
) -> None:
    address = f"{url}/{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}lang={language}"
    visit = Visit(browser, address, *size)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for rule in (_WIDER_THAN_THE_SCREEN, _SMALL_TEXT, _CUT_TEXT, _SCROLLERS, _LOW_CONTRAST):
        assert page.evaluate(rule) == []
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator("[data-testid=stException]").count() == 0
    assert visit.outside == []
    # Streamlit looks for its server below the page's own address first.
    assert [error for error in visit.errors if "404 (Not Found)" not in error] == []
    visit.context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("by", ["device", "address"])
def test_the_dark_scheme_can_be_read_and_is_dark(
    browser: Any, url: str, name: str, by: str
) -> None:
    address = f"{url}/{PAGES[name]}"
    if by == "address":
        address += ("&" if "?" in address else "?") + "scheme=dark"
    visit = Visit(browser, address, 1280, 900, color_scheme="dark" if by == "device" else "light")
    assert visit.page.evaluate(_LOW_CONTRAST) == []
    assert (
        visit.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        == "rgb(15, 24, 36)"
    )
    visit.context.close()


def test_the_light_scheme_of_an_address_is_light_on_a_dark_device(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/?scheme=light", 1280, 900, color_scheme="dark")
    assert (
        visit.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        == "rgb(246, 248, 251)"
    )
    visit.context.close()


_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_what_is_ours(browser: Any, url: str, name: str) -> None:
    """All of a page is ours but for Streamlit's own frame, in which it stands as one element."""
    for width, language, scheme in ((1280, "ja", "light"), (390, "en", "dark")):
        address = f"{url}/{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}lang={language}&scheme={scheme}"
        visit = Visit(browser, address, width, 900)
        visit.page.evaluate(_AXE)
        found = visit.page.evaluate("axe.run('.shihyo')")
        assert [
            (each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]
        ] == []
        assert len(found["passes"]) > 15
        visit.context.close()


def test_the_first_figure_stands_on_a_phones_first_screen(browser: Any, url: str) -> None:
    for language in ("ja", "en"):
        visit = Visit(browser, f"{url}/?lang={language}", 390, 844)
        box = visit.page.locator(".figures dd").first.bounding_box()
        assert box["y"] + box["height"] < 844
        visit.context.close()


def test_the_first_figure_of_the_past_stands_on_a_phones_first_screen(
    browser: Any, url: str, served_house: Any
) -> None:
    """Without a night to tell of: three notices and a figure are more than a phone holds."""
    told = (served_house.published_dir / "status.json").read_text(encoding="utf-8")
    (served_house.published_dir / "status.json").unlink()
    try:
        for language in ("ja", "en"):
            visit = Visit(browser, f"{url}/?lang={language}&on=2024-06-10", 390, 844)
            box = visit.page.locator(".figures dd").first.bounding_box()
            assert box["y"] + box["height"] < 844
            visit.context.close()
    finally:
        (served_house.published_dir / "status.json").write_text(told, encoding="utf-8")


def test_a_day_is_chosen_by_hand_and_left_again(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/usage?lang=en&scheme=dark", 1280, 900)
    page = visit.page
    page.click(".looking summary")
    page.locator(".looking input[type=date]").fill("2024-06-10")
    page.keyboard.press("Enter")
    page.locator(".notice.past", has_text="10 June 2024").wait_for(timeout=20_000)
    assert page.url == f"{url}/usage?lang=en&scheme=dark&on=2024-06-10"
    page.locator(".pages a", has_text="Overview").click()
    page.locator(".headline", has_text="As of 10 June 2024").wait_for(timeout=20_000)
    assert page.url == f"{url}/?lang=en&scheme=dark&on=2024-06-10"
    page.locator(".notice.past a").click()
    page.locator(".headline", has_text="on course").wait_for(timeout=20_000)
    assert page.url == f"{url}/?lang=en&scheme=dark"
    assert page.locator(".notice.past").count() == 0
    page.go_back()
    page.locator(".headline", has_text="As of 10 June 2024").wait_for(timeout=20_000)
    assert len(visit.sockets) == 1, "all of it is one session's"
    visit.context.close()


def test_a_form_works_without_the_browsers_script(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/indicator?indicator=online_procedures&lang=en", 1280, 900)
    page = visit.page
    page.evaluate(
        "document.addEventListener('submit', event => event.stopImmediatePropagation(), true)"
    )
    page.click(".looking summary")
    page.locator(".looking input[type=date]").fill("2024-06-10")
    page.click(".looking button")
    page.locator(".notice.past", has_text="10 June 2024").wait_for(timeout=60_000)
    assert page.inner_text(".shihyo h1").startswith("Procedures available online")
    assert len(visit.sockets) == 2
    visit.context.close()


@pytest.mark.parametrize(("width", "language"), [(1280, "ja"), (390, "en"), (390, "ja")])
def test_what_can_be_looked_at_opens_within_the_screen(
    browser: Any, url: str, width: int, language: str
) -> None:
    visit = Visit(browser, f"{url}/?lang={language}", width, 844)
    page = visit.page
    first = page.locator(".figures dd").first.bounding_box()
    page.locator(".looking summary").focus()
    page.keyboard.press("Enter")
    box = page.locator(".looking > div").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 844
    assert page.locator(".figures dd").first.bounding_box() == first, "what is below does not move"
    for rule in (_WIDER_THAN_THE_SCREEN, _SMALL_TEXT, _CUT_TEXT, _LOW_CONTRAST):
        assert page.evaluate(rule) == []
    page.evaluate(_AXE)
    found = page.evaluate("axe.run('.shihyo')")
    assert [
        (each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]
    ] == []
    page.locator(".looking a", has_text="令和5年度" if language == "ja" else "FY2023").last.click()
    page.locator(
        ".headline", has_text="令和5年度は" if language == "ja" else "FY2023, of"
    ).wait_for(timeout=20_000)
    assert "year=2023" in page.url
    visit.context.close()


def test_sources_grow_late_by_the_readers_clock(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/?lang=en", 1280, 900)
    page = visit.page
    line = page.locator(".trust")
    line.evaluate("line => { line.dataset.sourcesLateFrom = '2001-01-01 2001-01-02 2999-01-01'; }")
    page.evaluate("document.body.append(document.createElement('i'))")
    page.wait_for_timeout(200)
    assert page.inner_text(".when-sources-late") == "⚠ Late sources: 2"
    line.evaluate("line => { line.dataset.sourcesLateFrom = '2999-01-01'; }")
    page.evaluate("document.body.append(document.createElement('i'))")
    page.wait_for_timeout(200)
    assert not page.locator(".when-sources-late").is_visible()
    visit.context.close()


def test_a_projector_is_used_to_its_width(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 1920, 1080)
    box = visit.page.locator(".shihyo").bounding_box()
    assert box["width"] > 1600
    visit.context.close()


def test_held_night_and_demonstration_are_told_above_the_tiles(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 390, 844)
    first_tile = visit.page.locator(".tile").first.bounding_box()["y"]
    for notice in (".notice.held", ".notice.demo"):
        assert visit.page.locator(notice).bounding_box()["y"] < first_tile
    visit.context.close()


def test_charts_are_drawn_in_the_pages_scheme(browser: Any, url: str) -> None:
    for scheme in ("light", "dark"):
        visit = Visit(
            browser,
            f"{url}/indicator?indicator=visualisation_usage_rate&scheme={scheme}",
            1280,
            900,
        )
        drawn = visit.page.locator("img.chart.wide")
        assert drawn.evaluate("image => image.naturalWidth") == 960
        assert len(drawn.get_attribute("alt")) > 20
        visit.context.close()


def test_the_address_and_the_page_agree_all_the_way_back(browser: Any, url: str) -> None:
    """An indicator, a language and a scheme are chosen, and pages changed: then back, forward,
    reload.
    """
    visit = Visit(browser, url, 1280, 900)
    page = visit.page
    steps = [
        (".tile[data-indicator=online_procedures] h3 a", "", "オンラインでできる手続数"),
        (".choices a[lang=en]", "", "Procedures available online"),
        (".others summary", ".others li:nth-child(9) a", "Training participants"),
        (".pages li:nth-child(3) a", "", "Departments using"),
        (".pages li:nth-child(2) a", "", "Training participants"),
        (".choices nav:nth-child(2) a:last-child", "", "Training participants"),
    ]
    told = [(page.url, page.inner_text(".shihyo h1"))]
    for first, second, heading in steps:
        before = page.url
        page.click(first)
        if second:
            page.click(second)
        page.wait_for_function("before => location.href !== before", arg=before)
        page.locator(".shihyo h1", has_text=heading).wait_for(timeout=20_000)
        page.wait_for_timeout(500)
        told.append((page.url, page.inner_text(".shihyo h1")))
    assert "indicator=training_participants" in page.url
    assert "scheme=dark" in page.url
    for address, heading in reversed(told[:-1]):
        page.go_back()
        page.wait_for_timeout(900)
        assert (page.url, page.inner_text(".shihyo h1")) == (address, heading)
    page.go_forward()
    page.wait_for_timeout(900)
    assert (page.url, page.inner_text(".shihyo h1")) == told[1]
    assert len(visit.sockets) == 1, "all of it is one session's"
    page.reload()
    page.wait_for_selector(".shihyo h1", timeout=60_000)
    page.wait_for_timeout(300)
    assert (page.url, page.inner_text(".shihyo h1")) == told[1]
    visit.context.close()
    mailed = Visit(browser, told[-1][0], 390, 844)
    assert mailed.page.inner_text(".shihyo h1") == told[-1][1]
    mailed.context.close()


def test_all_of_it_can_be_reached_by_keys(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/?lang=en", 1280, 900)
    page = visit.page
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.closest('.shihyo') &&"
                " document.activeElement.textContent.trim()"
            )
        )
    assert next(told for told in reached if told) == "To the content"
    for told in (
        "日本語",
        "Dark",
        "Usage",
        "32 rows held back",
        "The months as a table",
        "Training participants",
    ):
        assert told in reached
    page.locator(".pages a", has_text="Usage").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".shihyo[data-page=usage]", timeout=20_000)
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.id") == "shihyo-main"
    page.locator(".choice a", has_text="All months").focus()
    page.keyboard.press("Enter")
    page.locator(".choice a[aria-current]", has_text="All months").wait_for(timeout=20_000)
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.textContent.trim()") == "All months"
    visit.context.close()


def test_links_work_without_the_browsers_script(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 1280, 900)
    page = visit.page
    page.evaluate(
        "document.addEventListener('click', event => event.stopImmediatePropagation(), true)"
    )
    page.click(".tile[data-indicator=training_participants] h3 a")
    page.locator(".shihyo h1", has_text="研修の受講者").wait_for(timeout=60_000)
    assert len(visit.sockets) == 2
    visit.context.close()


def test_a_link_is_followed_though_the_session_is_lost(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 1280, 900)
    page = visit.page
    # What Streamlit listens to is taken away, as if nobody answered.
    page.evaluate(
        "window.addEventListener('popstate', event => event.stopImmediatePropagation(), true)"
    )
    page.evaluate("window.dispatchEvent = () => true")
    page.click(".tile[data-indicator=training_participants] h3 a")
    page.locator(".shihyo h1", has_text="研修の受講者").wait_for(timeout=20_000)
    assert len(visit.sockets) == 2
    visit.context.close()


def test_a_tile_is_a_link_all_over(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 1280, 900)
    tile = visit.page.locator(".tile[data-indicator=training_participants]")
    tile.scroll_into_view_if_needed()
    box = tile.bounding_box()
    visit.page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] - 12)
    visit.page.locator(".shihyo h1", has_text="研修の受講者").wait_for(timeout=20_000)
    visit.context.close()


def test_a_stale_link_says_so_and_leads_to_the_indicators_that_there_are(
    browser: Any, url: str
) -> None:
    visit = Visit(browser, f"{url}/{PAGES['unknown']}&lang=en", 390, 844)
    page = visit.page
    assert "is not among the published indicators" in page.inner_text("h1")
    assert page.locator(".definition").count() == 0
    page.get_by_role("link", name="Training participants").click()
    page.locator(".shihyo h1", has_text="Training participants").wait_for(timeout=60_000)
    page.go_back()
    page.wait_for_selector(".unknown-indicator", timeout=60_000)
    visit.context.close()


def test_what_an_address_names_and_is_not_there_is_told(browser: Any, url: str) -> None:
    for language, told in (
        ("ja", "ページ「nowhere」はありません"),
        ("en", "a page “nowhere” that does not exist"),
    ):
        visit = Visit(browser, f"{url}/nowhere?lang={language}", 1280, 900)
        assert told in visit.page.inner_text(".notice.unknown")
        visit.context.close()
    visit = Visit(browser, f"{url}/usage?lang=fr&months=ever", 1280, 900)
    assert visit.page.locator(".notice.unknown").count() == 2
    visit.context.close()


def test_a_page_grows_old_by_the_readers_clock(browser: Any, url: str) -> None:
    visit = Visit(browser, url, 1280, 900)
    page = visit.page
    line = page.locator(".trust")
    line.evaluate(
        "line => { line.classList.remove('late'); line.dataset.lateFrom = '2999-01-01T00:00:00Z'; }"
    )
    assert not page.locator(".when-late").is_visible()
    line.evaluate("line => { line.dataset.lateFrom = '2001-01-01T00:00:00Z'; }")
    page.evaluate("document.body.append(document.createElement('i'))")
    page.wait_for_timeout(200)
    assert page.locator(".when-late").is_visible()
    visit.context.close()


def test_planted_text_runs_nowhere(browser: Any, url: str) -> None:
    """What the address names is text in a real browser too."""
    planted = "%3Cimg%20src%3Dx%20onerror%3D%22window.planted%3D1%22%3E"
    visit = Visit(browser, f"{url}/indicator?indicator={planted}&lang={planted}", 1280, 900)
    assert "<img src=x" in visit.page.inner_text(".shihyo h1")
    assert visit.page.evaluate("window.planted") is None
    visit.context.close()


def test_months_and_departments_are_chosen_by_the_address(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/usage?lang=en", 1280, 900)
    visit.page.get_by_role("link", name="All months").click()
    visit.page.locator(".choice a[aria-current]", has_text="All months").wait_for(timeout=20_000)
    assert "months=all" in visit.page.url
    visit.context.close()


_PRINTED = """() => ({
    scrollers: [...document.querySelectorAll('.stApp, .stApp *')]
        .filter(each => each.scrollHeight > each.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(each).overflowY)).length,
    tall: document.documentElement.scrollHeight + 1 >= document.querySelector('.shihyo').getBoundingClientRect().height,
    endsWithItsFooter: document.querySelector('.stApp').getBoundingClientRect().bottom - 1
        <= document.querySelector('.shihyo footer').getBoundingClientRect().bottom,
})"""


@pytest.mark.parametrize(
    "name", ["overview", "indicator", "usage", "health", "report", "definitions", "past"]
)
def test_print_unrolls_everything(browser: Any, url: str, name: str) -> None:
    visit = Visit(browser, f"{url}/{PAGES[name]}", 794, 1123)
    visit.page.emulate_media(media="print")
    visit.page.wait_for_timeout(300)
    seen = visit.page.evaluate(_PRINTED)
    assert seen == {"scrollers": 0, "tall": True, "endsWithItsFooter": True}
    if name == "indicator":
        for folded in (".receipt .rows", ".months details .rows"):
            assert visit.page.locator(folded).bounding_box()["height"] > 100
    height = visit.page.evaluate("document.querySelector('.shihyo').getBoundingClientRect().height")
    printed = visit.page.pdf(format="A4", prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert pages >= height // 1400
    assert pages <= height // 700 + 2, "blank sheets"
    visit.context.close()


def test_the_copy_of_the_overview_opens_from_every_page(
    browser: Any, url: str, served_house: Any
) -> None:
    version = (served_house.published_dir / "warehouse.duckdb").readlink().stem
    copy = served_house.published_dir / f"{version}.ja.html"
    copy.write_text("<!doctype html><title>copy</title><p>of 2026-11-20</p>", encoding="utf-8")
    try:
        for name in ("overview", "report"):
            visit = Visit(browser, f"{url}/{PAGES[name]}", 1280, 900)
            with visit.context.expect_page() as opened:
                visit.page.click("footer .copy a")
            opened.value.wait_for_load_state()
            assert opened.value.inner_text("p") == "of 2026-11-20"
            assert visit.page.url == f"{url}/{PAGES[name]}"
            visit.context.close()
    finally:
        copy.unlink()


def test_a_view_is_mailed_as_it_is_whenever_it_is_opened_or_as_of_its_day(
    browser: Any, url: str
) -> None:
    visit = Visit(browser, f"{url}/{PAGES['past_indicator']}", 1280, 900)
    latest, of_day = (
        unquote(link.get_attribute("href") or "")
        for link in visit.page.locator("footer .send a").all()
    )
    for message in (latest, of_day):
        assert message.startswith("mailto:?subject=")
        assert f"{url}/indicator?" in message
        assert "year=2023" in message
    assert "on=2024-06-10" in of_day
    assert "on=" not in latest
    assert of_day.count("2024年6月10日") == 2, "in the subject and in the body"
    assert "2024年6月10日" not in latest
    assert "2026年11月20日" not in of_day
    shown = visit.page.locator("footer .send .address").all_inner_texts()
    assert [each in message for each, message in zip(shown, (latest, of_day), strict=True)] == [
        True,
        True,
    ]
    visit.page.click("nav.pages a:has-text('利用状況')")
    visit.page.wait_for_selector("[data-page=usage]")
    visit.page.wait_for_function(
        "decodeURIComponent([...document.querySelectorAll('footer .send a')].at(-1).href)"
        ".includes('/usage?')"
    )
    visit.context.close()


def test_a_fiscal_year_is_chosen_by_the_address(browser: Any, url: str) -> None:
    visit = Visit(browser, f"{url}/report", 1280, 900)
    page = visit.page
    page.locator(".choice a", has_text="令和5年度").click()
    page.locator(".shihyo h1", has_text="令和5年度").wait_for(timeout=20_000)
    assert page.url.endswith("/report?year=2023")
    page.go_back()
    page.locator(".shihyo h1", has_text="令和7年度").wait_for(timeout=20_000)
    visit.context.close()

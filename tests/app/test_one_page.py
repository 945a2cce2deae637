"""The overview as one file: small, whole without a network or a script, and of the version that is
published.
"""

import re
from pathlib import Path
from typing import Any

import pytest

import settings as configuration
from app import site, warehouse
from app.drawing.words import LANGUAGES, Language
from browsing.browser import chromium
from published import ONE_PAGE_LANGUAGES, one_page_file

OTHER = "20261121-20261125T034500Z"
# Panels and charts of which one covers a part of another that does not contain it, in pixels.
_OVERLAPPING = """
    [...document.querySelectorAll('.panel, .tile, .chart')]
        .map(each => [each, each.getBoundingClientRect()]).filter(([, box]) => box.width > 0)
        .flatMap(([one, a], at, all) => all.slice(at + 1)
            .filter(([other, b]) => !one.contains(other)
                && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
            .map(([other]) => one.className + ' | ' + other.className))
"""


def drawn(language: Language) -> str:
    state = warehouse.read_state(configuration.settings())
    assert state.published
    return site.draw_one_page(state.published, language, is_demo=True)


def test_the_night_and_the_app_draw_the_same_languages() -> None:
    assert ONE_PAGE_LANGUAGES == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_small_and_refers_to_nothing_outside_itself(
    published: Any, language: Language
) -> None:
    page = drawn(language)
    assert len(page.encode()) <= 200_000
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in page
    assert "http" not in page
    assert "<script" not in page
    assert "url(" not in page
    assert "@import" not in page
    assert re.findall(r'<a\b[^>]*href="(?!#)', page) == [], "it knows no server to link to"
    assert page.count("<article") == 9
    for told in {
        "ja": ("66.0%", "2026年11月20日時点", "除外32行", "模擬データ"),
        "en": ("66.0%", "As of 20 November 2026", "Simulated"),
    }[language]:
        assert told in page


def test_its_charts_stand_in_it_and_are_no_images(published: Any, opened: Any) -> None:
    page, overview = drawn("ja"), opened()
    assert "<img" not in page
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == overview.count("<img") > 5
    assert page.count("--fan: #1f5a99") == 1, "their style stands once"
    assert all(re.match(r'<svg[^>]* role="img" aria-label="[^"]+"', chart) for chart in charts)
    assert len([chart for chart in charts if 'class="chart wide"' in chart.split(">")[0]]) == 1


def test_the_page_shows_what_the_overview_shows(published: Any, opened: Any) -> None:
    def tiles(page: str) -> list[str]:
        found = re.findall(r"<article.*?</article>", page, re.DOTALL)
        return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)) for each in found]

    assert tiles(drawn("ja")) == tiles(opened())
    assert tiles(drawn("en")) == tiles(opened(lang="en"))


def test_the_copy_is_that_of_the_version_which_the_link_names(published: Any, opened: Any) -> None:
    settings = configuration.settings()
    link = published.published_dir / "warehouse.duckdb"
    first = link.readlink().name
    published.publish(OTHER)
    for version in (first.removeprefix("warehouse-").removesuffix(".duckdb"), OTHER):
        one_page_file(settings, version, "ja").write_text(f"page of {version}", encoding="utf-8")
    for name in (first, f"warehouse-{OTHER}.duckdb", first):
        link.unlink()
        link.symlink_to(name)
        state = warehouse.read_state(settings)
        version = name.removeprefix("warehouse-").removesuffix(".duckdb")
        pdf = one_page_file(settings, version, "ja").with_suffix(".pdf")
        page = f"page of {version}".encode()
        assert warehouse.read_one_page(settings, state.published, "ja") == {"html": page}
        pdf.write_bytes(b"%PDF of " + version.encode())
        copies = warehouse.read_one_page(settings, state.published, "ja")
        assert copies == {"html": page, "pdf": b"%PDF of " + version.encode()}
        pdf.unlink()
    assert warehouse.read_one_page(settings, state.published, "en") == {}
    assert warehouse.read_one_page(settings, None, "ja") == {}


def test_a_version_without_a_copy_is_linked_to_none(published: Any, opened: Any) -> None:
    from datetime import UTC, datetime

    from app.address import Address

    state = warehouse.read_state(configuration.settings())
    now = datetime(2026, 11, 24, 4, tzinfo=UTC)
    places = {"html": "media/x.html", "pdf": "media/x.pdf"}
    drawn = site.draw_site(state, Address(), now, places).html
    assert 'href="media/x.html"' in drawn
    assert 'href="media/x.pdf"' in drawn
    del places["pdf"]
    assert ".pdf" not in site.draw_site(state, Address(), now, places).html
    assert 'class="copy"' not in site.draw_site(state, Address(), now, {}).html


@pytest.fixture
def page_file(published: Any, tmp_path: Path) -> Path:
    """Return the page on a disk, with nothing beside it."""
    file = tmp_path / "alone" / "page.html"
    file.parent.mkdir()
    file.write_text(drawn("ja"), encoding="utf-8")
    return file


@pytest.mark.skipif(chromium() is None, reason="chromium is not installed")
@pytest.mark.parametrize(
    ("width", "scheme", "paper"),
    [
        (1920, "light", "rgb(246, 248, 251)"),
        (1280, "dark", "rgb(15, 24, 36)"),
        (390, "light", "rgb(246, 248, 251)"),
    ],
)
def test_a_browser_opens_it_without_network_or_script(
    browser: Any, page_file: Path, width: int, scheme: str, paper: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        offline=True,
        java_script_enabled=False,
    )
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.goto(page_file.as_uri())
    assert [each for each in asked if not each.startswith(("file:", "data:"))] == []
    assert failed == []
    assert page.locator(".tile").count() == 9
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    first = page.locator(".figures dd").first.bounding_box()
    assert first["y"] + first["height"] < 844
    context.close()


@pytest.mark.skipif(chromium() is None, reason="chromium is not installed")
def test_it_prints_on_a4_with_no_tile_cut(browser: Any, page_file: Path) -> None:
    context = browser.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tiles = (
        "[...document.querySelectorAll('.tile, .panel, tr')].filter(each =>"
        " getComputedStyle(each).breakInside !== 'avoid').length"
    )
    assert page.evaluate(tiles) == 0
    page.set_viewport_size({"width": 703, "height": 1123})  # of A4 within its margins
    assert page.evaluate(_OVERLAPPING) == []
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    context.close()

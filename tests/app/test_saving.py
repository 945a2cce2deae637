"""Files saved in a real Chromium: what the reader gets is what the page shows."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.drawing.words import texts
from browsing.browser import chromium
from tests.app.test_browser import Visit, url  # noqa: F401

pytestmark = pytest.mark.skipif(chromium() is None, reason="chromium is not installed")

_CELLS = """section => [...section.querySelectorAll('tbody tr')].map(row => [...row.children].map(cell => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll('.head, [aria-hidden=true]').forEach(each => each.remove());
    return copy.textContent.replace(/\\s+/g, ' ').trim();
}))"""


def saved(visit: Visit, heading: str, form: str) -> tuple[str, bytes, list[list[str]]]:
    """Open what a panel can be saved as, choose a form, and return name, content and the page's
    cells.
    """
    section = visit.page.locator(
        ".shihyo section.panel", has=visit.page.get_by_role("heading", name=heading)
    ).last
    cells = section.evaluate(_CELLS)
    if not section.locator(".files[open]").count():
        section.locator(".files summary").click()
    with visit.page.expect_download() as coming:
        section.locator(".files a", has_text=form).click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes(), cells


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_table_is_saved_as_it_is_shown(browser: Any, url: str, language: str) -> None:  # noqa: F811
    visit = Visit(
        browser, f"{url}/indicator?indicator=visualisation_usage_rate&lang={language}", 1280, 900
    )
    before = visit.page.url
    heading = texts(language)["judgement.title"]  # type: ignore[arg-type]
    name, content, cells = saved(visit, heading, "CSV")
    assert name.endswith("_2026-11-20.csv")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert cells
    assert [line[: len(cells[0])] for line in lines[1:]] == cells
    name, content, cells = saved(visit, heading, "Excel")
    assert name.endswith("_2026-11-20.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    first = [str(row[0].value) for row in sheet.iter_rows(min_row=5, max_row=4 + len(cells))]
    assert first == [row[0] for row in cells]
    assert visit.page.url == before, "saving leads nowhere else"
    assert len(visit.sockets) == 1
    visit.context.close()


def test_a_chart_is_saved_as_a_drawing_and_as_a_picture(
    browser: Any,
    url: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    visit = Visit(browser, f"{url}/indicator?indicator=visualisation_usage_rate", 1280, 900)
    panel = visit.page.locator(".shihyo section.months")
    panel.locator("> .files summary").click()
    with visit.page.expect_download() as coming:
        panel.locator(".files a", has_text="SVG").click()
    assert coming.value.suggested_filename.endswith("_2026-11-20.svg")
    with visit.page.expect_download() as coming:
        panel.locator(".files a", has_text="PNG").click()
    assert re.fullmatch(
        r"データ可視化環境の利用状況\(月別\)_2026-11-20\.png", coming.value.suggested_filename
    )
    picture = Path(coming.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 1920
    assert len(picture) > 20_000, "a blank one is smaller"
    visit.context.close()


def test_an_owners_workbook_is_a_link_away(browser: Any, url: str) -> None:  # noqa: F811
    visit = Visit(browser, f"{url}/health", 390, 844)
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name="担当者に渡す一覧表").first.click()
    assert coming.value.suggested_filename == "要確認_デジタル統括室_企画担当.xlsx"
    assert (
        openpyxl.load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
        .worksheets[0]["A6"]
        .value
        == "policy_pages"
    )
    visit.context.close()


def test_a_file_is_chosen_by_keys_and_named_to_those_who_do_not_see(browser: Any, url: str) -> None:  # noqa: F811
    visit = Visit(browser, f"{url}/health?lang=en", 1280, 900)
    summary = visit.page.locator(".files summary").first
    assert (
        summary.evaluate("each => each.querySelector('.unseen').textContent")
        == "Save How fresh each source is"
    )
    summary.focus()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert (
        visit.page.evaluate("document.activeElement.getAttribute('aria-label')")
        == "Save as CSV: How fresh each source is"
    )
    with visit.page.expect_download() as coming:
        visit.page.keyboard.press("Enter")
    assert coming.value.suggested_filename == "Data_How_fresh_each_source_is_2026-11-20.csv"
    visit.context.close()


def test_a_version_that_is_gone_is_said_in_the_readers_language(browser: Any, url: str) -> None:  # noqa: F811
    visit = Visit(browser, f"{url}/health", 1280, 900)
    for language, told in (("ja", "もう保管されていません"), ("en", "no longer kept")):
        answer = visit.page.request.get(
            f"{url}/download/health/health_sources.csv?lang={language}&of=20200101-20200101T000000Z"
        )
        assert (answer.status, told in answer.text()) == (410, True)
    visit.context.close()

"""The overview beside every version: drawn by a night, of its figures, gone with it, and never what
a night fails by.
"""

import html
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_city import BASE_AS_OF, City

from browsing.browser import chromium
from demo.policy_pages import page
from flows import one_page
from flows.errors import ShihyoError, UsageError
from flows.night import publish
from flows.run import Run
from published import ONE_PAGE_LANGUAGES, one_page_file, published_version
from rounding import written
from settings import Settings

NEXT_NIGHT = BASE_AS_OF + timedelta(days=1)


def _settings(city: City) -> Settings:
    return Settings(data_dir=city.data, pseudonym_key="a key for the tests alone", sources={})


def _pages(city: City) -> dict[str, str]:
    settings = _settings(city)
    version = published_version(settings)
    assert version
    return {
        language: one_page_file(settings, version, language).read_text(encoding="utf-8")
        for language in ONE_PAGE_LANGUAGES
    }


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def _figure(row: dict[str, Any], decimals: int, target: float | None) -> str:
    """Write an actual as the overview does, by the figures of `shihyo show`."""
    if row["actual_text"] is not None:
        return re.sub(r"[^\d.,]", "", row["actual_text"])
    return written(row["actual_value"], decimals, [target])


@pytest.fixture(scope="module")
def next_night(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city after a night with a day of log and a page of results; copy it, never change it."""
    city = base_city.copy_to(tmp_path_factory.mktemp("one_page") / "city")
    page_of_results = page(date(2024, 6, 10), has_results=True)
    city.deliver("policy_pages", "digital-bureau-r5.html", page_of_results.encode(), on=BASE_AS_OF)
    city.deliver_log(BASE_AS_OF)
    city.publish(NEXT_NIGHT)
    return city


def test_a_night_writes_the_page_of_its_version_with_the_figures_of_show(next_night: City) -> None:
    city = next_night
    shown = {(row["indicator_code"], row["fiscal_year"]): row for row in city.show()}
    standings = city.query(
        "select indicator_code, case when next_target_value is null then fiscal_year end,"
        " display_decimals, coalesce(next_target_value, target_value) from"
        " marts.fct_indicator_standings inner join marts.dim_indicators using (indicator_code)"
        " where fiscal_year is not null and kind != 'milestone'"
    )
    assert len(standings) >= 4
    for copy in _pages(city).values():
        assert len(copy.encode()) <= 200_000
        for code, year, decimals, target in standings:
            tile = re.search(
                rf'<article class="tile[^"]*" data-indicator="{code}".*?</article>', copy, re.DOTALL
            )
            assert tile
            # What has a target ahead shows the latest actual.
            latest = max(
                each
                for name, each in shown
                if name == code and shown[name, each]["actual_value"] is not None
            )
            figure = _figure(shown[code, year or latest], decimals, target)
            assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d.,]*\d)", _plain(tile[0])), (
                code,
                figure,
            )


def test_the_pages_follow_a_rollback_and_are_removed_with_their_version(
    base_city: City, next_night: City, tmp_path: Path
) -> None:
    first, before = published_version(_settings(base_city)), _pages(base_city)
    city = next_night.copy_to(tmp_path / "city")
    assert _pages(city) != before
    assert city.shihyo("rollback", str(first)).returncode == 0
    assert _pages(city) == before
    settings = _settings(city).model_copy(update={"keep_versions": 1})
    publish._remove_old_versions(settings)
    pages = {publish.version_beside(page) for page in settings.published_dir.glob("*.html")}
    assert pages == {publish.version_of(file) for file in publish.kept_files(settings)}


def test_a_page_that_cannot_be_drawn_is_a_warning_and_stops_nothing(
    city: City, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database" * 1000)
    run = Run(command="run", as_of=date(2026, 10, 22))
    publish._draw_one_page(_settings(city), run, "20261022-20261022T010000Z", broken)
    [told] = run.warnings
    assert told.startswith(
        "one_page_is_drawn: the version is published without its page (one page: not drawn ("
    )
    assert "\n" not in told
    assert list((city.data / "published").glob("*20261022T010000Z*")) == []


def test_a_night_prints_the_page_where_that_is_asked_for(
    next_night: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = next_night.copy_to(tmp_path / "city")
    settings = _settings(city)
    version = published_version(settings)
    assert version
    run = Run(command="run", as_of=NEXT_NIGHT)

    def publish_again(**more: bool) -> list[str]:
        publish._draw_one_page(settings.model_copy(update=more), run, version, city.published)
        return sorted(file.name for file in city.published.parent.glob("*.pdf"))

    assert publish_again() == []
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        assert publish_again(prints_one_page=True) == []
    [told] = run.warnings
    assert told.startswith(
        "one_page_is_printed: the version is published without its page as a PDF"
    )
    if chromium() is None:
        pytest.skip("chromium is not installed")
    printed = publish_again(prints_one_page=True)
    assert printed == [f"warehouse-{version}.{each}.pdf" for each in ("en", "ja")]
    assert run.warnings == [told]
    publish._remove_old_versions(settings.model_copy(update={"keep_versions": 2}))
    assert sorted(file.name for file in city.published.parent.glob("*.pdf")) == printed
    city.published.resolve().unlink()
    publish._remove_old_versions(settings)
    assert list(city.published.parent.glob("*.pdf")) == []


def test_render_writes_the_page_again(city: City, tmp_path: Path) -> None:
    pages = _pages(city)
    for each in (city.data / "published").glob("*.html"):
        each.unlink()
    done = city.shihyo("render")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert _pages(city) == pages
    to = tmp_path / "page.html"
    assert city.shihyo("render", "--language", "en", "--to", str(to)).returncode == 0
    assert to.read_text(encoding="utf-8") == pages["en"]
    unknown = city.shihyo("render", "--version", "20200101-20200101T000000Z")
    assert (unknown.returncode, len(unknown.stderr.strip().splitlines())) == (2, 1)


def test_render_prints_a_pdf_where_there_is_a_browser_and_says_so_where_there_is_none(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _pages(city)["ja"].encode()
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        with pytest.raises(UsageError, match="no browser found"):
            one_page.print_to(page, tmp_path / "page.pdf")
    try:
        one_page.print_to(page, tmp_path / "page.pdf")
    except UsageError:
        pytest.skip("chromium is not installed")
    except ShihyoError as error:
        pytest.fail(str(error))
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")

"""The page of one indicator: achievement beside the official rating, every method, reconciliation and revisions."""

from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

_RATE = "visualisation_usage_rate"
_PROCEDURES = "online_procedures"


@pytest.fixture
def published(house: Any, passed_run: Any) -> Any:
    """A house whose last night published."""
    house.publish()
    house.write_status(passed_run())
    return house


def opened(**query: str) -> str:
    """Return the text of the page at an address; Streamlit's test harness knows pages by file only, so a script draws it."""

    def script() -> None:
        import streamlit as st

        from app import warehouse
        from app.app_pages import indicator
        from app.i18n import Words
        from settings import settings

        state = warehouse.read_state(settings())
        assert state.published is not None
        indicator.show(state, state.published, Words("en" if st.query_params.get("lang") == "en" else "ja"))

    page = AppTest.from_function(script, default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception, page.exception
    return "\n".join(element.value for element in page.html)


def section(page: str, title: str) -> str:
    return page[page.index(f"<h3>{title}</h3>") :].split("</section>")[0]


def row_of(table: str, year: str) -> str:
    return next(row for row in table.split("<tr>") if f'<th scope="row">{year}</th>' in row)


def test_every_indicator_has_a_page_in_both_languages(published: Any) -> None:
    with duckdb.connect(str(published.published_dir / "warehouse.duckdb"), read_only=True) as connection:
        codes = [row[0] for row in connection.execute("select indicator_code from marts.dim_indicators").fetchall()]
    assert len(codes) == 9
    for code in codes:
        for language in ("ja", "en"):
            page = opened(indicator=code, lang=language)
            assert ("算式" if language == "ja" else "Formula") in page


def test_an_indicator_that_is_not_there_gives_way_to_the_first(published: Any) -> None:
    assert "オンラインでできる手続数" in opened(indicator="nobody")


def test_achievement_stands_beside_the_official_rating_and_neither_replaces_the_other(published: Any) -> None:
    page = opened(indicator="training_participants")
    judged = row_of(section(page, "達成状況の判定"), "令和5年度")
    assert "未達成" in judged
    assert '<span class="shihyo-badge rating">A</span>' in judged
    assert "数値判定と異なる" in judged
    assert "令和5年度: 公式評価は判断" in page
    assert "a judgement" in opened(indicator="training_participants", lang="en")


def test_the_page_says_where_the_status_depends_on_the_method(published: Any) -> None:
    methods = row_of(section(opened(indicator=_PROCEDURES), "判定方法による違い"), "令和5年度")
    for told in ("達成", "やや遅れ <small>0.92</small>", "順調 <small>1.35</small>", "方法によって判定が変わります"):
        assert told in methods
    assert "判定方法による違い" not in opened(indicator="training_participants")


def test_a_status_that_cannot_be_told_says_why_and_a_tolerance_is_shown(published: Any) -> None:
    judged = row_of(section(opened(indicator=_RATE), "達成状況の判定"), "令和8年度")
    assert "判定できない" in judged
    assert "年度途中" in judged
    assert "許容 ±1名" in row_of(section(opened(indicator="specialists_hired"), "達成状況の判定"), "令和5年度")


def test_published_figures_and_revisions_are_told_with_their_sources(published: Any) -> None:
    page = opened(indicator=_PROCEDURES)
    assert "幅の範囲内で一致" in section(page, "公表値との照合")
    assert "運営方針 596582" in section(page, "公表値との照合")
    revisions = section(page, "値の変更の履歴")
    assert "約600件 → 1,000件" in revisions
    assert "運営方針 &lt;b&gt;" in revisions
    rate = section(opened(indicator=_RATE), "値の変更の履歴")
    assert "37.7% → 39.6%" in rate
    assert "staff_roster_202403.csv" in rate
    assert "過去の値が変更されたことはありません" in opened(indicator="nocode_applications")


def test_the_forecast_stands_beside_how_well_it_did_before(published: Any) -> None:
    page = opened(indicator=_RATE)
    assert "令和8年度の70%まで あと <b>3</b>所属(月 <b>0.6</b>所属)" in page
    forecast = section(page, "見通し")
    error = "26回、平均の誤差 7.2ポイント、80%の範囲に入った割合 77%"
    for told in ("71.7%", "64.9% – 77.8%", "60.8% – 80.8%", "<b>63%</b>", error):
        assert told in forecast
    assert "月別の実績が不足(0 / 24 か月)" in section(opened(indicator="training_participants"), "見通し")
    assert "見通し" not in opened(indicator="nocode_applications")
    told = "<b>3</b> departments to go to 70% by the end of FY2026 (<b>0.6</b> departments a month)"
    assert told in opened(indicator=_RATE, lang="en")


def test_the_receipt_names_deliveries_model_version_and_the_way_to_every_row(published: Any) -> None:
    receipt = section(opened(indicator=_RATE), "この数値の根拠")
    for told in (
        "令和8年度の値 66.0% = 35 ÷ 53",
        "受領データ 15 件、読込 3,733 行",
        "int_indicators__visualisation_usage_rate",
        "20261120-20261124T034500Z",
        "access_log_20261001.csv",
        "ほか 3 件",
        "shihyo explain visualisation_usage_rate --fiscal-year 2026 --rows",
    ):
        assert told in receipt
    assert "この数値の根拠" not in opened(indicator=_PROCEDURES)


def test_declared_corrections_are_footnotes_of_the_indicators_that_they_touch(published: Any) -> None:
    told = section(opened(indicator="specialists_hired"), "訂正の注記")
    assert "※1 専門人材.csv 7行目「採用年月日」の 令和７年１月１日 を 2025-01-06 として計上。閉庁日のため(人事室、2025年4月10日)" in told
    assert "訂正の注記" not in opened(indicator=_PROCEDURES)


def test_the_values_of_a_correction_that_concerns_a_person_are_not_told(published: Any) -> None:
    with duckdb.connect(str((published.published_dir / "warehouse.duckdb").resolve())) as connection:
        connection.execute("update marts.fct_corrections set recorded_value = null, corrected_value = null")
    told = section(opened(indicator="specialists_hired"), "訂正の注記")
    assert "個人に関わるため値は示しません" in told
    assert "2025-01-06" not in told


def test_departments_are_shown_as_they_were_and_few_people_are_hidden(published: Any) -> None:
    units = section(opened(indicator=_RATE), "所属別の値(令和8年度)")
    assert units.index("全市") < units.index("局・室 計") < units.index("副首都推進局") < units.index("大正区役所")
    assert "35 / 53" in units
    assert "50.0%" not in units, "that is as they are now"
    people = section(opened(indicator="training_participants"), "所属別の値(令和8年度)")
    assert "秘匿" in row_of(people, "副首都推進局")
    assert "3人未満" in people
    assert "所属別の値" not in opened(indicator="nocode_applications")


def test_a_tile_leads_to_its_indicator(published: Any) -> None:
    from pathlib import Path

    app = Path(__file__).resolve().parents[2] / "app" / "streamlit_app.py"
    page = AppTest.from_file(str(app), default_timeout=30).run()
    grid = next(element.value for element in page.html if "shihyo-grid" in element.value)
    assert 'href="indicator?indicator=training_participants&amp;lang=ja"' in grid
    assert '<b class="status not_met">未達成</b>(令和5年度)' in grid

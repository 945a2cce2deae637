"""Definitions: what each indicator means, and how judging works, told by the warehouse's own rows."""

import html
import re
from typing import Any

from app.drawing.words import LANGUAGES, texts


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def definition(page: str, code: str) -> str:
    return plain(page.split(f'id="definition-{code}"')[1].split("</section>")[0].partition(">")[2])


def judging(page: str) -> str:
    return plain(page.split('id="judging"')[1].split('class="glossary"')[0].partition(">")[2])


def test_every_indicator_is_defined_with_formula_source_and_owner(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.dim_indicators set frequency = 'monthly', baseline_fiscal_year = 2022,"
        " valid_from = date '2022-04-01'",
        "update marts.dim_indicators set valid_to = date '2025-03-31', revision_note ="
        " '<b>出力も数える' "
        "where indicator_code = 'nocode_applications'",
        "update marts.dim_indicators set judging_method = 'linear_pace' where indicator_code ="
        " 'visualisation_usage_rate'",
    )
    page = opened("definitions")
    assert page.count('class="panel definition"') == 9
    rate = definition(page, "visualisation_usage_rate")
    for told in (
        "データ可視化環境の利用状況の定義",
        "算式 算式",
        "経営課題3",
        "比率 · %",
        "直線ペース (基準年度 令和4年度)",
        "利用ログ · 測定 毎月",
        "デジタル統括室",
        "2022年4月1日から",
        "改定なし",
    ):
        assert told in rate, told
    ended = definition(page, "nocode_applications")
    assert "2022年4月1日から2025年3月31日まで" in ended
    assert "改定の注記 <b>出力も数える" in ended
    english = definition(opened("definitions", lang="en"), "visualisation_usage_rate")
    for told in ("Formula formula", "Access log", "Owner Digital Bureau", "from 1 April 2022"):
        assert told in english, told


def test_judging_is_shown_by_the_rows_of_the_published_version(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set target_lower = target_value, target_upper ="
        " target_value where target_qualifier = 'exact'",
        "update marts.fct_indicator_progress set target_lower = 2, target_upper = 4 where"
        " indicator_code = 'specialists_hired'",
        "update marts.fct_indicator_progress set target_lower = 70 where fiscal_year = 2026",
    )
    told = judging(opened("definitions"))
    assert "外部専門人材を採用 令和5年度" in told
    assert "3名程度 (許容 ±1名)目標の意味する幅2名から4名" in told
    assert "70%以上目標の意味する幅70%以上" in told
    assert "判定できない (年度途中)" in told
    english = judging(opened("definitions", lang="en"))
    assert "2 people to 4 people" in english
    assert "70% or more" in english


def test_the_pace_is_worked_out_with_the_rows_own_figures(
    published: Any, opened: Any, change: Any
) -> None:
    told = judging(opened("definitions"))
    assert (
        "例: オンラインでできる手続数(令和5年度)。基準は令和4年度の 710件、目標は令和7年度の"
        " 2,000件。" in told
    )
    assert (
        "(1,100件 − 710件) ÷ (2,000件 − 710件)、過ぎた割合は 1年 ÷ 3年。比は 0.92 で、判定は「やや遅れ」。"
        in told
    )
    assert "(1,100 procedures − 710 procedures)" in judging(opened("definitions", lang="en"))


def test_without_judged_rows_the_rules_stand_alone(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published, "update marts.fct_indicator_progress set status = null, linear_pace_ratio = null"
    )
    told = judging(opened("definitions"))
    assert "書かれた数字は幅を持ちます" in told
    assert "例" not in told


def test_the_glossary_tells_every_word_in_both_languages(published: Any, opened: Any) -> None:
    terms = [key for key in texts("ja") if key.startswith("glossary_means.")]
    assert len(terms) > 20
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        told = plain(opened("definitions", lang=language).split('id="glossary"')[1])
        for means in terms:
            term = means.replace("_means", "")
            for word in (texts(language)[term], texts(other)[term], texts(language)[means]):
                assert word in told, (language, word)

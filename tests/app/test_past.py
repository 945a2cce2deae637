"""Looking at a day that has passed, and at one fiscal year: what every page then says, and keeps."""

import html
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

import settings as configuration
from app import files
from app.address import PAGES, read_address
from app.drawing.words import LANGUAGES

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
THEN = "2024-06-10"
RATE = "visualisation_usage_rate"


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def main(page: str) -> str:
    return plain(page.split('id="shihyo-main"')[1])


def test_the_address_reads_a_day_and_links_keep_it() -> None:
    address = read_address("usage", {"on": [THEN], "year": ["2023"]})
    assert (address.on, address.year, address.unknown) == (date(2024, 6, 10), 2023, ())
    assert address.to(page="overview") == ".?year=2023&on=2024-06-10"
    assert address.to(on=None) == "usage?year=2023"
    assert address.file("usage_then", "csv", "v").endswith("year=2023&on=2024-06-10&of=v")


def test_a_form_sends_the_language_under_a_name_that_a_browser_leaves_alone() -> None:
    address = read_address("indicator", {"lang": ["en"], "indicator": [RATE], "on": [THEN]})
    assert address.without("on") == [("indicator", RATE), ("language", "en")]
    assert read_address("", {"language": ["en"]}).lang == "en"
    assert read_address("", {"language": ["xx"]}).unknown == (("lang", "xx"),)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2024-02-30", "日「2024-02-30」は日付として読み取れません"),
        ("10.6.2024", "日「10.6.2024」は日付として読み取れません"),
        ("", "日「(空)」は日付として読み取れません"),
        ("2024-05-31", "リンクが示す日(2024-05-31)の情報はありません"),
        ("2026-11-21", "リンクが示す日(2026-11-21)の情報はありません"),
    ],
)
def test_a_day_of_which_nothing_is_known_is_told_and_not_replaced_silently(
    published: Any,
    opened: Any,
    asked: str,
    told: str,
) -> None:
    for page in PAGES:
        drawn = opened(page, on=asked)
        assert told in plain(drawn), page
        assert "notice past" not in drawn
        assert "on=" not in "".join(re.findall(r'href="([^"]*)"', drawn.split('class="main"')[1]))


def test_a_year_without_figures_is_told(published: Any, opened: Any) -> None:
    for page in ("", "indicator", "usage", "health", "definitions"):
        assert "リンクが示す年度(1999)の実績はありません" in plain(opened(page, year="1999"))
    assert "リンクが示す年度(2026)の実績はありません" in plain(opened("", year="2026", on=THEN)), (
        "none was known on that day"
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_it_looks_at_the_past_and_leads_back(
    published: Any, opened: Any, page: str
) -> None:
    for language, told in (
        ("ja", "2024年6月10日時点の情報を見ています。"),
        ("en", "what was known on 10 June 2024"),
    ):
        drawn = opened(page, on=THEN, lang=language)
        notice = drawn.split('<section class="notice past"')[1].split("</section>")[0]
        assert told in plain(notice)
        assert "on=" not in re.search(r'href="([^"]*)"', notice)[1]  # type: ignore[index]
        assert f'value="{THEN}"' in drawn
    assert "notice past" not in opened(page)


def test_the_versions_own_day_is_no_past_and_links_stay_short(published: Any, opened: Any) -> None:
    for page in PAGES:
        assert opened(page, on="2026-11-20") == opened(page)


def test_the_overview_says_what_was_known_then(published: Any, opened: Any) -> None:
    drawn = opened("", on=THEN)
    told = main(drawn)
    assert "2024年6月10日の時点では、3指標のうち2指標が達成、1指標が未達成です。" in told
    rate = plain(
        re.search(rf'<article class="tile" data-indicator="{RATE}".*?</article>', drawn, re.DOTALL)[
            0
        ]
    )  # type: ignore[index]
    for known in (
        "38% 目標 30%",
        "令和5年度末",
        "20 / 53所属",
        "達成",
        "2024年5月末時点 42%",
        "令和6年度の目標 45%",
        "公式評価 A 令和5年度",
    ):
        assert known in rate, known
    procedures = plain(
        re.search(
            r'<article class="tile" data-indicator="online_procedures".*?</article>',
            drawn,
            re.DOTALL,
        )[0]
    )  # type: ignore[index]
    assert "令和7年度の目標 1,500件" in procedures, "the target as it stood then"
    for of_today in ("届く確率", "手当てが必要", "先月から変わったこと"):
        assert of_today not in told.replace(
            "見通し、手当ての区分、届く確率、計画との比べ方、先月からの変化は、過去の日の分を残していません。",
            "",
        )
    assert "As of 10 June 2024, of 3 indicators: 2 met, 1 not met." in main(
        opened("", on=THEN, lang="en")
    )


def test_tiles_of_the_past_are_chosen_by_issue(published: Any, opened: Any) -> None:
    assert opened("", on=THEN).count("<article") == 3
    assert opened("", on=THEN, issue="4").count("<article") == 1
    assert "経営課題「9」はありません" in plain(opened("", on=THEN, issue="9"))


def test_one_fiscal_year_is_shown_by_itself(published: Any, opened: Any) -> None:
    told = main(opened("", year="2023"))
    assert "令和5年度は、9指標のうち" in told
    assert "54名 目標 60名/年 令和5年度末" in told
    both = main(opened("", year="2024", on=THEN))
    assert (
        "2024年6月10日の時点では、令和6年度は3指標のうち2指標は年度途中、1指標は実績なしです。"
        in both
    )


def test_an_indicator_stands_as_it_did(published: Any, opened: Any) -> None:
    drawn = opened("indicator", indicator=RATE, on=THEN)
    told = main(drawn.split('<p class="notice of-now"')[0])
    assert "令和5年度は、目標 30%に対して実績 38%で、達成しました。" in told
    assert "令和8年度" not in told, "nothing of later years is known"
    assert "2024年5月" in told
    assert "2024年6月" not in told
    assert "37.7% → 39.6%" in told, "a revision of April"
    assert "見通し、目標までのペースは、過去の日の分を残していません。" in told
    of_now = main(drawn).split("今(2026年11月20日時点)のものです。")[1]
    assert "2024年6月10日の時点の照合と根拠は残していません。" in of_now
    assert "公表値との照合" in of_now
    assert "この数値の根拠" in of_now
    procedures = main(opened("indicator", indicator="online_procedures", on=THEN))
    assert "1,500件" in procedures
    assert "1,957" not in procedures


def test_an_indicator_of_which_nothing_was_known_says_so(
    published: Any, opened: Any, change: Any
) -> None:
    assert "この指標についてまだ何も分かっていませんでした" in main(
        opened("indicator", indicator="nocode_applications", on=THEN)
    )
    assert "令和8年度の実績も目標もありません。" in main(
        opened("indicator", indicator="training_participants", year="2026")
    )
    change(
        published,
        "delete from marts.fct_indicator_years_chosen where indicator_code = 'online_procedures'",
    )
    assert "実績はまだありません。" in main(
        opened("indicator", indicator="online_procedures", on=THEN)
    )


def test_revisions_of_later_days_are_not_known_yet(
    published: Any, opened: Any, change: Any
) -> None:
    change(published, "update marts.fct_indicator_revisions set revised_on = date '2024-06-11'")
    assert "過去の値が変更されたことはありません。" in main(
        opened("indicator", indicator=RATE, on=THEN)
    )
    assert "37.7% → 39.6%" in main(opened("indicator", indicator=RATE, on="2024-06-11"))


def test_the_year_that_is_looked_at_stands_out_on_an_indicators_page(
    published: Any, opened: Any
) -> None:
    drawn = opened("indicator", indicator=RATE, year="2023")
    assert "令和5年度は、目標 30%に対して実績 40%で、達成しませんでした" not in main(drawn)
    marked = re.findall(
        r'<tr role="row" class="marked" aria-current="true">.*?</tr>', drawn, re.DOTALL
    )
    assert len(marked) == 1
    assert plain(marked[0]).strip().startswith("令和5年度")
    assert "見通し" in main(drawn), "the rest of the page is of now"
    assert 'class="marked"' not in opened("indicator", indicator=RATE)


def test_departments_are_those_of_then(published: Any, opened: Any) -> None:
    told = main(opened("usage", on=THEN))
    assert "2024年5月は、53所属のうち 20所属が利用していました(37.7%)。" in told
    for known in ("利用中 1所属", "利用が止まっている 1所属", "未利用 1所属"):
        assert known in told
    assert "先に声をかける所属 " not in told
    drawn = opened("usage", on=THEN)
    assert (
        re.search(r'<tr><th scope="row">副首都推進局</th>(.*?)</tr>', drawn, re.DOTALL)[1].count(
            "provisional"
        )
        == 1
    )  # type: ignore[index]


def test_departments_have_the_figures_that_were_known_of_them_then(
    published: Any, opened: Any, change: Any
) -> None:
    values = (
        ("271004", 22, 53, "2024-06-01", "2024-07-01"),
        ("B01", 1, 1, "2024-06-01", "2024-07-01"),
        ("B01", 0, 1, "2024-07-01", None),
        ("271080", 0, 1, "2024-06-10", None),
        ("271071", 1, 1, "2024-06-11", None),
    )
    for code, part, whole, known_from, known_to in values:
        known_to_text = f"date '{known_to}'" if known_to else "null::date"
        change(
            published,
            "insert into marts.fct_indicator_actuals by name select"
            f" '{RATE}' as indicator_code, '{code}' as org_unit_code, 'fiscal_year' as"
            f" period_grain, 2024 as fiscal_year, {part} as numerator, {whole} as denominator,"
            f" 100 * {part} / {whole} as actual_value, false as is_suppressed, true as"
            f" is_provisional, date '{known_from}' as known_from,"
            f" {known_to_text} as known_to",
        )
    told = main(opened("indicator", indicator=RATE, on=THEN)).split("所属別の値(令和6年度)")[1]
    assert "2024年6月10日に分かっていた値" in told
    assert "全市 41.5% 22 / 53" in told
    assert "該当する 1所属 副首都推進局" in told
    assert "該当しない 1所属 大正区役所" in told
    assert "港区役所" not in told.split("定義・算式")[0], "of whom nothing was known on that day"


def test_a_year_limits_the_months_of_departments(published: Any, opened: Any) -> None:
    drawn = opened("usage", year="2026")
    assert len(re.findall(r'<th scope="col" aria-label', drawn)) == 8
    assert "months=all" not in drawn.split('class="main"')[1]


def test_the_report_is_drafted_as_it_would_have_been_then(published: Any, opened: Any) -> None:
    told = main(opened("report", on=THEN))
    assert "達成状況(令和5年度)" in told
    assert "目標 30%に対し、実績は 38%。目標を達成した。" in told
    assert "令和8年度" not in told
    assert "令和6年度は年度の途中です。" in main(opened("report", on=THEN, year="2024"))


def test_definitions_are_those_in_force_then_with_the_targets_of_then(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "insert into past.dim_indicator_definitions by name select * exclude (is_ended) replace"
        " ('昔の定義' as definition_ja), date '0001-01-01' as in_force_from, date '2025-04-01' as"
        " in_force_to from marts.dim_indicators where indicator_code = 'online_procedures'",
        "create or replace view marts.dim_indicator_definitions as select * exclude (is_ended),"
        " case when indicator_code = 'online_procedures' then date '2025-04-01' else date"
        " '0001-01-01' end as in_force_from, null::date as in_force_to from marts.dim_indicators"
        " union all by name select * from past.dim_indicator_definitions",
    )
    then, now = main(opened("definitions", on=THEN)), main(opened("definitions"))
    assert "昔の定義" in then
    assert "昔の定義" not in now
    assert "オンラインでできる手続数の定義" in now
    assert main(opened("indicator", indicator="online_procedures", on=THEN)).count("昔の定義") == 1
    assert "令和5年度 1,000件、令和7年度 2,000件" in now


def test_the_state_of_the_data_is_of_now_and_says_so(published: Any, opened: Any) -> None:
    drawn = opened("health", on=THEN)
    assert "このページは、いつも今の状態です。" in plain(drawn)
    assert main(drawn) == main(opened("health"))


def test_files_of_the_past_say_its_day(published: Any, opened: Any) -> None:
    drawn = opened("", on=THEN)
    link = html.unescape(re.search(r'href="(download/overview/year_tiles\.csv[^"]*)"', drawn)[1])  # type: ignore[index]
    asked = parse_qs(link.partition("?")[2])
    assert asked["on"] == [THEN]
    address = read_address("overview", asked)
    found = files.saved(configuration.settings(), address, "year_tiles", "csv", asked["of"][0], NOW)
    assert found
    assert found.name.endswith(f"_{THEN}.csv")
    text = found.content.decode("utf-8-sig")
    assert THEN in text
    assert "1,500件" in text
    assert "2026-11-20" not in text


def test_files_of_what_is_of_now_say_the_day_of_the_version(published: Any, opened: Any) -> None:
    address = read_address("indicator", {"indicator": [RATE], "on": [THEN]})
    version = "20261120-20261124T034500Z"
    found = files.saved(
        configuration.settings(), address, "indicator_reconciliations", "csv", version, NOW
    )
    assert found
    assert found.name.endswith("_2026-11-20.csv")


def test_files_of_a_year_say_which(published: Any, opened: Any) -> None:
    for page, panel in (
        ("", "year_tiles"),
        ("indicator", "year_standing"),
        ("usage", "usage_grid"),
    ):
        drawn = opened(page, year="2023" if page != "usage" else "2026")
        link = html.unescape(re.search(rf'href="(download/[a-z]+/{panel}\.csv[^"]*)"', drawn)[1])  # type: ignore[index]
        asked = parse_qs(link.partition("?")[2])
        address = read_address(page, asked)
        found = files.saved(configuration.settings(), address, panel, "csv", asked["of"][0], NOW)
        assert found
        assert re.search(r"令和[58]年度_2026-11-20\.csv$", found.name), found.name


def test_what_is_offered_to_look_at_is_what_is_known(published: Any, opened: Any) -> None:
    drawn = opened()
    for link in (
        "on=2026-10-31",
        "on=2025-11-20",
        "on=2026-03-31",
        "on=2025-03-31",
        "year=2026",
        "year=2022",
    ):
        assert f'href=".?{link}"' in drawn, link
    assert "on=2024-03-31" not in drawn, "nothing was known on that day"
    assert 'min="2024-06-01" max="2026-11-20"' in drawn
    assert 'href=".?year=2026&amp;on=2024-06-10"' not in opened("", on=THEN)


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (datetime(2026, 11, 17, 14, tzinfo=UTC), 0),
        (datetime(2026, 11, 17, 15, tzinfo=UTC), 1),
        (datetime(2026, 12, 11, 14, tzinfo=UTC), 1),
        (datetime(2026, 12, 11, 15, tzinfo=UTC), 2),
    ],
)
def test_a_source_that_is_late_by_its_own_rhythm_turns_the_line_amber(
    published: Any,
    opened: Any,
    now: datetime,
    late: int,
) -> None:
    """The log (14 November, 3 days) is late from the 18th in Japan, the rosters (1 November, 40
    days) from 12 December.
    """
    for language, told in (
        ("ja", f"{late}系統のデータが遅れています"),
        ("en", f"Late sources: {late}"),
    ):
        line = opened(now=now, lang=language).split('<p class="trust')[1].split("</p>")[0]
        assert line.split('"')[0].endswith("sources-late") == bool(late)
        assert told in plain(line)
        assert 'data-sources-late-from="2026-11-18 2026-12-12"' in line


def test_every_text_of_the_past_is_said_in_both_languages(published: Any, opened: Any) -> None:
    for page in PAGES:
        told = {language: main(opened(page, on=THEN, lang=language)) for language in LANGUAGES}
        assert len(set(told.values())) == len(LANGUAGES)

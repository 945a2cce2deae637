"""The page of one indicator: achievement beside the official rating, every method, reconciliation
and revisions.
"""

import re
from typing import Any

import duckdb
import pytest

_RATE = "visualisation_usage_rate"
_PROCEDURES = "online_procedures"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def section(page: str, title: str) -> str:
    return page[page.index(f"<h2>{title}") :].split("</section>")[0]


def row_of(table: str, year: str) -> str:
    row = next(row for row in table.split("<tr") if f'rowheader">{year}</th>' in row)
    return plain(re.sub(r'<span class="head".*?</span>', "", row))


def test_every_indicator_has_a_page_in_both_languages(published: Any, opened: Any) -> None:
    with duckdb.connect(
        str(published.published_dir / "warehouse.duckdb"), read_only=True
    ) as connection:
        codes = [
            row[0]
            for row in connection.execute(
                "select indicator_code from marts.dim_indicators"
            ).fetchall()
        ]
    assert len(codes) == 9
    for code in codes:
        for language in ("ja", "en"):
            page = opened("indicator", indicator=code, lang=language)
            assert ("算式" if language == "ja" else "Formula") in page


def test_achievement_stands_beside_the_official_rating_and_neither_replaces_the_other(
    published: Any, opened: Any
) -> None:
    page = opened("indicator", indicator="training_participants")
    judged = row_of(section(page, "達成状況の判定"), "令和5年度")
    assert "未達成" in judged
    assert "A 数値判定と異なる" in judged
    assert "令和5年度: 公式評価は判断" in page
    assert "a judgement" in opened("indicator", indicator="training_participants", lang="en")


@pytest.mark.parametrize(
    ("official", "said"), [("'策定済'", "策定済"), ("null", "全4工程のうち4完了")]
)
def test_the_years_of_a_milestone_say_what_was_done_and_no_percentage(
    official: str, said: str, published: Any, opened: Any, change: Any
) -> None:
    milestone = "data_utilisation_policy"
    change(
        published,
        "update marts.fct_indicator_progress set actual_value = 100, actual_origin = 'computed',"
        f" numerator = 4, denominator = 4, official_text = {official}"
        f" where indicator_code = '{milestone}'",
    )
    page = opened("indicator", indicator=milestone)
    judged = row_of(section(page, "達成状況の判定"), "令和5年度")
    assert f"{said} 策定 " in judged
    assert "%" not in judged
    [tile] = re.findall(
        rf'<article class="tile" data-indicator="{milestone}">.*?</article>',
        opened("", year="2023"),
        re.DOTALL,
    )
    assert said in plain(tile)
    assert "%" not in plain(tile)


def test_the_receipt_and_the_example_of_a_milestone_name_its_stages(
    published: Any, opened: Any, change: Any
) -> None:
    milestone = "data_utilisation_policy"
    change(
        published,
        f"update marts.fct_indicator_receipts set indicator_code = '{milestone}', numerator = 3,"
        " denominator = 4, actual_value = 75",
        "update marts.fct_indicator_progress set status = 'met', actual_value = 100,"
        " actual_origin = 'computed', numerator = 4, denominator = 4, target_qualifier = null"
        f" where indicator_code = '{milestone}'",
    )
    receipt = section(opened("indicator", indicator=milestone), "この数値の根拠")
    assert "令和8年度の値 全4工程のうち3完了" in plain(receipt)
    assert "%" not in receipt.partition("受領データ")[0]
    told = plain(opened("definitions"))
    assert "データ活用の方針を策定 令和5年度" in told
    assert "目標の意味する幅予定した工程の完了実績全4工程のうち4完了達成状況" in told


def test_a_milestone_that_is_reconciled_says_its_stages_are_done(
    published: Any, opened: Any, change: Any
) -> None:
    milestone = "data_utilisation_policy"
    change(
        published,
        "insert into marts.fct_reconciliation (indicator_code, fiscal_year, published_in,"
        f" official_text, computed_value, outcome) values ('{milestone}', 2023, 'x', '策定済', 100,"
        f" 'agrees'), ('{milestone}', 2022, 'x', '策定中', 75, 'agrees')",
    )
    change(
        published,
        "update marts.fct_indicator_progress set actual_value = 100, actual_origin = 'computed',"
        f" numerator = 4, denominator = 4 where indicator_code = '{milestone}'",
    )
    table = section(opened("indicator", indicator=milestone), "公表値との照合")
    assert "全工程完了策定済一致" in row_of(table, "令和5年度")
    assert "75策定中一致" in row_of(table, "令和4年度")
    health = re.sub(r"\s", "", plain(opened("health")))
    assert "令和5年度算出値全工程完了公表値策定済" in health
    later = plain(opened("", year="2024"))
    assert "令和5年度末 策定済 (目標 策定)" in later


def test_the_page_says_where_the_status_depends_on_the_method(published: Any, opened: Any) -> None:
    methods = row_of(
        section(opened("indicator", indicator=_PROCEDURES), "判定方法による違い"), "令和5年度"
    )
    for told in ("達成", "やや遅れ 0.92", "順調 1.35", "方法によって判定が分かれます"):
        assert told in methods
    assert "<h2>判定方法による違い" not in opened("indicator", indicator="training_participants")


def test_a_status_that_cannot_be_told_says_why_and_a_tolerance_is_shown(
    published: Any, opened: Any
) -> None:
    judged = row_of(section(opened("indicator", indicator=_RATE), "達成状況の判定"), "令和8年度")
    assert "判定できない" in judged
    assert "年度途中" in judged
    assert "許容 ±1名" in row_of(
        section(opened("indicator", indicator="specialists_hired"), "達成状況の判定"), "令和5年度"
    )


def test_published_figures_and_revisions_are_told_with_their_sources(
    published: Any, opened: Any
) -> None:
    page = opened("indicator", indicator=_PROCEDURES)
    assert "幅の範囲内で一致" in section(page, "公表値との照合")
    source = section(page, "公表値との照合")
    assert (
        '<a href="https://www.city.example/596582.html" target="_blank">'
        "令和5年度デジタル統括室運営方針</a>"
    ) in source
    assert '<q lang="ja">online_procedures の実績 約1,100件:A &lt;b&gt;</q>' in source, (
        "as it stood"
    )
    assert "ページ番号 596582、2024年6月10日付、2024年6月12日に取込" in plain(source)
    revisions = section(page, "値の変更の履歴")
    assert "約600件 → 1,000件" in revisions
    assert "運営方針 &lt;b&gt;" in revisions
    rate = section(opened("indicator", indicator=_RATE), "値の変更の履歴")
    assert "37.7% → 39.6%" in rate
    assert "staff_roster_202403.csv" in rate
    assert "過去の値が変更されたことはありません" in opened(
        "indicator", indicator="nocode_applications"
    )


def test_the_forecast_stands_beside_how_well_it_did_before(published: Any, opened: Any) -> None:
    page = opened("indicator", indicator=_RATE)
    assert headline(page) == "令和8年度の70%まで あと 3所属(月 0.6所属)"
    forecast = plain(section(page, "見通し"))
    for told in ("71.7%", "64.9% – 77.8%", "60.8% – 80.8%", "63%"):
        assert told in forecast
    tested = plain(section(page, "過去の検証(当時の見通しと、その後の実績の比較)"))
    for told in ("6か月先", "検証の回数26回", "平均の誤差7.2ポイント", "80%の範囲に入った割合77%"):
        assert told in tested
    assert "月別の実績が不足(0 / 24 か月)" in section(
        opened("indicator", indicator="training_participants"), "見通し"
    )
    assert "<h2>見通し" not in opened("indicator", indicator="nocode_applications")
    told = "3 departments to go to 70% by the end of FY2026 (0.6 departments a month)"
    assert headline(opened("indicator", indicator=_RATE, lang="en")) == told


def test_the_receipt_names_the_sum_and_the_deliveries(published: Any, opened: Any) -> None:
    receipt = section(opened("indicator", indicator=_RATE), "この数値の根拠")
    for told in (
        "令和8年度の値 66.0% = 35 ÷ 53",
        "受領データ 15件、読込 3,733行",
        "access_log_20261001.csv",
        "ほか 3件",
    ):
        assert told in receipt.replace("\u00a0", " ")
    assert "この数値の根拠" not in opened("indicator", indicator=_PROCEDURES)


def test_declared_corrections_are_footnotes_of_the_indicators_that_they_touch(
    published: Any, opened: Any
) -> None:
    told = section(opened("indicator", indicator="specialists_hired"), "訂正の注記")
    assert (
        "※1 採用台帳 専門人材.csv 7行目「採用年月日」の 令和７年１月１日 を 2025-01-06 として計上。"
        "閉庁日のため(人事室、2025年4月10日)" in told
    )
    assert "訂正の注記" not in opened("indicator", indicator=_PROCEDURES)


def test_the_values_of_a_correction_that_concerns_a_person_are_not_told(
    published: Any, opened: Any
) -> None:
    with duckdb.connect(
        str((published.published_dir / "warehouse.duckdb").resolve())
    ) as connection:
        connection.execute(
            "update marts.fct_corrections set recorded_value = null, corrected_value = null"
        )
    told = section(opened("indicator", indicator="specialists_hired"), "訂正の注記")
    assert "個人に関わるため値は示しません" in told
    assert "2025-01-06" not in told


def test_departments_are_shown_as_they_were_and_few_people_are_hidden(
    published: Any, opened: Any
) -> None:
    units = plain(section(opened("indicator", indicator=_RATE), "所属別の値(令和8年度)"))
    assert (
        units.index("全市")
        < units.index("局・室 計")
        < units.index("副首都推進局")
        < units.index("大正区役所")
    )
    assert "35 / 53" in units
    assert "50.0%" not in units, "that is as they are now"
    people = section(
        opened("indicator", indicator="training_participants"), "所属別の値(令和8年度)"
    )
    of_few = next(each for each in people.split("<li>") if "<span>副首都推進局</span>" in each)
    assert "秘匿" in of_few.split("</li>")[0]
    assert "3人未満" in people
    assert "所属別の値" not in opened("indicator", indicator="nocode_applications")


def test_a_tile_leads_to_its_indicator(published: Any, opened: Any) -> None:
    assert 'href="indicator?indicator=training_participants"' in opened()


_UNKNOWN = "は、公表中の数値にありません"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("nobody", "「nobody」"),
        ("", "「(空)」"),
        ("  ", "「(空)」"),
        ("<script>alert(1)</script>", "「&lt;script&gt;alert(1)&lt;/script&gt;」"),
        ("visualisation_usage_rate\n", "「visualisation_usage_rate」"),
        ("x" * 5000, f"「{'x' * 60}…」"),
        ("Online_Procedures", "「Online_Procedures」"),
        (["online_procedures", _RATE], f"「online_procedures, {_RATE}」"),
    ],
)
def test_an_indicator_that_is_not_there_is_told_and_gives_way_to_no_other(
    published: Any,
    opened: Any,
    asked: Any,
    told: str,
) -> None:
    page = opened("indicator", indicator=asked)
    assert f"指標{told}{_UNKNOWN}" in page
    assert "2026年11月20日時点の数値にありません" in page
    assert all(f'href="indicator?indicator={code}"' in page for code in (_RATE, _PROCEDURES))
    assert "達成状況の判定" not in page
    assert "定義" not in page.replace("の定義", "")


def test_the_reader_of_english_is_told_in_english(published: Any, opened: Any) -> None:
    page = opened("indicator", indicator="nobody", lang="en")
    assert "“nobody” is not among the published indicators" in page
    assert 'href="indicator?indicator=online_procedures&amp;lang=en"' in page
    assert "Procedures available online" in page


def test_a_code_that_differs_in_capitals_or_spaces_only_is_offered_first(
    published: Any, opened: Any
) -> None:
    for asked in ("Online_Procedures", " online_procedures "):
        assert "小文字だけが異なる指標: <a" in opened("indicator", indicator=asked)
    assert "小文字だけが異なる" not in opened("indicator", indicator="nobody")


def test_the_same_indicator_named_twice_is_that_indicator(published: Any, opened: Any) -> None:
    assert "達成状況の判定" in opened("indicator", indicator=[_RATE, _RATE])


def test_a_rollback_between_two_looks_shows_no_other_indicator(published: Any, opened: Any) -> None:
    asked = {"indicator": "online_procedures"}
    assert "オンラインでできる手続数の定義" in opened("indicator", **asked)
    file = published.publish("20261119-20261122T170000Z")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "delete from marts.dim_indicators where indicator_code = 'online_procedures'"
        )
    told = opened("indicator", **asked)
    assert f"指標「online_procedures」{_UNKNOWN}" in told
    assert "達成状況の判定" not in told
    published.publish("20261121-20261123T170000Z")
    assert "オンラインでできる手続数の定義" in opened("indicator", **asked)


def pace(code: str, outlook: str, **told: float) -> str:
    values = {"numerator": 0, "denominator": 1, "required_numerator": 0, "months_left": 5} | told
    names = ", ".join(values)
    figures = ", ".join(str(value) for value in values.values())
    return (
        "insert into marts.fct_required_paces (indicator_code, fiscal_year, outlook,"
        f" measured_month, {names}) values ('{code}', 2026, '{outlook}', date '2026-10-01',"
        f" {figures})"
    )


def headline(page: str) -> str:
    pace = page.split('<section class="panel pace">')[1]
    return plain(pace.split('<p class="answer">')[1].split("</p>")[0])


_DOWN = "update marts.dim_indicators set direction = 'down' where indicator_code = "
_TIMES = (
    "update marts.dim_indicators set direction = 'down', unit_ja = '倍', unit_en = 'times',"
    " counted_ja = '倍', counted_en = 'times', counted_one_en = 'times', display_decimals = 2 where"
    " indicator_code = 'nocode_applications'"
)


@pytest.mark.parametrize(
    ("changes", "code", "japanese", "english"),
    [
        (
            (
                _DOWN + "'training_participants'",
                pace("training_participants", "within", target_value=30, still_needed=18),
            ),
            "training_participants",
            "令和8年度の上限 30名以内・残り 18名",
            "Within the ceiling of 30 people for FY2026, 18 people left",
        ),
        (
            (
                _DOWN + "'training_participants'",
                pace("training_participants", "exceeded", target_value=30, still_needed=1),
            ),
            "training_participants",
            "令和8年度の上限 30名を 1名 超えています",
            "1 person over the ceiling of 30 people for FY2026",
        ),
        (
            (
                _TIMES,
                pace(
                    "nocode_applications",
                    "to_go",
                    target_value=1.25,
                    still_needed=0.17,
                    needed_per_month=0.034,
                ),
            ),
            "nocode_applications",
            "令和8年度の1.25倍まで あと 0.17倍の減(月 0.034倍)",
            "0.17 times less to go to 1.25 times by the end of FY2026 (0.034 times a month)",
        ),
        (
            (_TIMES, pace("nocode_applications", "reached", target_value=1.25, still_needed=0)),
            "nocode_applications",
            "令和8年度の1.25倍まで下がっています",
            "Down to the target of 1.25 times for FY2026",
        ),
        (
            (
                pace(
                    "online_procedures",
                    "reached",
                    target_value=2000,
                    still_needed=0,
                    needed_per_month=0,
                ),
            ),
            "online_procedures",
            "令和8年度の2,000件に達しています",
            "The target of 2,000 procedures for FY2026 is reached",
        ),
    ],
)
def test_the_headline_says_what_the_outlook_is(
    published: Any,
    opened: Any,
    change: Any,
    changes: tuple[str, ...],
    code: str,
    japanese: str,
    english: str,
) -> None:
    change(published, *changes)
    assert headline(opened("indicator", indicator=code)) == japanese
    assert headline(opened("indicator", indicator=code, lang="en")) == english


def test_a_ratio_of_things_that_are_no_departments_counts_in_its_own_noun(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.dim_indicators set counted_ja = '人', counted_en = 'people', counted_one_en"
        f" = 'person' where indicator_code = '{_RATE}'",
        "update marts.fct_required_paces set numerator = 696, denominator = 1000,"
        " required_numerator = 700, still_needed = 4, needed_per_month = 0.8, actual_value = 69.6",
        "update marts.fct_indicator_progress set actual_value = 69.6, status = 'not_met',"
        f" is_provisional = false where indicator_code = '{_RATE}' and fiscal_year = 2026",
    )
    page = opened("indicator", indicator=_RATE)
    assert headline(page) == "令和8年度の70%まで あと 4人(月 0.8人)"
    assert "696 / 1,000人(69.6%)。70%は700人以上です" in page
    assert "69.6%" in row_of(section(page, "達成状況の判定"), "令和8年度")
    english = opened("indicator", indicator=_RATE, lang="en")
    assert headline(english) == "4 people to go to 70% by the end of FY2026 (0.8 people a month)"
    assert "70% takes 700 people or more, by the end of Mar 2027 (5 months)" in english


def test_an_indicator_that_has_ended_says_so_and_paces_nothing(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.dim_indicators set is_ended = true, valid_to = date '2025-03-31' where"
        f" indicator_code = '{_RATE}'",
        "update marts.fct_required_paces set outlook = 'ended', still_needed = null, months_left ="
        " null",
    )
    page = opened("indicator", indicator=_RATE)
    assert "この指標は終了しました(2025年3月末)。" in page
    assert "panel pace" not in page
    assert "This indicator ended (end of March 2025)." in opened(
        "indicator", indicator=_RATE, lang="en"
    )


def test_decimals_stay_in_forecast_and_receipt(published: Any, opened: Any, change: Any) -> None:
    forecast = (
        "update marts.fct_indicator_forecasts set indicator_code = 'nocode_applications',"
        " target_value = 1.25, "
    )
    change(
        published,
        _TIMES,
        forecast
        + "median_value = 1.2496, lower_80_value = 1.1, upper_80_value = 1.4, lower_95_value ="
        " 0.9, "
        "upper_95_value = 1.6 where status = 'forecast'",
        "update marts.fct_forecast_calibrations set indicator_code = 'nocode_applications',"
        " mean_absolute_error_value = 0.004",
        "update marts.fct_indicator_receipts set indicator_code = 'nocode_applications', numerator"
        " = 1.42, denominator = 1, actual_value = 1.42",
    )
    page = opened("indicator", indicator="nocode_applications")
    for told in ("1.2496倍", "1.10倍 – 1.40倍", "0.90倍 – 1.60倍"):
        assert told in plain(section(page, "見通し"))
    assert "平均の誤差0.004倍" in plain(
        section(page, "過去の検証(当時の見通しと、その後の実績の比較)")
    )
    assert "令和8年度の値 1.42倍(計上した数の合計 1.42)" in section(page, "この数値の根拠")


def test_a_pace_that_falls_short_of_being_on_track_is_not_rounded_up_to_it(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set linear_pace_ratio = 0.9496 where linear_pace_ratio"
        " is not null",
    )
    assert "やや遅れ 0.9496" in plain(opened("indicator", indicator=_PROCEDURES))


def test_a_chart_numbers_what_happened_and_the_list_below_says_what(
    published: Any, opened: Any
) -> None:
    panel = (
        opened("indicator", indicator="visualisation_usage_rate")
        .split('<section class="panel months">')[1]
        .split("</section>")[0]
    )
    listed = re.sub(r"<[^>]+>", " ", panel.split('<ol class="events"')[1].split("</ol>")[0])
    assert re.search(
        r"1 .*2024年4月15日 .*令和5年度の実績の変更: 37.7% → 39.6%", re.sub(r"\s+", " ", listed)
    )
    english = opened("indicator", indicator="visualisation_usage_rate", lang="en")
    assert "Actual of FY2023 revised: 37.7% → 39.6%" in english
    past = opened("indicator", indicator="visualisation_usage_rate", on="2026-11-01")
    assert "実績の変更" in past


def test_a_rating_that_nothing_can_be_compared_with_differs_from_nothing(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set rating_comparison = null, rating_differs_by = null"
        " where indicator_code = 'training_participants' and fiscal_year = 2023",
    )
    row = row_of(
        section(opened("indicator", indicator="training_participants"), "達成状況の判定"),
        "令和5年度",
    )
    assert "A" in row
    assert "数値判定と異なる" not in row

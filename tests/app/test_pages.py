"""What the app says in each state of the house, drawn from a real warehouse file; the router by
Streamlit's own test harness.
"""

import base64
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app" / "streamlit_app.py"
VERSION = "20261120-20261124T034500Z"


def routed(**query: str) -> str:
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception, page.exception
    return "\n".join(element.value for element in page.html)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def tile(page: str, indicator_code: str) -> str:
    found = re.search(
        rf'<article class="tile[^"]*" data-indicator="{indicator_code}".*?</article>',
        page,
        re.DOTALL,
    )
    assert found
    return found[0]


def drawings(page: str) -> list[str]:
    found = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", page)
    return [base64.b64decode(each).decode() for each in found]


def test_overview_shows_nine_tiles(published: Any, opened: Any) -> None:
    page = opened()
    assert page.count("<article") == 9
    for code in ("online_procedures", "visualisation_usage_rate", "training_participants"):
        assert tile(page, code)


def test_the_router_draws_what_the_address_asks_for(published: Any) -> None:
    assert "デジタル統括室 KPI" in routed()
    english = routed(lang="en")
    assert "Digital Bureau KPIs" in english
    assert '<div class="shihyo" lang="en" data-scheme="auto" data-page="overview">' in english


def test_every_page_tells_how_far_it_can_be_trusted(published: Any, opened: Any) -> None:
    for page in ("", "indicator", "usage", "health"):
        line = plain(opened(page).split('<p class="trust')[1].split("</p>")[0])
        for told in (
            "2026年11月20日時点",
            "最終更新 2026年11月24日 12:45",
            "検査 合格(3項目、注意1件)",
            "3系統受領",
            "除外32行",
        ):
            assert told in line


@pytest.mark.parametrize(
    ("now", "is_late"),
    [
        (datetime(2026, 11, 24, 4, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 15, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 16, tzinfo=UTC), True),
        (datetime(2027, 6, 1, tzinfo=UTC), True),
    ],
)
def test_a_version_that_is_old_says_so_without_status_or_ledger(
    published: Any,
    opened: Any,
    now: datetime,
    is_late: bool,
) -> None:
    (published.published_dir / "status.json").unlink()
    page = opened(now=now)
    assert ('<p class="trust late' in page) == is_late
    assert 'data-late-from="2026-11-25T15:45:00+00:00"' in page


def test_nothing_of_the_inside_is_told(
    published: Any, opened: Any, held_run: dict[str, Any]
) -> None:
    published.write_status(held_run)
    with duckdb.connect(
        str(published.published_dir / "warehouse.duckdb"), read_only=True
    ) as connection:
        codes = [
            row[0]
            for row in connection.execute(
                "select indicator_code from marts.dim_indicators"
            ).fetchall()
        ]
    pages = [
        ("", {}),
        ("usage", {}),
        ("health", {}),
        *(("indicator", {"indicator": code}) for code in codes),
    ]
    for page, query in pages:
        for language in ("ja", "en"):
            told = plain(opened(page, lang=language, **query))
            for inside in (
                "int_",
                "fct_",
                "shihyo ",
                "SHA",
                "abab",
                VERSION,
                "False",
                "None",
                "/tmp",
                "_is_",
                "bbbbbbbbbbbb",
            ):
                assert inside not in told, (page, query, language, inside)


def test_table_by_year_stands_beside_what_is_published(published: Any, opened: Any) -> None:
    page = plain(opened("indicator", indicator="visualisation_usage_rate"))
    for told in ("35 / 53", "暫定 2026年10月末時点", "31 / 54", "70%以上"):
        assert told in page


def test_chart_is_drawn_with_every_month_its_targets_and_the_forecast(
    published: Any, opened: Any
) -> None:
    page = opened("indicator", indicator="visualisation_usage_rate")
    drawn = next(each for each in drawings(page) if 'viewBox="0 0 960' in each)
    actual = re.findall(r'<polyline class="line actual" points="([^"]+)"', drawn)
    assert [len(line.split()) for line in actual] == [55], (
        "the month that is not over would look like a fall"
    )
    assert "hollow" not in drawn.split("</style>")[1]
    assert drawn.count('class="diamond target"') == 4
    assert drawn.count("<polygon") == 2
    for told in ("30%", "45%", "60%", "70%", "66%"):
        assert f">{told}</text>" in drawn
    table = plain(page)
    assert "2026年11月" in table
    assert table.count("暫定 2026年11月20日時点") >= 1


def test_held_night_is_told_in_the_readers_language(
    published: Any, opened: Any, held_run: dict[str, Any], finding: Any
) -> None:
    held_run["findings"] = [
        finding("roster_keeps_its_size", "1 of 12 rows: x 0.4"),
        finding("milestones_keep_their_size", "2 rows"),
        finding("a_check_of_tomorrow", "1 rows"),
    ]
    published.write_status(held_run)
    for page in ("", "indicator", "usage", "health"):
        told = plain(opened(page))
        assert "2026年11月25日 02:00 の更新は公表されませんでした" in told
        assert "データの検査に合格しなかったため、公表を止めました。" in told
        assert "職員名簿の行数が、前の月より大きく減っています(12件中1件)" in told
        assert "工程の台帳の行数が、前回の公表分より大きく減っています(2件)" in told
        assert "担当者が確かめている検査項目があります" in told
        assert "表示しているのは 2026年11月20日 時点の数値です。" in told
        assert "roster" not in told
    english = plain(opened(lang="en"))
    assert "A staff roster has far fewer rows than the one before (1 of 12 cases)" in english
    assert opened().count("<article") == 9


def test_a_held_version_says_what_waits_for_approval_and_for_how_long_it_does(
    published: Any, opened: Any, passed_run: Any, finding: Any
) -> None:
    rate = {
        "rule_code": "closed_year_changed",
        "tier": "hold",
        "message_ja": "終わった年度の実績が変わります",
        "message_en": "The actual of a year that is over changes",
        "name_ja": "データ可視化環境の利用状況",
        "name_en": "Usage of the environment",
        "indicator_code": "visualisation_usage_rate",
        "fiscal_year": 2023,
        "value_before": 39.62,
        "value_after": 39.64,
        "unit_ja": "%",
        "unit_en": "%",
    }
    status = {
        **rate,
        "rule_code": "status_changed",
        "message_ja": "判定が変わります",
        "text_before": "met",
        "text_after": None,
        "value_before": None,
        "value_after": None,
    }
    quiet = {**rate, "tier": "publish", "name_ja": "ほかの指標"}
    run = passed_run(
        "held",
        run_id="dddddddddddd",
        version="20261124-20261124T170000Z",
        findings=[finding("roster_keeps_its_size", "1 of 12 rows: x 0.4")],
        changes=[rate, status, quiet],
    )
    held = {"event": "held", "version": run["version"], "as_of": "2026-11-24"}
    published.write_ledger(held, {"event": "finished", **run})
    published.write_status(run)
    told = plain(opened())
    assert "承認待ち: 2026年11月24日 12:40 の更新は、次の変更の承認を待っています" in told
    assert "データ可視化環境の利用状況 R5: 39.62% → 39.64%(終わった年度の実績が変わります)" in told
    assert "データ可視化環境の利用状況 R5: 達成 → なし(判定が変わります)" in told
    assert "職員名簿の行数が、前の月より大きく減っています(12件中1件)" in told
    assert "ほかの指標" not in told
    assert "Usage of the environment FY2023: 39.62% → 39.64% (The actual" in plain(
        opened(lang="en")
    )
    assert "承認する人に連絡してください。" in plain(opened("health"))

    # A later night that was refused leaves it waiting; a rejection does not.
    refused = passed_run("audit_failed", run_id="eeeeeeeeeeee")
    published.write_ledger(held, {"event": "finished", **refused})
    published.write_status(refused)
    assert "2026年11月24日 時点の更新が、承認を待っています。" in plain(opened())
    decided = {"event": "rejected", "version": run["version"], "by": "x", "reason": "y"}
    published.write_ledger(held, decided, {"event": "finished", **refused})
    assert "承認を待っています" not in plain(opened())


@pytest.mark.parametrize("outcome", ["source_unavailable", "failed", "an_outcome_of_tomorrow"])
def test_every_other_outcome_raises_the_banner(
    published: Any, opened: Any, passed_run: Any, outcome: str
) -> None:
    published.write_status(passed_run(outcome, message="<b>it broke</b>"))
    page = opened()
    assert "公表されませんでした" in page
    assert "it broke" not in page


def test_lost_status_is_read_from_the_ledger_past_damaged_lines(
    published: Any, opened: Any, held_run: dict[str, Any]
) -> None:
    (published.published_dir / "status.json").write_text('{"published_ver', encoding="utf-8")
    published.write_ledger(
        '{"event": "started", "run',
        "null",
        "",
        {"event": "finished", **held_run},
        '{"event": "finis',
    )
    assert "公表されませんでした" in opened()


def test_run_without_an_end_is_told(published: Any, opened: Any, passed_run: Any) -> None:
    begun = {
        "event": "started",
        "run_id": "dddddddddddd",
        "started_at": "2026-11-25T17:00:00+00:00",
    }
    published.write_ledger({"event": "finished", **passed_run()}, begun)
    page = opened()
    assert "2026年11月26日 02:00 に始まった更新は、まだ終わっていません" in page
    assert "公表されませんでした" not in page


def test_version_after_a_rollback_says_so(published: Any, opened: Any) -> None:
    moves = (
        {"event": "version", "at": "2026-11-24T03:45:20+00:00", "version": VERSION},
        {"event": "rollback", "version": VERSION},
    )
    published.write_ledger(*moves)
    assert "(差し戻し後)" in opened()
    assert "after a rollback" in opened(lang="en")


def test_warnings_of_the_last_audit_are_shown_quietly_and_once(
    published: Any, opened: Any, passed_run: Any, change: Any, finding: Any
) -> None:
    change(
        published,
        "update marts.fct_audit_results set expectation_name = 'day_volume_is_not_excessive' where"
        " severity = 'warning'",
    )
    same = "day_volume_is_not_excessive: a day of the access log has far more rows (12 rows)"
    found = [finding("day_volume_is_not_excessive", "12 rows")]
    published.write_status(passed_run(warnings=[same, "dbt test assert_x warned"], findings=found))
    notes = plain(opened().split('<details class="panel notes">')[1].split("</details>")[0])
    assert "検査の注意事項(2件)" in notes
    assert notes.count("利用記録の1日分が、通常より大幅に多くなっています(12件)") == 1
    assert "assert_x" not in notes


def test_a_source_that_the_last_night_could_not_reach_is_counted_and_named(
    published: Any, opened: Any, passed_run: Any
) -> None:
    assert "接続できていません" not in plain(opened())
    stale = "specialists is stale: last read as of 2026-11-19, 1 days ago; /srv/x is not there"
    published.write_status(passed_run(sources_stale=["specialists"], warnings=[stale]))
    told = plain(opened())
    assert "1系統に接続できていません" in told
    assert "接続できなかった取得元: 採用台帳(前回までに受け取った内容で計算しています)" in told
    assert "/srv/x" not in told
    assert "1 source could not be reached" in plain(opened(lang="en"))


def test_unknown_values_of_an_address_are_told_and_named(published: Any, opened: Any) -> None:
    for asked, told in (("fr", "fr"), ("EN", "EN"), ("", "(空)"), ("<b>", "&lt;b&gt;")):
        page = opened(lang=asked)
        assert "デジタル統括室" in page
        assert f"言語「{told}」の表示はありません" in page
    assert "notice unknown" not in opened(lang="en")
    assert "配色「sepia」はありません" in opened(scheme="sepia")
    assert "期間「ever」はありません" in opened("usage", months="ever")
    assert "まとめ方「x」はありません" in opened("indicator", units="x")
    assert "ページ「nowhere」はありません。「全体」を表示しています" in opened("nowhere")
    assert "a page “nowhere” that does not exist" in opened("nowhere", lang="en")


def test_all_links_keep_what_the_address_has_chosen(published: Any, opened: Any) -> None:
    page = opened(
        "indicator",
        indicator="training_participants",
        lang="en",
        scheme="dark",
        units="as_it_is_now",
    )
    chosen = "indicator=training_participants&amp;lang=en&amp;scheme=dark&amp;units=as_it_is_now"
    for path in (".", "indicator", "usage", "health"):
        assert f'href="{path}?{chosen}"' in page
    assert (
        'href="indicator?indicator=training_participants&amp;scheme=dark&amp;units=as_it_is_now"'
        ' lang="ja"' in page
    )
    assert "shihyo" in page
    assert 'data-scheme="dark"' in page


def test_each_page_has_a_title_of_its_own(published: Any) -> None:
    import settings as configuration
    from app import site, warehouse
    from app.address import PAGES, read_address

    state = warehouse.read_state(configuration.settings())
    asked = [
        read_address(page, {"lang": [language]}) for page in PAGES for language in ("ja", "en")
    ]
    titles = [site.draw_site(state, address, datetime.now(UTC)).title for address in asked]
    assert len(set(titles)) == len(titles)
    assert "オンラインでできる手続数 – 指標 Shihyō" in titles


def test_an_indicator_that_has_ended_says_so_on_its_tile(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.dim_indicators set is_ended = true, valid_to = date '2025-03-31' where"
        " indicator_code = 'nocode_applications'",
        "update marts.fct_indicator_standings set attention_group = 'ended', deciding_reason ="
        " 'indicator_ended' where indicator_code = 'nocode_applications'",
    )
    assert "この指標は終了しました(2025年3月末)。" in tile(opened(), "nocode_applications")
    assert "This indicator has ended (end of March 2025)." in tile(
        opened(lang="en"), "nocode_applications"
    )
    assert "終了" not in tile(opened(), "online_procedures")


def test_indicators_stand_by_what_they_need(published: Any, opened: Any) -> None:
    page = opened()
    headline = plain(page.split('<h1 class="headline">')[1].split("</h1>")[0])
    assert (
        "9指標のうち6指標が達成(うち1は期限後)、1指標が順調、1指標は手当てが必要、1指標は判断保留です。"
        in headline
    )
    assert "データ可視化環境の利用状況が令和8年度末に70%へ届く確率は63%です。" in headline
    english = plain(opened(lang="en"))
    assert (
        "Of 9 indicators: 6 achieved (1 late), 1 on course, 1 needs attention, 1 cannot be told."
        in english
    )
    assert "63% likely to reach 70% by the end of FY2026." in english
    headings = [
        page.index(f"<h2>{name} <span>")
        for name in ("手当てが必要", "順調", "判断できない", "達成")
    ]
    assert headings == sorted(headings)
    assert headings[0] < page.index('data-indicator="training_participants"') < headings[1]


def shown_tiles(page: str) -> dict[str, str]:
    """Return the group of each tile, by indicator."""
    found = re.findall(r'<article class="tile (\w+)" data-indicator="(\w+)">', page)
    return {code: group for group, code in found}


def test_tiles_can_be_chosen_by_issue_and_by_what_they_need(published: Any, opened: Any) -> None:
    everything = shown_tiles(opened())
    issues = {code: re.findall(r"経営課題(\d)", tile(opened(), code))[0] for code in everything}
    of_third = {code: group for code, group in everything.items() if issues[code] == "3"}
    assert 0 < len(of_third) < len(everything)
    assert shown_tiles(opened(issue="3")) == of_third
    group = next(iter(of_third.values()))
    assert shown_tiles(opened(issue="3", group=group)) == {
        code: each for code, each in of_third.items() if each == group
    }
    page = opened(issue="3", lang="en")
    assert 'href=".?lang=en"' in page
    assert '<p class="note">Issue</p>' in page
    assert "該当する指標はありません。" in opened(issue="3", group="ended")
    for query in ({"issue": "9"}, {"issue": "三"}, {"group": "all_of_them"}):
        page = opened(**query)
        assert 'role="alert"' in page
        assert shown_tiles(page) == everything


def test_a_version_that_does_not_say_its_day_shows_all_that_it_holds(
    published: Any, opened: Any
) -> None:
    before = (
        shown_tiles(opened()),
        drawings(opened("indicator", indicator="visualisation_usage_rate")),
    )
    link = published.published_dir / "warehouse.duckdb"
    other = link.resolve().with_name("restored.duckdb")
    shutil.copy(link.resolve(), other)
    link.unlink()
    link.symlink_to(other.name)
    assert "時点の情報" not in opened()
    assert (
        shown_tiles(opened()),
        drawings(opened("indicator", indicator="visualisation_usage_rate")),
    ) == before


def test_the_actual_target_and_status_of_a_tile_are_of_one_year(
    published: Any, opened: Any
) -> None:
    shown = plain(tile(opened(), "online_procedures"))
    assert (
        "1,957件 目標 2,000件 期限後に達成令和7年度末 未達成 期限の令和7年度末には43件不足しましたが、2026年7月に2,000件へ到達しました。"
        in shown
    )
    assert "今年度 2026年10月末まで 2,125件 前年の同じ時期より +335件" in shown
    specialists = plain(tile(opened(), "specialists_hired"))
    assert "2名 目標 3名程度 令和5年度末 達成 (許容 ±1名)" in specialists
    assert "今年度 2026年11月9日まで 1名 前年の同じ時期より ±0名" in specialists
    english = plain(tile(opened(lang="en"), "training_participants"))
    assert "58 people target 60 people a year End of FY2025 Not met" in english
    assert "33 people +2 people on the same time last year" in english


def test_the_running_years_figure_that_is_published_alone_says_so(
    published: Any, opened: Any, change: Any
) -> None:
    change(published, "update marts.fct_indicator_standings set running_measured_to = null")
    assert "今年度の公表値 2,125件" in plain(tile(opened(), "online_procedures"))
    for indicator in ("online_procedures", "visualisation_usage_rate", "specialists_hired"):
        assert opened("indicator", indicator=indicator)
    assert opened(year="2025")


def test_a_target_that_was_reached_after_its_years_end_says_so_beside_the_years_result(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set actual_text = '1,957件',"
        " actual_value = 1957, target_text = '2,000件', target_value = 2000, status = 'not_met'"
        " where indicator_code = 'online_procedures' and fiscal_year = 2025",
    )
    page = opened("indicator", indicator="online_procedures")
    answer = plain(page.split('<section class="panel standing')[1].split("</section>")[0])
    assert "期限後に達成 期限の令和7年度末には43件不足しましたが" in answer
    assert "1,957件 期限の時点では未達成" in answer
    assert "「達成」の理由: 年度末には未達成だったが、その後目標の値に達している" in answer
    judged = plain(page.split("<h2>達成状況の判定")[1].split("</section>")[0])
    assert "未達成 (その後、2026年7月に到達)" in judged
    report = plain(opened("report", year="2025"))
    assert "未達成(その後、2026年7月に到達)" in report
    assert "なお、期限後の2026年7月に目標 2,000件へ到達した。" in report
    english = plain(opened("indicator", indicator="online_procedures", lang="en"))
    assert "Reached after the year&#39;s end" in english
    then = plain(opened("report", year="2023", on="2024-06-10"))
    assert "に到達)" not in then, "it is known of the present alone"


def test_the_word_of_a_group_leads_to_its_rule(published: Any, opened: Any) -> None:
    assert 'href="definitions#groups"' in opened()
    rules = opened("definitions").split('id="groups"')[1].split("</table>")[0]
    told = plain(rules)
    assert told.index("指標が終了した") < told.index("次の目標に届く確率が50%以上")
    assert "公式評価が数値による判定と異なる" not in told, "what decides for no group"


def test_a_tile_with_a_target_ahead_says_how_far_and_what_was_planned(
    published: Any, opened: Any
) -> None:
    page = opened()
    shown = plain(tile(page, "visualisation_usage_rate"))
    assert (
        "66% 目標 70%以上(令和8年度末) 2026年10月末時点 · 届く確率 63% 計画では2026年10月末に"
        " 65.8%" in shown
    )
    assert "令和7年度末 57% (目標 60%) 未達成" in shown, "the earlier year on a line of its own"
    answer = plain(page.split('<section class="panel standing')[1].split("</section>")[0])
    for told in (
        "順調",
        "66.0% 35 / 53所属",
        "計画では今 65.8%",
        "あと 3所属 残り5か月、月0.6所属のペースで届く",
    ):
        assert told in answer
    own = plain(opened("indicator", indicator="visualisation_usage_rate"))
    assert "順調 令和8年度末に70%へ届く確率は63%です。" in own


def test_what_changed_since_last_month_is_told_with_its_causes(published: Any, opened: Any) -> None:
    changes = plain(opened().split('<section class="panel changes">')[1].split("</section>")[0])
    assert "先月から変わったこと 2026年10月31日から" in changes
    assert (
        "実績 64.2% → 66.0% · 新たに 地域データ共創室 · 利用停止 西区役所 (新しいデータを受領)"
        in changes
    )
    assert "達成に · 目標 60名/年 → 65名/年 · 訂正 1件 (目標を改定)" in changes
    english = plain(opened(lang="en"))
    assert "joined: Community Data Office · stopped: Nishi Ward Office (new deliveries)" in english


def test_a_month_without_a_change_says_nothing_of_it(
    published: Any, opened: Any, change: Any
) -> None:
    change(published, "delete from marts.fct_indicator_changes")
    assert "先月から変わったこと" not in opened()


def test_a_milestone_says_what_is_done_and_when_and_no_percentage(
    published: Any, opened: Any
) -> None:
    page = opened()
    shown = plain(tile(page, "data_utilisation_policy"))
    assert "策定済 2024年3月29日に完了 予定した工程がすべて完了しました。" in shown
    assert "%" not in shown
    assert "trend" not in tile(page, "data_utilisation_policy")
    assert "Drawn up Done on 29 March 2024" in plain(
        tile(opened(lang="en"), "data_utilisation_policy")
    )


def test_a_part_year_is_joined_to_no_whole_year(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "insert into marts.fct_indicator_progress (indicator_code, fiscal_year, actual_origin,"
        " actual_value, is_provisional) values ('training_participants', 2024, 'computed', 61,"
        " false), ('training_participants', 2026, 'computed', 33, true), ('nocode_applications',"
        " 2026, 'computed', 65, true)",
    )
    page = opened()
    flow, stock = (tile(page, code) for code in ("training_participants", "nocode_applications"))
    assert "令和8年度" not in plain(flow.split('<div class="trend">')[1])
    drawn = drawings(stock)[0]
    assert drawn.count('class="dot hollow"') == 1
    assert len(re.findall(r'line actual" points="([^"]+)"', drawn)[0].split()) == 2
    bars = opened("indicator", indicator="training_participants")
    assert all(each.count('class="bar hollow"') == 1 for each in drawings(bars))


def test_the_tolerance_counts_in_both_places(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "update marts.fct_indicator_progress set rating_comparison = 'differs_explained',"
        " rating_differs_by = 'tolerance' where indicator_code = 'specialists_hired'",
    )
    page = plain(opened("indicator", indicator="specialists_hired"))
    assert "許容の範囲内で達成" in page
    assert "数値判定と異なる" not in page


def test_house_with_nothing_published_says_so(house: Any, opened: Any) -> None:
    page = opened()
    assert "まだ公表された数値がありません" in page
    assert "Nothing is published yet" in opened(lang="en")
    assert "<article" not in page


def test_failed_first_night_is_told_where_nothing_is_published(
    house: Any, opened: Any, held_run: dict[str, Any]
) -> None:
    house.write_status(held_run)
    page = opened()
    assert "まだ公表された数値がありません" in page
    assert "公表されませんでした" in page


def test_damaged_version_and_wrong_configuration_are_told_in_plain_words(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (published.published_dir / "warehouse.duckdb").resolve().write_bytes(b"no database" * 1000)
    page = routed()
    assert "公表された数値を読み込めません" in page
    for inside in ("IO Error", ".duckdb", "database file", "/tmp", "shihyo versions"):
        assert inside not in page
    monkeypatch.setenv("SHIHYO_CONFIG", "/nowhere/shihyo.toml")
    import settings as configuration

    configuration.settings.cache_clear()
    page = routed()
    assert "設定に誤りがあります" in page
    assert "/nowhere" not in page


def test_a_version_from_before_the_apps_marts_is_told_as_such(
    published: Any, opened: Any, change: Any
) -> None:
    change(published, "drop table marts.fct_indicator_standings")
    assert "次の更新のあとに表示されます" in opened()
    assert "fct_indicator" not in opened()
    assert "計算から除いているデータ" in opened("health"), "a page whose marts are there is shown"


def test_a_version_from_before_a_column_that_the_app_draws_is_told_as_such(
    published: Any, opened: Any, change: Any
) -> None:
    change(published, "alter table marts.fct_indicator_standings drop column is_done")
    page = opened()
    assert "次の更新のあとに表示されます" in page
    assert "is_done" not in page


@pytest.mark.parametrize(
    "target", ["warehouse-20261120-20261124T034501Z.duckdb", "warehouse.duckdb", "."]
)
def test_link_that_leads_to_no_file_is_told_as_lost_and_not_as_nothing_published(
    published: Any, opened: Any, target: str
) -> None:
    link = published.published_dir / "warehouse.duckdb"
    link.unlink()
    link.symlink_to(target)
    page = opened()
    assert "公表された数値を読み込めません" in page
    assert "まだ公表された数値がありません" not in page
    assert ".duckdb" not in page
    assert "The published figures cannot be read" in opened(lang="en")


def test_new_version_is_seen_at_the_next_run(published: Any, opened: Any) -> None:
    opened("indicator", indicator="online_procedures")
    file = published.publish("20261121-20261122T170000Z")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update marts.fct_indicator_progress set actual_value = 1234 where indicator_code ="
            " 'online_procedures'"
        )
    page = opened("indicator", indicator="online_procedures")
    assert "2026年11月21日時点" in page
    assert "<b>1,234</b>" in page


def test_a_version_that_is_removed_while_its_page_is_drawn_gives_way_to_the_next_one(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import site, warehouse
    from app.pages import FRAME

    first = (published.published_dir / "warehouse.duckdb").resolve()
    calls = []

    def read(version: Any, queries: Any, **parameters: Any) -> Any:
        if queries != FRAME:
            calls.append(version.version)
        if len(calls) == 1 and first.exists():
            published.publish("20261125-20261125T171000Z")
            first.unlink()
        return warehouse.read(version, queries, **parameters)

    monkeypatch.setattr(site, "read", read)
    page = routed()
    assert calls == [VERSION, *2 * ["20261125-20261125T171000Z"]], "panels, those of nights apart"
    assert page.count("<article") == 9
    assert "2026年11月25日時点" in page
    assert "20261120" not in page


def test_app_leaves_the_published_file_free_and_untouched(published: Any, opened: Any) -> None:
    file = (published.published_dir / "warehouse.duckdb").resolve()
    file.chmod(0o444)
    before = (file.stat().st_mtime_ns, file.read_bytes())
    opened()
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before
    assert {path.name for path in published.published_dir.iterdir()} == {
        "status.json",
        file.name,
        "warehouse.duckdb",
    }
    assert file not in {descriptor.resolve() for descriptor in Path("/proc/self/fd").iterdir()}


def test_what_was_not_read_is_told_in_the_readers_language_and_once(
    published: Any, opened: Any, passed_run: Any
) -> None:
    said = (
        "access_log: 7 of what was delivered is not read: a.jsonl (this source reads no file with"
        " this ending) and 6 more"
    )
    entries = [{"name": f"{letter}.jsonl", "reason_code": "unknown_ending"} for letter in "abcde"]
    entries.append({"name": "<b>", "reason_code": "of_tomorrow"})
    undated = [{"name": "log.csv", "reason_code": "no_day"}]
    locked = {
        "unread": [{"name": "~$＊＊＊", "reason_code": "office_lock"}],
        "not_read": 1,
        "warning": None,
    }
    log = {"unread": entries, "not_read": 7, "landed_undated": undated, "warning": said}
    published.write_status(
        passed_run(
            warnings=[said],
            accounts={"access_log": log, "training_rosters": locked, "milestones": "?"},
        )
    )
    japanese, english = opened(), opened(lang="en")
    assert (
        "利用ログ: 受け渡しフォルダの 7件を読み込んでいません(a.jsonl: この取得元では読まない拡張子、"
        in japanese
    )
    assert "e.jsonl: この取得元では読まない拡張子、ほか 2件)" in japanese
    assert (
        "利用ログ: 1件を対象日なしで取り込みました(log.csv: ファイル名に対象日がない)" in japanese
    )
    assert (
        "Access log: 7 of what was delivered is not read (a.jsonl: an ending that the source does"
        " not read" in english
    )
    for page in (japanese, english):
        assert said not in page
        assert "~$" not in page


def test_what_was_not_read_is_told_of_a_night_that_published_nothing_too(
    published: Any, opened: Any, held_run: dict[str, Any]
) -> None:
    entry = {"name": "名簿.csv", "reason_code": "no_month"}
    account = {"unread": [entry], "not_read": 1, "warning": "x"}
    published.write_status({**held_run, "accounts": {"staff_roster": account}})
    assert (
        "職員名簿: 受け渡しフォルダの 1件を読み込んでいません(名簿.csv: ファイル名に対象月がない)"
        in opened()
    )


def test_what_a_version_says_is_drawn_once_and_what_the_nights_did_every_time(
    published: Any, opened: Any, passed_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import site

    drawn: list[str] = []

    def draw(template: str, *told: Any, **more: Any) -> Any:
        drawn.append(template)
        return real(template, *told, **more)

    real = site.draw
    monkeypatch.setattr(site, "draw", draw)
    first = opened()
    assert {"overview_headline.html", "overview_tiles.html", "audit_warnings.html"} <= set(drawn)
    drawn.clear()
    assert opened() == first
    assert set(drawn) == {"frame.html", "audit_warnings.html"}
    published.write_status(passed_run(warnings=["rows_are_of_known_departments: 3 of 9 rows"]))
    assert opened() != first, "the night since had a note"
    drawn.clear()
    assert "Of 9 indicators" in plain(opened(lang="en"))
    published.publish("20261121-20261125T034500Z")
    opened()
    assert drawn.count("overview_tiles.html") == 2, "another language, and another version"

"""What the app says in each state of the house, run by Streamlit's own test harness on a real warehouse file."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app" / "streamlit_app.py"
VERSION = "20261120-20261124T034500Z"


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception, page.exception
    return page


def text_of(page: AppTest) -> str:
    return "\n".join(element.value for element in page.html)


def tile(page: AppTest, indicator_code: str) -> str:
    grid = next(element.value for element in page.html if "shihyo-grid" in element.value)
    return next(part for part in grid.split("<article") if f'data-indicator="{indicator_code}"' in part)


@pytest.fixture
def published(house: Any, passed_run: Any) -> Any:
    """A house whose last night published."""
    house.publish()
    house.write_status(passed_run())
    return house


def test_overview_shows_nine_tiles_in_their_order(published: Any) -> None:
    page = text_of(opened())
    assert page.count("<article") == 9
    assert page.index("online_procedures") < page.index("visualisation_usage_rate") < page.index("training_participants")


def test_heading_tells_as_of_version_and_time_in_japan(published: Any) -> None:
    page = text_of(opened())
    assert "指標 Shihyō" in page
    assert "2026年11月20日" in page
    assert VERSION in page
    assert "2026年11月24日 12:45" in page


def test_tile_shows_the_published_figure_with_its_qualifier_and_the_last_target(published: Any) -> None:
    shown = tile(opened(), "online_procedures")
    assert "<small>約</small><b>1,100</b><small>件</small>" in shown
    assert "令和7年度 2,000件" in shown
    assert "1,500" not in shown
    assert "公表値" in shown
    assert "模擬データ" not in shown
    assert "(令和5年度)" in shown


def test_tile_of_an_unfinished_year_is_provisional_and_shows_this_years_target(published: Any) -> None:
    shown = tile(opened(), "visualisation_usage_rate")
    assert "<b>66</b>" in shown
    assert "暫定 2026年10月末時点" in shown
    assert "令和8年度 70%以上" in shown
    assert "模擬データ" in shown
    assert "2022年4月" in shown
    assert "2026年10月" in shown


def test_tile_of_a_milestone_shows_its_wording_and_no_trend(published: Any) -> None:
    page = opened()
    assert "策定済" in tile(page, "data_utilisation_policy")
    assert "令和5年度 策定" in tile(page, "data_utilisation_policy")
    assert "令和5年10月から運用開始" in tile(page, "common_cloud_service")
    assert "目標設定なし" in tile(page, "common_cloud_service")
    for code in ("data_utilisation_policy", "common_cloud_service", "specialists_hired"):
        assert "shihyo-trend" not in tile(page, code)


def test_table_by_year_stands_beside_what_is_published(published: Any) -> None:
    page = text_of(opened())
    table = page[page.index("shihyo-years") :]
    assert "35 / 53" in table
    assert "令和8年度: 暫定 2026年10月末時点" in table
    assert "31 / 54" in table
    assert "70%以上" in table
    assert "評価 A" in table


def test_chart_is_drawn_with_every_month_and_targets_at_each_march(published: Any) -> None:
    page = opened()
    assert len(page.get("vega_lite_chart")) == 1
    drawn = page.get("vega_lite_chart")[0].proto
    values = [pa.ipc.open_stream(dataset.data.data).read_all().to_pylist() for dataset in drawn.datasets]
    targets = next(rows for rows in values if rows and "begin" in rows[0])
    assert [(row["month"][:10], row["value"]) for row in targets] == [
        ("2024-03-01", 30.0),
        ("2025-03-01", 45.0),
        ("2026-03-01", 60.0),
        ("2027-03-01", 70.0),
    ]
    months = max(values, key=len)
    assert len(months) == 56
    assert [row["month"][:10] for row in months if row["is_provisional"]] == ["2026-11-01"]


def test_demonstration_is_labelled_and_a_real_deployment_is_not(published: Any, passed_run: Any) -> None:
    assert "実演用の環境です" in text_of(opened())
    published.write_status(passed_run(), is_demo=False)
    page = text_of(opened())
    assert "模擬データ" not in page
    assert "算出値" in page


def test_demonstration_stays_labelled_without_a_status(published: Any) -> None:
    (published.published_dir / "status.json").unlink()
    published.config.write_text('is_demo = true\npseudonym_key = "a-key-for-tests-only"\n', encoding="utf-8")
    assert "実演用の環境です" in text_of(opened())


def test_night_that_published_raises_no_banner(published: Any) -> None:
    assert "公表されませんでした" not in text_of(opened())


def test_held_night_is_told_with_its_reason_and_the_version_shown(published: Any, held_run: dict[str, Any]) -> None:
    published.write_status(held_run)
    page = text_of(opened())
    assert "2026年11月25日 02:00 の更新は公表されませんでした" in page
    assert "検査(監査)に合格しなかった" in page
    assert "usage_rate_drifts_little: the usage rate moved" in page
    assert f"2026年11月20日 時点の版 {VERSION}" in page
    assert page.count("<article") == 9


@pytest.mark.parametrize("outcome", ["source_unavailable", "failed", "an_outcome_of_tomorrow"])
def test_every_other_outcome_raises_the_banner(published: Any, passed_run: Any, outcome: str) -> None:
    published.write_status(passed_run(outcome, message="<b>it broke</b>"))
    page = text_of(opened())
    assert "公表されませんでした" in page
    assert "&lt;b&gt;it broke&lt;/b&gt;" in page


def test_lost_status_is_read_from_the_ledger_past_damaged_lines(published: Any, held_run: dict[str, Any]) -> None:
    (published.published_dir / "status.json").write_text('{"published_ver', encoding="utf-8")
    published.write_ledger('{"event": "started", "run', "null", "", {"event": "finished", **held_run}, '{"event": "finis')
    assert "公表されませんでした" in text_of(opened())


def test_run_without_an_end_is_told(published: Any, passed_run: Any) -> None:
    begun = {"event": "started", "run_id": "dddddddddddd", "started_at": "2026-11-25T17:00:00+00:00"}
    published.write_ledger({"event": "finished", **passed_run()}, begun)
    page = text_of(opened())
    assert "2026年11月26日 02:00 に始まった更新は、まだ終わりが記録されていません" in page
    assert "公表されませんでした" not in page


def test_version_after_a_rollback_says_so(published: Any) -> None:
    moves = {"event": "version", "at": "2026-11-24T03:45:20+00:00", "version": VERSION}, {"event": "rollback", "version": VERSION}
    published.write_ledger(*moves)
    assert "差し戻し後の版" in text_of(opened())


def test_warnings_of_the_last_audit_are_shown_quietly_and_once(published: Any, passed_run: Any) -> None:
    same = "volume_is_usual: rows of the access log are unusual in run bbbbbbbbbbbb (12 rows)"
    published.write_status(passed_run(warnings=[same, "dbt test assert_x warned"]))
    page = opened()
    assert [expander.label for expander in page.expander] == ["検査の注意事項(2件)"]
    assert text_of(page).count(same) == 1
    assert "aaaaaaaaaaaa" not in text_of(page)


def test_language_comes_from_the_address_and_goes_back_into_it(published: Any) -> None:
    page = opened(lang="en")
    assert "Digital Bureau KPIs" in text_of(page)
    assert "about </small><b>1,100</b><small> procedures" in tile(page, "online_procedures")
    assert "Provisional, as of end of October 2026" in text_of(page)
    assert "FY2026 at least 70%" in text_of(page)
    page.button_group(key="language").set_value("ja").run()
    assert page.query_params["lang"] == "ja"
    assert "デジタル統括室" in text_of(page)
    page.button_group(key="language").set_value("en").run()
    assert page.query_params["lang"] == "en"


def test_unknown_language_is_japanese_and_says_so(published: Any) -> None:
    for asked, told in (("fr", "fr"), ("EN", "EN"), ("", "(空)"), ("<b>", "&lt;b&gt;")):
        page = opened(lang=asked)
        assert "デジタル統括室" in text_of(page)
        assert f"言語「{told}」の表示はありません" in text_of(page)
    assert "の表示はありません" not in text_of(opened())
    page.button_group(key="language").set_value("en").run()
    assert "の表示はありません" not in text_of(page)


def test_the_language_follows_the_address_on_the_way_back(published: Any) -> None:
    page = opened(lang="en")
    page.query_params["lang"] = "ja"
    page.run()
    assert "デジタル統括室 KPI" in text_of(page)


def test_a_missed_target_looks_missed_on_the_tile_the_chart_and_the_table(published: Any) -> None:
    with duckdb.connect(str((published.published_dir / "warehouse.duckdb").resolve())) as connection:
        connection.execute(
            "update marts.fct_indicator_progress set actual_value = 69.6, status = 'not_met' "
            "where indicator_code = 'visualisation_usage_rate' and fiscal_year = 2026"
        )
        connection.execute("update marts.fct_indicator_actuals set actual_value = 69.96 where actual_value > 66")
    page = opened()
    assert "<b>69.6</b><small>%</small>" in tile(page, "visualisation_usage_rate")
    assert "2026年10月 <b>69.96%</b>" in re.sub(r"</span>|<span>", "", tile(page, "visualisation_usage_rate"))
    text = text_of(page)
    assert "<b>69.6%</b>" in text[text.index("shihyo-years") :]
    drawn = page.get("vega_lite_chart")[0].proto
    values = [pa.ipc.open_stream(dataset.data.data).read_all().to_pylist() for dataset in drawn.datasets]
    latest = max(values, key=len)[-2]
    assert (latest["label"], latest["利用率"]) == ("69.96%", "69.96%")


def test_an_indicator_that_has_ended_is_marked_on_its_tile(published: Any) -> None:
    with duckdb.connect(str((published.published_dir / "warehouse.duckdb").resolve())) as connection:
        connection.execute(
            "update marts.dim_indicators set is_ended = true, valid_to = date '2025-03-31' where indicator_code = 'nocode_applications'"
        )
    assert "終了 2025年3月末" in tile(opened(), "nocode_applications")
    assert "Ended end of March 2025" in tile(opened(lang="en"), "nocode_applications")
    assert "終了" not in tile(opened(), "online_procedures")


def test_house_with_nothing_published_says_so(house: Any) -> None:
    page = text_of(opened())
    assert "まだ公表された版がありません" in page
    assert "Nothing is published yet" in text_of(opened(lang="en"))
    assert "<article" not in page


def test_failed_first_night_is_told_where_nothing_is_published(house: Any, held_run: dict[str, Any]) -> None:
    house.write_status(held_run)
    page = text_of(opened())
    assert "まだ公表された版がありません" in page
    assert "公表されませんでした" in page


def test_damaged_version_and_wrong_configuration_are_told(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (published.published_dir / "warehouse.duckdb").resolve().write_bytes(b"no database" * 1000)
    assert "公表された版を読み込めません" in text_of(opened())
    monkeypatch.setenv("SHIHYO_CONFIG", "/nowhere/shihyo.toml")
    import settings as configuration

    configuration.settings.cache_clear()
    assert "設定に誤りがあります" in text_of(opened())


@pytest.mark.parametrize("target", ["warehouse-20261120-20261124T034501Z.duckdb", "warehouse.duckdb", "."])
def test_link_that_leads_to_no_file_is_told_as_lost_and_not_as_nothing_published(published: Any, target: str) -> None:
    link = published.published_dir / "warehouse.duckdb"
    link.unlink()
    link.symlink_to(target)
    page = text_of(opened())
    assert "公表された版を読み込めません" in page
    assert "shihyo versions --verify" in page
    assert "まだ公表された版がありません" not in page
    assert "The published version cannot be read" in text_of(opened(lang="en"))


def test_new_version_is_seen_at_the_next_run(published: Any) -> None:
    page = opened()
    file = published.publish("20261121-20261122T170000Z")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update marts.fct_indicator_progress set actual_value = 1234 where indicator_code = 'online_procedures'")
    page.run()
    assert "20261121-20261122T170000Z" in text_of(page)
    assert "<b>1,234</b>" in tile(page, "online_procedures")


def test_app_leaves_the_published_file_free_and_untouched(published: Any) -> None:
    file = (published.published_dir / "warehouse.duckdb").resolve()
    file.chmod(0o444)
    before = (file.stat().st_mtime_ns, file.read_bytes())
    opened()
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before
    assert {path.name for path in published.published_dir.iterdir()} == {"status.json", file.name, "warehouse.duckdb"}
    assert file not in {descriptor.resolve() for descriptor in Path("/proc/self/fd").iterdir()}


def test_what_was_not_read_is_told_in_the_readers_language_and_once(published: Any, passed_run: Any) -> None:
    said = "access_log: 7 of what was delivered is not read: a.jsonl (this source reads no file with this ending) and 6 more"
    entries = [{"name": f"{letter}.jsonl", "reason_code": "unknown_ending"} for letter in "abcde"]
    entries.append({"name": "<b>", "reason_code": "of_tomorrow"})
    undated = [{"name": "log.csv", "reason_code": "no_day"}]
    locked = {"unread": [{"name": "~$＊＊＊", "reason_code": "office_lock"}], "not_read": 1, "warning": None}
    log = {"unread": entries, "not_read": 7, "landed_undated": undated, "warning": said}
    published.write_status(passed_run(warnings=[said], accounts={"access_log": log, "training_rosters": locked, "milestones": "?"}))
    japanese, english = text_of(opened()), text_of(opened(lang="en"))
    assert "access_log: 受け渡しフォルダの 7 件を読み込んでいません(a.jsonl: この取得元では読まない拡張子、" in japanese
    assert "e.jsonl: この取得元では読まない拡張子、ほか 2 件)" in japanese
    assert "access_log: 1 件を対象日なしで取り込みました(log.csv: ファイル名に対象日がない)" in japanese
    assert "access_log: 7 of what was delivered is not read (a.jsonl: an ending that the source does not read" in english
    for page in (japanese, english):
        assert said not in page
        assert "~$" not in page


def test_what_was_not_read_is_told_of_a_night_that_published_nothing_too(published: Any, held_run: dict[str, Any]) -> None:
    entry = {"name": "名簿.csv", "reason_code": "no_month"}
    account = {"unread": [entry], "not_read": 1, "warning": "x"}
    published.write_status({**held_run, "accounts": {"staff_roster": account}})
    assert "staff_roster: 受け渡しフォルダの 1 件を読み込んでいません(名簿.csv: ファイル名に対象月がない)" in text_of(opened())

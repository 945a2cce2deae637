"""A night with pages and files whose numbers say more than their digits: none is taken for another."""

from datetime import timedelta

import pytest
from small_city import BASE_AS_OF, City
from workbooks import TRAINING_HEADING, attendance, register, workbook

NEXT_NIGHT = BASE_AS_OF + timedelta(days=1)
CLOUD = "本市共通クラウドサービスの整備"
PAGE = """令和6年度デジタル統括室運営方針
2025年6月10日
ページ番号:700001
経営課題1 便利なまち
【アウトカム指標】
・オンラインでできる手続数
令和6年度 前年度比390件増
令和7年度 2千手続以上
令和8年度 900兆件
・令和8年度までにデータ可視化環境の利用状況を全所属の7割以上とする
【アウトカム指標の達成状況】
・オンラインでできる手続数 1,500(前年度比390件増):A
・データ可視化環境の利用状況 約5割:A
・データ活用の方針を策定 過半数の所属で策定済:B
・ノーコードツールを活用したアプリの運用・開発着手 25件:A
・外部専門人材を採用 3者:A
・研修の受講者 延べ60名:B
・本市共通クラウドサービスの整備 工程2まで完了:B
・バックオフィスDXグランドデザインの策定 令和6年4月策定済:A
【前年度実績】
・オンラインでできる手続数 46%増
・ノーコードツールを活用したアプリの運用・開発着手 20世帯
・データ可視化環境の利用状況 3%ポイント
・研修の受講者 3名/月
"""
HIRES = (
    "整理番号,氏名,採用年月日,職種,配属先,採用数,備考",
    "1,髙橋 誠,R8.4.1,,デジタル統括室,２人,",
    "2,﨑山 恵,R8.7.1,,デジタル統括室,約3,",
    "3,山田 花子,R8.8.1,,デジタル統括室,３人程度,",
    "4,山田 花子,R8.8.1,,デジタル統括室,延べ4名,",
    "5,山田 花子,0026/08/01,,デジタル統括室,1,",
    "6,山田 花子,2206/8/1,,デジタル統括室,1,",
    "7,山田 花子,R8.9.1,,デジタル統括室,1,",
)
STAGES = (
    (CLOUD, 1, "調査", "R8.5.31", "R8.5.20", "完了", "100%", "", ""),
    (CLOUD, 2, "設計", "R8.9.30", "", "整備中", "6割", "", ""),
    (CLOUD, 3, "構築", "R8.10.31", "", "整備中", "0.6", "", ""),
    (CLOUD, 4, "移行", "R8.11.30", "", "整備中", "約60%", "", ""),
    (CLOUD, 5, "検証", "R8.12.31", "", "整備中", "60", "", ""),
    (CLOUD, 6, "開始", "R8.10.1", "R8.10.2", "作業完了", "", "", ""),
    (CLOUD, 1, "調査", "R8.5.31", "R8.5.20", "開始", "", "", ""),
)


@pytest.fixture(scope="module")
def stated(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city whose page and files write numbers in words; published."""
    city = base_city.copy_to(tmp_path_factory.mktemp("quantities") / "city")
    city.deliver("policy_pages", "700001.txt", PAGE.encode(), on=NEXT_NIGHT)
    city.deliver("specialists", "専門人材.csv", list(HIRES), on=NEXT_NIGHT, encoding="cp932")
    city.deliver("milestones", "管理表.xlsx", register(*STAGES), on=NEXT_NIGHT)
    attended = [attendance("S0000001", "副首都推進局", "R6.10.10")]
    city.deliver(
        "training_rosters",
        "研修.xlsx",
        workbook({"第1回": attended}, TRAINING_HEADING),
        on=NEXT_NIGHT,
    )
    city.publish(NEXT_NIGHT)
    return city


def test_a_page_shows_its_wording_and_only_the_values_that_are_its_indicators_own(
    stated: City,
) -> None:
    shown = {
        (row["indicator_code"], row["fiscal_year"], kind): (
            row[f"{kind}_text"],
            row[f"{kind}_value"],
            row[f"{kind}_qualifier"],
        )
        for row in stated.show("--official")
        for kind in ("target", "actual")
        if row[f"{kind}_text"] is not None
    }
    assert shown == {
        ("online_procedures", 2023, "actual"): ("46%増", None, None),
        ("online_procedures", 2024, "target"): ("前年度比390件増", None, None),
        ("online_procedures", 2024, "actual"): ("1,500(前年度比390件増)", 1500, "exact"),
        ("online_procedures", 2025, "target"): ("2千手続以上", 2000, "at_least"),
        ("online_procedures", 2026, "target"): ("900兆件", None, None),
        ("common_cloud_service", 2024, "actual"): ("工程2まで完了", None, None),
        ("backoffice_grand_design", 2024, "actual"): ("令和6年4月策定済", None, None),
        ("nocode_applications", 2023, "actual"): ("20世帯", None, None),
        ("nocode_applications", 2024, "actual"): ("25件", None, None),
        ("visualisation_usage_rate", 2023, "actual"): ("3%ポイント", None, None),
        ("visualisation_usage_rate", 2024, "actual"): ("約5割", 50, "about"),
        ("visualisation_usage_rate", 2026, "target"): ("7割以上", 70, "at_least"),
        ("data_utilisation_policy", 2024, "actual"): ("過半数の所属で策定済", None, None),
        ("specialists_hired", 2024, "actual"): ("3者", 3, "exact"),
        ("training_participants", 2023, "actual"): ("3名/月", None, None),
        ("training_participants", 2024, "actual"): ("延べ60名", None, None),
    }
    judged = {(row["indicator_code"], row["fiscal_year"]): row for row in stated.show()}
    rate = judged["visualisation_usage_rate", 2024]
    assert (rate["actual_lower"], rate["actual_upper"], rate["status"]) == (45, 55, "met")
    for (code, year, kind), (_, value, _) in shown.items():
        if kind == "actual" and value is None and code != "backoffice_grand_design":
            assert judged[code, year]["official_value"] is None
            assert (judged[code, year]["status"] is None) == (
                judged[code, year]["numerator"] is None
            )


def test_a_wording_without_a_value_beside_a_computed_figure_is_neither_agreement_nor_difference(
    stated: City,
) -> None:
    compared = "official_text, outcome, computed_value, official_value, difference"
    found = stated.query(
        f"select {compared} from marts.fct_reconciliation where indicator_code ="
        " 'training_participants'"
    )
    assert found == [("延べ60名", "cannot_tell", 1, None, None)]


def test_what_is_held_back_is_named_with_its_reason_and_nothing_is_lost(stated: City) -> None:
    held_back = stated.query(
        "select item_key, source_row, reason_code from marts.fct_quarantined_rows where is_current"
        " order by all"
    )
    assert held_back == [
        ("700001.txt", 7, "figure_is_a_change"),
        ("700001.txt", 9, "unread_figure"),
        ("700001.txt", 14, "figure_is_a_share"),
        ("700001.txt", 15, "other_unit"),
        ("700001.txt", 17, "other_unit"),
        ("700001.txt", 18, "unread_figure"),
        ("700001.txt", 21, "figure_is_a_change"),
        ("700001.txt", 22, "other_unit"),
        ("700001.txt", 23, "other_unit"),
        ("700001.txt", 24, "other_unit"),
        ("専門人材.csv", 3, "inexact_hire_count"),
        ("専門人材.csv", 4, "inexact_hire_count"),
        ("専門人材.csv", 5, "inexact_hire_count"),
        ("専門人材.csv", 6, "bad_hired_on"),
        ("専門人材.csv", 7, "bad_hired_on"),
        ("管理表.xlsx", 6, "progress_without_percent"),
        ("管理表.xlsx", 7, "inexact_progress"),
        ("管理表.xlsx", 9, "unknown_stage_status"),
        ("管理表.xlsx", 10, "unknown_stage_status"),
    ]
    assert stated.query("select count(*) from marts.fct_loads where rows_unaccounted != 0") == [
        (0,)
    ]
    # A stage of which something cannot be read is a stage of its plan, and done if that says so.
    plan = stated.query(
        "select numerator, denominator from marts.fct_indicator_progress where indicator_code ="
        " 'common_cloud_service' and fiscal_year = 2026"
    )
    assert plan == [(1, 6)]
    warnings = str(stated.status()["last_run"]["warnings"])
    assert "管理表.xlsx, 一覧, row 9" in warnings
    assert "row 10" not in warnings
    (hires,) = stated.query(
        "select numerator from marts.fct_indicator_actuals where indicator_code ="
        " 'specialists_hired' and org_unit_code = '271004' and period_grain = 'fiscal_year' and"
        " fiscal_year = 2026 and is_current"
    )
    assert hires == (3,)
    listed = stated.shihyo("quarantine", "list")
    assert "採用数が約・程度・以上などの付いた数で、正確な人数ではない" in listed.stdout
    assert "単位または数え方が指標の単位と合わない" in listed.stdout

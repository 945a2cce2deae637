"""The usage page: how many departments are still needed, who joined, stopped and never came, and
the grid of departments by month.
"""

import re
from typing import Any


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def section(page: str, kind: str) -> str:
    return re.search(rf'<section class="panel {kind}".*?</section>', page, re.S)[0]


def row_of(page: str, name: str) -> list[str]:
    row = re.search(rf'<tr><th scope="row">{name}</th>(.*?)</tr>', page, re.S)[1]
    return re.findall(r'<td class="([^"]+)"', row)


def test_headline_says_how_many_departments_are_needed_and_how_many_a_month(
    published: Any, opened: Any
) -> None:
    page = plain(opened("usage"))
    assert "令和8年度の70%まで あと 3所属(月 0.6所属)" in page
    assert "2026年10月末時点 35 / 53所属(66.0%)" in page
    assert "70%は38所属以上です。期限は2027年3月末、残り5か月。" in page
    told = "3 departments to go to 70% by the end of FY2026 (0.6 departments a month)"
    assert told in plain(opened("usage", lang="en"))


def test_a_target_that_is_reached_needs_nobody(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "update marts.fct_required_paces set outlook = 'reached', still_needed = 0, numerator = 38,"
        " needed_per_month = 0",
    )
    page = plain(opened("usage"))
    assert "70%に達しています" in page
    assert "あと" not in page.replace("あとで開いても", "")


def test_who_joined_returned_and_stopped(published: Any, opened: Any) -> None:
    page = opened("usage")
    joined = re.findall(r"<li><span>(.*?)</span> <small>(.*?)</small>", section(page, "joined"))
    assert joined == [("港区役所", "2026年11月 暫定"), ("地域データ共創室", "2026年6月")]
    assert "北区役所" in section(page, "returned")
    assert "北区役所</span> <small>2026年6月 (その後再開)" in section(page, "left")
    assert "西区役所</span> <small>2026年10月</small>" in section(page, "left")


def test_whom_to_ask_first_is_told_with_the_reason(published: Any, opened: Any) -> None:
    asked = plain(section(opened("usage"), "ask"))
    assert "先に声をかける所属 3" in asked
    stopped, never, begun = (asked.index(name) for name in ("西区役所", "大正区役所", "港区役所"))
    assert stopped < never < begun
    assert "最近まで利用していた所属 西区役所 最後の利用 2026年9月(通算 6か月)" in asked
    assert "未利用(区役所は24のうち14が利用) 大正区役所" in asked
    assert "今月使い始めた所属 港区役所" in asked
    english = plain(section(opened("usage", lang="en"), "ask"))
    assert "Never used it (14 of 24 ward offices do)" in english


def test_a_reason_of_several_departments_is_told_once_and_their_numbers_go_on(
    published: Any, opened: Any, change: Any
) -> None:
    change(
        published,
        "insert into marts.fct_departments_to_ask by name select * replace ('271276' as"
        " org_unit_code, 2 as ask_order) from marts.fct_departments_to_ask where"
        " standing = 'never' and not has_begun",
        "update marts.fct_departments_to_ask set ask_order = 3 where org_unit_code = '271080'",
        "update marts.fct_departments_to_ask set ask_order = 4 where has_begun",
    )
    asked = section(opened("usage"), "ask")
    assert asked.count("未利用(区役所は24のうち14が利用)") == 1
    assert re.findall(r'<ol start="(\d+)">', asked) == ["1", "2", "4"]
    assert asked.count("<li ") == 4


def test_grid_is_grouped_and_a_month_before_the_founding_is_blank(
    published: Any, opened: Any
) -> None:
    page = opened("usage")
    order = [
        page.index(text) for text in ("利用中 3所属", "利用が止まっている 1所属", "未利用 2所属")
    ]
    assert order == sorted(order)
    assert row_of(page, "地域データ共創室")[:3] == ["absent", "absent", "used joined"]
    assert row_of(page, "北区役所")[2:4] == ["unused left", "used returned"]
    assert row_of(page, "西区役所")[-2:] == ["unused left", "unused provisional"]
    assert len(row_of(page, "大正区役所")) == 8


def test_simulated_data_is_labelled_and_no_number_of_people_is_told(
    published: Any, opened: Any
) -> None:
    page = opened("usage")
    assert "模擬データ" in page
    assert "利用した人数は示しません" in page


def test_a_version_without_the_usage_rate_says_so(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "delete from marts.dim_indicators where indicator_code = 'visualisation_usage_rate'",
    )
    page = opened("usage")
    assert "利用状況の指標は、2026年11月20日時点の数値にありません" in page
    assert 'class="answer"' not in page
    assert "do not hold the usage rate" in opened("usage", lang="en")


def test_a_warehouse_without_months_says_so(published: Any, opened: Any, change: Any) -> None:
    change(
        published,
        "delete from marts.fct_department_usage",
        "delete from marts.fct_department_usage_months",
        "delete from marts.fct_required_paces",
    )
    assert "月別の実績はまだありません" in opened("usage")

"""Which days a file's name states, and which of them can be meant."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sources.stated_days import days_meant, months_meant, stated_days

TOMORROW = date(2026, 11, 26)


def meant(name: str) -> list[str]:
    return [day.isoformat() for day in days_meant(stated_days(name), TOMORROW)]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("271004_staff_roster_202604.csv", "2026-04-01"),
        ("141003_staff_roster_202605.csv", "2026-05-01"),
        ("271004_access_log_20260415.csv", "2026-04-15"),
        ("access_log_20260415_123456.csv", "2026-04-15"),
        ("export_20260415093000.csv", "2026-04-15"),
        ("log_20260415T093000Z.csv", "2026-04-15"),
        ("log_2026-04-15.csv", "2026-04-15"),
        ("log_2026_04_15.csv", "2026-04-15"),
        ("log_2026.4.15.csv", "2026-04-15"),
        ("log_2026-04.csv", "2026-04-01"),
        ("log_2026.4.csv", "2026-04-01"),
        ("roster_令和8年4月.csv", "2026-04-01"),
        ("roster_令和８年４月１日.csv", "2026-04-01"),
        ("職員名簿(2026年4月1日現在).csv", "2026-04-01"),
        ("職員名簿_２０２６０４.csv", "2026-04-01"),
        ("roster_R8.4.csv", "2026-04-01"),
        ("roster_Ｒ８．４．１.csv", "2026-04-01"),
        ("roster_R080401.csv", "2026-04-01"),
        ("令和元年5月1日.csv", "2019-05-01"),
        ("平成31年4月.csv", "2019-04-01"),
        ("roster_202604_20260415.csv", "2026-04-15"),
        ("roster_202604_v20991231.csv", "2026-04-01"),
        ("access_log_20261126.csv", "2026-11-26"),
    ],
)
def test_a_name_states_its_day_whatever_other_digits_it_holds(name: str, day: str) -> None:
    assert meant(name) == [day]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("名簿_2026年9月・10月.csv", ["2026-09-01", "2026-10-01"]),
        ("名簿_令和8年9月～11月.csv", ["2026-09-01", "2026-11-01"]),
        ("名簿_2026年7月、8月及び9月.csv", ["2026-07-01", "2026-08-01", "2026-09-01"]),
        ("access_2026年10月20日～21日.csv", ["2026-10-20", "2026-10-21"]),
        ("access_2026年10月31日から11月1日.csv", ["2026-10-31", "2026-11-01"]),
        ("名簿_2026年9月、2回目.csv", ["2026-09-01"]),
        ("access_2026年10月20日・40日.csv", ["2026-10-20"]),
        ("名簿_2026年9月_10月.csv", ["2026-09-01", "2026-10-01"]),
        ("名簿_2026年9月分・10月分.csv", ["2026-09-01", "2026-10-01"]),
        ("名簿_2026年9月10月.csv", ["2026-09-01", "2026-10-01"]),
        ("名簿_2026年9月−10月.csv", ["2026-09-01", "2026-10-01"]),
        ("研修_2026年10月20日・2日目.xlsx", ["2026-10-20"]),
        ("研修_2026年10月20日から3日間.xlsx", ["2026-10-20"]),
    ],
)
def test_a_second_month_or_day_is_seen_where_its_year_is_not_said_again(
    name: str, days: list[str]
) -> None:
    assert meant(name) == days


@pytest.mark.parametrize(
    "name",
    [
        "271004_training.xlsx",
        "研修受講者名簿_令和8年度.xlsx",
        "研修_R8年度.xlsx",
        "研修_2026年度.xlsx",
        "研修_令和8年度4月.xlsx",
        "研修_FY2026-04.xlsx",
        "x_20260230.csv",
        "x_202613.csv",
        "x_2026-02-30.csv",
        "x_令和8年2月30日.csv",
        "x_19991231.csv",
        "x_20261127.csv",
        "v2026.4.1234.csv",
        "tool_r2.4.csv",
        "x_令和0年4月1日.csv",
        "x_123456789012.csv",
        "管理表.xlsx",
    ],
)
def test_what_only_looks_like_a_day_is_passed_over(name: str) -> None:
    assert meant(name) == []


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("log_20260414-20260415.csv", ["2026-04-14", "2026-04-15"]),
        ("roster_202604_202605.csv", ["2026-04-01", "2026-05-01"]),
        ("202011_roster_202604.csv", ["2020-11-01", "2026-04-01"]),
        ("roster_R8.4.1_2026-04-02.csv", ["2026-04-01", "2026-04-02"]),
    ],
)
def test_two_different_days_are_both_stated_and_none_is_chosen(name: str, days: list[str]) -> None:
    assert meant(name) == days


def test_one_day_in_two_ways_of_writing_is_one() -> None:
    assert meant("roster_令和8年4月1日_20260401.csv") == ["2026-04-01"]


def test_a_month_is_of_days_and_months_alike() -> None:
    april = date(2026, 4, 1)
    assert months_meant(stated_days("roster_202604_20260415.csv"), TOMORROW) == [april]
    assert months_meant(stated_days("roster_20260401_20260430.csv"), TOMORROW) == [april]
    assert months_meant(stated_days("roster_202604_20260325.csv"), TOMORROW) == [
        date(2026, 3, 1),
        april,
    ]
    assert months_meant(stated_days("roster_20260425.csv"), april) == [april]


DAYS = st.dates(date(2000, 1, 1), TOMORROW)


@given(
    DAYS,
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%Y年%m月%d日"]),
    st.sampled_from(["", "271004_", "第3回_"]),
)
def test_every_day_is_read_however_it_is_written(day: date, form: str, prefix: str) -> None:
    assert days_meant(stated_days(f"{prefix}名簿_{day.strftime(form)}.csv"), TOMORROW) == [day]


@given(DAYS, DAYS)
def test_no_day_after_the_last_is_ever_meant(day: date, last: date) -> None:
    found = days_meant(stated_days(f"x_{day:%Y%m%d}.csv"), last)
    assert found == ([day] if day <= last else [])
    assert not days_meant(stated_days(f"x_{day:%Y%m%d}.csv"), day - timedelta(days=1))

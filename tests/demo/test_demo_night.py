"""The whole demonstration, landed by backfill: what it computes agrees with the official figures
and with its own adoption list.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from harness import past_pages
from small_city import City, located, new_city

from demo.nocode_server import Platform, records_of
from settings import Settings

# Departments that used the environment, April to March, as the simulated city was written.
MONTHS = {
    2022: [2, 2, 2, 3, 3, 3, 4, 4, 3, 4, 5, 5],
    2023: [6, 7, 8, 9, 9, 11, 13, 14, 14, 16, 19, 21],
    2024: [22, 22, 22, 23, 22, 22, 24, 24, 23, 25, 25, 25],
    2025: [26, 26, 27, 27, 27, 28, 29, 28, 30, 29, 31, 31],
    2026: [31, 30, 32, 33, 32, 34, 35, 35],
}


# Of the policy page; a data team may add others.
NINE = {
    "online_procedures",
    "information_service_plan",
    "common_cloud_service",
    "backoffice_grand_design",
    "nocode_applications",
    "visualisation_usage_rate",
    "data_utilisation_policy",
    "specialists_hired",
    "training_participants",
}


@pytest.fixture(scope="module")
def demo_city(tmp_path_factory: pytest.TempPathFactory, api_url: str, demo_sources: Path) -> City:
    folder = tmp_path_factory.mktemp("demo") / "city"
    shutil.copytree(demo_sources, folder / "inbox")
    city = new_city(folder, api_url)
    with (folder / "shihyo.toml").open("a", encoding="utf-8") as configuration:
        configuration.write(
            '\n[sources.procedures]\nlocation = "inbox/procedures/catalogue.sqlite"\n'
        )
    platform = Platform(records_of())
    done = city.shihyo(
        "backfill",
        "--from",
        "2022-04-01",
        "--to",
        "2026-11-20",
        **located("nocode_apps", platform.location),
    )
    platform.close()
    assert done.returncode == 0, done.stderr
    return city


def test_fy2022_and_fy2023_agree_with_the_official_figures(demo_city: City) -> None:
    assert demo_city.rate(2022) == (5, 53)
    assert demo_city.rate(2023) == (21, 53)
    outcomes = demo_city.query(
        "select indicator_code, fiscal_year, official_text, computed_value, outcome from"
        " marts.fct_reconciliation order by 1, 2, 3"
    )
    assert outcomes == [
        ("backoffice_grand_design", 2023, "策定済", 100, "agrees"),
        (
            "common_cloud_service",
            2022,
            "運用開始までの全行程の50%以上を達成",
            50,
            "within_qualifier",
        ),
        ("common_cloud_service", 2023, "令和5年10月から運用開始", 100, "agrees"),
        ("data_utilisation_policy", 2023, "策定済", 100, "agrees"),
        ("information_service_plan", 2023, "策定済", 100, "agrees"),
        ("nocode_applications", 2022, "3業務", 3, "agrees"),
        ("nocode_applications", 2023, "21業務", 21, "agrees"),
        ("online_procedures", 2022, "710件", 710, "agrees"),
        ("online_procedures", 2022, "約700件", 710, "within_qualifier"),
        ("online_procedures", 2023, "約1,100件", 1104, "within_qualifier"),
        ("specialists_hired", 2023, "2名", 2, "agrees"),
        ("training_participants", 2022, "28名", 28, "agrees"),
        ("training_participants", 2023, "54名", 54, "agrees"),
        ("visualisation_usage_rate", 2022, "9%", pytest.approx(100 * 5 / 53), "agrees"),
        ("visualisation_usage_rate", 2023, "40%", pytest.approx(100 * 21 / 53), "agrees"),
    ]


def test_pages_of_past_days_say_what_show_prints(demo_city: City) -> None:
    settings = Settings(
        data_dir=demo_city.data, pseudonym_key="a key for the tests alone", sources={}
    )
    days = [
        date(2021, 1, 1),
        date(2023, 4, 20),
        date(2024, 6, 10),
        date(2025, 4, 1),
        date(2026, 1, 15),
    ]
    assert past_pages.differences(settings, days) == []


def test_all_nine_indicators_are_computed_from_operational_sources(demo_city: City) -> None:
    computed = {
        (row["indicator_code"], row["fiscal_year"]): row
        for row in demo_city.show()
        if row["actual_origin"] == "computed"
    }
    assert {code for code, _ in computed} >= NINE
    assert [row for row in demo_city.show() if row["actual_origin"] == "official"] == []
    figures_of = {
        code: [
            computed[code, year]["numerator"] if (code, year) in computed else None
            for year in range(2022, 2027)
        ]
        for code in ("nocode_applications", "specialists_hired", "training_participants")
    }
    assert figures_of == {
        "nocode_applications": [3, 21, 38, 57, 65],
        "specialists_hired": [None, 2, 3, 2, 1],
        "training_participants": [28, 54, 61, 58, 33],
    }
    stages = {
        key: (row["numerator"], row["denominator"])
        for key, row in computed.items()
        if key[0] == "common_cloud_service"
    }
    assert stages == {
        ("common_cloud_service", year): (done, 8)
        for year, done in ((2021, 1), (2022, 4), (2023, 8), (2024, 8), (2025, 8), (2026, 8))
    }


def test_counts_of_one_or_two_people_are_suppressed(demo_city: City) -> None:
    shown = demo_city.query(
        "select min(numerator) filter (numerator > 0), count_if(is_suppressed) > 10, count_if(not"
        " is_suppressed and numerator > 0) > 10 from marts.fct_indicator_actuals where"
        " indicator_code = 'training_participants' and org_unit_code != '271004'"
    )
    assert shown == [(3, True, True)]


def test_flows_add_up_over_the_months_of_a_year(demo_city: City) -> None:
    found = demo_city.query(
        "select fiscal_year, count(*) filter (period_grain = 'month'), sum(numerator) filter"
        " (period_grain = 'month'), sum(numerator) filter (period_grain = 'fiscal_year'),"
        " count_if(is_provisional) from marts.fct_indicator_actuals where indicator_code ="
        " 'specialists_hired' and org_unit_code = '271004' and is_current group by 1 order by 1"
    )
    # This year's November and the year itself are provisional.
    assert found == [
        (2023, 12, 2, 2, 0),
        (2024, 12, 3, 3, 0),
        (2025, 12, 2, 2, 0),
        (2026, 8, 1, 1, 2),
    ]


def test_a_renamed_department_is_one_line_as_it_is_now_and_the_parts_of_a_rate_add_up_to_the_citys(
    demo_city: City,
) -> None:
    renamed = demo_city.query(
        "select indicator_code, roll_up, unit_code, count(*), min(period_start), max(period_start)"
        " from marts.fct_org_unit_actuals where unit_code in ('B02', 'B31') and period_grain ="
        " 'month' and indicator_code = 'visualisation_usage_rate' group by all order by 1, 2, 3"
    )
    first, last = date(2022, 4, 1), date(2026, 11, 1)
    assert renamed == [
        ("visualisation_usage_rate", "as_it_is_now", "B31", 56, first, last),
        ("visualisation_usage_rate", "as_it_was", "B02", 48, first, date(2026, 3, 1)),
        ("visualisation_usage_rate", "as_it_was", "B31", 8, date(2026, 4, 1), last),
    ]
    sums = demo_city.query(
        "select roll_up, sum(numerator), sum(denominator) from marts.fct_org_unit_actuals "
        "where indicator_code = 'visualisation_usage_rate' group by 1 order by 1"
    )
    assert len(sums) == 4
    assert len({(numerator, denominator) for _, numerator, denominator in sums}) == 1


def test_the_catalogues_stock_is_what_a_plain_count_of_its_tables_gives(demo_city: City) -> None:
    with closing(
        sqlite3.connect(demo_city.folder / "inbox" / "procedures" / "catalogue.sqlite")
    ) as catalogue:
        changes = catalogue.execute(
            "select procedure_id, status, changed_on from procedure_status_changes order by"
            " changed_on"
        ).fetchall()
    expected = {}
    for month_end in ("2021-03-31", "2023-03-31", "2024-03-31", "2025-10-31", "2026-10-31"):
        last = {
            procedure: status
            for procedure, status, day in changes
            if day and day <= month_end and status != "draft"
        }
        expected[month_end] = sum(
            status != "retired"
            for procedure, status in last.items()
            if not procedure.startswith("P9")
        )
    found = demo_city.query(
        "select cast(period_end as varchar), cast(numerator as integer) from"
        " marts.fct_indicator_actuals where indicator_code = 'online_procedures' and org_unit_code"
        f" = '271004' and period_grain = 'month' and is_current and period_end in {tuple(expected)}"
        " order by 1"
    )
    assert dict(found) == expected
    by_departments = demo_city.query(
        "select cast(sum(numerator) as integer) from marts.fct_indicator_actuals where"
        " indicator_code = 'online_procedures' and org_unit_code != '271004' and is_current and"
        " period_end = '2026-10-31'"
    )[0][0]
    assert (
        by_departments > expected["2026-10-31"]
    )  # joint procedures count for each of their departments


def test_every_month_counts_the_departments_that_the_simulation_let_use_it(demo_city: City) -> None:
    found: dict[int, list[int]] = {}
    for fiscal_year, numerator in demo_city.query(
        "select fiscal_year, numerator from marts.fct_indicator_actuals where indicator_code ="
        " 'visualisation_usage_rate' and org_unit_code = '271004' and period_grain = 'month' and"
        " is_current order by period_start"
    ):
        found.setdefault(fiscal_year, []).append(int(numerator))
    assert found == MONTHS


def test_the_denominator_follows_foundings_closures_and_renames(demo_city: City) -> None:
    found = demo_city.query(
        "select fiscal_year, min(denominator), max(denominator) from marts.fct_indicator_actuals"
        " where indicator_code = 'visualisation_usage_rate' and org_unit_code = '271004' and"
        " period_grain = 'month' group by 1 order by 1"
    )
    assert found == [(2022, 53, 53), (2023, 53, 53), (2024, 53, 53), (2025, 54, 54), (2026, 53, 53)]


def test_the_corrected_roster_shows_in_as_of(demo_city: City) -> None:
    assert demo_city.rate(2023, "--as-of", date(2024, 4, 14)) == (20, 53)
    assert demo_city.rate(2023, "--as-of", date(2024, 4, 15)) == (21, 53)


def test_a_year_in_progress_is_provisional_and_says_how_far_it_is_measured(demo_city: City) -> None:
    this_year = next(
        row
        for row in demo_city.show()
        if (row["indicator_code"], row["fiscal_year"]) == ("visualisation_usage_rate", 2026)
    )
    assert this_year["is_provisional"]
    assert this_year["measured_to"] == "2026-10-31"
    assert this_year["actual_value"] == pytest.approx(100 * 35 / 53)
    assert (this_year["target_value"], this_year["target_qualifier"]) == (70, "at_least")


def test_the_one_target_still_ahead_is_forecast_and_every_long_series_is_tried_on_its_past(
    demo_city: City,
) -> None:
    assert demo_city.query(
        "select indicator_code, fiscal_year, status, history_months, months_ahead, target_month"
        " from marts.fct_indicator_forecasts"
    ) == [("visualisation_usage_rate", 2026, "forecast", 55, 5, date(2027, 3, 1))]
    assert demo_city.query(
        "select distinct forecast_month from marts.fct_forecast_paths where lower_95_value <"
        " median_value order by all"
    ) == [
        (date(2026, 11, 1),),
        (date(2026, 12, 1),),
        (date(2027, 1, 1),),
        (date(2027, 2, 1),),
        (date(2027, 3, 1),),
    ]
    assert demo_city.query(
        "select indicator_code, list(backtest_count order by months_ahead) from"
        " marts.fct_forecast_calibrations group by 1 order by 1"
    ) == [
        ("nocode_applications", [27, 25, 22, 16]),
        ("online_procedures", [51, 49, 46, 40]),
        ("visualisation_usage_rate", [31, 29, 26, 20]),
    ]


def test_the_targets_of_2020_are_shown_as_of_2021(demo_city: City) -> None:
    targets = {
        row["fiscal_year"]: row["target_text"]
        for row in demo_city.show("--as-of", date(2021, 1, 1))
    }
    assert targets == {2020: "約200件", 2023: "約600件", 2025: "約1,500件"}


def test_official_figures_stay_as_published_and_all_nine_indicators_are_there(
    demo_city: City,
) -> None:
    official = json.loads(demo_city.shihyo("show", "--official", "--format", "json").stdout)
    assert len(official) == 20
    assert {row["indicator_code"] for row in official} == NINE
    assert all(row["fiscal_year"] <= 2023 for row in official if row["actual_text"] is not None)


def test_every_row_is_accounted_for_and_the_dirty_ones_are_named(demo_city: City) -> None:
    assert demo_city.query("select count(*) from marts.fct_loads where rows_unaccounted != 0") == [
        (0,)
    ]
    held_back = demo_city.query(
        "select source_name, reason_code, count(*) from marts.fct_quarantined_rows where is_current"
        " group by all order by 1, 2"
    )
    assert held_back == [
        ("access_log", "bad_timestamp", 4),
        ("access_log", "too_few_fields", 3),
        ("access_log", "undecodable_byte", 3),
        ("milestones", "unknown_wording", 3),
        ("nocode_apps", "missing_began_on", 1),
        ("nocode_apps", "missing_task", 1),
        ("nocode_apps", "unknown_app_status", 1),
        ("procedures", "bad_change_date", 1),
        ("procedures", "unknown_status", 2),
        ("specialists", "bad_hire_count", 1),
        ("specialists", "bad_hired_on", 1),
        ("training_rosters", "bad_attended_on", 1),
        ("training_rosters", "missing_user", 1),
        ("training_rosters", "unknown_attendance", 1),
    ]


def test_a_declared_correction_is_applied_and_changes_no_figure(demo_city: City) -> None:
    """A start on a closed day of January 2025 is moved within its month; `figures_of` above holds
    with it.
    """
    assert demo_city.query(
        "select source_name, recorded_value, corrected_value, standing, corrected_delivery_count"
        " from marts.fct_corrections"
    ) == [("specialists", None, None, "applied", 1)]


def test_published_file_is_small_and_cannot_be_written(demo_city: City) -> None:
    file: Path = demo_city.published.resolve()
    assert file.stat().st_mode & 0o222 == 0
    assert file.stat().st_size < 40_000_000

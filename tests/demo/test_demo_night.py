"""The whole demonstration, landed by backfill: what it computes agrees with the official figures and with its own adoption list."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from small_city import City, new_city

from demo.generation import generate

# Departments that used the environment, April to March, as the simulated city was written.
MONTHS = {
    2022: [2, 2, 2, 3, 3, 3, 4, 4, 3, 4, 5, 5],
    2023: [6, 7, 8, 9, 9, 11, 13, 14, 14, 16, 19, 21],
    2024: [22, 22, 22, 23, 22, 22, 24, 24, 23, 25, 25, 25],
    2025: [26, 26, 27, 27, 27, 28, 29, 28, 30, 29, 31, 31],
    2026: [31, 30, 32, 33, 32, 34, 35, 35],
}


@pytest.fixture(scope="module")
def demo_city(tmp_path_factory: pytest.TempPathFactory, api_url: str) -> City:
    city = new_city(tmp_path_factory.mktemp("demo") / "city", api_url)
    inbox = city.folder / "inbox"
    for folder in inbox.iterdir():
        folder.rmdir()
    inbox.rmdir()
    generate(inbox)
    with (city.folder / "shihyo.toml").open("a", encoding="utf-8") as configuration:
        configuration.write('\n[sources.procedures]\nlocation = "inbox/procedures/catalogue.sqlite"\n')
    done = city.shihyo("backfill", "--from", "2022-04-01", "--to", "2026-11-20")
    assert done.returncode == 0, done.stderr
    return city


def test_fy2022_and_fy2023_agree_with_the_official_figures(demo_city: City) -> None:
    assert demo_city.rate(2022) == (5, 53)
    assert demo_city.rate(2023) == (21, 53)
    outcomes = demo_city.query(
        "select indicator_code, fiscal_year, official_text, computed_value, outcome from marts.fct_reconciliation order by 1, 2"
    )
    assert outcomes == [
        ("online_procedures", 2022, "710件", 710, "agrees"),
        ("online_procedures", 2023, "約1,100件", 1104, "within_qualifier"),
        ("visualisation_usage_rate", 2022, "9%", pytest.approx(100 * 5 / 53), "agrees"),
        ("visualisation_usage_rate", 2023, "40%", pytest.approx(100 * 21 / 53), "agrees"),
    ]


def test_the_catalogues_stock_is_what_a_plain_count_of_its_tables_gives(demo_city: City) -> None:
    with closing(sqlite3.connect(demo_city.folder / "inbox" / "procedures" / "catalogue.sqlite")) as catalogue:
        changes = catalogue.execute("select procedure_id, status, changed_on from procedure_status_changes order by changed_on").fetchall()
    expected = {}
    for month_end in ("2021-03-31", "2023-03-31", "2024-03-31", "2025-10-31", "2026-10-31"):
        last = {procedure: status for procedure, status, day in changes if day and day <= month_end and status != "draft"}
        expected[month_end] = sum(status != "retired" for procedure, status in last.items() if not procedure.startswith("P9"))
    found = demo_city.query(
        "select cast(period_end as varchar), cast(numerator as integer) from marts.fct_indicator_actuals "
        f"where indicator_code = 'online_procedures' and org_unit_code = '271004' and period_grain = 'month' and is_current "
        f"and period_end in {tuple(expected)} order by 1"
    )
    assert dict(found) == expected
    by_departments = demo_city.query(
        "select cast(sum(numerator) as integer) from marts.fct_indicator_actuals where indicator_code = 'online_procedures' "
        "and org_unit_code != '271004' and is_current and period_end = '2026-10-31'"
    )[0][0]
    assert by_departments > expected["2026-10-31"]  # joint procedures count for each of their departments


def test_every_month_counts_the_departments_that_the_simulation_let_use_it(demo_city: City) -> None:
    found: dict[int, list[int]] = {}
    for fiscal_year, numerator in demo_city.query(
        "select fiscal_year, numerator from marts.fct_indicator_actuals "
        "where indicator_code = 'visualisation_usage_rate' and org_unit_code = '271004' and period_grain = 'month' and is_current "
        "order by period_start"
    ):
        found.setdefault(fiscal_year, []).append(int(numerator))
    assert found == MONTHS


def test_the_denominator_follows_foundings_closures_and_renames(demo_city: City) -> None:
    found = demo_city.query(
        "select fiscal_year, min(denominator), max(denominator) from marts.fct_indicator_actuals "
        "where indicator_code = 'visualisation_usage_rate' and org_unit_code = '271004' and period_grain = 'month' group by 1 order by 1"
    )
    assert found == [(2022, 53, 53), (2023, 53, 53), (2024, 53, 53), (2025, 54, 54), (2026, 53, 53)]


def test_the_corrected_roster_shows_in_as_of(demo_city: City) -> None:
    assert demo_city.rate(2023, "--as-of", date(2024, 4, 14)) == (20, 53)
    assert demo_city.rate(2023, "--as-of", date(2024, 4, 15)) == (21, 53)


def test_a_year_in_progress_is_provisional_and_says_how_far_it_is_measured(demo_city: City) -> None:
    this_year = next(row for row in demo_city.show() if (row["indicator_code"], row["fiscal_year"]) == ("visualisation_usage_rate", 2026))
    assert this_year["is_provisional"]
    assert this_year["measured_to"] == "2026-10-31"
    assert this_year["actual_value"] == pytest.approx(100 * 35 / 53)
    assert (this_year["target_value"], this_year["target_qualifier"]) == (70, "at_least")


def test_the_targets_of_2020_are_told_as_of_2021(demo_city: City) -> None:
    targets = {row["fiscal_year"]: row["target_text"] for row in demo_city.show("--as-of", date(2021, 1, 1))}
    assert targets == {2020: "約200件", 2023: "約600件", 2025: "約1,500件"}


def test_official_figures_stay_as_published_and_all_nine_indicators_are_there(demo_city: City) -> None:
    official = json.loads(demo_city.shihyo("show", "--official", "--format", "json").stdout)
    assert len(official) == 20
    assert len({row["indicator_code"] for row in official}) == 9
    assert all(row["fiscal_year"] <= 2023 for row in official if row["actual_text"] is not None)


def test_every_row_is_accounted_for_and_the_dirty_ones_are_named(demo_city: City) -> None:
    assert demo_city.query("select count(*) from marts.fct_loads where rows_unaccounted != 0") == [(0,)]
    assert demo_city.query("select reason_code, count(*) from marts.fct_quarantined_rows group by 1 order by 1") == [
        ("bad_change_date", 1),
        ("bad_timestamp", 4),
        ("too_few_fields", 3),
        ("undecodable_byte", 3),
        ("unknown_status", 2),
    ]


def test_published_file_is_small_and_cannot_be_written(demo_city: City) -> None:
    file: Path = demo_city.published.resolve()
    assert file.stat().st_mode & 0o222 == 0
    assert file.stat().st_size < 40_000_000

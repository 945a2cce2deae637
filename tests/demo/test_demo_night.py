"""The whole demonstration, landed by backfill: what it computes agrees with the official figures and with its own adoption list."""

import json
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
    done = city.shihyo("backfill", "--from", "2022-04-01", "--to", "2026-11-20")
    assert done.returncode == 0, done.stderr
    return city


def test_fy2022_and_fy2023_agree_with_the_official_usage_rates(demo_city: City) -> None:
    assert demo_city.rate(2022) == (5, 53)
    assert demo_city.rate(2023) == (21, 53)
    outcomes = demo_city.query("select fiscal_year, official_text, outcome from marts.fct_reconciliation order by 1")
    assert outcomes == [(2022, "9%", "agrees"), (2023, "40%", "agrees")]


def test_every_month_counts_the_departments_that_the_simulation_let_use_it(demo_city: City) -> None:
    found: dict[int, list[int]] = {}
    for fiscal_year, numerator in demo_city.query(
        "select fiscal_year, numerator from marts.fct_indicator_actuals "
        "where org_unit_code = '271004' and period_grain = 'month' and is_current order by period_start"
    ):
        found.setdefault(fiscal_year, []).append(int(numerator))
    assert found == MONTHS


def test_the_denominator_follows_foundings_closures_and_renames(demo_city: City) -> None:
    found = demo_city.query(
        "select fiscal_year, min(denominator), max(denominator) from marts.fct_indicator_actuals "
        "where org_unit_code = '271004' and period_grain = 'month' group by 1 order by 1"
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
        ("bad_timestamp", 4),
        ("too_few_fields", 3),
        ("undecodable_byte", 3),
    ]


def test_published_file_is_small_and_cannot_be_written(demo_city: City) -> None:
    file: Path = demo_city.published.resolve()
    assert file.stat().st_mode & 0o222 == 0
    assert file.stat().st_size < 40_000_000

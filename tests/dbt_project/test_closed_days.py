"""The holidays that follow from the law: the macro of the project, rendered, on DuckDB beside the
calendar that people have entered.
"""

import csv
from datetime import date

import duckdb
import jinja2
import pytest
from small_city import ROOT

PROJECT = ROOT / "dbt_project"
SEED = list(csv.DictReader((PROJECT / "seeds" / "closed_days.csv").open(encoding="utf-8")))


def _lawful_days(first_year: int, last_year: int) -> dict[date, str]:
    macro = (PROJECT / "macros" / "public_holidays.sql").read_text(encoding="utf-8")
    days = jinja2.Environment().from_string(macro + "{{ public_holidays() }}").render()
    years = "select cast(unnest(range($first, $last + 1)) as integer) as year"
    with duckdb.connect() as connection:
        query = f"with years as ({years}), days as ({days}) select closed_date, reason_ja from days"
        found = connection.execute(query, {"first": first_year, "last": last_year}).fetchall()
    assert len({day for day, _ in found}) == len(found)
    return dict(found)


def test_the_law_gives_every_day_that_has_been_entered_with_its_reason() -> None:
    entered = {date.fromisoformat(row["closed_date"]): row["reason_ja"] for row in SEED}
    assert _lawful_days(min(entered).year, max(entered).year) == entered


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param("2028-01-10", "成人の日", id="second Monday of January"),
        pytest.param("2028-03-20", "春分の日", id="equinox of a leap year"),
        pytest.param("2029-04-30", "振替休日", id="a Sunday is made up for on Monday"),
        pytest.param("2032-09-21", "国民の休日", id="between two holidays"),
        pytest.param("2037-05-06", "振替休日", id="after three holidays in a row"),
        pytest.param("2044-01-02", "年末年始の休庁日", id="between the years"),
        pytest.param("2028-09-23", None, id="the day after an equinox"),
        pytest.param("2028-07-10", None, id="a second Monday of July"),
    ],
)
def test_later_years_follow_from_the_law(day: str, reason: str | None) -> None:
    asked = date.fromisoformat(day)
    assert _lawful_days(asked.year, asked.year).get(asked) == reason

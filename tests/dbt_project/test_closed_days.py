"""Public holidays: the project's model of them beside the calendar that people have entered."""

import csv
import importlib.util
from datetime import date
from types import SimpleNamespace

import duckdb
import pytest
from small_city import ROOT

PROJECT = ROOT / "dbt_project"
SEED = list(csv.DictReader((PROJECT / "seeds" / "closed_days.csv").open(encoding="utf-8")))
BETWEEN_YEARS = "年末年始の休庁日"


def _public_holidays() -> dict[date, str]:
    path = PROJECT / "models" / "intermediate" / "calendar" / "int_public_holidays.py"
    spec = importlib.util.spec_from_file_location("int_public_holidays", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings = {}
    dbt = SimpleNamespace(config=lambda **given: settings.update(given))
    with duckdb.connect() as connection:
        found = module.model(dbt, connection).fetchall()
    assert settings == {"materialized": "table", "meta": {"rests_on_libraries": ["holidays"]}}
    assert len({day for day, _ in found}) == len(found)
    return dict(found)


def test_every_holiday_that_has_been_entered_is_known_by_its_name_and_no_other() -> None:
    entered = {date.fromisoformat(row["closed_date"]): row["reason_ja"] for row in SEED}
    years = {day.year for day in entered}
    known = {day: name for day, name in _public_holidays().items() if day.year in years}
    assert known == {day: reason for day, reason in entered.items() if reason != BETWEEN_YEARS}
    between = {day for day, reason in entered.items() if reason == BETWEEN_YEARS}
    closed = {(1, 2), (1, 3), (12, 29), (12, 30), (12, 31)}
    assert between == {
        date(year, *day) for year in years for day in closed if date(year, *day) not in known
    }


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param("2028-01-10", "成人の日", id="second Monday of January"),
        pytest.param("2028-03-20", "春分の日", id="equinox of a leap year"),
        pytest.param("2029-04-30", "振替休日", id="a Sunday is made up for on Monday"),
        pytest.param("2032-09-21", "国民の休日", id="between two holidays"),
        pytest.param("2037-05-06", "振替休日", id="after three holidays in a row"),
        pytest.param("2028-09-23", None, id="the day after an equinox"),
        pytest.param("2028-07-10", None, id="a second Monday of July"),
        pytest.param("2099-11-23", "勤労感謝の日", id="the last year that is known"),
    ],
)
def test_holidays_of_later_years_are_known(day: str, reason: str | None) -> None:
    assert _public_holidays().get(date.fromisoformat(day)) == reason

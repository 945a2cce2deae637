"""An edit of how landed rows are read reaches what has landed, in the next night and by itself; and
what rests on seeds alone is made and tested anew when it is edited, and not before.
"""

import importlib.metadata
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from harness.bare_nights import BareNights, copy_project, settings_of
from harness.invariants import export_marts, first_difference
from harness.ready_python import ready_children
from small_city import FIRST_DAY, STAFF, City, log_lines, new_city

from flows.children.edits import digest_of_settled, rests_on_seeds_alone, with_those_held_beside
from flows.errors import AuditFailed
from flows.landing.reader import Reader
from flows.night import write

_EVENTS = "models/staging/access_log/stg_access_log__events.sql"
_USAGE_RATE = "models/intermediate/indicators/int_indicators__visualisation_usage_rate.sql"
_USER_DAYS = "models/intermediate/usage/int_access_log_user_days.sql"
_HOLIDAYS = "models/intermediate/calendar/int_public_holidays.py"
_MUNICIPAL_DATES = "macros/japanese_values.sql"
_OF_THE_LOG = ("int_access_log_rows_quarantined", "int_access_log_user_days")
_CORRECTION = "mended,access_log,access_log_20261001.csv,2,event_name,view,login,誤記,mistyped,窓口,2026-10-01,\n"


@dataclass
class _House:
    """A city with its own copy of the dbt project, and nights whose dbt is a process of its own."""

    project: Path
    city: City
    nights: BareNights

    def edit(self, file: str, found: str, replacement: str) -> None:
        path = self.project / file
        text = path.read_text(encoding="utf-8")
        assert found in text, file
        path.write_text(text.replace(found, replacement), encoding="utf-8")

    def night(self, day: int, *, full_refresh: bool = False) -> tuple[str, ...]:
        """Deliver a day of log, run its night, and return what was read again."""
        self.city.deliver_log(FIRST_DAY + timedelta(days=day))
        as_of = FIRST_DAY + timedelta(days=day + 1)
        return self.nights.night(self.city, as_of, full_refresh=full_refresh).read_again

    def done(self) -> set[str]:
        """Return the names of the seeds, models and tests of the last night's run of dbt."""
        results = self.city.data / "logs" / "dbt_target" / "run_results.json"
        found = json.loads(results.read_text(encoding="utf-8"))["results"]
        return {each["unique_id"].split(".")[2] for each in found}

    def use_counts(self) -> set[int]:
        """Return how often the environment was used on each day, as the incremental model has it."""
        found = self.city.query(
            "select cast(sum(use_count) as bigint) from intermediate.int_access_log_user_days group"
            " by access_date"
        )
        return {int(count) for (count,) in found}

    def plant(self) -> None:
        """Add to what is published of each month's ratios what nothing says and no figure counts."""
        published = self.city.published.resolve()
        published.chmod(0o640)
        with duckdb.connect(str(published)) as connection:
            connection.execute(
                "insert into intermediate.int_ratio_times select distinct on (month_start) *"
                " replace ('planted' as thing) from intermediate.int_ratio_times where part ="
                " 'numerator'"
            )

    def planted(self) -> list[int]:
        """Return the months of which that still stands."""
        found = self.city.query(
            "select month(month_start) from intermediate.int_ratio_times where thing = 'planted'"
            " order by all"
        )
        return [month for (month,) in found]


@contextmanager
def _house(project: Path, city: City) -> Iterator[_House]:
    with (
        pytest.MonkeyPatch.context() as patched,
        ready_children(),
        Reader(settings_of(city)) as reader,
    ):
        patched.setattr(write, "_PROJECT", project)
        yield _House(project, city, BareNights(project, lambda *_: 1, reader))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city of all houses, after its first night."""
    folder = tmp_path_factory.mktemp("edits")
    city = new_city(folder / "city")
    city.deliver_roster(FIRST_DAY)
    with _house(copy_project(folder / "dbt_project"), city) as house:
        assert house.night(0) == ()
    return city


@pytest.fixture
def house(begun: City, tmp_path: Path) -> Iterator[_House]:
    project, city = copy_project(tmp_path / "dbt_project"), begun.copy_to(tmp_path / "city")
    with _house(project, city) as house:
        yield house


def test_an_edited_reading_is_applied_to_all_that_has_landed(house: _House) -> None:
    column = "count(*) as event_count,"
    house.edit(_USER_DAYS, column, f"{column}\n        max(source_row) as last_row,")
    assert house.night(1) == _OF_THE_LOG
    assert house.use_counts() == {40}
    assert house.city.query(
        "select min(last_row), count(*) from intermediate.int_access_log_user_days"
    ) == [(40, 4)]
    house.edit(_EVENTS, "('view', 'export')", "('export')")
    assert house.night(2) == _OF_THE_LOG
    assert house.use_counts() == {0}
    edited = export_marts(house.city)
    house.night(2, full_refresh=True)
    assert first_difference(edited, export_marts(house.city)) is None


def test_what_is_read_as_before_stays_and_what_the_project_no_longer_has_is_gone(
    house: _House,
) -> None:
    house.edit(
        _MUNICIPAL_DATES,
        "macro municipal_date(text_column) -%}",
        "macro municipal_date(text_column) -%}{#- x -#}",
    )
    left_behind = "models/intermediate/departments/int_left_behind.sql"
    (house.project / left_behind).write_text("select 1 as x", encoding="utf-8")
    others = house.night(1)
    assert "base_staff_roster__rows" in others
    assert set(others).isdisjoint(_OF_THE_LOG)
    # A base model holds items itself: those that landed before are read again, too.
    assert house.city.query("select count(*) from staging.base_staff_roster__rows") == [
        (len(STAFF),)
    ]
    assert house.use_counts() == {40}
    assert house.city.query("select * from intermediate.int_left_behind") == [(1,)]

    house.edit("models/marts/dim_fiscal_years.sql", "select", "-- Fiscal years.\nselect")
    (house.project / left_behind).unlink()
    # A correction is no edit of the whole source.
    with (house.project / "seeds/corrections.csv").open("a", encoding="utf-8") as seed:
        seed.write(_CORRECTION)
    assert house.night(2) == ()
    with pytest.raises(duckdb.CatalogException):
        house.city.query("select * from intermediate.int_left_behind")
    assert house.use_counts() == {39, 40}


def test_a_version_that_noted_no_readings_is_read_again_once(house: _House) -> None:
    published = house.city.published.resolve()
    published.chmod(0o640)
    with duckdb.connect(str(published)) as connection:
        connection.execute("drop table night.readings")
        connection.execute("drop table night.models_read_again")
        connection.execute("delete from intermediate.int_access_log_user_days")
    assert set(_OF_THE_LOG) < set(house.night(1))
    assert house.use_counts() == {40}
    assert house.night(2) == ()


def test_of_a_ratio_the_months_are_worked_out_that_something_touched(house: _House) -> None:
    july, august, september = (date(2026, month, 15) for month in (7, 8, 9))
    for day in (july, august, september):
        house.city.deliver_log(day, log_lines(day, rows=2), on=FIRST_DAY)
    house.city.deliver_roster(july.replace(day=1))
    assert house.night(1) == ()
    house.plant()
    assert house.planted() == [7, 8, 9, 10]

    # A correction takes a use of August away, September has a roster of its own, October a day.
    with (house.project / "seeds/corrections.csv").open("a", encoding="utf-8") as seed:
        seed.write(_CORRECTION.replace("access_log_20261001", "access_log_20260815"))
    house.city.deliver_roster(september.replace(day=1), on=FIRST_DAY + timedelta(days=2))
    assert house.night(2) == ()
    assert house.planted() == [7]

    house.edit(_USAGE_RATE, "with\n", "-- Edited.\nwith\n")
    assert house.night(3) == ()  # nothing is read again from landing for it
    assert house.planted() == []
    month_by_month = export_marts(house.city)
    house.night(3, full_refresh=True)
    assert first_difference(month_by_month, export_marts(house.city)) is None


_NAMED = "assert_departments_of_one_name_are_not_valid_at_once"


def test_what_rests_on_seeds_alone_is_done_again_only_when_it_is_edited(house: _House) -> None:
    assert house.night(1) == ()
    settled = {"org_units", "dim_org_units", "int_fiscal_years", "int_public_holidays", _NAMED}
    assert settled.isdisjoint(house.done())
    # What also rests on a delivery or on the day, what may rest on more, and a test that may warn.
    assert {
        "fct_department_usage",
        "int_indicator_forecasts",
        "base_corrections__cells",
        "fct_indicator_targets",
        "assert_the_calendar_of_closed_days_reaches_a_year_ahead",
    } <= house.done()

    house.edit("seeds/org_units.csv", "Kita Ward", "North Ward")
    house.night(2)
    assert {"org_units", "dim_org_units", _NAMED} <= house.done()
    assert "int_fiscal_years" not in house.done()
    named = "select count(*) from marts.dim_org_units where name_en like 'North Ward%'"
    assert house.city.query(named) == [(1,)]

    house.edit("models/marts/dim_fiscal_years.yml", "data_type: varchar", "data_type: text")
    house.edit(f"tests/{_NAMED}.sql", "select", "-- Names.\nselect")
    house.edit(_HOLIDAYS, "range(2015, 2100)", "range(2014, 2100)")
    house.night(3)
    assert house.done() >= {"dim_fiscal_years", _NAMED, "int_public_holidays", "int_closed_days"}
    assert house.done().isdisjoint({"org_units", "int_fiscal_years"})
    house.night(4)
    assert settled.isdisjoint(house.done())
    night_by_night = export_marts(house.city)
    house.night(4, full_refresh=True)
    assert settled <= house.done()
    assert first_difference(night_by_night, export_marts(house.city)) is None


def test_what_rests_on_a_library_is_made_anew_with_another_version_of_it() -> None:
    node = SimpleNamespace(
        name="days",
        resource_type="model",
        language="python",
        original_file_path="models/days.py",
        config=SimpleNamespace(materialized="table", meta={"rests_on_libraries": ["holidays"]}),
        unrendered_config={},
        checksum=SimpleNamespace(checksum="same"),
        depends_on_nodes=[],
        depends_on_macros=[],
        columns={},
        schema="intermediate",
        alias="days",
        raw_code="",
    )
    manifest = SimpleNamespace(nodes={"model.shihyo.days": node}, macros={})
    assert rests_on_seeds_alone(manifest, "model.shihyo.days")
    installed = importlib.metadata.version

    def digest(**others: str) -> str:
        return digest_of_settled(
            manifest, "model.shihyo.days", lambda name: others.get(name) or installed(name)
        )

    assert digest() == digest()
    assert digest(holidays="0.1") != digest()
    assert digest(duckdb="0.1") != digest()
    assert digest(prefect="0.1") == digest()
    node.config.meta = {}
    assert not rests_on_seeds_alone(manifest, "model.shihyo.days")


def test_an_edited_test_judges_what_stood_before(house: _House) -> None:
    (house.project / "tests" / f"{_NAMED}.sql").write_text(
        "select * from {{ ref('org_units') }}", encoding="utf-8"
    )
    with pytest.raises(AuditFailed, match=_NAMED):
        house.night(1)


def test_a_table_of_several_sources_is_read_again_from_all_of_them() -> None:
    held = {
        "days": {"log"},
        "stocks": {"catalogue", "platform"},
        "rows": {"platform"},
        "lists": {"platform", "list"},
    }
    assert with_those_held_beside(held, {"catalogue"}) == {"catalogue", "platform", "list"}
    assert with_those_held_beside(held, {"log"}) == {"log"}

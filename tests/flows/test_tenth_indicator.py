"""A tenth indicator is one row of a seed, one model and one line in the union of its kind; every
reader has it after the next night.
"""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.bare_nights import bare_nights, copy_project, settings_of
from small_city import BASE_AS_OF, FIRST_DAY, ROOT, City, new_city

from app import warehouse
from flows.reading.show import report

CODE = "days_of_use"
MODEL = """{{ config(materialized='view') }}

-- Days on which anybody used the data-visualisation environment: each counts once.
with

landed_items as (
    {{ effective_items('access_log') }}
),

contributions as (
    select
        'days_of_use' as indicator_code,
        user_days.item_id,
        cast(user_days.access_date as varchar) as thing,
        cast(user_days.access_date as varchar) as what,
        user_days.first_use_row as source_row,
        1 as amount,
        true as is_counted_once,
        user_days.access_date as happened_on,
        landed_items.known_from,
        landed_items.known_to
    from {{ ref('int_access_log_user_days') }} as user_days
    inner join landed_items on user_days.item_id = landed_items.item_id
    where user_days.use_count > 0
)

select * from contributions
"""
NAMES = {
    "name_ja": "可視化環境の利用日数",
    "name_en": "Days of use",
    "unit_ja": "日",
    "unit_en": "days",
    "counted_ja": "日",
    "counted_en": "days",
    "counted_one_en": "day",
}


def _add(project: Path) -> None:
    """Add the row, the model and the line; the row is another indicator's, with another name and
    source.
    """
    seed = project / "seeds" / "indicators.csv"
    rows = list(csv.DictReader(seed.open(encoding="utf-8", newline="")))
    flow = next(row for row in rows if row["indicator_code"] == "training_participants")
    added = (
        flow
        | NAMES
        | {
            "indicator_code": CODE,
            "sort_order": "90",
            "source_name": "access_log",
            "counts_people": "false",
        }
    )
    with seed.open("a", encoding="utf-8", newline="") as content:
        csv.DictWriter(content, list(rows[0]), lineterminator="\n").writerow(added)
    models = project / "models" / "intermediate"
    (models / "indicators" / f"int_indicators__{CODE}.sql").write_text(MODEL, encoding="utf-8")
    union = models / "kinds" / "int_flows_contributed.sql"
    last = "    select * from {{ ref('int_indicators__training_participants') }}\n"
    text = union.read_text(encoding="utf-8")
    assert text.count(last) == 1
    line = f"    union all by name select * from {{{{ ref('int_indicators__{CODE}') }}}}\n"
    union.write_text(text.replace(last, last + line), encoding="utf-8")


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A small city with ten days of log, published from a project with a tenth indicator, all of
    dbt's data tests among it.
    """
    folder = tmp_path_factory.mktemp("ten")
    project = copy_project(folder / "dbt_project")
    _add(project)
    city = new_city(folder / "city")
    city.deliver_roster(FIRST_DAY)
    for offset in range(10):
        city.deliver_log(FIRST_DAY + timedelta(days=offset))
    with bare_nights(project, folder / "dbt") as nights:
        nights.with_tests = True
        built = nights.night(city, BASE_AS_OF)
    assert built.tests > 100
    assert built.warnings == ()
    return city


def test_a_tenth_indicator_is_shown_with_its_actual_and_without_a_target_or_a_status(
    ten: City,
) -> None:
    shown = json.loads(report(settings_of(ten), official=False, as_of=None, form="json"))
    rows = {row["fiscal_year"]: row for row in shown if row["indicator_code"] == CODE}
    figures = rows[2026]
    assert (figures["name_ja"], figures["unit"]) == (NAMES["name_ja"], NAMES["unit_ja"])
    assert (figures["actual_value"], figures["numerator"], figures["denominator"]) == (10, 10, 1)
    assert (figures["actual_origin"], figures["is_provisional"], figures["measured_to"]) == (
        "computed",
        True,
        BASE_AS_OF.isoformat(),
    )
    without = (
        "status",
        "status_reason",
        "judged_status",
        "target_text",
        "target_value",
        "official_rating",
        "official_value",
    )
    assert {row[name] for row in rows.values() for name in without} == {None}
    assert len({row["indicator_code"] for row in shown}) == 10


def test_its_receipt_names_a_row_for_each_thing_that_it_counts(ten: City) -> None:
    rows = ten.query(
        "select what, source_row, counts from marts.fct_counted_rows where indicator_code ="
        f" '{CODE}' and part = 'numerator'"
    )
    assert sorted(row[0] for row in rows) == [
        (FIRST_DAY + timedelta(days=offset)).isoformat() for offset in range(10)
    ]
    assert all(row[1] and row[2] == 1 for row in rows)


def _as_the_app_asks(city: City, **parameters: Any) -> dict[str, list[warehouse.Row]]:
    """Return what each of the app's queries gives, with those of the parameters that it names."""
    published = warehouse.read_state(settings_of(city)).published
    assert published
    queries = [query.stem for query in sorted((ROOT / "app" / "queries").glob("*.sql"))]
    return warehouse.read(published, queries, **parameters)


def test_the_apps_queries_have_it_where_they_have_the_others(ten: City) -> None:
    shown = _as_the_app_asks(ten, indicator_code=CODE, as_of=BASE_AS_OF, on=BASE_AS_OF, year=None)
    tile = next(row for row in shown["overview_tiles"] if row["indicator_code"] == CODE)
    assert (tile["actual_value"], tile["target_text"], tile["official_rating"]) == (10, None, None)
    named = next(row for row in shown["indicators"] if row["indicator_code"] == CODE)
    assert {name: named[name] for name in NAMES} == NAMES
    assert [row["actual_value"] for row in shown["indicator_judgements"]] == [10]

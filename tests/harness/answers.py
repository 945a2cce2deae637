"""What a warehouse answers for a day: every mart that tells since when it knows, cut at that day,
and what `shihyo show` says; and that a later warehouse answers the same.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from small_city import new_city

from flows.reading.diff import RUN_COLUMNS, RUN_TABLES
from flows.reading.show import report
from harness.bare_nights import BareNights, bare_nights, copy_project, settings_of
from harness.histories import History
from harness.invariants import export_marts
from harness.invariants import first_difference as first_difference_of_marts
from settings import Settings

# From when on a row holds, and until when, null while it does; a mart with neither pair is one of
# the warehouse's own day.
_VALIDITIES = (("known_from", "known_to"), ("effective_from", "effective_to"))
# Marts whose rows stay, whatever comes later, and the day from which they are there.
_STAYING = {"fct_indicator_revisions": "revised_on", "fct_quarantined_rows": "known_from"}
# What these say is said of the warehouse's own day, and not of the day that is asked for.
_OF_THE_PRESENT = RUN_COLUMNS | {"is_current", "rows_superseded"}
# Of people in a department only today's count is shown.
_OF_TODAY = """
    table_name.org_unit_code != '271004'
    and table_name.indicator_code in (select indicator_code from marts.dim_indicators where counts_people)
"""

Row = dict[str, Any]
Answers = dict[str, list[Row]]


def answers(settings: Settings, warehouse: Path, day: date) -> Answers:
    """Return all that a warehouse knew on a day and before, table by table, as of that day; and
    what show says of it.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        shown = {
            table: _cut(connection, table, names, day)
            for table, names in _dated_marts(connection).items()
        }
    for name, official in (("show", False), ("show --official", True)):
        shown[name] = json.loads(report(settings, official=official, as_of=day, form="json"))
    return shown


def _dated_marts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    listed = (
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by"
        " table_name, column_index"
    )
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(listed).fetchall():
        if table not in RUN_TABLES and column not in _OF_THE_PRESENT:
            columns.setdefault(table, []).append(column)
    return {table: names for table, names in columns.items() if _validity(table, names)}


def _validity(table: str, names: list[str]) -> tuple[str, str | None] | None:
    if table in _STAYING:
        return _STAYING[table], None
    return next((pair for pair in _VALIDITIES if set(pair) <= set(names)), None)


def _cut(
    connection: duckdb.DuckDBPyConnection, table: str, names: list[str], day: date
) -> list[Row]:
    validity = _validity(table, names)
    assert validity
    begins, ends = validity
    shown = [
        f"case when {name} <= $day then {name} end as {name}" if name == ends else name
        for name in names
    ]
    kept = (
        f"not ({_OF_TODAY.replace('table_name', table)})"
        if table == "fct_indicator_actuals"
        else "true"
    )
    query = (
        f"select {', '.join(shown)} from marts.{table} where {begins} <= $day and {kept} order"
        " by all"
    )
    cut = connection.execute(query, {"day": day}).fetchall()
    return [dict(zip(names, row, strict=True)) for row in cut]


def first_difference(then: Answers, now: Answers) -> str | None:
    """Say in which table two answers for the same day first differ, and by which rows; None when
    they are the same.
    """
    for table in sorted({*then, *now}):
        before, after = then.get(table, []), now.get(table, [])
        here, there = (
            {json.dumps(row, default=str, ensure_ascii=False) for row in rows}
            for rows in (before, after)
        )
        if here != there or len(before) != len(after):
            return (
                f"{table}: only then {sorted(here - there)[:3]}, only now"
                f" {sorted(there - here)[:3]}"
            )
    return None


def check_histories(
    folder: Path, numbers: Iterable[int], nights: int, *, with_tests: bool = False
) -> Counter[str]:
    """Check histories one after another, the last build of each with dbt's data tests if asked;
    return how many rows were compared.
    """
    compared: Counter[str] = Counter()
    project = copy_project(folder / "dbt_project")
    seeds = {file: file.read_bytes() for file in (project / "seeds").iterdir()}
    with bare_nights(project, folder / "dbt") as bare:
        for number in numbers:
            for file, content in seeds.items():
                file.write_bytes(content)
            history = History(new_city(folder / f"city_{number}"), number, nights)
            history.draw_seeds(project)
            _check_history(bare, history, compared, with_tests)
    return compared


def _check_history(
    bare: BareNights, history: History, compared: Counter[str], with_tests: bool
) -> None:
    """Run a history night by night; assert that each day's answers stay, and that a build from
    landing gives the same marts.
    """
    city, settings, shown = history.city, settings_of(history.city), {}
    for number, day in enumerate(history.days):
        history.deliver_until(day, is_first=number == 0)
        bare.night(city, day, procedures=history.catalogue)
        shown[day] = answers(settings, city.published.resolve(), day)
    for day, then in shown.items():
        difference = first_difference(then, answers(settings, city.published.resolve(), day))
        assert difference is None, (
            f"history {history.number}, as of {day}, last night {history.last_day}: {difference}"
        )
        compared.update({table: len(rows) for table, rows in then.items()})
    incremental = export_marts(city)
    if history.number % 2:  # a build from landing needs nothing of what is published
        shutil.rmtree(settings.published_dir)
    bare.with_tests = with_tests
    bare.night(city, history.last_day, lands=False, full_refresh=True)
    bare.with_tests = False
    difference = first_difference_of_marts(incremental, export_marts(city))
    assert difference is None, (
        f"history {history.number}, built from all that has landed: {difference}"
    )

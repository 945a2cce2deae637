"""Stamps as machines write them, in SQL: the macros of the project, rendered, on DuckDB."""

from datetime import date, datetime

import duckdb
import jinja2
import pytest
from small_city import ROOT

MACROS = (ROOT / "dbt_project" / "macros" / "dates.sql").read_text(encoding="utf-8")


def in_sql(macro: str, text: str) -> object:
    call = "{{ " + macro + "('written') }}"
    expression = jinja2.Environment().from_string(MACROS + call).render().strip()
    [found] = duckdb.execute(
        f"select {expression} from (select $text as written)", {"text": text}
    ).fetchall()
    return found[0]


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2026-09-30T20:00:00", datetime(2026, 9, 30, 20)),
        (" 2026-09-30 20:00:00z ", datetime(2026, 9, 30, 20)),
        ("2026-09-30T20:00:00+09:00", datetime(2026, 9, 30, 11)),
        ("2026-10-01T05:00:00+0900", datetime(2026, 9, 30, 20)),
        ("2026-10-01 05:00:00.250 +09", datetime(2026, 9, 30, 20, 0, 0, 250_000)),
        ("2026-09-30T15:30:00-03:30", datetime(2026, 9, 30, 19)),
        ("2026-09-30T20:00-0030", datetime(2026, 9, 30, 20, 30)),
        ("2026-9-3 20:00+09", datetime(2026, 9, 3, 11)),
        ("2026-09-30", datetime(2026, 9, 30)),
        ("2026-09-30T20:00:00+24:00", None),
        ("2026-09-30T20:00:00-2400", None),
        ("2026-09-30T20:00:00+09:00:00", None),
        ("2026-09-30T20:00:00+", None),
        ("294247-01-10T03:00:00+09:00", None),
        ("2026-02-30T20:00:00+09:00", None),
        ("＊＊＊", None),
    ],
)
def test_a_stamp_is_read_with_its_own_offset_from_utc(text: str, stamp: datetime | None) -> None:
    assert in_sql("utc_stamp", text) == stamp


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31 20:00:00", date(2026, 3, 31)),
        ("2026-03-31T20:00:00Z", date(2026, 4, 1)),
        ("2026-03-31 15:00:00+00", date(2026, 4, 1)),
        ("2026-04-01 00:00:00+09", date(2026, 4, 1)),
        ("2026-04-01", date(2026, 4, 1)),
        ("none", None),
    ],
)
def test_a_stamp_lies_on_the_day_that_it_was_in_japan(text: str, day: date | None) -> None:
    assert in_sql("day_in_japan", text) == day

"""The catalogue of online procedures: the embedded database that the demonstration has instead of a
city's PostgreSQL.

Its stock is the official 710 at the end of FY2022 and within 約1,100 at the end of FY2023; every
procedure in it and every other figure is invented. It holds what such a catalogue holds: retired
and re-opened procedures, some of several departments, planned ones, and a few mistakes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from random import Random

from demo.city import LAST_DAY, City, Delivery, days, level_on, month_end, months, seeded

SOURCE = "procedures"
NAME = "catalogue.sqlite"

FIRST_MONTH = date(2020, 8, 1)
# Open procedures on a day; between these the stock grows evenly.
STOCKS: tuple[tuple[date, int], ...] = (
    (date(2020, 7, 31), 0),
    (date(2021, 3, 31), 212),
    (date(2022, 3, 31), 431),
    (date(2023, 3, 31), 710),
    (date(2024, 3, 31), 1104),
    (date(2025, 3, 31), 1538),
    (date(2026, 3, 31), 1957),
    (date(2026, 11, 30), 2149),
)
SHARED_BY_ALL_WARDS = 12
PLANNED_FOR = date(2027, 1, 12)

_SUBJECTS = (
    "住民票 税証明 国民健康保険 介護保険 児童手当 保育所 就学援助 道路占用 公園使用 "
    "屋外広告物 食品営業 診療所 動物登録 粗大ごみ 市営住宅 水道 消防設備 入札参加 補助金 講座"
)
_OBJECTS = "交付申請 変更届 廃止届 更新申請 利用申込 減免申請 実績報告 事前相談 再交付申請 完了届"

_SCHEMA = """
    create table procedures (procedure_id text primary key, procedure_name text not null);
    create table procedure_departments (procedure_id text not null, department_name text);
    create table procedure_status_changes (procedure_id text not null, status text, changed_on text);
"""


@dataclass
class Procedure:
    """A procedure, whose it is, and every change of its status in order."""

    id: str
    name: str
    departments: tuple[str, ...]
    changes: list[tuple[str, date]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.changes) and self.changes[-1][0] != "retired"


def catalogue(city: City, last_day: date = LAST_DAY) -> list[Procedure]:
    """Return every procedure that the catalogue holds on a day, those planned for later among them."""
    rng = seeded("procedures")
    units = [unit.name for unit in city.valid_units(LAST_DAY)]
    wards = tuple(unit.name for unit in city.valid_units(LAST_DAY) if unit.name.endswith("区役所"))
    found: list[Procedure] = []
    for month in months(FIRST_MONTH, last_day):
        open_days = [day for day in days(month, month_end(month)) if city.is_open(day)]
        _retire_and_reopen(rng, found, open_days)
        for _ in range(level_on(STOCKS, month) - sum(procedure.is_open for procedure in found)):
            owners = wards if len(found) < SHARED_BY_ALL_WARDS else _owners(rng, units)
            found.append(_new(rng, found, owners, rng.choice(open_days)))
    found += [_new(rng, found, _owners(rng, units), PLANNED_FOR)]
    return [
        procedure
        for procedure in found
        if procedure.changes[0][1] <= last_day or procedure.changes[0][1] == PLANNED_FOR
    ]


def _owners(rng: Random, units: list[str]) -> tuple[str, ...]:
    return tuple(rng.sample(units, rng.choices((1, 2, 3), (92, 6, 2))[0]))


def _new(rng: Random, known: list[Procedure], owners: tuple[str, ...], day: date) -> Procedure:
    name = f"{rng.choice(_SUBJECTS.split())}の{rng.choice(_OBJECTS.split())}"
    return Procedure(f"P{len(known) + 1:05d}", name, owners, [("registered", day)])


def _retire_and_reopen(rng: Random, known: list[Procedure], open_days: list[date]) -> None:
    """Retire some of the open procedures of earlier months, and re-open some of the retired."""
    for procedure in known:
        since = procedure.changes[-1][1]
        if (open_days[0] - since).days < 60:
            continue
        if procedure.is_open and rng.random() < 0.002:
            procedure.changes.append(("retired", rng.choice(open_days)))
        elif not procedure.is_open and rng.random() < 0.05:
            procedure.changes.append(("reopened", rng.choice(open_days)))


def deliveries(city: City, last_day: date, *, is_dirty: bool = True) -> Iterator[Delivery]:
    """Yield the database file; a database has no day of delivery."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        for procedure in catalogue(city, last_day):
            connection.execute(
                "insert into procedures values (?, ?)", (procedure.id, procedure.name)
            )
            connection.executemany(
                "insert into procedure_departments values (?, ?)",
                [(procedure.id, name) for name in procedure.departments],
            )
            connection.executemany(
                "insert into procedure_status_changes values (?, ?, ?)",
                [
                    (procedure.id, status, day.isoformat())
                    for status, day in procedure.changes
                    if day <= last_day or day == PLANNED_FOR
                ],
            )
        if is_dirty:
            _add_mistakes(connection)
        connection.commit()
        yield Delivery(SOURCE, None, NAME, connection.serialize())


def _add_mistakes(connection: sqlite3.Connection) -> None:
    """Add what people leave behind in such a catalogue: an entry that was only begun, one without a
    status, a day that does not exist.
    """
    for number, (status, day) in enumerate(
        [("draft", "2025-06-02"), (None, None), ("registered", "2025-02-30")], start=90001
    ):
        connection.execute("insert into procedures values (?, ?)", (f"P{number}", "(入力途中)"))
        connection.execute(
            "insert into procedure_departments values (?, ?)", (f"P{number}", "デジタル統括室")
        )
        connection.execute(
            "insert into procedure_status_changes values (?, ?, ?)", (f"P{number}", status, day)
        )

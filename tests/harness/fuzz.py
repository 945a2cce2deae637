"""Spoil valid items of every source in every way in which a delivery can be spoiled, and land them
all in one night.

The same seed spoils in the same ways.
"""

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
from small_city import DEPARTMENTS, HEADING, ROSTER_HEADING, City, log_lines, roster_lines
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, workbook

from demo.city import read_city
from demo.nocode_apps import FIELDS, records
from demo.policy_pages import page
from flows.errors import ShihyoError
from flows.landing.land import land_source
from flows.landing.reader import Reader
from flows.sources import SOURCES
from flows.sources.base import Delivery, Listing, Source
from harness.spoilers import NAMES, spoil
from settings import Settings, SourceSettings

AS_OF = date(2026, 10, 21)
_DELIMITED = ("access_log", "staff_roster", "specialists")


class Spoiled:
    """A source whose deliveries are spoiled contents; whatever parses them is the real source's."""

    def __init__(self, source: Source, contents: dict[str, bytes]) -> None:
        self.name, self.contract, self.parse = source.name, source.contract, source.parse
        self._contents = contents

    def list_deliveries(self, location: str) -> Listing:
        return Listing(tuple(Delivery(item_key=key, origin=location) for key in self._contents))

    def read(self, delivery: Delivery) -> bytes:
        return self._contents[delivery.item_key]


def land_spoiled(
    settings: Settings, valid: dict[str, bytes], *, count: int, seed: int, as_of: date
) -> Counter[str]:
    """Land `count` spoiled items, in turn of each source; return how many items of each landed.

    A database is spoiled as the file that it is, and read as the source reads it: that it cannot be
    read is an outcome, by a named error.
    """
    chance = random.Random(seed)
    contents: dict[str, dict[str, bytes]] = {name: {} for name in valid}
    outcomes: Counter[str] = Counter()
    for number in range(count):
        name = sorted(valid)[number % len(valid)]
        spoiled = spoil(valid[name], chance, is_delimited=name in _DELIMITED)
        if name == "procedures":
            try:
                spoiled = _read_database(settings.data_dir, spoiled)
            except ShihyoError:
                outcomes["named error"] += 1
                continue
        contents[name][chance.choice(NAMES).format(f"spoiled_{number:05d}")] = spoiled
    with Reader(settings) as reader:
        for source in SOURCES:
            outcomes[source.name] = land_source(
                settings, Spoiled(source, contents.get(source.name, {})), [as_of], reader
            ).landed
    return outcomes


def _read_database(folder: Path, content: bytes) -> bytes:
    from flows.sources.procedures import Procedures

    file = folder / "spoiled.sqlite"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    try:
        return Procedures().read(Delivery("spoiled", str(file)))
    finally:
        file.unlink()


def small_database(rows: int = 40) -> bytes:
    """Return a valid catalogue of online procedures."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "create table procedures (procedure_id text, procedure_name text);create table"
            " procedure_departments (procedure_id text, department_name text);create table"
            " procedure_status_changes (procedure_id text, status text, changed_on text);"
        )
        for number in range(rows):
            connection.execute("insert into procedures values (?, 'x')", (f"P{number}",))
            connection.execute(
                "insert into procedure_departments values (?, '北区役所')", (f"P{number}",)
            )
            connection.execute(
                "insert into procedure_status_changes values (?, 'registered', '2024-04-01')",
                (f"P{number}",),
            )
        connection.commit()
        return connection.serialize()


def valid_items() -> dict[str, bytes]:
    """Return one valid item of each source."""
    attended = [
        attendance(f"S000{number:04d}", next(iter(DEPARTMENTS.values())), "R8.10.10")
        for number in range(12)
    ]
    stages = [
        (
            "本市共通クラウドサービスの整備",
            number,
            f"工程{number}",
            "R8.5.1",
            "R8.5.1",
            "完了",
            "100%",
            "",
            "",
        )
        for number in range(1, 6)
    ]
    hires = [
        "整理番号,氏名,採用年月日,職種,配属先,採用数,備考",
        *(f"{n},髙橋,令和8年4月{n}日,,デジタル統括室,1," for n in range(1, 9)),
    ]
    return {
        "access_log": "\n".join([HEADING, *log_lines(AS_OF - timedelta(days=1))]).encode(),
        "staff_roster": "\r\n".join([ROSTER_HEADING, *roster_lines()]).encode("cp932"),
        "policy_pages": page(date(2024, 6, 10), has_results=True).encode(),
        "procedures": small_database(),
        "nocode_apps": (
            json.dumps(
                {"fields": FIELDS, "records": records(read_city())[:40]}, ensure_ascii=False
            ).encode()
        ),
        "training_rosters": workbook(
            {"第1回": attended, "第2回": attended[:5]}, TRAINING_HEADING, notes=("※ 注",)
        ),
        "specialists": "\r\n".join(hires).encode("cp932"),
        "milestones": workbook({"一覧": stages}, MILESTONE_HEADING),
    }


def spoiled_night(city: City, count: int, seed: int) -> None:
    """Land spoiled items, run a night over them as a person would, and check what became of every
    row.
    """
    settings = Settings(
        data_dir=city.data,
        pseudonym_key="a key for the tests alone",
        sources={
            name: SourceSettings(location=str(city.folder / "inbox")) for name in valid_items()
        },
    )
    outcomes = land_spoiled(settings, valid_items(), count=count, seed=seed, as_of=AS_OF)
    assert sum(outcomes.values()) == count
    assert all(outcomes[name] for name in valid_items()), outcomes
    night = city.night(AS_OF)
    assert night.returncode in (0, 3), night.stdout + night.stderr
    assert "Traceback" not in night.stdout + night.stderr
    assert len(night.stderr.strip().splitlines()) == (night.returncode == 3)
    warehouse = (
        city.data / "candidate" / "warehouse.duckdb"
        if night.returncode
        else city.published.resolve()
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        unaccounted = connection.execute(
            "select item_id, rows_unaccounted from marts.fct_loads where rows_unaccounted != 0"
        ).fetchall()
        judged = connection.execute(
            "select is_success from marts.fct_audit_results where expectation_name ="
            " 'every_row_is_accounted_for'"
        ).fetchall()
        fates = connection.execute(
            "select count_if(rows_staged > 0), count_if(rows_quarantined > 0),"
            " count_if(rows_rejected > 0) from marts.fct_loads"
        ).fetchall()[0]
    assert unaccounted == []
    assert judged == [(True,)]
    assert all(fates), "of so many items some are loaded, some quarantined, some rejected"

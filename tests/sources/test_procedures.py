"""The procedure catalogue: read from a real PostgreSQL and from SQLite alike, and what stands in
the way is said without a password.
"""

import sqlite3
import uuid
from contextlib import closing
from datetime import date
from pathlib import Path

import adbc_driver_postgresql.dbapi
import pytest
from harness.invariants import export_marts
from postgresql import PASSWORD, Server, execute
from small_city import BASE_AS_OF, City, located, new_city

from flows.errors import ShihyoError, SourceUnavailable, UsageError
from flows.sources.database import read_table
from flows.sources.procedures import Procedures
from flows.sources.pseudonyms import Pseudonyms

SCHEMA = (
    "create table procedures (procedure_id {id} primary key, procedure_name text not null)",
    "create table procedure_departments (procedure_id {id} not null, department_name text)",
    (
        "create table procedure_status_changes (procedure_id {id} not null, status text, changed_on"
        " {date})"
    ),
)
# A joint procedure, a retired one, a re-opened one, one that is planned, one of nobody.
ROWS = (
    (
        "insert into procedures values ('1', '住民票'), ('2', '道路占用'), ('3', '講座'), ('4',"
        " '水道'), ('5', '消防')"
    ),
    (
        "insert into procedure_departments values "
        "('1', '北区役所'), ('1', '都島区役所'), ('2', '北区役所'), ('3', '北区役所'), ('4',"
        " '都島区役所')"
    ),
    (
        "insert into procedure_status_changes values ('1', 'registered', '2026-07-15'), ('2',"
        " 'registered', '2026-07-20'), ('2', 'retired', '2026-08-31'), ('3', 'registered',"
        " '2026-07-01'), ('3', 'retired', '2026-08-10'), ('3', 'reopened', '2026-10-05'), ('4',"
        " 'registered', '2026-11-10'), ('5', 'registered', '2026-09-01')"
    ),
)


@pytest.fixture
def database(postgresql: Server) -> str:
    """A catalogue in a database of its own."""
    url = postgresql.database(uuid.uuid4().hex)
    execute(url, *(statement.format(id="text", date="date") for statement in SCHEMA), *ROWS)
    return url


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    """The same catalogue in a file."""
    file = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            ";".join(statement.format(id="text", date="text") for statement in (*SCHEMA, *ROWS))
        )
    return file


def landed(location: str) -> list[dict[str, object]]:
    source = Procedures()
    content = source.read(source.list_deliveries(location).deliveries[0])
    return [
        row
        for batch in source.parse(content, Pseudonyms(b"a key for the tests")).batches
        for row in batch.to_pylist()
    ]


def test_postgresql_and_sqlite_hand_over_the_same_rows_as_text(database: str, sqlite: Path) -> None:
    rows = landed(database)
    assert rows == landed(str(sqlite))
    assert list(rows[0].values()) == ["1", "北区役所", "registered", "2026-07-15", 1]
    assert [row["_source_row"] for row in rows] == list(range(1, 10))
    assert [row["department_name"] for row in rows if row["procedure_id"] == "5"] == [None]


def test_an_unchanged_catalogue_gives_the_same_bytes(database: str) -> None:
    source = Procedures()
    [delivery] = source.list_deliveries(database).deliveries
    assert source.read(delivery) == source.read(delivery)


def test_numbers_and_times_are_handed_over_as_text_too(postgresql: Server) -> None:
    url = postgresql.database("typed")
    execute(url, *(statement.format(id="integer", date="timestamp") for statement in SCHEMA), *ROWS)
    assert landed(url)[0]["procedure_id"] == "1"
    assert str(landed(url)[0]["changed_on"]).startswith("2026-07-15 00:00:00")


def test_sqlite_hands_over_whatever_stands_in_a_column_in_whatever_row(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            ";".join(statement.format(id="integer", date="date") for statement in SCHEMA[1:])
        )
        connection.execute("create table procedures (procedure_id integer)")
        # The first 2,000 have nothing but a number; then come text in a column of integers, a real
        # number and bytes that are no text.
        numbers: list[object] = [*range(2_000), "A-1", "B-2", 1.5, b"\xff\x41"]
        connection.executemany(
            "insert into procedures values (?)", [(number,) for number in numbers]
        )
        changes = [(number, None, None) for number in range(2_000)] + [
            ("A-1", "registered", "2024-04-01"),
            ("B-2", 7, 20240401),
        ]
        connection.executemany("insert into procedure_status_changes values (?, ?, ?)", changes)
        connection.commit()
    rows = landed(str(file))
    assert len(rows) == 2_004
    by_id = {str(row["procedure_id"]): (row["status"], row["changed_on"]) for row in rows}
    assert by_id["0"] == (None, None)
    assert by_id["A-1"] == ("registered", "2024-04-01")
    assert by_id["B-2"] == ("7", "20240401")
    assert "1.5" in by_id


def test_days_are_handed_over_alike_whatever_date_style_the_database_has(
    postgresql: Server,
) -> None:
    url = postgresql.database("dated")
    execute(
        url,
        *(statement.format(id="text", date="date") for statement in SCHEMA),
        *ROWS,
        "alter database dated set datestyle to 'SQL, DMY'",
    )
    assert {str(row["changed_on"])[:4] for row in landed(url)} == {"2026"}


def _only_masked(message: str) -> bool:
    return PASSWORD not in message and "keeper" not in message and len(message.splitlines()) == 1


def test_unreachable_and_refusing_servers_are_unavailable_and_keep_the_password(
    database: str,
) -> None:
    for url in (
        database.replace("127.0.0.1:", "127.0.0.1:1"),
        database.replace("127.0.0.1", "no-such-host.invalid"),
        database.replace(PASSWORD, f"{PASSWORD}-wrong"),
        database + "-missing",
    ):
        with pytest.raises(SourceUnavailable) as refused:
            landed(url)
        assert _only_masked(str(refused.value)), refused.value
        assert "postgresql://***@" in str(refused.value)


@pytest.mark.parametrize(
    "spoil",
    [
        "drop table procedure_departments",
        "alter table procedure_status_changes rename changed_on to changed",
    ],
)
def test_a_catalogue_without_the_contracts_tables_and_columns_is_named_and_not_retried(
    database: str, spoil: str
) -> None:
    execute(database, spoil)
    with pytest.raises(ShihyoError) as refused:
        landed(database)
    assert not isinstance(refused.value, SourceUnavailable)
    assert "procedure_departments" in str(refused.value) or "changed_on" in str(refused.value)
    assert "flows/sources/sql/procedures.sql" in str(refused.value)
    assert _only_masked(str(refused.value))


def test_the_source_cannot_be_written_to(database: str, sqlite: Path) -> None:
    for location in (database, str(sqlite)):
        with pytest.raises(ShihyoError):
            read_table(location, "delete from procedures", (), "a statement that writes")
        assert len(landed(location)) == 9


def test_a_locked_table_does_not_hang_the_night(database: str) -> None:
    with (
        adbc_driver_postgresql.dbapi.connect(database) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("lock table procedures in access exclusive mode")
        with pytest.raises(SourceUnavailable, match="lock timeout"):
            landed(f"{database}?options=-c%20lock_timeout%3D200")


@pytest.mark.parametrize(
    "content",
    [None, b"this is no database, but a text that is longer than one page's header " * 20],
)
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "catalogue.sqlite"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ShihyoError, match=r"catalogue\.sqlite"):
        landed(str(file))


def test_a_damaged_catalogue_of_which_sqlites_own_message_is_no_text_is_named(sqlite: Path) -> None:
    statement = b"CREATE TABLE procedures "
    spoiled = sqlite.read_bytes().replace(statement + b"(", statement + b"\x83")
    assert b"procedures \x83" in spoiled
    sqlite.write_bytes(spoiled)
    with pytest.raises(SourceUnavailable, match="its catalogue is damaged"):
        Procedures().read(Procedures().list_deliveries(str(sqlite)).deliveries[0])


def test_another_kind_of_database_is_refused_as_configuration() -> None:
    with pytest.raises(
        UsageError, match=r"mysql://\*\*\*@db/catalogue is no database that can be read"
    ):
        landed("mysql://keeper:secret@db/catalogue")


# Twenty that were open for a day, so that a few bad rows are a small share.
OLD = (
    "insert into procedures select 'old' || n, 'x' from generate_series(1, 20) as s (n)",
    (
        "insert into procedure_departments select 'old' || n, '北区役所' from generate_series(1,"
        " 20) as s (n)"
    ),
    (
        "insert into procedure_status_changes select 'old' || n, 'registered', '2026-07-01' from"
        " generate_series(1, 20) as s (n)"
    ),
    (
        "insert into procedure_status_changes select 'old' || n, 'retired', '2026-07-02' from"
        " generate_series(1, 20) as s (n)"
    ),
)


def new_catalogue(server: Server) -> str:
    url = server.database(uuid.uuid4().hex)
    execute(url, *(statement.format(id="text", date="date") for statement in SCHEMA), *ROWS, *OLD)
    return url


@pytest.fixture(scope="module")
def published_city(
    tmp_path_factory: pytest.TempPathFactory, api_url: str, postgresql: Server
) -> City:
    """A city with nothing but a catalogue in PostgreSQL, published as of 2026-10-21; copy it, never
    change it.
    """
    city = new_city(tmp_path_factory.mktemp("cities") / "catalogue", api_url)
    done = city.night(BASE_AS_OF, **located("procedures", new_catalogue(postgresql)))
    assert done.returncode == 0, done.stderr
    return city


def months_of(city: City, unit: str = "271004") -> list[tuple[str, int, bool]]:
    return city.query(
        "select strftime(period_start, '%Y-%m'), cast(numerator as integer), is_provisional from"
        " marts.fct_indicator_actuals where indicator_code = 'online_procedures' and period_grain"
        f" = 'month' and is_current and org_unit_code = '{unit}' order by 1"
    )


def counts_of(city: City, unit: str = "271004") -> list[int]:
    return [count for _, count, _ in months_of(city, unit)]


def test_a_joint_procedure_counts_for_each_department_and_once_for_the_city(
    published_city: City,
) -> None:
    assert months_of(published_city) == [
        ("2026-07", 3, False),
        ("2026-08", 1, False),  # 2 and 3 are retired
        ("2026-09", 2, False),  # 5 is nobody's, and counts for the city
        ("2026-10", 3, True),  # 3 is re-opened
    ]
    assert counts_of(published_city, "271276") == [3, 1, 1, 2]  # 北区役所
    assert counts_of(published_city, "271021") == [1, 1, 1, 1]  # 都島区役所 shares procedure 1
    warnings = published_city.query(
        "select expectation_name, observed from marts.fct_audit_results where not is_success"
    )
    assert warnings == [("rows_are_of_known_departments", "1 of 3 rows: procedure_catalogue false")]


def test_the_stock_on_any_day_through_corrections_planned_changes_and_an_outage(
    published_city: City, postgresql: Server, tmp_path: Path
) -> None:
    city, url = published_city.copy_to(tmp_path / "city"), new_catalogue(postgresql)

    # Found out on 22 October: procedure 2 had not been retired; and two entries cannot be used.
    execute(
        url,
        "delete from procedure_status_changes where procedure_id = '2' and status = 'retired'",
        "insert into procedures values ('6', 'x'), ('7', 'y')",
        "insert into procedure_status_changes values ('6', 'draft', '2026-10-01'), ('7',"
        " 'registered', '1899-01-01')",
    )
    assert city.night(date(2026, 10, 22), **located("procedures", url)).returncode == 0
    assert counts_of(city) == [3, 2, 3, 4]
    assert city.query(
        "select reason_code, source_row from marts.fct_quarantined_rows where is_current order by 1"
    ) == [
        ("bad_change_date", 10),
        ("unknown_status", 9),
    ]
    loads = (
        "select rows_read, rows_quarantined, rows_staged, rows_superseded, rows_unaccounted from"
        " marts.fct_loads order by known_from"
    )
    assert city.query(loads) == [(49, 0, 49, 49, 0), (50, 2, 48, 0, 0)]

    # The planned procedure counts from its day on, though nothing is landed on that day.
    assert city.night(date(2026, 11, 11), **located("procedures", url)).returncode == 0
    assert city.query("select count(*) from marts.fct_loads") == [(2,)]
    assert counts_of(city) == [3, 2, 3, 4, 5]
    incremental = export_marts(city)

    def counted(as_of: date) -> tuple[int, bool, str]:
        [row] = [
            row
            for row in city.show("--as-of", as_of)
            if (row["indicator_code"], row["fiscal_year"]) == ("online_procedures", 2026)
        ]
        return row["actual_value"], row["is_provisional"], row["measured_to"]

    assert counted(date(2026, 10, 21)) == (2, True, "2026-09-30")
    assert counted(date(2026, 10, 22)) == (3, True, "2026-09-30")
    assert counted(date(2026, 11, 11)) == (4, True, "2026-10-31")

    # An outage in the night: a warning after its retries while the catalogue is young enough, then
    # exit 4; never the password.
    link = city.published.readlink()
    postgresql.stop()
    try:
        in_time = city.copy_to(tmp_path / "in_time").night(
            date(2026, 11, 18), **located("procedures", url)
        )
        down = city.night(date(2026, 11, 19), **located("procedures", url))
    finally:
        postgresql.start()
    assert in_time.returncode == 0
    assert "procedures is stale: last read as of 2026-11-11, 7 days ago" in in_time.stdout
    assert PASSWORD not in in_time.stdout
    assert down.returncode == 4
    assert _only_masked(down.stderr.strip())
    assert PASSWORD not in down.stdout
    assert city.published.readlink() == link

    done = city.shihyo(
        "run", "--as-of", "2026-11-11", "--full-refresh", **located("procedures", url)
    )
    assert done.returncode == 0, done.stderr
    assert export_marts(city) == incremental


def test_a_catalogue_that_cannot_be_right_stops_the_night_and_is_nothing_to_compare_with(
    published_city: City, postgresql: Server, tmp_path: Path
) -> None:
    city, url = published_city.copy_to(tmp_path / "city"), new_catalogue(postgresql)
    link = city.published.readlink()
    # The second loses little against the first, which is refused, and much against the published.
    unusable = "insert into procedures select 'new' || n, 'x' from generate_series(1, 6) as s (n)"
    spoils = (
        (("delete from procedures where procedure_id like 'old1%'",), ["catalogue_keeps_its_size"]),
        (
            ("delete from procedures where procedure_id = 'old20'", unusable),
            ["catalogue_keeps_its_size", "catalogue_rows_are_usable"],
        ),
        (("delete from procedures",), ["catalogue_is_not_empty", "catalogue_keeps_its_size"]),
    )
    for day, (spoil, expectations) in enumerate(spoils, start=22):
        execute(url, *spoil)

        night = city.night(date(2026, 10, day), **located("procedures", url))

        assert (night.returncode, len(night.stderr.strip().splitlines())) == (3, 1), night.stderr
        failures = city.status()["last_run"]["failures"]
        assert sorted(each.split(":")[0] for each in failures) == expectations
        for expectation in expectations:
            assert f"{expectation}: " in night.stderr
        assert city.published.readlink() == link

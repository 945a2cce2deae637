"""Relational databases: PostgreSQL by its URL, through ADBC; SQLite by its file. One statement in
one read-only connection.

It must never write to a source, wait for one without end, or let a password out. Every column is
text when it leaves the database: what a driver makes of other types depends on the first rows that
it sees.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pyarrow as pa

from flows.errors import ShihyoError, SourceUnavailable, UsageError
from settings import mask_secrets

_POSTGRESQL = ("postgresql", "postgres")
# A night must not hang on a database: a dead host ends the wait after these, a locked table after
# the statement's time.
_POSTGRESQL_DEFAULTS = {
    "application_name": "shihyo",
    "connect_timeout": "10",
    "tcp_user_timeout": "60000",
    "options": (
        "-c default_transaction_read_only=on -c statement_timeout=300000 -c lock_timeout=30000"
    ),
}


_BATCH_ROWS = 65_536
_SQLITE_WAIT_SECONDS = 30.0


def read_table(location: str, query: str, columns: tuple[str, ...], what: str) -> pa.Table:
    """Return the named columns of what a query gives; the query casts each to text.

    Raises SourceUnavailable when the database cannot be reached or gives up in the middle,
    ShihyoError when it does not hold what `what` (the query's file) asks for, and UsageError for a
    location that is neither a PostgreSQL URL nor a file.
    """
    scheme = urlsplit(location).scheme if "://" in location else ""
    if scheme and scheme not in _POSTGRESQL:
        raise UsageError(
            f"{mask_secrets(location)} is no database that can be read; expected postgresql://… or"
            " a SQLite file"
        )
    if not scheme and not Path(location).is_file():
        raise SourceUnavailable(
            f"{location} is not there; expected a SQLite file; next: check the mount or the setting"
        )
    try:
        found = _read_postgresql(location, query) if scheme else _read_sqlite(Path(location), query)
        return found.select(list(columns)).cast(
            pa.schema([(column, pa.string()) for column in columns])
        )
    except (adbc_driver_manager.Error, sqlite3.Error) as error:
        if _asks_for_what_is_not_there(error):
            raise ShihyoError(
                f"{mask_secrets(location)} does not hold what {what} asks for ({_reason(error)});"
                " next: correct the catalogue, or that file"
            ) from None
        raise SourceUnavailable(
            f"{mask_secrets(location)} cannot be read ({_reason(error)}); expected a database that"
            " answers; next: check it or the setting"
        ) from None


def _read_postgresql(url: str, query: str) -> pa.Table:
    with (
        adbc_driver_postgresql.dbapi.connect(_with_defaults(url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("set datestyle to 'ISO'")
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def _read_sqlite(file: Path, query: str) -> pa.Table:
    address = f"{file.as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_SQLITE_WAIT_SECONDS)) as connection:
        # SQLite keeps whatever bytes it was given; those that are no text are for staging to see.
        connection.text_factory = lambda text: text.decode("utf-8", errors="replace")
        try:
            cursor = connection.execute(query)
        except UnicodeDecodeError:  # of a damaged file SQLite's own message may be no text
            raise sqlite3.DatabaseError("its catalogue is damaged") from None
        schema = pa.schema([(column[0], pa.string()) for column in cursor.description or ()])
        return pa.Table.from_batches(_batches(cursor, schema), schema)


def _batches(cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while rows := cursor.fetchmany(_BATCH_ROWS):
        yield pa.record_batch(list(zip(*rows, strict=True)), schema=schema)


def _with_defaults(url: str) -> str:
    """Add what the URL leaves open; a deployment's own choice stands."""
    parts = urlsplit(url)
    chosen = {**_POSTGRESQL_DEFAULTS, **dict(parse_qsl(parts.query, keep_blank_values=True))}
    return parts._replace(query=urlencode(chosen, quote_via=quote)).geturl()


def _asks_for_what_is_not_there(error: adbc_driver_manager.Error | sqlite3.Error) -> bool:
    """Tell a missing table, column or right (SQLSTATE class 42; SQLite's general error) from what
    may pass by itself.
    """
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in (
            sqlite3.SQLITE_ERROR,
            sqlite3.SQLITE_READONLY,
        )
    return (
        error.sqlstate.startswith("42")
        if error.sqlstate
        else isinstance(error, adbc_driver_manager.ProgrammingError)
    )


def _reason(error: Exception) -> str:
    """Return what the driver says, without the status before it, the query after it and the names
    of accounts.
    """
    first = str(error).strip().splitlines()[0]
    said = re.sub(r"^[A-Z_]+: (\[\w+\] )?(Failed to prepare query: )?(ERROR: +)?", "", first)
    return re.sub(r'(user|role) "[^"]*"', r"\1 ***", said).strip()

"""The floors, each in a process of its own: `python -m bench.floors prefect|copy|one-sql …`. What
could not be faster with these tools.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb


def prefect(folder: str) -> None:
    """Start a Prefect server as a night does, and run a flow that does nothing."""
    from pydantic import SecretStr

    from flows.children.prefect_server import prefect_api, quiet_environment
    from settings import Settings

    settings = Settings(
        data_dir=Path(folder), pseudonym_key=SecretStr("a key for the benchmarks alone"), sources={}
    )
    quiet_environment(settings)
    with prefect_api(settings, meanwhile=lambda: importlib.import_module("flows.night.flow")):
        from prefect import flow

        @flow(name="nothing")
        def nothing() -> None:
            """Do nothing."""

        nothing()


def copy(inbox: str, target: str) -> None:
    """Copy every CSV file to a Parquet file of its own, as text, with landing's compression."""
    Path(target).mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for file in sorted(Path(inbox).rglob("*.csv")):
            connection.execute(
                f"copy (from read_csv('{file}', all_varchar = true)) to"
                f" '{target}/{file.stem}.parquet' (format parquet, compression zstd)"
            )


def one_sql(inbox: str, roster: str) -> None:
    """Count the monthly active users of each department straight from the raw files, in one
    statement.
    """
    text = Path(roster).read_bytes().decode("cp932")
    postings = Path(roster).with_suffix(".utf8")
    postings.write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(f"""
            select date_trunc('month', log.timestamp + interval 9 hour) as month, postings."所属名", count(distinct log.user_name)
            from read_csv('{inbox}/**/*.csv', columns = {{
                'timestamp': 'timestamp', 'user_name': 'varchar', 'event': 'varchar', 'workbook': 'varchar', 'client_ip': 'varchar'
            }}, header = true) as log
            inner join read_csv('{postings}', all_varchar = true) as postings on upper(log.user_name) = postings."職員番号"
            where log.event in ('view', 'export')
            group by all
            """).fetchall()


def land(folder: str) -> None:
    """Land the access log of a deployment, without Prefect, dbt or the audit: landing alone."""
    from datetime import date

    from flows.landing.land import land_source
    from flows.landing.reader import Reader
    from flows.sources.access_log import AccessLog
    from settings import settings

    assert settings().data_dir == Path(folder)
    with Reader(settings()) as reader:
        land_source(settings(), AccessLog(), [date(2099, 1, 1)], reader)


if __name__ == "__main__":
    floors: dict[str, Callable[..., None]] = {
        "prefect": prefect,
        "copy": copy,
        "one-sql": one_sql,
        "land": land,
    }
    floors[sys.argv[1]](*sys.argv[2:])

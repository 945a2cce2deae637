"""Forecasts of whole-city months: one row per indicator, month of origin and months ahead, once
more for each target that is asked about.

How they are made is in the package `forecasting`. The table that is about to be replaced is read as
a cache: a row stands as long as the method and the history up to its origin are the same, so that
the table equals one that is built at once.
"""

from forecasting import COLUMNS, forecast, key_of, method


def model(dbt, session):
    """Return the rows that `int_forecasts_wanted` asks for."""
    dbt.config(materialized="table")
    months, wanted = (
        _records(dbt.ref("int_forecast_months")),
        _records(dbt.ref("int_forecasts_wanted")),
    )
    rows = forecast(months, wanted, _known(dbt, session), method())
    # Handed over as lists, because pyarrow's own rows import pandas: that took most of a second of
    # every night on which nothing is new.
    columns = ", ".join(
        f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in COLUMNS.items()
    )
    return session.query(
        f"select {columns}", params={name: [row[name] for row in rows] for name in COLUMNS}
    )


def _records(relation):
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _known(dbt, session):
    """Return the rows of the table that this one replaces."""
    tables = (
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = ?"
        " and table_name = ?"
    )
    if not session.execute(tables, [dbt.this.schema, dbt.this.identifier]).fetchall():
        return {}
    rows = session.execute(f"select * from {dbt.this}")
    columns = [column[0] for column in rows.description]
    records = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    return (
        {key_of(row): row for row in records}
        if {"fingerprint", "months_ahead", "target_value"} <= set(columns)
        else {}
    )

"""The floor of the app's benchmarks: the same nine figures and the same chart of the same
warehouse, as anybody would show them in forty lines of Streamlit.
"""

import os
from pathlib import Path
from typing import Any

import altair as alt
import duckdb
import streamlit as st

FIGURES = """
    select
        indicators.name_ja,
        coalesce(standings.latest_value, standings.actual_value) as actual_value,
        standings.target_text
    from marts.fct_indicator_standings as standings
    inner join marts.dim_indicators as indicators using (indicator_code)
    order by standings.overview_order
"""
MONTHS = """
    select period_start, actual_value
    from marts.fct_indicator_actuals
    where indicator_code = 'visualisation_usage_rate' and org_unit_code = '271004'
        and period_grain = 'month' and is_current and not is_provisional
    order by period_start
"""


@st.cache_data
def rows(file: str, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(statement).fetchall()


link = Path(os.environ["SHIHYO_DATA_DIR"]) / "published" / "warehouse.duckdb"
warehouse = str(link.resolve())
st.set_page_config(page_title="KPI", layout="wide")
st.title("デジタル統括室 KPI")
months = [{"month": f"{day}", "value": value} for day, value in rows(warehouse, MONTHS)]
chart = alt.Chart(alt.Data(values=months)).mark_line()  # type: ignore[no-untyped-call]
st.altair_chart(chart.encode(x="month:T", y="value:Q"), width="stretch")
for place, (name, actual, target) in enumerate(rows(warehouse, FIGURES)):
    if place % 3 == 0:
        columns = st.columns(3)
    columns[place % 3].metric(name, f"{actual:,.1f}" if actual is not None else "—", target)

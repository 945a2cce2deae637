"""House rules of the app's queries: marts only, every column known, nothing of the night."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.drawing.words import Words
from app.pages import FRAME, LAYOUTS

ROOT = Path(__file__).resolve().parents[2]
QUERIES = sorted((ROOT / "app" / "queries").glob("*.sql"))
PARAMETERS = {
    "as_of": date(2026, 11, 20),
    "on": date(2026, 11, 20),
    "year": None,
    "indicator_code": "visualisation_usage_rate",
}


def named_parameters(statement: str) -> dict[str, Any]:
    return {name: PARAMETERS[name] for name in set(re.findall(r"\$(\w+)", statement))}


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Walk DuckDB's own parse of a statement."""
    if isinstance(tree, dict):
        yield tree
    for child in (
        tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    ):
        yield from nodes(child)


def relations(statement: str) -> tuple[set[str], set[str]]:
    """Return the tables that a statement reads, and the functions that stand where a table could."""
    told = duckdb.sql(
        "select json_serialize_sql($statement)", params={"statement": statement}
    ).fetchall()[0][0]
    tree = json.loads(told)
    assert not tree["error"], tree
    named = {
        entry["key"]
        for node in nodes(tree)
        if "cte_map" in node
        for entry in node["cte_map"]["map"]
    }
    tables = [node for node in nodes(tree) if node.get("type") == "BASE_TABLE"]
    functions = {
        str(node["function"]) for node in nodes(tree) if node.get("type") == "TABLE_FUNCTION"
    }
    return {
        f"{node['schema_name']}.{node['table_name']}"
        for node in tables
        if node["schema_name"] or node["table_name"] not in named
    }, functions


def test_every_query_is_drawn_by_a_panel_and_every_panel_has_its_query_and_template() -> None:
    panels = [panel for layout in LAYOUTS.values() for panel in layout.every_panel]
    asked = {query for panel in panels for query in panel.queries} | set(FRAME)
    assert asked == {query.stem for query in QUERIES}
    templates = {path.stem for path in (ROOT / "app" / "templates").glob("*.html")}
    of_the_frame = {
        "frame",
        "notices",
        "trust",
        "parts",
        "standings",
        "message",
        "unknown_indicator",
        "one_page",
        "files",
        "looking",
        "results",
        "tiles",
    }
    assert {panel.name for panel in panels} == templates - of_the_frame


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_query_reads_only_marts(query: Path) -> None:
    tables, functions = relations(query.read_text(encoding="utf-8"))
    assert tables
    assert all(table.startswith("marts.") for table in tables), tables
    assert not functions


@pytest.mark.parametrize(
    "statement",
    [
        "select * from staging.stg_night__run_contexts",
        "with here as (select 1) select * from elsewhere",
        "select * from read_csv('log.csv')",
    ],
)
def test_the_rule_on_marts_can_be_broken(statement: str) -> None:
    tables, functions = relations(statement)
    assert functions or not all(table.startswith("marts.") for table in tables)


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_query_works_on_a_warehouse(query: Path, house: Any) -> None:
    statement = query.read_text(encoding="utf-8")
    with duckdb.connect(str(house.publish()), read_only=True) as connection:
        assert connection.execute(statement, named_parameters(statement)).fetchall()


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_query_names_only_columns_that_the_real_marts_declare(query: Path, house: Any) -> None:
    """The tiny warehouse is written by hand: a table or column of its own would let a broken query
    pass here.
    """
    declared = declared_columns()
    with duckdb.connect(str(house.publish()), read_only=True) as connection:
        for table in relations(query.read_text(encoding="utf-8"))[0]:
            name = table.removeprefix("marts.")
            columns = {
                row[0]
                for row in connection.execute(
                    f"select column_name from (describe marts.{name})"
                ).fetchall()
            }
            assert columns == declared[name]


@cache
def declared_columns() -> dict[str, set[str]]:
    import yaml

    contracts = (ROOT / "dbt_project" / "models" / "marts").glob("*.yml")
    declared = [
        model
        for file in contracts
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
    ]
    return {model["name"]: {column["name"] for column in model["columns"]} for model in declared}


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "qualifier", "japanese", "english"),
    [
        (1100.0, 0, ("件", "procedures"), "about", "約1,100件", "about 1,100 procedures"),
        (3.0, 0, ("名", "people"), "around", "3名程度", "around 3 people"),
        (70.0, 0, ("%", "%"), "at_least", "70%以上", "at least 70%"),
        (50.0, 0, ("%", "% of stages"), "at_least", "50%以上", "at least 50% of stages"),
        (100 * 37 / 53, 1, ("%", "%"), "exact", "69.8%", "69.8%"),
        (2.5, 0, ("名", "people"), None, "3名", "3 people"),
        (120.0, 0, ("名", "people"), "cumulative", "合計120名", "120 people in total"),
    ],
)
def test_figure_carries_unit_and_qualifier(
    value: float,
    decimals: int,
    unit: tuple[str, str],
    qualifier: str | None,
    japanese: str,
    english: str,
) -> None:
    assert str(Words("ja").figure(value, decimals, unit[0], qualifier)) == japanese
    assert str(Words("en").figure(value, decimals, unit[1], qualifier)) == english


def test_the_site_imports_nothing_of_the_night_and_knows_no_web_server() -> None:
    program = (
        "import sys, app.site, app.warehouse\nprint([name for name in sys.modules if"
        " name.split('.')[0] in ('prefect', 'dbt', 'great_expectations', 'flows', 'expectations',"
        " 'demo', 'streamlit', 'altair', 'pandas')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_no_module_of_the_app_names_the_night() -> None:
    modules = sorted((ROOT / "app").rglob("*.py"))
    assert ROOT / "app" / "streamlit_app.py" in modules
    for module in modules:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        imported |= {
            node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }
        assert not {name.split(".")[0] for name in imported} & {
            "prefect",
            "dbt",
            "great_expectations",
            "flows",
            "expectations",
            "demo",
        }


@pytest.mark.parametrize(
    ("on", "shown"), [(date(2026, 4, 1), 60), (date(2026, 11, 20), 70), (date(2027, 4, 1), 80)]
)
def test_the_target_that_is_shown_is_the_one_in_effect_on_the_day_that_is_looked_at(
    on: date, shown: int
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts;create table marts.dim_fiscal_years as select 2026 as fiscal_year,"
            " 'FY' as label_ja, 'FY' as label_en, date '2026-04-01' as starts_on, date '2027-03-31'"
            " as ends_on;create table marts.fct_indicator_targets as select 'x' as indicator_code,"
            " 2026 as fiscal_year, '' as target_text, 'exact' as target_qualifier, unnest([60, 70,"
            " 80]) as target_value, unnest([date '2023-04-01', date '2026-07-01', date"
            " '2027-04-01']) as effective_from, unnest([date '2026-07-01', date '2027-04-01',"
            " null]) as effective_to"
        )
        statement = (ROOT / "app" / "queries" / "indicator_targets.sql").read_text(encoding="utf-8")
        found = connection.execute(statement, {"indicator_code": "x", "on": on}).fetchall()
    assert [row[4] for row in found] == [shown]

"""Progress by CAGR, as Statistics Canada publishes it: the macro of the project, rendered, on
DuckDB beside published cases.
"""

import os
from pathlib import Path

import duckdb
import jinja2
import pytest
from small_city import ROOT, SHARED

MACROS = [
    ROOT / "dbt_project" / "macros" / f"{name}.sql" for name in ("policy", "statcan_progress")
]
CASES = Path(os.environ.get("PROGRESS_CASES") or SHARED / "domain" / "progress_cases.csv")

_AS_CASES = """
    create table cases as
    select
        row_number() over () as line, base_year, base_value, current_year, current_value, target_year, target as target_value,
        direction as direction_sign, "limit" as natural_limit, progress_value as expected_value, score as expected_score,
        status as expected_status
    from read_csv($path, types = {
        'base_year': 'double', 'base_value': 'double', 'current_year': 'double', 'current_value': 'double', 'target_year': 'double',
        'target': 'double', 'direction': 'integer', 'limit': 'double', 'progress_value': 'double', 'score': 'double', 'status': 'varchar'
    })
"""
_WRONG = """
    select line, expected_value, progress_value, expected_score, progress_score, expected_status, progress_status
    from judged
    where
        (expected_value is null) != (progress_value is null)
        or abs(expected_value - progress_value) > 1e-9
        or (expected_score is null) != (progress_score is null)
        or abs(expected_score - progress_score) > 1e-6
        or expected_status is distinct from progress_status
"""


def judged(connection: duckdb.DuckDBPyConnection) -> None:
    macros = "".join(file.read_text(encoding="utf-8") for file in MACROS)
    statement = (
        jinja2.Environment().from_string(macros + "{{ statcan_progress('cases') }}").render()
    )
    connection.execute(f"create table judged as {statement}")


@pytest.mark.skipif(
    not CASES.exists(),
    reason=f"the published cases are not here ({CASES.name}); PROGRESS_CASES names them",
)
def test_progress_cases_are_reproduced_value_score_and_status() -> None:
    with duckdb.connect() as connection:
        connection.execute(_AS_CASES, {"path": str(CASES)})
        judged(connection)
        assert connection.execute("select count(*) from judged").fetchall()[0][0] >= 400
        assert connection.execute(_WRONG).fetchall() == []


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(
            "2020, 0, 2023, 5, 2025, 10, 1, null",
            ("substantial_progress", 5.0),
            id="a zero base is 0.001",
        ),
        pytest.param(
            "2020, 8, 2023, 4, 2025, 0, -1, null",
            ("limited_progress", None),
            id="a zero target is 0.001",
        ),
        pytest.param(
            "2020, 10, 2023, 10, 2025, 10, 1, null",
            ("target_achieved", 5.0),
            id="the target is the base and met",
        ),
        pytest.param(
            "2020, 10, 2023, 9, 2025, 10, 1, null",
            ("deterioration", -5.0),
            id="the target is the base and lost",
        ),
        pytest.param(
            "2020, -2, 2023, 3, 2025, 10, 1, null", ("not_available", None), id="opposite signs"
        ),
        pytest.param(
            "2020, 2, 2023, 3, 2025, -1, -1, null",
            ("not_available", None),
            id="a target of the opposite sign",
        ),
        pytest.param(
            "2020, -10, 2023, -8, null, null, 1, null",
            ("substantial_progress", 5.0),
            id="a negative base that rises",
        ),
        pytest.param(
            "2020, -10, 2023, -12, null, null, 1, null",
            ("deterioration", -5.0),
            id="a negative base that falls",
        ),
        pytest.param(
            "2023, 5, 2023, 5, 2025, 10, 1, null", ("not_available", None), id="one year only"
        ),
        pytest.param(
            "2020, 50, 2023, 60, 2025, 55, -1, null",
            ("deterioration", -5.0),
            id="away from a target below",
        ),
        pytest.param(
            "2020, 50, 2023, 40, 2025, 45, -1, null",
            ("target_achieved", 5.0),
            id="met, whatever the trend",
        ),
        pytest.param(
            "2020, 100, 2023, 100, null, null, 1, 100",
            ("substantial_progress", 5.0),
            id="at the limit there is no room",
        ),
        pytest.param(
            "2020, 150, 2023, 150, null, null, -1, 100",
            ("limited_progress", -2.5),
            id="between the limit and its double",
        ),
    ],
)
def test_edge_cases_have_an_answer_and_never_divide_by_nothing(
    case: str, expected: tuple[str, float | None]
) -> None:
    names = (
        "base_year, base_value, current_year, current_value, target_year, target_value,"
        " direction_sign, natural_limit"
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"create table cases as select * from (values ({case})) as given ({names})"
        )
        judged(connection)
        status, score = connection.execute(
            "select progress_status, progress_score from judged"
        ).fetchall()[0]
    assert status == expected[0]
    if expected[1] is not None or status == "not_available":
        assert score == expected[1]

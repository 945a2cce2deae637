"""Targets and indicators as bureaus write them into the seeds: each is built, judged and paced, in
one copy of the project.
"""

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from harness.bare_nights import bare_nights, copy_project, settings_of
from harness.ready_python import ready_children
from small_city import BASE_AS_OF, City

from expectations.checkpoints import candidate_checkpoint
from flows.dev import build_dev
from flows.errors import AuditFailed
from flows.paths import dev_file

# Contributions are known from the delivery that tells them: these from the one roster that the city
# has.
ROSTER = (
    "(select min(item_id) from {{ ref('stg_night__landed_items') }} where source_name ="
    " 'staff_roster')"
)
STOCK_MODEL = """select
    '{code}' as indicator_code,
    ROSTER as item_id,
    strftime(month_start, '%Y-%m') as thing,
    strftime(month_start, '%Y-%m') as what,
    1 as source_row,
    amount,
    1 as rows_behind,
    true as is_city,
    month_start as open_from,
    lead(month_start, 1, {{{{ no_end() }}}}) over (order by month_start) as open_to
from (
    select
        cast(date '{first}' + to_months(cast(place as integer)) as date) as month_start,
        amount
    from (select unnest(range({count})) as place, unnest({numerators}) as amount)
)
"""
RATIO_MODEL = """select
    '{code}' as indicator_code,
    part,
    ROSTER as item_id,
    'households' as thing,
    'households' as what,
    1 as source_row,
    amount,
    1 as rows_behind,
    cast(date '{first}' + to_months(cast(place as integer)) as date) as month_start,
    last_day(month_start) as happened_on,
    month_start as known_from,
    {{{{ no_end() }}}} as known_to
from (
    select unnest(range({count})) as place, 'denominator' as part, {denominator} as amount
    union all
    select unnest(range({count})) as place, 'numerator' as part, unnest({numerators}) as amount
)
"""
FLOW_MODEL = """select
    '{code}' as indicator_code,
    ROSTER as item_id,
    'all' as thing,
    'all' as what,
    1 as source_row,
    {count} as amount,
    false as is_counted_once,
    date '2026-10-20' as happened_on,
    date '2026-10-20' as known_from,
    {{{{ no_end() }}}} as known_to
"""


@dataclass(frozen=True)
class Case:
    """An indicator: its line, its targets (year, wording, number, qualifier), and its months up to
    the last one, or FY2026's count.
    """

    code: str
    targets: tuple[tuple[int, str, str, str], ...]
    line: dict[str, str] = field(default_factory=dict)
    months: tuple[float, ...] = ()
    denominator: int = 1
    last_month: date = date(2026, 9, 1)
    count: int | None = None

    @property
    def kind(self) -> str:
        return self.line.get("kind", "stock")

    @property
    def model(self) -> str:
        if self.kind == "flow":
            return FLOW_MODEL.format(code=self.code, count=self.count).replace("ROSTER", ROSTER)
        place = self.last_month.year * 12 + self.last_month.month - len(self.months)
        first = date(place // 12, place % 12 + 1, 1)
        model = RATIO_MODEL if self.kind == "ratio" else STOCK_MODEL
        return model.format(
            code=self.code,
            first=first,
            count=len(self.months),
            numerators=list(self.months),
            denominator=self.denominator,
        ).replace("ROSTER", ROSTER)


def _rising(first: float, last: float) -> tuple[float, ...]:
    return tuple(round(first + (last - first) * place / 35, 2) for place in range(36))


FALLS = {"direction": "down"}
FLOW = {"kind": "flow", "judging_method": "level"}
RATIO = {"kind": "ratio", "natural_limit": "100", "unit_ja": "%", "unit_en": "%"}
CASES = (
    Case(
        "money",
        ((2027, "10,000,000,000円", "10000000000", "exact"),),
        {"unit_ja": "円"},
        _rising(8e9, 9e9),
    ),
    Case(
        "totalled",
        ((2025, "60件", "60", "exact"), (2027, "合計100件", "100", "cumulative")),
        {},
        _rising(10, 60),
    ),
    Case("kept", ((2026, "30件以下", "30", "at_most"),), FLOW | FALLS, count=12),
    Case("passed", ((2026, "30件以下", "30", "at_most"),), FLOW | FALLS, count=41),
    Case(
        "waiting",
        ((2027, "1.25日以下", "1.25", "at_most"),),
        FALLS | {"display_decimals": "2"},
        _rising(2.12, 1.42),
    ),
    Case(
        "share",
        ((2025, "70%", "70", "exact"), (2026, "70%", "70", "exact")),
        RATIO,
        (696,) * 36,
        denominator=1000,
    ),
    Case(
        "has_ended",
        ((2026, "80件", "80", "exact"),),
        {"valid_to": "2025-03-31"},
        _rising(7, 42),
        last_month=date(2025, 8, 1),
    ),
    Case("balance", ((2027, "0円", "0", "exact"),), {}, _rising(-500, -180)),
    Case("far", ((2050, "90件", "90", "exact"),), {}, _rising(10, 60)),
)


def _append(seed: Path, rows: list[dict[str, str]]) -> None:
    with seed.open(encoding="utf-8", newline="") as content:
        heading = next(csv.reader(content))
    with seed.open("a", encoding="utf-8", newline="") as content:
        csv.DictWriter(content, heading, restval="", lineterminator="\n").writerows(rows)


def _add(project: Path) -> None:
    """Add each case's lines and model, as the data team would: its line is another stock's with
    what differs.
    """
    seeds, models = project / "seeds", project / "models" / "intermediate"
    like = next(csv.DictReader((seeds / "indicators.csv").open(encoding="utf-8", newline="")))
    for place, case in enumerate(CASES, start=90):
        own = {
            "indicator_code": case.code,
            "sort_order": str(place),
            "judging_method": "linear_pace",
            "baseline_fiscal_year": "2023",
        }
        _append(seeds / "indicators.csv", [like | own | case.line])
        written = ("fiscal_year", "target_text", "target_value", "target_qualifier")
        more = {
            "indicator_code": case.code,
            "effective_from": "2023-04-01",
            "source_document": "a plan",
        }
        targets = [
            dict(zip(written, map(str, target), strict=True)) | more for target in case.targets
        ]
        _append(seeds / "indicator_targets.csv", targets)
        (models / "indicators" / f"int_indicators__{case.code}.sql").write_text(
            case.model, encoding="utf-8"
        )
    for kind in ("flow", "ratio", "stock"):
        union = models / "kinds" / f"int_{kind}s_contributed.sql"
        text = union.read_text(encoding="utf-8")
        codes = [case.code for case in CASES if case.kind == kind]
        lines = "".join(
            f"    union all by name\n    select * from {{{{ ref('int_indicators__{code}') }}}}\n"
            for code in codes
        )
        assert text.count("\n),\n\ncontributions as (") == 1
        union.write_text(
            text.replace("\n),\n\ncontributions as (", f"\n{lines}),\n\ncontributions as ("),
            encoding="utf-8",
        )


@dataclass
class Built:
    """What came of the cases: what `shihyo dev` refused at first, and the warehouses of the edit
    loop and of the night.
    """

    refusal: str
    dev: Path
    night: Path

    def rows(self, query: str, warehouse: Path | None = None) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(warehouse or self.night), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def pace(self, code: str, fiscal_year: int) -> tuple[Any, ...]:
        columns = (
            "outlook, numerator, required_numerator, still_needed, months_left, needed_per_month"
        )
        query = (
            f"select {columns} from marts.fct_required_paces where indicator_code = '{code}' and"
            f" fiscal_year = {fiscal_year}"
        )
        (row,) = self.rows(query)
        return tuple(
            None if value is None else value if isinstance(value, str) else float(value)
            for value in row
        )


@pytest.fixture(scope="module")
def built(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The city published from the project as it is, then the edit loop and a night with the cases."""
    folder = tmp_path_factory.mktemp("seed_cases")
    city = base_city.copy_to(folder / "city")
    project = copy_project(folder / "dbt_project")
    _add(project)
    settings = settings_of(city)
    with ready_children(), pytest.raises(AuditFailed) as refused:
        build_dev(settings, project)
    seed = project / "seeds" / "indicators.csv"
    rows = list(csv.DictReader(seed.open(encoding="utf-8", newline="")))
    seed.write_text(",".join(rows[0]) + "\n", encoding="utf-8")
    _append(
        seed,
        [
            row | ({"may_be_negative": "true"} if row["indicator_code"] == "balance" else {})
            for row in rows
        ],
    )
    with ready_children():
        build_dev(settings, project)
    with bare_nights(project, folder / "dbt") as nights:
        nights.with_tests = True
        night = nights.night(city, BASE_AS_OF)
    assert night.warnings == ()
    return Built(str(refused.value), dev_file(settings), city.published.resolve())


def test_the_edit_loop_says_which_word_allows_a_value_below_zero(built: Built) -> None:
    assert "balance FY2023: an actual is below zero" in built.refusal
    assert "set may_be_negative to true in dbt_project/seeds/indicators.csv" in built.refusal


def test_the_gate_of_the_night_refuses_none_of_them(built: Built, tmp_path: Path) -> None:
    findings = candidate_checkpoint(built.night, tmp_path)
    assert [
        finding for finding in findings if finding.severity == "critical" and not finding.is_success
    ] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_every_target_is_recorded_and_the_edit_loop_gives_what_the_night_gives(
    built: Built, case: Case
) -> None:
    targets = (
        "select fiscal_year, target_text, target_qualifier from marts.fct_indicator_targets where"
        f" indicator_code = '{case.code}'"
    )
    assert sorted(built.rows(targets)) == [
        (year, text, qualifier) for year, text, _, qualifier in case.targets
    ]
    paces = (
        f"select * from marts.fct_required_paces where indicator_code = '{case.code}' order by"
        " fiscal_year"
    )
    assert built.rows(paces) == built.rows(paces, built.dev)


def test_billions_of_yen_have_a_pace(built: Built) -> None:
    assert built.pace("money", 2027) == ("to_go", 9e9, 1e10, 1e9, 18, 55555555.5556)


def test_a_ceiling_has_room_or_is_exceeded_and_is_no_pace(built: Built) -> None:
    assert built.pace("kept", 2026) == ("within", 12, 30, 18, 6, None)
    assert built.pace("passed", 2026) == ("exceeded", 41, 30, 11, 6, None)


def test_a_stock_that_must_fall_keeps_its_decimals(built: Built) -> None:
    assert built.pace("waiting", 2027) == ("to_go", 1.42, 1.25, 0.17, 18, 0.0094)


def test_a_ratio_counts_its_things_and_a_finished_year_is_judged_unrounded(built: Built) -> None:
    assert built.pace("share", 2026) == ("to_go", 696, 700, 4, 6, 0.6667)
    assert built.rows(
        "select actual_value, status from marts.fct_indicator_progress where indicator_code ="
        " 'share' and fiscal_year = 2025"
    ) == [(69.6, "not_met")]


def test_nothing_is_paced_or_forecast_towards_a_total(built: Built) -> None:
    assert (
        built.rows("select * from marts.fct_required_paces where indicator_code = 'totalled'") == []
    )
    assert built.rows(
        "select status, median_value from marts.fct_indicator_forecasts where indicator_code ="
        " 'totalled'"
    ) == [("not_applicable", None)]
    years = built.rows(
        "select fiscal_year, final_target_fiscal_year, final_target_value, linear_pace_status,"
        " linear_pace_projected_value, statcan_cagr_projected_value, final_target_status from"
        " marts.fct_indicator_progress where indicator_code = 'totalled' and fiscal_year >= 2025"
        " order by fiscal_year"
    )
    assert years == [
        (2025, 2025, 60, None, None, None, None),
        (2026, 2025, 60, None, None, None, "not_met"),
        (2027, 2025, 60, None, None, None, "not_met"),
    ]


def test_an_ended_indicator_is_marked_and_nothing_of_it_goes_on(built: Built) -> None:
    assert built.rows(
        "select is_ended, valid_to from marts.dim_indicators where indicator_code = 'has_ended'"
    ) == [(True, date(2025, 3, 31))]
    assert built.pace("has_ended", 2026)[0] == "ended"
    assert built.pace("has_ended", 2026)[3:] == (None, None, None)
    assert built.rows(
        "select status from marts.fct_indicator_forecasts where indicator_code = 'has_ended'"
    ) == [("not_applicable",)]
    assert built.rows(
        "select count(*) from marts.fct_forecast_paths where indicator_code = 'has_ended'"
    ) == [(0,)]
    standing = built.rows(
        "select fiscal_year, actual_value is not null, is_provisional, linear_pace_status,"
        " statcan_cagr_status from marts.fct_indicator_progress where indicator_code = 'has_ended'"
        " and fiscal_year >= 2024 order by fiscal_year"
    )
    assert standing == [(2024, True, False, None, None), (2026, False, False, None, None)]
    months = (
        "select max(period_start) from marts.fct_indicator_actuals where indicator_code ="
        " 'has_ended' and period_grain = 'month'"
    )
    assert built.rows(months) == [(date(2025, 3, 1),)]


def test_a_balance_may_be_negative_and_its_forecast_too(built: Built) -> None:
    assert built.pace("balance", 2027) == ("to_go", -180, 0, 180, 18, 10)
    ((lower, median),) = built.rows(
        "select lower_95_value, median_value from marts.fct_indicator_forecasts where"
        " indicator_code = 'balance' and fiscal_year = 2027"
    )
    assert lower < median < 0


def test_a_target_of_2050_is_recorded_with_its_year(built: Built) -> None:
    assert built.rows(
        "select years.label_ja, progress.target_value from marts.fct_indicator_progress as progress"
        " inner join marts.dim_fiscal_years as years on progress.fiscal_year = years.fiscal_year"
        " where progress.indicator_code = 'far' and progress.target_text is not null"
    ) == [("令和32年度", 90)]

"""A published warehouse small enough to read here: official figures of FY2022 and FY2023, and an
invented usage rate by month.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
import yaml

import settings as configuration
from browsing.browser import browser as chromium

VERSION = "20261120-20261124T034500Z"

_CONTRACTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
_FISCAL_YEARS = """
    insert into marts.dim_fiscal_years by name
    select
        cast(year_number as integer) as fiscal_year,
        'FY' || year_number as label_en,
        '令和' || (year_number - 2018) || '年度' as label_ja,
        make_date(cast(year_number as integer), 4, 1) as starts_on,
        make_date(cast(year_number as integer) + 1, 3, 31) as ends_on
    from range(2020, 2031) as years (year_number)
"""


# What stands is the last of what was known: a test that changes the one changes the other.
_WHAT_STANDS = {
    "dim_indicator_definitions": (
        "select * exclude (is_ended), date '0001-01-01' as in_force_from, "
        "null::date as in_force_to from marts.dim_indicators"
    ),
    "fct_indicator_progress_history": (
        "select * replace (case when actual_origin is null then 'without_actual' when target_text"
        " is null then 'without_target' when status_reason = 'year_not_over' then 'year_not_over'"
        " else coalesce(status, 'cannot_tell') end as year_result), true as is_defined, true as"
        " is_shown, date '2026-10-01' as known_from, null::date as known_to from"
        " marts.fct_indicator_progress"
    ),
}


def _create_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every mart, empty, with the columns and types of its contract."""
    connection.execute("create schema marts; create schema past")
    for file in sorted(_CONTRACTS.glob("*.yml")):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            columns = ", ".join(
                f"{column['name']} {column['data_type']}" for column in model["columns"]
            )
            schema = "past" if model["name"] in _WHAT_STANDS else "marts"
            connection.execute(f"create table {schema}.{model['name']} ({columns})")
    for name, what_stands in _WHAT_STANDS.items():
        connection.execute(
            f"create view marts.{name} as {what_stands} union all by name select * from past.{name}"
        )
    connection.execute(_FISCAL_YEARS)


# What was known on 10 June 2024, and is known otherwise since.
# code, fiscal year, actual, target in words and as a number, status, reason, rating, measured to
_KNOWN_THEN: tuple[tuple[Any, ...], ...] = (
    (
        "visualisation_usage_rate",
        2022,
        100 * 5 / 53,
        None,
        None,
        None,
        None,
        None,
        date(2023, 3, 31),
    ),
    (
        "visualisation_usage_rate",
        2023,
        100 * 20 / 53,
        "30%",
        30,
        "met",
        None,
        "A",
        date(2024, 3, 31),
    ),
    (
        "visualisation_usage_rate",
        2024,
        100 * 22 / 53,
        "45%",
        45,
        "cannot_tell",
        "year_not_over",
        None,
        date(2024, 5, 31),
    ),
    ("training_participants", 2023, 54, "60名/年", 60, "not_met", None, "A", date(2024, 3, 31)),
    (
        "training_participants",
        2024,
        13,
        "60名/年",
        60,
        "cannot_tell",
        "year_not_over",
        None,
        date(2024, 5, 22),
    ),
    ("online_procedures", 2023, 1104, "1,000件", 1000, "met", None, "A", date(2024, 3, 31)),
    ("online_procedures", 2025, None, "1,500件", 1500, None, None, None, None),
)


def _write_past(connection: duckdb.DuckDBPyConnection) -> None:
    for code, year, actual, text, target, status, reason, rating, measured_to in _KNOWN_THEN:
        _insert(
            connection,
            "fct_indicator_progress_history",
            schema="past",
            indicator_code=code,
            fiscal_year=year,
            actual_qualifier="exact" if actual is not None else None,
            actual_origin="computed" if actual is not None else None,
            target_text=text,
            target_qualifier="exact" if text else None,
            official_rating=rating,
            status=status,
            status_reason=reason,
            year_result=(
                "without_actual" if actual is None else reason or status or "without_target"
            ),
            judging_method="level",
            numerator=(
                round(actual * 53 / 100)
                if actual is not None and code == "visualisation_usage_rate"
                else None
            ),
            denominator=53 if code == "visualisation_usage_rate" else None,
            actual_value=actual,
            target_value=target,
            is_defined=True,
            is_shown=True,
            is_provisional=reason == "year_not_over",
            measured_to=measured_to,
            known_from=date(2024, 6, 1),
            known_to=date(2026, 10, 1),
        )
    for code, year in (
        ("visualisation_usage_rate", 2023),
        ("training_participants", 2023),
        ("online_procedures", 2023),
    ):
        place = {"indicator_code": code, "fiscal_year": year, "year_choice": "judged"}
        _insert(
            connection,
            "fct_indicator_years_chosen",
            **place,
            known_from=date(2024, 6, 1),
            known_to=date(2026, 10, 1),
        )
    for code, used in (("B01", "011"), ("271276", "100"), ("271080", "000")):
        for number, mark in enumerate(used):
            month = date(2024, 4 + number, 1)
            place = {
                "indicator_code": "visualisation_usage_rate",
                "org_unit_code": code,
                "period_grain": "month",
                "fiscal_year": 2024,
            }
            span = {
                "period_start": month,
                "known_from": date(2024, 6, 1),
                "is_provisional": number == 2,
            }
            if number == 2:
                span["known_to"] = date(2024, 7, 1)
            _insert(
                connection,
                "fct_indicator_actuals",
                **place,
                **span,
                numerator=int(mark),
                denominator=1,
                is_current=False,
            )


# code, name, English name, issue, kind, unit, English unit
_INDICATORS = (
    (
        "online_procedures",
        "オンラインでできる手続数",
        "Procedures available online",
        1,
        "stock",
        "件",
        "procedures",
    ),
    (
        "information_service_plan",
        "情報発信・サービス提供の最適化施策の策定",
        "Plan for better information",
        1,
        "milestone",
        None,
        None,
    ),
    (
        "common_cloud_service",
        "本市共通クラウドサービスの整備",
        "City-wide cloud service",
        2,
        "milestone",
        "%",
        "% of stages",
    ),
    (
        "backoffice_grand_design",
        "バックオフィスDXグランドデザインの策定",
        "Back-office grand design",
        2,
        "milestone",
        None,
        None,
    ),
    (
        "nocode_applications",
        "ノーコードツールを活用したアプリの運用・開発着手",
        "No-code applications",
        2,
        "stock",
        "業務",
        "tasks",
    ),
    (
        "visualisation_usage_rate",
        "データ可視化環境の利用状況",
        "Departments using data visualisation",
        3,
        "ratio",
        "%",
        "%",
    ),
    (
        "data_utilisation_policy",
        "データ活用の方針を策定",
        "Data utilisation policy",
        3,
        "milestone",
        None,
        None,
    ),
    (
        "specialists_hired",
        "外部専門人材を採用",
        "External specialists hired",
        4,
        "flow",
        "名",
        "people",
    ),
    ("training_participants", "研修の受講者", "Training participants", 4, "flow", "名", "people"),
)
# What is counted, of several and of one, where it is not the unit.
_SHARES = {"ratio": ("所属", "departments", "department"), "milestone": ("工程", "stages", "stage")}
_ONE = {"procedures": "procedure", "tasks": "task", "people": "person"}
# code, fiscal year, actual text, value, qualifier, rating
_OFFICIAL = (
    ("online_procedures", 2022, "710件", 710, "exact", None),
    ("online_procedures", 2023, "約1,100件", 1100, "about", "A"),
    ("information_service_plan", 2023, "策定済", None, None, "A"),
    ("common_cloud_service", 2022, "運用開始までの全行程の50%以上を達成", 50, "at_least", None),
    ("common_cloud_service", 2023, "令和5年10月から運用開始", None, None, "A"),
    ("backoffice_grand_design", 2023, "策定済", None, None, "A"),
    ("nocode_applications", 2022, "3業務", 3, "exact", None),
    ("nocode_applications", 2023, "21業務", 21, "exact", "A"),
    ("visualisation_usage_rate", 2022, "9%", 9, "exact", None),
    ("visualisation_usage_rate", 2023, "40%", 40, "exact", "A"),
    ("data_utilisation_policy", 2023, "策定済", None, None, "A"),
    ("specialists_hired", 2023, "2名", 2, "exact", "A"),
    ("training_participants", 2022, "28名", 28, "exact", None),
    ("training_participants", 2023, "54名", 54, "exact", "A"),
)
# code, fiscal year, text, value, qualifier
_TARGETS = (
    ("online_procedures", 2023, "1,000件", 1000, "exact"),
    ("online_procedures", 2025, "2,000件", 2000, "exact"),
    ("backoffice_grand_design", 2023, "策定", None, None),
    ("visualisation_usage_rate", 2023, "30%", 30, "exact"),
    ("visualisation_usage_rate", 2024, "45%", 45, "exact"),
    ("visualisation_usage_rate", 2025, "60%", 60, "exact"),
    ("visualisation_usage_rate", 2026, "70%以上", 70, "at_least"),
    ("data_utilisation_policy", 2023, "策定", None, None),
    ("specialists_hired", 2023, "3名程度", 3, "around"),
    ("training_participants", 2023, "60名/年", 60, "exact"),
    ("training_participants", 2024, "60名/年", 60, "exact"),
    ("training_participants", 2025, "60名/年", 60, "exact"),
)
# Departments that used the environment, by month from April 2022; the last month is not finished.
_USED = (
    *(2, 2, 3, 3, 2, 3, 4, 4, 4, 4, 5, 5),
    *(6, 8, 9, 11, 11, 13, 14, 16, 17, 18, 20, 21),
    *(19, 20, 21, 22, 21, 22, 23, 24, 23, 24, 25, 25),
    *(23, 25, 26, 27, 26, 28, 29, 30, 29, 30, 31, 31),
    *(29, 31, 32, 33, 32, 34, 35, 27),
)


@cache
def tiny_warehouse() -> bytes:
    """Return the file of the tiny warehouse: it is written once, and copied for every test."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "warehouse.duckdb"
        write_warehouse(file)
        return file.read_bytes()


def write_warehouse(file: Path) -> None:
    """Write the tiny warehouse into one file, as the marts would hold it on 2026-11-20."""
    with duckdb.connect(str(file)) as connection:
        _create_marts(connection)
        for order, (code, name_ja, name_en, issue, kind, unit_ja, unit_en) in enumerate(
            _INDICATORS, start=1
        ):
            counted = _SHARES.get(kind) or (unit_ja, unit_en, _ONE[str(unit_en)])
            _insert(
                connection,
                "dim_indicators",
                indicator_code=code,
                name_ja=name_ja,
                name_en=name_en,
                strategy_name_ja="経営課題",
                strategy_name_en="Issue",
                definition_ja=f"{name_ja}の定義",
                definition_en=f"What {name_en} means",
                kind=kind,
                unit_ja=unit_ja,
                unit_en=unit_en,
                counted_ja=counted[0],
                counted_en=counted[1],
                counted_one_en=counted[2],
                is_ended=False,
                direction="up",
                source_name="access_log" if kind == "ratio" else "official",
                owner="デジタル統括室",
                issue_no=issue,
                sort_order=order,
                display_decimals=0,
            )
        _write_official(connection)
        _write_months(connection)
        _write_judgements(connection)
        _write_outlook_and_receipt(connection)
        _write_units_and_corrections(connection)
        _write_usage(connection)
        _write_quarantine(connection)
        _write_audit(connection)
        _write_loads_and_path(connection)
        _write_standings(connection)
        _write_freshness(connection)
        _write_headline_and_changes(connection)
        _write_pages(connection)
        _write_past(connection)
        _insert(connection, "dim_policies", policy_code="updated_within_hours", policy_value=36)
        for rule in gate_rules().values():
            _insert(connection, "dim_gate_rules", **rule)
        for reason in seed("attention_reasons"):
            _insert(connection, "dim_attention_reasons", **reason)
        connection.execute("checkpoint")


# code, name, English name, months of use from April 2026 to the unfinished November; · is a month
# before it was founded
_DEPARTMENTS = (
    ("B01", "副首都推進局", "Sub-Capital Promotion Bureau", "11111111"),
    ("B02", "地域データ共創室", "Community Data Office", "··111110"),
    ("271276", "北区役所", "Kita Ward Office", "11011111"),
    ("271063", "西区役所", "Nishi Ward Office", "11111100"),
    ("271071", "港区役所", "Minato Ward Office", "00000001"),
    ("271080", "大正区役所", "Taisho Ward Office", "00000000"),
)


def _write_usage(connection: duckdb.DuckDBPyConnection) -> None:
    for code, name_ja, name_en, used in _DEPARTMENTS:
        _insert(
            connection,
            "dim_org_units",
            org_unit_code=code,
            name_ja=name_ja,
            name_en=name_en,
            kind="bureau",
            is_simulated=False,
        )
        for place, mark in enumerate(used):
            if mark != "·":
                before = used[:place].replace("·", "")
                change = None
                if mark == "1" and place and not before.endswith("1"):
                    change = "returned" if "1" in before else "joined"
                elif mark == "0" and before.endswith("1") and place < 7:
                    change = "left"
                month = date(2026, 4 + place, 1)
                _insert(
                    connection,
                    "fct_department_usage_months",
                    org_unit_code=code,
                    change=change,
                    is_used=mark == "1",
                    is_provisional=place == 7,
                    month_start=month,
                )
        months = [date(2026, 4 + place, 1) for place, mark in enumerate(used[:7]) if mark == "1"]
        _insert(
            connection,
            "fct_department_usage",
            org_unit_code=code,
            standing="using" if used[6] == "1" else "left" if months else "never",
            months_used=len(months),
            first_used_month=min(months, default=None),
            last_used_month=max(months, default=None),
            measured_month=date(2026, 10, 1),
        )
    _insert(
        connection,
        "fct_required_paces",
        indicator_code="visualisation_usage_rate",
        fiscal_year=2026,
        counted="latest_month",
        outlook="to_go",
        numerator=35,
        denominator=53,
        required_numerator=38,
        still_needed=3,
        months_left=5,
        needed_per_month=0.6,
        actual_value=100 * 35 / 53,
        target_value=70,
        measured_month=date(2026, 10, 1),
    )


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, schema: str = "marts", **values: Any
) -> None:
    places = ", ".join("?" for _ in values)
    connection.execute(
        f"insert into {schema}.{table} ({', '.join(values)}) values ({places})",
        list(values.values()),
    )


def _write_official(connection: duckdb.DuckDBPyConnection) -> None:
    rate = "visualisation_usage_rate"
    actuals = {(code, year): rest for code, year, *rest in _OFFICIAL}
    targets = {(code, year): rest for code, year, *rest in _TARGETS}
    for (code, year), (text, value, qualifier) in targets.items():
        target = {
            "indicator_code": code,
            "fiscal_year": year,
            "target_text": text,
            "target_qualifier": qualifier,
            "target_value": value,
        }
        _insert(
            connection,
            "fct_indicator_targets",
            **target,
            source_document="596582",
            effective_from=date(2023, 4, 1),
        )
    superseded = {
        "indicator_code": "online_procedures",
        "fiscal_year": 2025,
        "target_text": "約1,500件",
        "target_value": 1500,
    }
    _insert(
        connection,
        "fct_indicator_targets",
        **superseded,
        effective_from=date(2020, 7, 1),
        effective_to=date(2023, 4, 1),
    )
    for (code, year), (text, value, qualifier, rating) in actuals.items():
        told = {
            "indicator_code": code,
            "fiscal_year": year,
            "actual_text": text,
            "actual_value": value,
            "actual_qualifier": qualifier,
        }
        _insert(
            connection,
            "fct_official_results",
            **told,
            official_rating=rating,
            is_current=True,
            known_from=date(2024, 6, 10),
        )
    for code, year in sorted(
        {*actuals, *targets} - {key for key in targets | actuals if key[0] == rate}
    ):
        text, value, qualifier, rating = actuals.get((code, year), (None, None, None, None))
        target_text, target_value, target_qualifier = targets.get((code, year), (None, None, None))
        _insert(
            connection,
            "fct_indicator_progress",
            indicator_code=code,
            fiscal_year=year,
            actual_text=text,
            actual_qualifier=qualifier,
            actual_origin="official" if text else None,
            target_text=target_text,
            target_qualifier=target_qualifier,
            official_rating=rating,
            actual_value=value,
            target_value=target_value,
            is_provisional=False,
        )


def _write_months(connection: duckdb.DuckDBPyConnection) -> None:
    rate = "visualisation_usage_rate"
    targets = {year: rest for code, year, *rest in _TARGETS if code == rate}
    by_year: dict[int, tuple[int, int, date]] = {}
    for place, used in enumerate(_USED):
        start = date(2022 + (place + 3) // 12, (place + 3) % 12 + 1, 1)
        end = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        year, is_last = start.year - (start.month < 4), place == len(_USED) - 1
        whole = 54 if year == 2025 else 53
        month = {
            "period_start": start,
            "period_end": end,
            "measured_to": date(2026, 11, 20) if is_last else end,
        }
        month["known_from"] = month["measured_to"]
        figures = {
            "numerator": used,
            "denominator": whole,
            "actual_ratio": used / whole,
            "actual_value": 100 * used / whole,
        }
        place_in = {
            "indicator_code": rate,
            "org_unit_code": "271004",
            "period_grain": "month",
            "fiscal_year": year,
        }
        _insert(
            connection,
            "fct_indicator_actuals",
            **place_in,
            **figures,
            **month,
            is_provisional=is_last,
            is_current=True,
        )
        if not is_last:
            by_year[year] = (used, whole, end)
    for year, (used, whole, end) in by_year.items():
        target_text, target_value, target_qualifier = targets.get(year, (None, None, None))
        _insert(
            connection,
            "fct_indicator_progress",
            indicator_code=rate,
            fiscal_year=year,
            actual_qualifier="exact",
            actual_origin="computed",
            target_text=target_text,
            target_qualifier=target_qualifier,
            official_rating="A" if year == 2023 else None,
            numerator=used,
            denominator=whole,
            actual_value=100 * used / whole,
            target_value=target_value,
            is_provisional=end.month != 3,
            measured_to=end,
        )


_JUDGED = (
    "update marts.fct_indicator_progress set judging_method = 'level'",
    (
        "update marts.dim_indicators set formula_ja = '算式', formula_en = 'formula',"
        " judging_method = 'level'"
    ),
    (
        "update marts.fct_indicator_progress set status = 'met', rating_comparison = 'agrees',"
        " linear_pace_status = 'moderate_progress', linear_pace_ratio = 0.9157, statcan_cagr_status"
        " = 'substantial_progress', statcan_cagr_value = 1.346, status_depends_on_method = true,"
        " baseline_fiscal_year = 2022, baseline_value = 710, final_target_fiscal_year = 2025,"
        " final_target_value = 2000 where indicator_code = 'online_procedures' and fiscal_year ="
        " 2023"
    ),
    (
        "update marts.fct_indicator_progress set status = 'not_met', rating_comparison ="
        " 'differs_explained', rating_differs_by = 'figures', rating_reason_ja = '公式評価は判断',"
        " rating_reason_en = 'a"
        " judgement' where indicator_code = 'training_participants' and fiscal_year = 2023"
    ),
    (
        "update marts.fct_indicator_progress set status = 'cannot_tell', status_reason ="
        " 'year_not_over' where indicator_code = 'visualisation_usage_rate' and fiscal_year = 2026"
    ),
    (
        "update marts.fct_indicator_progress set status = 'met', target_tolerance = 1 "
        "where indicator_code = 'specialists_hired' and fiscal_year = 2023"
    ),
)


def _write_judgements(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in _JUDGED:
        connection.execute(statement)
    for code, text, qualifier, outcome, computed, official in (
        ("online_procedures", "約1,100件", "about", "within_qualifier", 1104, 1100),
        ("visualisation_usage_rate", "40%", "exact", "agrees", 100 * 21 / 53, 40),
    ):
        _insert(
            connection,
            "fct_reconciliation",
            indicator_code=code,
            fiscal_year=2023,
            published_in="policy_page 596582",
            item_id="one",
            official_quotation=f"{code} の実績 {text}:A <b>",
            published_on=date(2024, 6, 10),
            official_text=text,
            official_qualifier=qualifier,
            outcome=outcome,
            computed_value=computed,
            official_value=official,
            difference=computed - official,
        )
    _insert(
        connection,
        "fct_indicator_revisions",
        indicator_code="online_procedures",
        fiscal_year=2023,
        measure="target",
        revision_kind="revised",
        previous_text="約600件",
        new_text="1,000件",
        cause="document",
        source_document="運営方針 <b>",
        previous_value=600,
        new_value=1000,
        revised_on=date(2023, 4, 1),
        cause_item_ids=[],
    )
    _insert(
        connection,
        "fct_indicator_revisions",
        indicator_code="visualisation_usage_rate",
        fiscal_year=2023,
        measure="actual",
        revision_kind="revised",
        cause="landed_items",
        previous_value=100 * 20 / 53,
        new_value=100 * 21 / 53,
        revised_on=date(2024, 4, 15),
        cause_item_ids=["staff_roster/staff_roster_202403.csv/2024-04-15-aaaaaaaaaaaa"],
    )


def _write_outlook_and_receipt(connection: duckdb.DuckDBPyConnection) -> None:
    rate = {"indicator_code": "visualisation_usage_rate", "fiscal_year": 2026}
    ends = {
        "lower_80_value": 64.9,
        "upper_80_value": 77.8,
        "lower_95_value": 60.8,
        "upper_95_value": 80.8,
    }
    months = {"history_months": 55, "required_history_months": 24, "months_ahead": 5}
    reached = {"target_value": 70, "median_value": 71.7, "target_probability": 0.631}
    _insert(
        connection,
        "fct_indicator_forecasts",
        **rate,
        **ends,
        **months,
        **reached,
        status="forecast",
        target_month=date(2027, 3, 1),
    )
    short = {
        "indicator_code": "training_participants",
        "fiscal_year": 2026,
        "status": "not_enough_data",
    }
    _insert(
        connection,
        "fct_indicator_forecasts",
        **short,
        history_months=0,
        required_history_months=24,
        target_month=date(2027, 3, 1),
    )
    _insert(
        connection,
        "fct_forecast_calibrations",
        indicator_code="visualisation_usage_rate",
        months_ahead=6,
        backtest_count=26,
        mean_absolute_error_value=7.17,
        in_80_ratio=0.77,
        in_95_ratio=0.88,
    )
    _insert(
        connection,
        "fct_indicator_receipts",
        **rate,
        model_name="int_indicators__visualisation_usage_rate",
        run_id="bbbbbbbbbbbb",
        warehouse_version=VERSION,
        numerator=35,
        denominator=53,
        item_count=15,
        rows_read=3733,
        actual_value=100 * 35 / 53,
        is_provisional=True,
        measured_to=date(2026, 10, 31),
        known_from=date(2026, 11, 1),
    )
    for day in range(1, 16):
        _insert(
            connection,
            "fct_receipt_items",
            **rate,
            item_id=f"access_log/access_log_202610{day:02d}.csv/x",
            source_name="access_log",
            item_key=f"access_log_202610{day:02d}.csv",
            sha256="ab" * 32,
            rows_read=1130,
            rows_landed=1130,
            rows_staged=1129,
            rows_quarantined=1,
            rows_rejected=0,
            rows_counted=30 if day == 1 else 0,
        )


def _write_units_and_corrections(connection: duckdb.DuckDBPyConnection) -> None:
    year = {
        "period_grain": "fiscal_year",
        "fiscal_year": 2026,
        "period_start": date(2026, 4, 1),
        "period_end": date(2027, 3, 31),
    }
    rate = {
        "indicator_code": "visualisation_usage_rate",
        **year,
        "is_suppressed": False,
        "is_provisional": True,
    }
    for roll_up, code, part, whole in (
        ("city", "271004", 35, 53),
        ("kind", "bureau", 20, 29),
        ("as_it_was", "B01", 1, 1),
        ("as_it_was", "271080", 0, 1),
        ("as_it_is_now", "B02", 1, 2),
    ):
        figures = {"numerator": part, "denominator": whole, "actual_value": 100 * part / whole}
        _insert(
            connection, "fct_org_unit_actuals", **rate, roll_up=roll_up, unit_code=code, **figures
        )
    _insert(
        connection,
        "fct_indicator_actuals",
        **rate,
        org_unit_code="B01",
        numerator=1,
        denominator=1,
        actual_value=100,
        known_from=date(2026, 11, 1),
    )
    for code in ("specialists_hired", "visualisation_usage_rate"):
        item = {
            "source_name": "specialists",
            "item_key": "専門人材.csv",
            "rows_read": 7,
            "rows_quarantined": 0,
            "rows_rejected": 0,
        }
        _insert(
            connection,
            "fct_receipt_items",
            indicator_code=code,
            fiscal_year=2024,
            sha256="cd" * 32,
            **item,
        )
    people = {"indicator_code": "training_participants", **year, "is_provisional": True}
    _insert(
        connection,
        "fct_org_unit_actuals",
        **people,
        roll_up="city",
        unit_code="271004",
        numerator=33,
        denominator=1,
        actual_value=33,
    )
    _insert(
        connection,
        "fct_org_unit_actuals",
        **people,
        roll_up="as_it_was",
        unit_code="B01",
        is_suppressed=True,
    )
    _insert(
        connection,
        "fct_corrections",
        correction_id="one",
        source_name="specialists",
        item_key="専門人材.csv",
        source_row=7,
        column_heading="採用年月日",
        recorded_value="令和７年１月１日",
        corrected_value="2025-01-06",
        reason_ja="閉庁日のため",
        reason_en="the offices were closed",
        declared_by="人事室",
        declared_on=date(2025, 4, 10),
        standing="applied",
        indicator_codes="specialists_hired, visualisation_usage_rate",
    )


def _write_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(1, 33):
        _insert(
            connection,
            "fct_quarantined_rows",
            item_id="training_rosters/x/1",
            source_name="training_rosters",
            item_key="研修_令和8年度.xlsx",
            sheet_name="第1回",
            disposition="quarantined",
            reason_code="bad_attended_on",
            reason_ja="受講日が日付として読めない",
            reason_en="The day of the course is no date",
            column_heading="受講日",
            row_masked="職員番号: ＊ | 受講日: 令和8年13月1日 | 出欠: <b>出席</b>",
            owner_ja="人事室 人材育成担当",
            owner_en="Personnel Office, training",
            indicator_codes="training_participants",
            source_row=number,
            is_current=number != 32,
            first_seen_on=date(2026, 10, 3),
            known_from=date(2026, 11, 1),
        )
    _insert(
        connection,
        "fct_quarantined_rows",
        item_id="policy_pages/y/1",
        source_name="policy_pages",
        item_key="596582.html",
        disposition="rejected",
        reason_code="not_a_policy_page",
        reason_ja="運営方針のページではない",
        reason_en="The item is not an operating-policy page",
        detail="none of 3 lines is a title",
        owner_ja="デジタル統括室 企画担当",
        owner_en="Digital Bureau, planning",
        indicator_codes=", ".join(code for code, *_ in _INDICATORS),
        source_row=0,
        is_current=True,
        first_seen_on=date(2026, 11, 19),
        known_from=date(2026, 11, 19),
    )


# code, group, deciding reason, and what the tile says besides
_STANDINGS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "training_participants",
        "needs_attention",
        "target_missed",
        {
            **{
                "fiscal_year": 2025,
                "actual_value": 58,
                "target_value": 60,
                "target_text": "60名/年",
                "target_qualifier": "exact",
            },
            **{
                "status": "not_met",
                "shortfall_value": 2,
                "running_value": 33,
                "last_year_value": 31,
                "last_year_difference": 2,
            },
            **{
                "running_measured_to": date(2026, 11, 11),
                "last_year_measured_to": date(2025, 11, 11),
            },
        },
    ),
    (
        "visualisation_usage_rate",
        "on_course",
        "chance_good",
        {
            **{
                "fiscal_year": 2025,
                "actual_value": 100 * 31 / 54,
                "target_value": 60,
                "target_text": "60%",
                "target_qualifier": "exact",
            },
            **{"status": "not_met", "shortfall_value": 2.59, "numerator": 31, "denominator": 54},
            **{
                "running_value": 100 * 35 / 53,
                "running_numerator": 35,
                "running_denominator": 53,
                "running_measured_to": date(2026, 10, 31),
            },
            **{
                "next_target_fiscal_year": 2026,
                "next_target_text": "70%以上",
                "next_target_qualifier": "at_least",
                "next_target_value": 70,
            },
            **{
                "latest_value": 100 * 35 / 53,
                "latest_measured_to": date(2026, 10, 31),
                "planned_value": 65.83,
                "plan_start_value": 60,
            },
            **{
                "target_probability": 0.631,
                "still_needed": 3,
                "needed_per_month": 0.6,
                "months_left": 5,
                "outlook": "to_go",
            },
        },
    ),
    (
        "online_procedures",
        "achieved",
        "reached_late",
        {
            **{
                "fiscal_year": 2025,
                "actual_value": 1957,
                "target_value": 2000,
                "target_text": "2,000件",
                "target_qualifier": "exact",
            },
            **{
                "status": "not_met",
                "shortfall_value": 43,
                "reached_on": date(2026, 7, 31),
                "running_value": 2125,
            },
            **{
                "running_measured_to": date(2026, 10, 31),
                "last_year_value": 1790,
                "last_year_difference": 335,
            },
        },
    ),
    (
        "specialists_hired",
        "achieved",
        "target_met",
        {
            **{
                "fiscal_year": 2023,
                "actual_text": "2名",
                "actual_value": 2,
                "actual_qualifier": "exact",
                "target_text": "3名程度",
            },
            **{
                "target_value": 3,
                "target_qualifier": "around",
                "target_tolerance": 1,
                "status": "met",
                "rating_comparison": "differs_explained",
            },
            **{
                "running_value": 1,
                "running_measured_to": date(2026, 11, 9),
                "last_year_value": 1,
                "last_year_difference": 0,
            },
        },
    ),
    (
        "data_utilisation_policy",
        "achieved",
        "all_stages_done",
        {
            **{
                "fiscal_year": 2023,
                "actual_value": 100,
                "official_text": "策定済",
                "is_done": True,
                "reached_on": date(2024, 3, 29),
            },
            **{"stage_count": 4, "stages_done_count": 4, "target_text": "策定", "status": "met"},
        },
    ),
    (
        "backoffice_grand_design",
        "achieved",
        "all_stages_done",
        {"is_done": True, "reached_on": date(2024, 1, 31), "stage_count": 3},
    ),
    (
        "information_service_plan",
        "achieved",
        "all_stages_done",
        {"is_done": True, "reached_on": date(2023, 12, 28), "stage_count": 3},
    ),
    (
        "common_cloud_service",
        "achieved",
        "all_stages_done",
        {"is_done": True, "reached_on": date(2023, 10, 2), "stage_count": 8},
    ),
    (
        "nocode_applications",
        "undetermined",
        "without_target",
        {"fiscal_year": 2025, "actual_value": 57, "running_value": 65},
    ),
)


def _write_standings(connection: duckdb.DuckDBPyConnection) -> None:
    falses = (
        "is_ended",
        "is_done",
        "is_provisional",
        "is_part_year",
        "is_reached_since",
        "is_lost_since",
    )
    for order, (code, group, reason, told) in enumerate(_STANDINGS, start=1):
        common: dict[str, Any] = {
            "running_fiscal_year": 2026,
            "rating_fiscal_year": 2023,
            "official_rating": "A",
            "actual_origin": "computed",
        }
        if "running_value" in told:
            common |= {"running_measured_to": date(2026, 10, 31)}
        if told.get("is_done"):
            common |= {
                "fiscal_year": 2023,
                "actual_value": 100,
                "stages_done_count": told["stage_count"],
            }
        row = (
            dict.fromkeys(falses, False)
            | {"is_reached_since": reason == "reached_late"}
            | common
            | told
        )
        place = {
            "indicator_code": code,
            "attention_group": group,
            "deciding_reason": reason,
            "reason_codes": [reason],
        }
        _insert(connection, "fct_indicator_standings", **place, overview_order=order, **row)


def _write_pages(connection: duckdb.DuckDBPyConnection) -> None:
    page = {
        "page_number": "596582",
        "title": "令和5年度デジタル統括室運営方針",
        "origin": "https://www.city.example/596582.html",
    }
    _insert(
        connection,
        "dim_policy_pages",
        item_id="one",
        item_key="596582.html",
        **page,
        page_date=date(2024, 6, 10),
        known_from=date(2024, 6, 12),
    )


def _write_headline_and_changes(connection: duckdb.DuckDBPyConnection) -> None:
    groups = [group for _, group, _, _ in _STANDINGS]
    counts = {
        f"{group}_count": groups.count(group)
        for group in ("needs_attention", "on_course", "achieved", "undetermined", "ended")
    }
    rate = {
        "indicator_code": "visualisation_usage_rate",
        "next_target_fiscal_year": 2026,
        "next_target_value": 70,
    }
    question = {
        "headline_kind": "to_go_with_chance",
        "attention_group": "on_course",
        "target_probability": 0.631,
        "still_needed": 3,
    }
    _insert(
        connection,
        "fct_headlines",
        **rate,
        **question,
        **counts,
        reached_late_count=sum(reason == "reached_late" for _, _, reason, _ in _STANDINGS),
        indicator_count=len(groups),
        as_of=date(2026, 11, 20),
    )
    since = {"fiscal_year": 2026, "since_on": date(2026, 10, 31), "correction_ids": []}
    _insert(
        connection,
        "fct_indicator_changes",
        indicator_code="visualisation_usage_rate",
        **since,
        causes=["new_deliveries"],
        joined_codes=["B02"],
        left_codes=["271063"],
        actual_value_then=100 * 34 / 53,
        actual_value=100 * 35 / 53,
        difference=100 / 53,
    )
    _insert(
        connection,
        "fct_indicator_changes",
        indicator_code="training_participants",
        **since | {"correction_ids": ["one"]},
        causes=["target_revised"],
        joined_codes=[],
        left_codes=[],
        target_text_then="60名/年",
        target_text="65名/年",
        target_value=65,
        status="met",
        status_then="not_met",
    )
    asked = (
        (
            "271063",
            "left",
            {"last_used_month": date(2026, 9, 1), "months_used": 6, "months_since_use": 1},
        ),
        ("271080", "never", {"months_used": 0, "kind_using_count": 14, "kind_count": 24}),
        ("271071", "never", {"months_used": 0, "has_begun": True}),
    )
    for order, (code, standing, told) in enumerate(asked, start=1):
        place = {
            "org_unit_code": code,
            "standing": standing,
            "org_unit_kind": "ward",
            "ask_order": order,
        }
        common = {
            "has_begun": False,
            "kind_using_count": 14,
            "kind_count": 24,
            "measured_month": date(2026, 10, 1),
        }
        _insert(connection, "fct_departments_to_ask", **place, **common | told)


def _write_loads_and_path(connection: duckdb.DuckDBPyConnection) -> None:
    for source in ("access_log", "staff_roster", "policy_pages"):
        _insert(
            connection,
            "fct_loads",
            item_id=source,
            source_name=source,
            item_key=source,
            is_current=True,
        )
    for ahead, month in enumerate(
        (
            date(2026, 11, 1),
            date(2026, 12, 1),
            date(2027, 1, 1),
            date(2027, 2, 1),
            date(2027, 3, 1),
        ),
        start=1,
    ):
        _insert(
            connection,
            "fct_forecast_paths",
            indicator_code="visualisation_usage_rate",
            months_ahead=ahead,
            median_value=66 + ahead,
            lower_80_value=66 - ahead,
            upper_80_value=66 + 2 * ahead,
            lower_95_value=66 - 2 * ahead,
            upper_95_value=66 + 3 * ahead,
            origin_month=date(2026, 10, 1),
            forecast_month=month,
        )


# source, name, English name, owner, expected within days, silent days, late, last day of the
# figures
_FRESHNESS = (
    (
        "access_log",
        "利用ログ",
        "Access log",
        "データ活用担当",
        "Data utilisation",
        3,
        6,
        True,
        date(2026, 11, 13),
    ),
    (
        "staff_roster",
        "職員名簿",
        "Staff rosters",
        "人事室",
        "Personnel Office",
        40,
        19,
        False,
        date(2026, 11, 1),
    ),
    (
        "policy_pages",
        "運営方針の公表ページ",
        "Policy pages",
        "企画担当",
        "Planning",
        None,
        1,
        False,
        None,
    ),
    (
        "specialists",
        "採用台帳",
        "Register of hires",
        "人事室",
        "Personnel Office",
        None,
        None,
        False,
        None,
    ),
)


def _write_freshness(connection: duckdb.DuckDBPyConnection) -> None:
    for name, name_ja, name_en, owner_ja, owner_en, within, silent, is_overdue, about in _FRESHNESS:
        has_delivered = silent is not None
        landed_on = date(2026, 11, 20) - timedelta(days=silent) if has_delivered else None
        _insert(
            connection,
            "fct_source_freshness",
            source_name=name,
            name_ja=name_ja,
            name_en=name_en,
            owner_ja=owner_ja,
            owner_en=owner_en,
            delivers_within_days=within,
            is_required=name != "policy_pages",
            may_be_stale_days=30,
            item_count=int(has_delivered),
            rows_read=12_345 if has_delivered else 0,
            rows_kept=12_000 if has_delivered else 0,
            rows_quarantined=40 if has_delivered else 0,
            rows_rejected=5 if has_delivered else 0,
            rows_superseded=300 if has_delivered else 0,
            silent_days=silent,
            is_overdue=is_overdue,
            last_business_date=about,
            last_landed_on=landed_on,
            late_from=landed_on + timedelta(days=within + 1) if landed_on and within else None,
        )


def _write_audit(connection: duckdb.DuckDBPyConnection) -> None:
    for run_id, audited_at in (
        ("aaaaaaaaaaaa", "2026-11-23 17:10:00"),
        ("bbbbbbbbbbbb", "2026-11-24 03:45:00"),
    ):
        for name, severity, is_success, message in (
            (
                "volume_is_usual",
                "warning",
                False,
                f"rows of the access log are unusual in run {run_id}",
            ),
            ("no_mojibake", "warning", True, "texts are readable"),
            ("rows_conserved", "critical", True, "no row is lost"),
        ):
            _insert(
                connection,
                "fct_audit_results",
                run_id=run_id,
                checkpoint_name="candidate",
                suite_name="fct_loads@candidate",
                expectation_name=name,
                severity=severity,
                is_success=is_success,
                observed=None if is_success else "12 rows",
                message=message,
                audited_at=audited_at,
            )


def gate_rules() -> dict[str, dict[str, Any]]:
    """Return the rules of the gate by their codes, as the seed holds them."""
    return {
        row["rule_code"]: row | {"is_approvable": row["is_approvable"] == "true"}
        for row in seed("gate_rules")
    }


def seed(name: str) -> list[dict[str, Any]]:
    """Return the rows of a seed as texts, None for what is empty."""
    file = configuration.ROOT / "dbt_project" / "seeds" / f"{name}.csv"
    with file.open(encoding="utf-8") as rows:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(rows)]


def finished_run(outcome: str = "published", **facts: Any) -> dict[str, Any]:
    """Return the last run as the ledger and the status describe it."""
    return {
        "run_id": "bbbbbbbbbbbb",
        "command": "run",
        "as_of": "2026-11-20",
        "started_at": "2026-11-24T03:40:00+00:00",
        "finished_at": "2026-11-24T03:45:30+00:00",
        "stage": "publish",
        "version": VERSION,
        "warnings": [],
        "accounts": {},
        "failures": [],
        "counts": {},
        "outcome": outcome,
        "exit_code": 0,
        "message": f"version {VERSION} is published",
    } | facts


HELD = finished_run(
    "audit_failed",
    run_id="cccccccccccc",
    as_of="2026-11-24",
    started_at="2026-11-24T17:00:00+00:00",
    finished_at="2026-11-24T17:04:00+00:00",
    version="20261124-20261124T170000Z",
    failures=["usage_rate_drifts_little: the usage rate moved more than 20 points (9.4 → 66.0)"],
    message="audit: usage_rate_drifts_little did not hold; nothing was published",
)


class House:
    """A data directory as nights leave it."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.published_dir = self.data_dir / "published"
        self.published_dir.mkdir(parents=True)
        self.config = folder / "shihyo.toml"
        self.config.write_text('pseudonym_key = "a-key-for-tests-only"\n', encoding="utf-8")

    def publish(self, version: str = VERSION) -> Path:
        """Put a version in place and point the link at it."""
        file = self.published_dir / f"warehouse-{version}.duckdb"
        file.write_bytes(tiny_warehouse())
        link = self.published_dir / "warehouse.duckdb"
        link.unlink(missing_ok=True)
        link.symlink_to(file.name)
        return file

    def write_status(self, last_run: dict[str, Any] | None, *, is_demo: bool = True) -> None:
        """Write `status.json`."""
        status = {
            "published_version": VERSION,
            "is_demo": is_demo,
            "last_run": last_run,
            "written_at": "2026-11-24T17:04:00+00:00",
        }
        (self.published_dir / "status.json").write_text(json.dumps(status), encoding="utf-8")

    def write_ledger(self, *lines: str | dict[str, Any]) -> None:
        """Write `runs.jsonl`: events, or raw lines as a crash leaves them."""
        text = "".join(
            f"{line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}\n"
            for line in lines
        )
        (self.published_dir / "runs.jsonl").write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that point the app at this house."""
        return {
            "SHIHYO_CONFIG": str(self.config),
            "SHIHYO_DATA_DIR": str(self.data_dir),
            "SHIHYO_PSEUDONYM_KEY": "a-key-for-tests-only",
        }


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Return an empty data directory that the settings of this process point at."""
    built = House(tmp_path)
    for name, value in built.environment.items():
        monkeypatch.setenv(name, value)
    configuration.settings.cache_clear()
    yield built
    configuration.settings.cache_clear()


@pytest.fixture
def published(house: House) -> House:
    """Return a house whose last night published."""
    house.publish()
    house.write_status(finished_run())
    return house


# Some minutes after the last night.
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def opened() -> Callable[..., str]:
    """Return what draws a page as its address asks for it: `opened("usage", lang="en")`."""
    from app import site, warehouse
    from app.address import read_address

    def draw(page: str = "", now: datetime = NOW, **query: str | list[str]) -> str:
        asked = {name: [each] if isinstance(each, str) else each for name, each in query.items()}
        state = warehouse.read_state(configuration.settings())
        return str(site.draw_site(state, read_address(page, asked), now).html)

    return draw


@pytest.fixture
def change() -> Callable[..., None]:
    """Return what changes the tiny warehouse before anybody has read it."""

    def execute(house: House, *statements: str) -> None:
        with duckdb.connect(
            str((house.published_dir / "warehouse.duckdb").resolve())
        ) as connection:
            for statement in statements:
                connection.execute(statement)

    return execute


@pytest.fixture
def held_run() -> dict[str, Any]:
    """Return a night that the audit refused."""
    return dict(HELD)


@pytest.fixture
def finding() -> Callable[[str, str], dict[str, Any]]:
    """Return a finding as the ledger has it; of a rule that is not known, only its name."""
    known = gate_rules()
    return lambda code, observed: {"rule_code": code, **known.get(code, {}), "observed": observed}


@pytest.fixture
def passed_run() -> Callable[..., dict[str, Any]]:
    """Return what describes a run that published, or did otherwise."""
    return finished_run


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def served_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return a house with a published version and a held night, for a browser."""
    built = House(tmp_path_factory.mktemp("house"))
    built.publish()
    built.write_status(HELD)
    return built

"""What a warehouse changes for readers, beside what was published when it was built: the rows of
`fct_publication_changes` with the sentences of their rules.
"""

from pathlib import Path
from typing import Any

import duckdb

from published import PublicationChange, WatchReached
from rounding import decimals_apart, written

_CHANGES = """
    select
        changes.rule_code, changes.tier, rules.message_ja, rules.message_en,
        coalesce(indicators.name_ja, org_units.name_ja, changes.text_before, changes.text_after) as name_ja,
        coalesce(indicators.name_en, org_units.name_en, changes.text_before, changes.text_after) as name_en,
        changes.indicator_code, changes.fiscal_year, changes.text_before, changes.text_after, changes.value_before,
        changes.value_after, coalesce(indicators.display_decimals, 0) as display_decimals, indicators.unit_ja,
        indicators.unit_en, changes.source_names
    from marts.fct_publication_changes as changes
    inner join marts.dim_publication_rules as rules on changes.rule_code = rules.rule_code
    left join marts.dim_indicators as indicators on changes.indicator_code = indicators.indicator_code
    left join marts.dim_org_units as org_units on changes.org_unit_code = org_units.org_unit_code
    order by changes.tier, indicators.sort_order, changes.fiscal_year, changes.rule_code, changes.org_unit_code
"""


_WATCHES = """
    select
        watches.watch_code, watches.message_ja, watches.message_en, watches.measure, watches.value,
        indicators.display_decimals
    from marts.fct_watches as watches
    inner join marts.dim_indicators as indicators on watches.indicator_code = indicators.indicator_code
    where watches.is_reached and not watches.was_reached
    order by watches.watch_code
"""


def read_changes(warehouse: Path) -> list[PublicationChange]:
    """Return what a warehouse changes for readers, what is to be approved first."""
    return [PublicationChange.model_validate(row) for row in _rows(warehouse, _CHANGES)]


def read_watches_reached(warehouse: Path) -> list[WatchReached]:
    """Return the watched figures that got there with this warehouse, and not before."""
    return [
        WatchReached.model_validate({**row, "said": _said(row)})
        for row in _rows(warehouse, _WATCHES)
    ]


def _said(row: dict[str, Any]) -> str:
    if row["measure"] == "target_probability":
        return f"{written(100 * row['value'], 0)} %"
    return written(row["value"], row["display_decimals"])


def _rows(warehouse: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(query)
        names = [name for name, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def line_of(change: PublicationChange) -> str:
    """Say a change in one line."""
    year = f" FY{change.fiscal_year}" if change.fiscal_year else ""
    what = change.indicator_code or change.name_en
    before, after = sides(change)
    return f"{change.rule_code}: {what}{year} {before} → {after}"


def sides(change: PublicationChange) -> tuple[str, str]:
    """Return what a change was and what it becomes, numbers so that they differ; — for nothing."""
    values = (change.value_before, change.value_after)
    numbers = [value for value in values if value is not None]
    if not numbers:
        return change.text_before or "—", change.text_after or "—"
    places = decimals_apart(numbers, change.display_decimals)
    before, after = ("—" if each is None else written(each, places) for each in values)
    return before, after

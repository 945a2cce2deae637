"""The rules of the gate, as `seeds/gate_rules.csv` holds them: which column of which relation must be
how, and what it means when it is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import great_expectations.expectations as gxe

_RULES = """
    select
        rule_code, checkpoint_name, suite_name, relation, condition, named_by, column_name, min_value, max_value,
        allowed_values, at_most_column, severity, is_approvable, message_en
    from marts.dim_gate_rules
    where checkpoint_name = $checkpoint_name
    order by suite_name, rule_code
"""


@dataclass(frozen=True)
class Rule:
    """One row of the seed. A column must lie between two values, be one of those allowed, or be at
    most another column; where none of these is said, every row of the relation is a finding.
    """

    rule_code: str
    checkpoint_name: str
    suite_name: str
    relation: str
    condition: str | None
    named_by: str
    column_name: str
    min_value: float | None
    max_value: float | None
    allowed_values: str | None
    at_most_column: str | None
    severity: str
    is_approvable: bool
    message_en: str

    @property
    def rows(self) -> tuple[str, str, str, str | None]:
        """What tells which rows it is about; rules with the same rows share a suite."""
        return self.suite_name, self.relation, self.named_by, self.condition

    @property
    def message(self) -> str:
        """What it means when it does not hold, and what was expected, for the night's one line."""
        return f"{self.message_en}; expected {self.column_name} {self._expected()}"

    def _expected(self) -> str:
        if self.allowed_values is not None:
            return f"to be {' or '.join(self.allowed_values.split('|'))}"
        if self.at_most_column is not None:
            return f"at most {self.at_most_column}"
        bounds = (("at least", self.min_value), ("at most", self.max_value))
        said = [f"{word} {value:g}" for word, value in bounds if value is not None]
        return " and ".join(said) or "of no row"

    def expectation(self) -> Any:
        """Return the rule as Great Expectations knows it."""
        meta = {"name": self.rule_code, "message": self.message}
        told = {"severity": self.severity, "meta": meta}
        if self.allowed_values is not None:
            return gxe.ExpectColumnValuesToBeInSet(
                column=self.column_name, value_set=self.allowed_values.split("|"), **told
            )
        if self.at_most_column is not None:
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=self.at_most_column,
                column_B=self.column_name,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **told,
            )
        if self.min_value is None and self.max_value is None:
            return gxe.ExpectColumnValuesToBeNull(column=self.column_name, **told)
        return gxe.ExpectColumnValuesToBeBetween(
            column=self.column_name, min_value=self.min_value, max_value=self.max_value, **told
        )


@dataclass(frozen=True)
class Suite:
    """Rules about the same rows; `name` is `<what it guards>@<checkpoint>`, `query` selects the rows
    with, in `named_by`, what a finding names: an item, an indicator, a source; never a value that
    may name a person.
    """

    name: str
    query: str
    rules: tuple[Rule, ...]


def read_rules(warehouse: Path, checkpoint_name: str) -> list[Rule]:
    """Return a checkpoint's rules as the warehouse holds them, in the seed's order."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(_RULES, {"checkpoint_name": checkpoint_name}).fetchall()
    return [Rule(*row) for row in found]


def suites(rules: Iterable[Rule]) -> list[Suite]:
    """Return the rules by the rows that they are about."""
    by_rows = groupby(sorted(rules, key=lambda rule: str(rule.rows)), key=lambda rule: rule.rows)
    return [_suite(tuple(each)) for _, each in by_rows]


def _suite(rules: tuple[Rule, ...]) -> Suite:
    first = rules[0]
    # A set of values is one of texts, whatever the column's type.
    as_text = {each.column_name for each in rules if each.allowed_values is not None}
    columns = {each.column_name for each in rules} | {
        each.at_most_column for each in rules if each.at_most_column
    }
    selected = [
        f"cast({name} as varchar) as {name}" if name in as_text else name
        for name in sorted(columns - {"named_by"})
    ]
    query = f"select {first.named_by} as named_by, {', '.join(selected)} from {first.relation}"
    if first.condition:
        query += f" where {first.condition}"
    return Suite(f"{first.suite_name}@{first.checkpoint_name}", query, rules)

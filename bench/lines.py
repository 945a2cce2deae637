"""What a benchmark yields, and how much it measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    name: str
    value: str
    bound: str
    details: str


@dataclass(frozen=True)
class Sizes:
    """How much is measured; the defaults are what the bounds are about."""

    rows: int = 20_000_000
    few_rows: int = 5_000_000
    many_rows: int = 100_000_000
    files: int = 100
    many_days: int = 1_000
    few_days: int = 30
    rows_a_day: int = 2_000
    runs: int = 3
    sessions: int = 200
    views: int = 1_000

"""Rows as a terminal shows them, and values as JSON knows them."""

import math
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any


def in_columns(rows: list[dict[str, str]]) -> str:
    """Return rows as a table of text, aligned as a terminal shows it: Japanese characters are two
    columns wide.
    """
    widths = {name: max(_width(name), *(_width(row[name]) for row in rows)) for name in rows[0]}
    lines = ["  ".join(name + " " * (width - _width(name)) for name, width in widths.items())]
    lines += [
        "  ".join(row[name] + " " * (width - _width(row[name])) for name, width in widths.items())
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: days as text, whole numbers as integers."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        number = float(value)
        return int(number) if math.isfinite(number) and number == int(number) else number
    return value


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

"""What a query gives: a row by its columns' names."""

from typing import Any

Row = dict[str, Any]

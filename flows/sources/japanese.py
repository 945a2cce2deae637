"""Japanese as municipal pages and files write it, in one place for every source: text, years and
dates, and quantities.
"""

from flows.sources.japanese_quantities import (
    UNITS,
    Quantity,
    Unread,
    find_figures,
    find_quantities,
    parse_quantity,
)
from flows.sources.japanese_text import (
    MASK,
    Mention,
    fiscal_years,
    normalise,
    parse_date,
    without_years_and_dates,
)

__all__ = [
    "MASK",
    "UNITS",
    "Mention",
    "Quantity",
    "Unread",
    "find_figures",
    "find_quantities",
    "fiscal_years",
    "normalise",
    "parse_date",
    "parse_quantity",
    "without_years_and_dates",
]

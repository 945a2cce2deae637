"""The clock: asked on the command line alone, and never below it."""

from datetime import UTC, date, datetime, timedelta

_JST = timedelta(hours=9)


def today_in_japan() -> date:
    """Return the date in Japan, the default as-of of a night."""
    return (datetime.now(UTC) + _JST).date()

"""Japan's public holidays as the library `holidays` knows them: one row per day, until 2099.

The day of an equinox is the library's forecast where the official one is not published yet.
"""

from holidays.countries import Japan

_YEARS = range(2015, 2100)


def model(dbt, session):
    """Return each day with its Japanese name."""
    dbt.config(materialized="table", meta={"rests_on_libraries": ["holidays"]})
    days = sorted(Japan(years=_YEARS, language="ja").items())
    return session.query(
        "select unnest(cast($days as date[])) as holiday_date, unnest(cast($names as varchar[])) as name_ja",
        params={"days": [day for day, _ in days], "names": [name for _, name in days]},
    )

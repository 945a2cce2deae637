"""What the app shows of days that have passed, on a city with several nights: what `show` prints of
them.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from harness import past_pages
from small_city import BASE_AS_OF, FIRST_DAY, City, log_lines, roster_lines

from demo.policy_pages import page
from settings import Settings

NEXT_NIGHT = BASE_AS_OF + timedelta(days=2)


@pytest.fixture
def settings(city: City) -> Settings:
    """Return the settings of a city that knows more than it did: published results, and another
    roster.
    """
    city.deliver(
        "policy_pages",
        "digital-bureau-r5.html",
        page(date(2024, 6, 10), has_results=True).encode(),
        on=BASE_AS_OF,
    )
    city.deliver_log(BASE_AS_OF, log_lines(BASE_AS_OF, users=("S0000001", "S0000003", "S0000005")))
    city.deliver_roster(FIRST_DAY, roster_lines()[:-1], on=NEXT_NIGHT)
    city.publish(NEXT_NIGHT)
    return Settings(data_dir=city.data, pseudonym_key="a key for the tests alone", sources={})


def test_pages_of_past_days_say_what_show_prints(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [
        date(2021, 1, 1),
        date(2024, 6, 10),
        BASE_AS_OF - timedelta(days=5),
        BASE_AS_OF,
        NEXT_NIGHT,
    ]
    assert past_pages.differences(settings, days) == []

    drawn = past_pages._page

    def of_another_day(state: Any, page: str, day: date, *more: Any, **query: str) -> str:
        return drawn(state, page, NEXT_NIGHT, *more, **query)

    monkeypatch.setattr(past_pages, "_page", of_another_day)
    assert past_pages.differences(settings, [BASE_AS_OF - timedelta(days=5)]), (
        "pages of another day are told apart"
    )


def test_what_stands_is_what_was_known_on_the_versions_own_day(
    settings: Settings, city: City
) -> None:
    """The pages of now and of the past ask the same queries: now is the day of the version."""
    own_day = f"date '{NEXT_NIGHT}'"
    known = f"{own_day} >= known_from and ({own_day} < known_to or known_to is null)"
    for then, now in (
        (
            (
                "select * exclude (is_defined, is_shown, known_from, known_to) from"
                f" marts.fct_indicator_progress_history where is_shown and {known}"
            ),
            "select * from marts.fct_indicator_progress",
        ),
        (
            f"select * from marts.fct_indicator_actuals where {known}",
            "select * from marts.fct_indicator_actuals where is_current",
        ),
        (
            f"select * from marts.fct_official_results where {known}",
            "select * from marts.fct_official_results where is_current",
        ),
        (
            (
                "select indicator_code, fiscal_year, year_choice from"
                f" marts.fct_indicator_years_chosen where {known}"
            ),
            (
                "select indicator_code, fiscal_year, year_choice from marts.fct_indicator_standings"
                " where fiscal_year is not null"
            ),
        ),
        (
            (
                "select * exclude (in_force_from, in_force_to) from"
                f" marts.dim_indicator_definitions where {own_day} >= in_force_from and ({own_day}"
                " < in_force_to or in_force_to is null)"
            ),
            "select * exclude (is_ended) from marts.dim_indicators",
        ),
    ):
        assert city.query(f"select count(*) > 0 from ({now})") == [(True,)], now
        assert city.query(f"({then}) except ({now})") == [], then
        assert city.query(f"({now}) except ({then})") == [], now

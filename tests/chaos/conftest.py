"""The city that `make chaos` disturbs, and what a night that nothing disturbs makes of it."""

from datetime import date, timedelta

import pytest
from harness.invariants import Marts, export_marts
from small_city import City

NIGHT = date(2026, 10, 22)


@pytest.fixture(scope="module")
def delivered(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A published city that the next night finds a log in."""
    city = base_city.copy_to(tmp_path_factory.mktemp("delivered") / "city")
    city.deliver_log(NIGHT - timedelta(days=1))
    return city


@pytest.fixture(scope="module")
def undisturbed(delivered: City, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The marts after a night that nothing disturbed."""
    city = delivered.copy_to(tmp_path_factory.mktemp("undisturbed") / "city")
    city.publish(NIGHT)
    return export_marts(city)

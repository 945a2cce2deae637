"""Ten nights with six kills: `tests/flows/test_crashes.py` has fewer nights, and more kills in one."""

from datetime import date, timedelta
from pathlib import Path

from harness.invariants import (
    check_invariants,
    check_rebuilt_alike,
    export_marts,
    published,
    reader_in_a_loop,
)
from harness.kills import begin_two_nights, kill_at
from small_city import BASE_AS_OF, FIRST_DAY, STAFF, City, log_lines, new_city, roster_lines

FIRST_NIGHT, LAST_NIGHT = date(2026, 10, 22), date(2026, 10, 31)
REFUSED_NIGHT, MENDED_ON, ROLLED_BACK_BEFORE, BUSY_NIGHT = (
    date(2026, 10, day) for day in (26, 27, 29, 30)
)
# Before which of the ten nights a night is killed, and where; the one in dbt has a Prefect server
# of its own, which must not outlive it.
KILLS = {
    date(2026, 10, 22): "flows.landing.places:_moved",
    date(2026, 10, 23): "flows.night.write:write_facts",
    date(2026, 10, 24): "flows.night.write:run_dbt:3",
    date(2026, 10, 25): "expectations.checkpoints:candidate_checkpoint",
    date(2026, 10, 28): "flows.night.publish:_name_version",
    date(2026, 10, 31): "flows.night.publish:point_link_at",
}
EMPTY_ROSTER: list[str] = []


def _deliver(city: City, night: date) -> None:
    """Deliver what comes by a night: a day's log, and on some nights a correction, a late file or a
    roster.
    """
    if night != date(2026, 10, 24):
        city.deliver_log(night - timedelta(days=1))
    if night == date(2026, 10, 25):  # a corrected first day, and yesterday's late file
        city.deliver_log(
            FIRST_DAY, log_lines(FIRST_DAY, rows=44, users=("S0000001", "S0000005")), on=night
        )
        city.deliver_log(date(2026, 10, 23), on=night)
    if night == REFUSED_NIGHT:
        city.deliver_roster(FIRST_DAY, EMPTY_ROSTER, on=night)
    if night == MENDED_ON:
        city.deliver_roster(
            FIRST_DAY, roster_lines({**STAFF, "S0000003": "副首都推進局"}), on=night
        )


def test_ten_nights_with_six_kills_are_as_if_nothing_had_happened(
    city: City, tmp_path: Path
) -> None:
    """Corrections, a late file, a refused night, a rollback, a second night at once; readers all
    the while; then the marts, three ways.
    """
    with reader_in_a_loop(city, tmp_path / "reader") as reads:
        for night in (FIRST_NIGHT + timedelta(days=day) for day in range(10)):
            _deliver(city, night)
            before = published(city)
            if night in KILLS:
                killed = City(city.folder, api_url=None) if "run_dbt" in KILLS[night] else city
                assert kill_at(killed, KILLS[night], night) == -9
                assert not check_invariants(city, before)
                assert "interrupted" in city.shihyo("runs", "--last", "1").stdout
            if night == ROLLED_BACK_BEFORE:
                earlier = city.shihyo("versions").stdout.splitlines()[1].split()[0]
                assert city.shihyo("rollback", earlier).returncode == 0
            if night == BUSY_NIGHT:
                begin_two_nights(city, night)
            elif night == REFUSED_NIGHT:
                refused = city.night(night)
                assert (refused.returncode, "roster_is_not_empty" in refused.stderr) == (3, True)
                assert not check_invariants(city, before)
            else:
                city.publish(night)
            assert not list((city.data / "landing").glob(".landing/*"))

    assert {indicators for indicators, *_ in reads} == {"9"}
    loads_of = {}
    for _, loads, version in reads:
        assert loads_of.setdefault(version, loads) == loads, "one version, one content"
    assert len(loads_of) >= 9

    assert len(export_marts(city)["fct_loads"]) > 30
    twin = new_city(tmp_path / "twin", city.api_url)
    check_rebuilt_alike(city, twin, BASE_AS_OF, LAST_NIGHT)

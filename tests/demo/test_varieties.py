"""The demonstration clean and under attack (dirty is the whole one): every row is accounted for,
and nobody is named.
"""

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from harness.search import found_in
from small_city import City, located, new_city

from demo.city import Variety
from demo.generation import generate
from demo.hostile import PLANTED_IP, PLANTED_MAIL, PLANTED_NAMES
from demo.nocode_server import Platform, records_of

FIRST, LAST = date(2022, 4, 1), date(2022, 6, 30)
# Hires are reported from 2023 on, and the page is published then.
SOURCES = (
    "access_log",
    "milestones",
    "nocode_apps",
    "procedures",
    "staff_roster",
    "training_rosters",
)


def night_over(variety: Variety, folder: Path, api_url: str) -> tuple[City, int, str]:
    """Land three months of a variety; return the city, the exit code, and all that was printed."""
    generate(folder / "inbox", LAST, variety=variety)
    city = new_city(folder, api_url)
    platform = Platform(records_of(variety, LAST))
    locations = located("nocode_apps", platform.location) | located(
        "procedures", str(folder / "inbox" / "procedures" / "catalogue.sqlite")
    )
    done = city.shihyo("backfill", "--from", FIRST, "--to", LAST, **locations)
    platform.close()
    return city, done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("variety", "code"), [("clean", 0), ("hostile", 3)])
def test_every_row_is_accounted_for(
    variety: Variety, code: int, tmp_path: Path, api_url: str
) -> None:
    city, returned, said = night_over(variety, tmp_path / "city", api_url)
    assert returned == code, said
    assert "Traceback" not in said
    warehouse = (
        city.published.resolve() if code == 0 else city.data / "candidate" / "warehouse.duckdb"
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        loads = connection.execute(
            "select source_name, count(*), sum(rows_read), sum(rows_rejected),"
            " sum(rows_quarantined), count_if(rows_unaccounted != 0) from marts.fct_loads group by"
            " 1 order by 1"
        ).fetchall()
        judged = connection.execute(
            "select is_success from marts.fct_audit_results where expectation_name ="
            " 'every_row_is_accounted_for'"
        ).fetchall()
    held_back = Counter(
        {name: int(rejected + quarantined) for name, _, _, rejected, quarantined, _ in loads}
    )
    assert judged == [(True,)]
    assert {name for name, *_ in loads} >= set(SOURCES)
    assert [name for name, *_, unaccounted in loads if unaccounted] == []
    if variety == "clean":
        assert held_back.total() == 0
    else:
        assert all(held_back[name] > 3 for name in (*SOURCES, "specialists", "policy_pages")), (
            held_back
        )
        assert "every_item_can_be_read" in said
        planted = (*PLANTED_NAMES, PLANTED_MAIL, PLANTED_IP)
        assert [needle for needle in planted if needle.lower() in said.lower()] == []
        assert found_in(city.data, planted) == []

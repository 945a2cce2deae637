"""The gate closes on figures that cannot be right, and what is published stays as it was."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from small_city import BASE_AS_OF, FIRST_DAY, STAFF, City, log_lines, roster_lines
from workbooks import register

from demo.policy_pages import page

NEXT_NIGHT = date(2026, 10, 22)


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _garbled(text: str) -> str:
    return text.encode("utf-8").decode("cp932", errors="ignore")


def empty_roster(city: City) -> None:
    city.deliver_roster(FIRST_DAY, [], on=NEXT_NIGHT)


def volume_down_by_95_percent(city: City) -> None:
    city.deliver_log(date(2026, 10, 21), log_lines(date(2026, 10, 21), rows=2))


def garbled_department(city: City) -> None:
    lines = [line.replace("北区役所", _garbled("北区役所")) for line in roster_lines()]
    city.deliver_roster(FIRST_DAY, lines, on=NEXT_NIGHT)


def one_garbled_department_of_many(city: City) -> None:
    staff = {
        **STAFF,
        **{f"S1{number:06d}": "副首都推進局" for number in range(900)},
        "S2000000": "都島区役所",
    }
    lines = roster_lines(staff)
    lines[-1] = lines[-1].replace("都島区役所", _garbled("都島区役所"))
    city.deliver_roster(FIRST_DAY, lines, on=NEXT_NIGHT)


def roster_without_the_contracts_columns(city: City) -> None:
    city.deliver(
        "staff_roster",
        "staff_roster_202611.csv",
        ["所属,人数", "北区役所,3"],
        on=NEXT_NIGHT,
        encoding="cp932",
    )


@pytest.mark.parametrize(
    "spoils",
    [
        {
            volume_down_by_95_percent: ("day_volume_is_usual", "access_log_20261021.csv"),
            garbled_department: ("department_names_are_readable", "staff_roster_202610.csv"),
        },
        {
            one_garbled_department_of_many: (
                "department_names_are_readable",
                "staff_roster_202610.csv",
            ),
            roster_without_the_contracts_columns: (
                "roster_is_not_empty",
                "staff_roster_202611.csv",
            ),
        },
    ],
)
def test_failed_audit_leaves_published_untouched(
    city: City, spoils: dict[Callable[[City], None], tuple[str, str]]
) -> None:
    _refuse(city, spoils)


def _refuse(city: City, spoils: dict[Callable[[City], None], tuple[str, str]]) -> None:
    """Run a night that is refused for each of the spoils, by the expectation and item named."""
    link, checksum = city.published.readlink(), _checksum(city.published)
    for spoil in spoils:
        spoil(city)

    night = city.night(NEXT_NIGHT)

    assert night.returncode == 3
    assert len(night.stderr.strip().splitlines()) == 1
    for expectation, item in spoils.values():
        [said] = [each for each in _judged(city) if each.startswith(f"{expectation}: ")]
        assert item in said, "the line names the item"
        assert said in night.stderr
    assert city.published.readlink() == link
    assert _checksum(city.published) == checksum
    last_run = city.status()["last_run"]
    assert (last_run["outcome"], last_run["exit_code"]) == ("audit_failed", 3)
    assert city.status()["published_version"] == link.stem.removeprefix("warehouse-")
    assert (city.data / "candidate" / "warehouse.duckdb").exists(), (
        "the refused candidate is kept for reading"
    )
    assert (city.data / "logs" / "data_docs" / "raw" / "index.html").exists()


def _judged(city: City) -> list[str]:
    return list(city.status()["last_run"]["failures"])


def test_gate_stays_closed_until_the_source_is_mended(city: City) -> None:
    _refuse(city, {empty_roster: ("roster_is_not_empty", "staff_roster_202610.csv")})
    assert city.night(NEXT_NIGHT).returncode == 3, (
        "the empty roster is not new any more, and still wrong"
    )
    city.deliver_roster(FIRST_DAY, on=date(2026, 10, 23))

    city.publish(date(2026, 10, 23))

    assert city.rate(2026) is None, "October is not complete"
    assert city.query(
        "select numerator from marts.fct_indicator_actuals where org_unit_code = '271004' and"
        " is_current"
    ) == [(2,)]


def test_audit_results_are_in_the_warehouse_the_ledger_and_the_status(city: City) -> None:
    results = city.query(
        "select expectation_name, is_success, severity from marts.fct_audit_results order by all"
    )
    assert {name for name, *_ in results} >= {
        "roster_is_not_empty",
        "day_volume_is_usual",
        "every_row_is_accounted_for",
    }
    assert all(is_success for _, is_success, severity in results if severity == "critical")
    ledger = [
        json.loads(line)
        for line in (
            (city.data / "published" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        )
    ]
    assert [entry["event"] for entry in ledger] == ["started", "version", "finished"]
    assert ledger[-1]["outcome"] == "published"
    assert ledger[-1]["as_of"] == BASE_AS_OF.isoformat()


def test_a_figure_that_differs_from_the_published_one_stops_the_night_until_somebody_explains_it(
    city: City,
) -> None:
    link, checksum = city.published.readlink(), _checksum(city.published)
    stages = [
        (
            "データ活用の方針を策定",
            number,
            f"第{number}段階",
            "令和5年4月1日",
            "令和5年6月1日",
            "策定済",
            "100%",
            "",
            "",
        )
        for number in (1, 2)
    ]
    planned = ("データ活用の方針を策定", 3, "第3段階", "令和6年3月1日", "", "着手", "50%", "", "")
    city.deliver("milestones", "管理表.xlsx", register(*stages, planned), on=NEXT_NIGHT)
    city.deliver(
        "policy_pages",
        "page.html",
        page(date(2024, 6, 10), has_results=True).encode(),
        on=NEXT_NIGHT,
    )

    night = city.night(NEXT_NIGHT)

    assert night.returncode == 3, night.stdout + night.stderr
    assert len(night.stderr.strip().splitlines()) == 1
    for said in (
        "computed_actuals_agree_with_published_ones",
        "data_utilisation_policy FY2023: 66.6",
        "where policy_page 596582 says 策定済",
        "seeds/reconciliation_notes.csv",
        "ratings_agree_with_the_figures",
        "data_utilisation_policy FY2023: rated A",
        "seeds/rating_notes.csv",
    ):
        assert said in night.stderr, night.stderr
    # What the seeds explain stops nothing: 54 of 60, and 2 of 3程度.
    assert "training_participants" not in night.stderr
    assert "specialists_hired" not in night.stderr
    assert (city.published.readlink(), _checksum(city.published)) == (link, checksum)

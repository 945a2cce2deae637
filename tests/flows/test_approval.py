"""A version that would surprise its readers waits for a person, and blocks nobody."""

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from small_city import ROOT, STAFF, City, roster_lines

NOVEMBER = date(2026, 11, 1)
NIGHTS = [date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)]
BY = ("--by", "情報 太郎", "--reason", "半数は別の名簿に移った")
HIRES = "採用一覧.csv"
KILL_AT = ROOT / "tests" / "harness" / "kill_at.py"


def a_third_of_the_staff() -> list[str]:
    return roster_lines(dict(list(STAFF.items())[: len(STAFF) // 3]))


def hires(count: int) -> list[str]:
    return ["採用年月日,配属先,採用数", f"令和7年10月1日,デジタル統括室,{count}"]


def events(city: City, *names: str) -> list[dict[str, Any]]:
    lines = (city.data / "published" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["event"] in names]


def held_version(city: City) -> str:
    """Return the version that is held, of which there is only one."""
    [file] = (city.data / "candidate").glob("held-*.duckdb")
    return file.stem.removeprefix("held-")


def is_held(done: subprocess.CompletedProcess[str], *said: str) -> bool:
    assert done.returncode == 6, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert [part for part in said if part not in done.stderr] == [], done.stderr
    return True


def refused(done: subprocess.CompletedProcess[str], *said: str) -> bool:
    assert done.returncode == 2, done.stdout + done.stderr
    assert [part for part in said if part not in done.stderr] == [], done.stderr
    return True


@pytest.fixture
def holding(city: City) -> City:
    """Return a published city that holds what is surprising."""
    configuration = city.folder / "shihyo.toml"
    text = configuration.read_text(encoding="utf-8")
    assert "holds_for_approval = false" in text
    configuration.write_text(text.replace("holds_for_approval = false", ""), encoding="utf-8")
    return city


def test_a_surprise_waits_until_a_person_approves_it_and_is_not_held_again(holding: City) -> None:
    link = holding.published.readlink()
    holding.deliver_roster(NOVEMBER, a_third_of_the_staff())
    night = holding.night(NIGHTS[0])

    version = held_version(holding)
    assert is_held(night, "roster_keeps_its_size", f"shihyo approve {version}", "--with held")
    assert holding.published.readlink() == link
    last_run = holding.status()["last_run"]
    assert (last_run["outcome"], last_run["exit_code"]) == ("held", 6)
    assert [each["rule_code"] for each in last_run["findings"] if each["is_approvable"]] == [
        "roster_keeps_its_size"
    ]

    compared = holding.shihyo("diff", "--with", "held")
    assert compared.returncode == 0, compared.stderr
    assert f"→ {version}" in compared.stdout or "→ held" in compared.stdout
    assert refused(holding.shihyo("approve", version, "--by", " ", "--reason", "x"), "--by wants")
    assert refused(holding.shihyo("approve", "20261102-20261102T000000Z", *BY), "was never held")

    approved = holding.shihyo("approve", version, *BY)
    assert approved.returncode == 0, approved.stderr
    assert holding.published.resolve().name == f"warehouse-{version}.duckdb"
    [approval] = events(holding, "approved")
    assert (approval["version"], approval["by"], approval["reason"]) == (version, BY[1], BY[3])
    assert holding.status()["last_run"]["outcome"] == "published"
    assert list((holding.data / "candidate").glob("held-*")) == []
    assert holding.shihyo("versions", "--verify").returncode == 0
    assert refused(holding.shihyo("approve", version, *BY), "waits no longer")

    # The roster is as small as before; and a person has said that it is true.
    holding.publish(NIGHTS[1])
    assert holding.query(
        "select is_success from marts.fct_audit_results where expectation_name ="
        " 'roster_keeps_its_size' order by as_of desc limit 1"
    ) == [(False,)]


def test_what_is_rejected_is_held_again_and_goes_stale_once_something_else_is_published(
    holding: City,
) -> None:
    holding.deliver_roster(NOVEMBER, a_third_of_the_staff())
    assert is_held(holding.night(NIGHTS[0]))
    first = held_version(holding)
    assert holding.shihyo("reject", first, *BY).returncode == 0
    assert list((holding.data / "candidate").glob("held-*")) == []
    assert refused(holding.shihyo("approve", first, *BY), "was rejected", "no version waits")

    assert is_held(holding.night(NIGHTS[1]), f"rejected before by {BY[1]}")
    second = held_version(holding)
    assert second != first

    holding.deliver_roster(NOVEMBER, roster_lines(), on=NIGHTS[2])
    holding.publish(NIGHTS[2])
    assert list((holding.data / "candidate").glob("held-*")) == []
    assert refused(holding.shihyo("approve", second, *BY), "waits no longer", "or published since")


def test_what_is_plainly_broken_can_never_be_approved(holding: City) -> None:
    garbled = "副首都推進局".encode().decode("cp932", errors="ignore")
    lines = [line.replace("副首都推進局", garbled) for line in a_third_of_the_staff()]
    holding.deliver_roster(NOVEMBER, lines)
    night = holding.night(NIGHTS[0])
    assert night.returncode == 3, night.stderr
    assert "department_names_are_readable" in night.stderr
    assert "roster_keeps_its_size" in night.stderr
    assert events(holding, "held") == []


def test_a_change_of_a_year_that_is_over_is_held_and_an_approval_that_is_killed_can_be_repeated(
    holding: City,
) -> None:
    holding.deliver("specialists", HIRES, hires(2), on=NIGHTS[0], encoding="cp932")
    holding.publish(NIGHTS[0])
    assert {
        (each["rule_code"], each["indicator_code"], each["fiscal_year"], each["tier"])
        for each in holding.status()["last_run"]["changes"]
        if each["indicator_code"] == "specialists_hired"
    } >= {("actual_appeared", "specialists_hired", 2025, "publish")}
    holding.deliver("specialists", HIRES, hires(3), on=NIGHTS[1], encoding="cp932")
    assert is_held(holding.night(NIGHTS[1]), "closed_year_changed: specialists_hired FY2025 2 → 3")
    version = held_version(holding)
    compared = holding.shihyo("diff", "--with", "held")
    assert "to approve: closed_year_changed: specialists_hired FY2025 2 → 3" in compared.stdout

    before = holding.published.readlink()
    for place in (
        "flows.night.approval:publish_file",
        "flows.night.publish:_name_version",
        "flows.night.publish:point_link_at",
    ):
        killed = subprocess.run(
            [sys.executable, str(KILL_AT), place, "approve", version, *BY],
            env=holding.environment(),
            cwd=ROOT,
            capture_output=True,
            timeout=120,
        )
        assert killed.returncode == -9, killed.stderr
        assert holding.published.readlink() == before
    assert holding.shihyo("approve", version, *BY).returncode == 0
    assert holding.query(
        "select actual_value from marts.fct_indicator_progress where indicator_code ="
        " 'specialists_hired' and fiscal_year = 2025"
    ) == [(3,)]


def test_where_nobody_approves_what_could_be_approved_is_refused(city: City) -> None:
    city.deliver_roster(NOVEMBER, a_third_of_the_staff())
    night = city.night(NIGHTS[0])
    assert night.returncode == 3, night.stderr
    assert "roster_keeps_its_size" in night.stderr

"""Spoiled deliveries of every source: whatever comes, every row is loaded, quarantined or rejected, and a person reads one line."""

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
from harness.fuzz import land_spoiled, small_database
from small_city import DEPARTMENTS, HEADING, ROSTER_HEADING, City, log_lines, new_city, roster_lines
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, workbook

from demo.city import read_city
from demo.nocode_apps import FIELDS, records
from demo.policy_pages import page
from settings import Settings, SourceSettings

AS_OF = date(2026, 10, 21)
COUNT, SEED = 300, 20261124


def valid_items() -> dict[str, bytes]:
    """Return one valid item of each source."""
    attended = [attendance(f"S000{number:04d}", next(iter(DEPARTMENTS.values())), "R8.10.10") for number in range(12)]
    stages = [
        ("本市共通クラウドサービスの整備", number, f"工程{number}", "R8.5.1", "R8.5.1", "完了", "100%", "", "") for number in range(1, 6)
    ]
    hires = ["整理番号,氏名,採用年月日,職種,配属先,採用数,備考", *(f"{n},髙橋,令和8年4月{n}日,,デジタル統括室,1," for n in range(1, 9))]
    return {
        "access_log": "\n".join([HEADING, *log_lines(AS_OF - timedelta(days=1))]).encode(),
        "staff_roster": "\r\n".join([ROSTER_HEADING, *roster_lines()]).encode("cp932"),
        "policy_pages": page(date(2024, 6, 10), has_results=True).encode(),
        "procedures": small_database(),
        "nocode_apps": json.dumps({"fields": FIELDS, "records": records(read_city())[:40]}, ensure_ascii=False).encode(),
        "training_rosters": workbook({"第1回": attended, "第2回": attended[:5]}, TRAINING_HEADING, notes=("※ 注",)),
        "specialists": "\r\n".join(hires).encode("cp932"),
        "milestones": workbook({"一覧": stages}, MILESTONE_HEADING),
    }


def spoiled_night(city: City, count: int, seed: int) -> None:
    """Land spoiled items, run a night over them as a person would, and check what became of every row."""
    settings = Settings(
        data_dir=city.data,
        pseudonym_key="a key for the tests alone",
        sources={name: SourceSettings(location=str(city.folder / "inbox")) for name in valid_items()},
    )
    outcomes = land_spoiled(settings, valid_items(), count=count, seed=seed, as_of=AS_OF)
    assert sum(outcomes.values()) == count
    assert all(outcomes[name] for name in valid_items()), outcomes
    night = city.night(AS_OF)
    assert night.returncode in (0, 3), night.stdout + night.stderr
    assert "Traceback" not in night.stdout + night.stderr
    assert len(night.stderr.strip().splitlines()) == (night.returncode == 3)
    warehouse = city.data / "candidate" / "warehouse.duckdb" if night.returncode else city.published.resolve()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        unaccounted = connection.execute("select item_id, rows_unaccounted from marts.fct_loads where rows_unaccounted != 0").fetchall()
        judged = connection.execute(
            "select is_success from marts.fct_audit_results where expectation_name = 'every_row_is_accounted_for'"
        ).fetchall()
        fates = connection.execute(
            "select count_if(rows_staged > 0), count_if(rows_quarantined > 0), count_if(rows_rejected > 0) from marts.fct_loads"
        ).fetchall()[0]
    assert unaccounted == []
    assert judged == [(True,)]
    assert all(fates), "of so many items some are loaded, some quarantined, some rejected"


def test_every_row_of_spoiled_items_is_accounted_for(api_url: str, tmp_path: Path) -> None:
    spoiled_night(new_city(tmp_path / "city", api_url), COUNT, SEED)

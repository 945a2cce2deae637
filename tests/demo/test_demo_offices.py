"""The offices' files and the no-code platform say what the demonstration claims: counted here from
the files and records alone.
"""

import csv
import io
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from demo.city import read_city
from demo.nocode_apps import records

ATTENDED = {"出席", "遅刻", "早退"}


@pytest.fixture(scope="module")
def root(demo_sources: Path) -> Path:
    return demo_sources


def latest(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.rglob("*.*"))}


def test_distinct_people_who_attended_are_the_official_28_and_54(root: Path) -> None:
    counts = {}
    for name, path in latest(root / "training_rosters").items():
        people, everybody = set(), []
        for sheet in (
            CalamineWorkbook.from_path(path).get_sheet_by_index(place)
            for place in range(12)
            if place < _sheets(path)
        ):
            rows = sheet.to_python(skip_empty_area=False)
            start = next(number for number, row in enumerate(rows) if "職員番号" in row)
            place = {
                heading: rows[start].index(heading) for heading in ("職員番号", "受講日", "出欠")
            }
            for row in rows[start + 1 :]:
                number = unicodedata.normalize("NFKC", str(row[place["職員番号"]])).upper()
                if (
                    row[place["出欠"]] in ATTENDED
                    and number
                    and "13月" not in str(row[place["受講日"]])
                ):
                    people.add(number)
                    everybody.append(number)
        counts[name] = len(people)
        assert len(everybody) > len(people), "some attend twice"
    assert [count for _, count in sorted(counts.items())] == [28, 54, 61, 58, 33]


def _sheets(path: Path) -> int:
    return len(CalamineWorkbook.from_path(path).sheet_names)


def test_hires_add_up_to_the_official_two(root: Path) -> None:
    totals = {}
    for name, path in latest(root / "specialists").items():
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("cp932"))))
        counts = [
            unicodedata.normalize("NFKC", row["採用数"]).replace("▲", "-")
            for row in rows
            if "2月30日" not in row["採用年月日"]
        ]
        totals[name] = sum(int(count) for count in counts if count.lstrip("-").isdigit())
        assert all("氏名" in row for row in rows)
    assert [total for _, total in sorted(totals.items())] == [2, 3, 2, 1]


def test_half_of_the_cloud_services_stages_are_done_by_the_end_of_fy2022(root: Path) -> None:
    by_delivery = []
    for path in sorted((root / "milestones").rglob("*.xlsx")):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        stages = [row for row in rows if row[0] == "本市共通クラウドサービスの整備"]
        by_delivery.append(
            (
                path.parent.name,
                sum(row[5] in {"完了", "策定済", "運用開始"} for row in stages),
                len(stages),
            )
        )
    assert [stages for *_, stages in by_delivery] == [8] * 5
    assert dict((day, done) for day, done, _ in by_delivery)["2023-04-07"] == 4
    assert by_delivery[-1][1] == 8


def test_tasks_on_the_platform_are_the_official_3_and_21() -> None:
    applications = [
        {code: field["value"] for code, field in record.items()}
        for record in records(read_city(), variety="clean")
    ]

    def open_on(day: date) -> int:
        begun = [row for row in applications if (row["開発着手日"] or "9999") <= day.isoformat()]
        return len(
            {
                row["業務番号"]
                for row in begun
                if not row["廃止日"] or row["廃止日"] > day.isoformat()
            }
        )

    days = (date(2023, 3, 31), date(2024, 3, 31), date(2025, 3, 31), date(2026, 3, 31))
    assert [open_on(day) for day in days] == [3, 21, 38, 57]
    assert {row["状態"] for row in applications} == {"構想", "開発中", "運用中", "廃止"}
    assert any(row["利用者数"] is None for row in applications)

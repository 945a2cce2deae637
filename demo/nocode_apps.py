"""The no-code platform's applications: which task each serves, whose it is and since when.
Applications and people are invented.

Tasks with an application begun and not retired are the official 3 at the end of FY2022 and 21 at
the end of FY2023; later figures are invented. `demo.nocode_server` answers for the platform over
HTTP.
"""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from demo.city import LAST_DAY, City, Variety, days, level_on, month_end, months, seeded
from demo.staff_roster import FAMILY_NAMES, GIVEN_NAMES

SOURCE = "nocode_apps"
APP = "12"

FIRST_MONTH = date(2022, 7, 1)
# Tasks with an application begun and not retired on a day; between these the number grows evenly.
STOCKS: tuple[tuple[date, int], ...] = (
    (date(2022, 6, 30), 0),
    (date(2023, 3, 31), 3),
    (date(2024, 3, 31), 21),
    (date(2025, 3, 31), 38),
    (date(2026, 3, 31), 57),
    (date(2026, 11, 30), 66),
)
FIELDS: dict[str, str] = {
    "業務番号": "SINGLE_LINE_TEXT",
    "アプリ名": "SINGLE_LINE_TEXT",
    "所属": "DROP_DOWN",
    "状態": "DROP_DOWN",
    "開発着手日": "DATE",
    "運用開始日": "DATE",
    "廃止日": "DATE",
    "利用者数": "NUMBER",
    "担当者": "USER_SELECT",
    "作成者": "CREATOR",
    "更新日時": "UPDATED_TIME",
    "レコード番号": "RECORD_NUMBER",
}
# What people leave wrong: field, value; each on a record of its own that counts for nothing.
MISTAKES: tuple[dict[str, str], ...] = (
    {"状態": ""},
    {"開発着手日": "", "運用開始日": ""},
    {"業務番号": ""},
)
_SUBJECTS = "備品管理 会議室予約 日報 問合せ対応 貸出管理 点検記録 アンケート集計 申請受付 出張調整 広報校正"


@dataclass
class _Task:
    code: str
    department: str
    begun: date
    retired: date | None = None


def _tasks(city: City, last_day: date) -> list[_Task]:
    rng = seeded("no-code tasks")
    units = [unit.name for unit in city.valid_units(LAST_DAY)]
    tasks: list[_Task] = []
    for month in months(FIRST_MONTH, last_day):
        open_days = [day for day in days(month, month_end(month)) if city.is_open(day)]
        for task in tasks:
            if task.retired is None and (month - task.begun).days > 300 and rng.random() < 0.006:
                task.retired = rng.choice(open_days)
        for _ in range(level_on(STOCKS, month) - sum(task.retired is None for task in tasks)):
            tasks.append(_Task(f"G{len(tasks) + 1:04d}", rng.choice(units), rng.choice(open_days)))
    return [task for task in tasks if task.begun <= last_day]


def records(
    city: City, last_day: date = LAST_DAY, variety: Variety = "dirty"
) -> list[dict[str, dict[str, Any]]]:
    """Return the platform's records as its API tells them on a day, in order of their numbers."""
    rng = seeded("no-code applications")
    found: list[dict[str, dict[str, Any]]] = []
    for task in _tasks(city, last_day):
        for place in range(rng.choices((1, 2, 3), (72, 22, 6))[0]):
            found.append(_record(rng, len(found) + 1, task, is_first=place == 0, last_day=last_day))
        if rng.random() < 0.12:
            found.append(_idea(rng, len(found) + 1, task))
    if variety != "clean":
        for mistake in MISTAKES:
            task = _Task(f"G9{len(found):03d}", "デジタル統括室", date(2025, 6, 2))
            record = _record(rng, len(found) + 1, task, is_first=True, last_day=last_day)
            found.append(record | {code: _field(code, value) for code, value in mistake.items()})
    return found


def _record(
    rng: Random, number: int, task: _Task, *, is_first: bool, last_day: date
) -> dict[str, dict[str, Any]]:
    """Make up an application of a task: the first begins with the task, others later; all are
    retired when the task is.
    """
    until = min(task.retired or last_day, last_day)
    begun = (
        task.begun
        if is_first
        else date.fromordinal(rng.randint(task.begun.toordinal(), until.toordinal()))
    )
    in_use = date.fromordinal(begun.toordinal() + rng.randint(20, 150))
    is_retired = task.retired is not None and task.retired <= last_day
    is_in_use = in_use <= until
    return _typed(
        rng,
        number,
        業務番号=task.code,
        所属=task.department,
        状態="廃止" if is_retired else "運用中" if is_in_use else "開発中",
        開発着手日=begun.isoformat(),
        運用開始日=in_use.isoformat() if is_in_use else None,
        廃止日=task.retired.isoformat() if is_retired and task.retired else None,
        利用者数=str(rng.randint(2, 180)) if is_in_use else None,
    )


def _idea(rng: Random, number: int, task: _Task) -> dict[str, dict[str, Any]]:
    plan = {"業務番号": f"G8{number:03d}", "所属": task.department, "状態": "構想"}
    return _typed(rng, number, **plan, 開発着手日=None, 運用開始日=None, 廃止日=None, 利用者数=None)


def _typed(rng: Random, number: int, **values: str | None) -> dict[str, dict[str, Any]]:
    """Return a record with its typed fields; who made it, and what it is called, belongs to it as
    on any platform.
    """
    person = {
        "code": f"s{rng.randint(10000, 99999):07d}",
        "name": f"{rng.choice(FAMILY_NAMES.split())} {rng.choice(GIVEN_NAMES.split())}",
    }
    fields = {code: _field(code, value) for code, value in values.items()}
    fields |= {
        "アプリ名": _field("アプリ名", f"{rng.choice(_SUBJECTS.split())}アプリ"),
        "担当者": _field("担当者", [person]),
    }
    fields |= {
        "作成者": _field("作成者", person),
        "更新日時": _field("更新日時", "2026-11-19T02:10:00Z"),
    }
    fields |= {
        "レコード番号": _field("レコード番号", str(number)),
        "$id": {"type": "__ID__", "value": str(number)},
    }
    return fields | {"$revision": {"type": "__REVISION__", "value": str(rng.randint(1, 9))}}


def _field(code: str, value: Any) -> dict[str, Any]:
    return {"type": FIELDS[code], "value": value}

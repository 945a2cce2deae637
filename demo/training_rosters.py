"""The training rosters: a workbook a fiscal year, kept by hand, with a sheet for every course held
so far.

It is delivered again on the day after each course. How many members of staff attended at least once
in a year is PARTICIPANTS, the official 28 and 54 of FY2022 and FY2023 among them; who they are is
invented, and they are posted where the staff roster says. Some people stand in a year's workbook
more than once, and some were only ever absent. FAULTS says what is wrong in which year; a faulty
row repeats somebody who is counted anyhow, or is an absence, so that no total depends on how it is
read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random

from demo.city import City, Delivery, seeded
from demo.notation import full_width, long_day, short_day, slashed_day, wide_day
from demo.staff_roster import FAMILY_NAMES, GIVEN_NAMES, Person
from demo.workbooks import (
    Cell,
    Formats,
    Workbook,
    workbook_bytes,
    write_notes,
    write_table,
    write_titles,
)

SOURCE = "training_rosters"
HEADER = ("No.", "職員番号", "氏名", "所属", "受講日", "出欠", "備考")
ATTENDED = ("出席", "遅刻", "早退")
ABSENT = "欠席"

# Members of staff who attended at least once in the fiscal year, FY2026 up to its fourth course.
PARTICIPANTS = {2022: 28, 2023: 54, 2024: 61, 2025: 58, 2026: 33}
ONLY_ABSENT = 5

IMPOSSIBLE_DAY = "令和5年13月1日"
UNKNOWN_ATTENDANCE = "？"
UNKNOWN_DEPARTMENT = "情報化推進センター"
# What is wrong with the last row of a fiscal year's second course.
FAULTS: dict[int, str] = {2022: "department", 2023: "day", 2024: "number", 2025: "attendance"}
FAULTY_COURSE = 2

# How many of a department's staff attend in a year, one department after the other.
_QUOTAS = (4, 3, 1, 2, 5, 1, 3, 2)
_REMARKS = {ABSENT: "公務のため", "遅刻": "電車遅延", "早退": "議会対応のため"}


@dataclass(frozen=True)
class Course:
    """A course held on one day."""

    day: date
    title: str
    venue: str


_HALL, _WARD, _ONLINE = "本庁舎 地下１階 研修室", "北区役所 ４階 会議室", "オンライン（庁内配信）"

COURSES: dict[int, tuple[Course, ...]] = {
    2022: (
        Course(date(2022, 5, 24), "データ分析入門", _HALL),
        Course(date(2022, 8, 23), "可視化ツール操作", _HALL),
        Course(date(2022, 11, 15), "統計の基礎", _ONLINE),
        Course(date(2023, 2, 14), "EBPM実践", _HALL),
    ),
    2023: (
        Course(date(2023, 5, 23), "データ分析入門", _HALL),
        Course(date(2023, 7, 11), "可視化ツール操作", _ONLINE),
        Course(date(2023, 10, 1), "休日集中講座", _HALL),
        Course(date(2023, 11, 21), "統計の基礎", _WARD),
        Course(date(2024, 2, 6), "EBPM実践", _HALL),
    ),
    2024: (
        Course(date(2024, 5, 21), "データ分析入門", _HALL),
        Course(date(2024, 6, 25), "可視化ツール操作", _ONLINE),
        Course(date(2024, 9, 3), "地図データ活用", _WARD),
        Course(date(2024, 10, 29), "統計の基礎", _HALL),
        Course(date(2024, 12, 17), "オープンデータ", _ONLINE),
        Course(date(2025, 2, 18), "EBPM実践", _HALL),
    ),
    2025: (
        Course(date(2025, 5, 20), "データ分析入門", _HALL),
        Course(date(2025, 7, 8), "可視化ツール操作", _ONLINE),
        Course(date(2025, 10, 7), "生成AIとデータ", _HALL),
        Course(date(2025, 12, 2), "統計の基礎", _WARD),
        Course(date(2026, 2, 3), "EBPM実践", _HALL),
    ),
    2026: (
        Course(date(2026, 5, 19), "データ分析入門", _HALL),
        Course(date(2026, 7, 14), "可視化ツール操作", _ONLINE),
        Course(date(2026, 9, 29), "生成AIとデータ", _HALL),
        Course(date(2026, 11, 10), "統計の基礎", _WARD),
    ),
}


@dataclass(frozen=True)
class Entry:
    """A line of a course's list: a person and whether they came."""

    person: Person
    attendance: str
    remark: str = ""


def workbook_name(year: int) -> str:
    return f"研修受講者名簿_令和{year - 2018}年度.xlsx"


def deliveries(
    city: City, people: tuple[Person, ...], last_day: date, *, is_dirty: bool = True
) -> Iterator[Delivery]:
    """Yield each fiscal year's workbook as it stood on the day after every course."""
    for year, courses in COURSES.items():
        lists = course_lists(people, year)
        for held, course in enumerate(courses, start=1):
            if (day := course.day + timedelta(1)) <= last_day:
                yield Delivery(
                    SOURCE,
                    day,
                    workbook_name(year),
                    _workbook(city, year, lists[:held], is_dirty=is_dirty),
                )


def course_lists(people: tuple[Person, ...], year: int) -> list[list[Entry]]:
    """Decide who stands in which course's list of a fiscal year, by number; whoever stands there
    twice does so at the end.
    """
    rng = seeded("training", year)
    count = len(COURSES[year])
    by_unit = _stable_staff(people, year)
    attending = _attending(rng, by_unit, PARTICIPANTS[year])
    others = [person for staff in by_unit.values() for person in staff if person not in attending]
    lists: list[list[Entry]] = [[] for _ in range(count)]
    again: list[list[Entry]] = [[] for _ in range(count)]
    for place, person in enumerate(attending):
        first = place % count
        lists[first].append(_entry(person, _came(rng)))
        if place % 5 == 0:
            lists[(first + 1 + place % (count - 1)) % count].append(_entry(person, _came(rng)))
        elif place % 7 == 3:
            lists[(first + 1) % count].append(_entry(person, ABSENT))
        elif place % 13 == 1:
            again[first].append(Entry(person, "出席", "追加申込"))
    for place, person in enumerate(rng.sample(others, ONLY_ABSENT)):
        lists[place % count].append(_entry(person, ABSENT))
    return [
        sorted(entries, key=lambda entry: entry.person.number) + more
        for entries, more in zip(lists, again, strict=True)
    ]


def _stable_staff(people: tuple[Person, ...], year: int) -> dict[str, list[Person]]:
    """Return the people who are posted in one and the same department on all the year's course
    days, by department.
    """
    found: dict[str, list[Person]] = {}
    for person in people:
        units = {person.units_on(course.day) for course in COURSES[year]}
        codes = units.pop()
        if not units and len(codes) == 1:
            found.setdefault(codes[0], []).append(person)
    return found


def _attending(rng: Random, by_unit: dict[str, list[Person]], wanted: int) -> list[Person]:
    found: list[Person] = []
    for code, quota in zip(rng.sample(sorted(by_unit), len(by_unit)), cycle(_QUOTAS)):
        found += rng.sample(by_unit[code], min(quota, wanted - len(found), len(by_unit[code])))
    rng.shuffle(found)
    return found


def _came(rng: Random) -> str:
    return rng.choices(ATTENDED, (86, 8, 6))[0]


def _entry(person: Person, attendance: str) -> Entry:
    return Entry(person, attendance, _REMARKS.get(attendance, ""))


def _workbook(city: City, year: int, lists: list[list[Entry]], *, is_dirty: bool) -> bytes:
    def fill(workbook: Workbook, formats: Formats) -> None:
        for number, entries in enumerate(lists, start=1):
            course = COURSES[year][number - 1]
            rows = table_rows(city, year, number, entries)
            if is_dirty and number == FAULTY_COURSE and year in FAULTS:
                rows.append(_faulty_row(FAULTS[year], rows, len(rows) + 1))
            sheet = workbook.add_worksheet(f"第{number}回 {course.title}")
            titles = (
                f"令和{year - 2018}年度 データ活用研修 受講者名簿",
                f"第{full_width(str(number))}回　{course.title}　会場: {course.venue}",
            )
            write_titles(sheet, titles, len(HEADER), formats)
            write_notes(
                sheet, write_table(sheet, 3, HEADER, rows, formats), _notes(year, number, len(rows))
            )

    return workbook_bytes(fill)


def table_rows(city: City, year: int, number: int, entries: list[Entry]) -> list[list[Cell]]:
    """Write a course's list as the sheet's rows; in every third course the days are real dates,
    elsewhere text of all kinds.
    """
    rng, day = seeded("training sheet", year, number), COURSES[year][number - 1].day
    has_real_dates = (year + number) % 3 == 0
    rows: list[list[Cell]] = []
    for place, entry in enumerate(entries, start=1):
        person = entry.person
        written_day = rng.choice((long_day, short_day, wide_day, slashed_day))(day)
        staff_number = full_width(person.number) if rng.random() < 0.15 else person.number
        department = city.by_code[person.units_on(day)[0]].name
        rows.append(
            [
                place,
                staff_number,
                person.name,
                department,
                day if has_real_dates else written_day,
                entry.attendance,
                entry.remark or None,
            ]
        )
    return rows


def _faulty_row(fault: str, rows: list[list[Cell]], place: int) -> list[Cell]:
    """Repeat a row with a fault: an absence where the department is unknown, else somebody who
    came.
    """
    wanted = (ABSENT,) if fault == "department" else ATTENDED
    row = [place, *next(row for row in rows if row[5] in wanted)[1:6], None]
    column, value = {
        "department": (3, UNKNOWN_DEPARTMENT),
        "day": (4, IMPOSSIBLE_DAY),
        "number": (1, None),
        "attendance": (5, UNKNOWN_ATTENDANCE),
    }[fault]
    row[column] = value
    return row


def _notes(year: int, number: int, count: int) -> tuple[str, ...]:
    rng = seeded("training notes", year, number)
    in_charge = f"{rng.choice(FAMILY_NAMES.split())} {rng.choice(GIVEN_NAMES.split())}"
    return (
        f"合計　{full_width(str(count))}名",
        "※ 欠席者は次回の受講を案内する。",
        f"担当: {in_charge}",
    )

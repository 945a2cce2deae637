"""The personnel system's monthly roster: who is posted where, from when to when. People and names
are invented.

A file a month, delivered on the 1st, CP932 with CRLF, one row per posting that was valid on some
day since the fiscal year's start. The last day of a posting is written from the roster of the month
in which it ends. Postings cover whole months.

One roster was wrong: that of March 2024 puts the seconded person into the ward next door. It is
delivered again, corrected, on 2024-04-15.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from demo.city import (
    FIRST_DAY,
    LAST_DAY,
    City,
    Delivery,
    fiscal_year_start,
    month_end,
    months,
    seeded,
)

SOURCE = "staff_roster"
HEADER = ("職員番号", "氏名", "所属名", "発令日", "終了日")

SECONDED_NUMBER = "S0031415"
SECONDED_FROM = "B11"  # 市民局, helping out at a ward's counters in the month of removals
SECONDED_TO = "271209"  # 住吉区役所
SECONDED_WRONGLY_TO = "271195"  # 阿倍野区役所
SECONDMENT_MONTH = date(2024, 3, 1)
CORRECTED_ON = date(2024, 4, 15)
MISDATED_UNIT = "B08"  # someone there has a wrong first day in the same roster

# Departments, first and last day of a second posting beside the first.
IN_TWO_DEPARTMENTS: tuple[tuple[str, str, date, date | None], ...] = (
    ("B03", "B12", date(2022, 4, 1), None),
    ("271276", "271284", date(2023, 4, 1), date(2025, 3, 31)),
    ("B27", "B26", date(2022, 4, 1), None),
)

# 髙 and 﨑 exist in CP932 but not in plain Shift_JIS.
FAMILY_NAMES = (
    "佐藤 鈴木 髙橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林"
    " 斎藤 清水 "
    "山﨑 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤"
    " 青木 坂本 "
    "西村 福田 太田 三浦 岡本 松田 中川 中野 原田 小野 竹内 金子 和田 中山 石田 上田 森田 柴田"
    " 酒井 宮本"
)
GIVEN_NAMES = (
    "健 誠 直樹 大輔 翔太 拓也 達也 浩 隆 聡 剛 亮 健太 和也 裕介 陽介 学 修 豊 進 "
    "陽子 恵 智子 久美子 由美子 裕子 真由美 明美 香織 美穂 愛 彩 舞 千尋 あゆみ さくら 葵 結衣"
    " 美咲 七海"
)


@dataclass(frozen=True)
class Posting:
    """A person's time in a department, both days included; no last day means that it goes on."""

    unit_code: str
    first_day: date
    last_day: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass
class Person:
    """A member of staff with all postings, the main one of a time before the one beside it."""

    number: str
    name: str
    postings: list[Posting] = field(default_factory=list)

    def units_on(self, day: date) -> tuple[str, ...]:
        return tuple(posting.unit_code for posting in self.postings if posting.is_valid_on(day))

    def move(self, day: date, unit_code: str | None) -> None:
        """End every open posting on the day before, and begin one in the department, or leave."""
        self.postings = [
            posting if posting.last_day else replace(posting, last_day=day - timedelta(1))
            for posting in self.postings
        ]
        if unit_code:
            self.postings.append(Posting(unit_code, day))


class _Office:
    """Hires people and moves them every 1 April."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.people: list[Person] = []
        self.settled: set[str] = set()
        self.rng = seeded("personnel")
        taken = {SECONDED_NUMBER}
        numbers = (f"S00{n:05d}" for n in self.rng.sample(range(10000, 60000), 2000))
        self.numbers = iter([number for number in numbers if number not in taken])

    def hire(self, unit_code: str, first_day: date, number: str | None = None) -> Person:
        name = f"{self.rng.choice(FAMILY_NAMES.split())}　{self.rng.choice(GIVEN_NAMES.split())}"
        person = Person(number or next(self.numbers), name, [Posting(unit_code, first_day)])
        self.people.append(person)
        return person

    def open_up(self) -> None:
        """Staff every department as of the first day: seven to nine people each, with first days
        since 2019.
        """
        for unit in self.city.valid_units(FIRST_DAY):
            first_days = [date(year, 4, 1) for year in (2019, 2020, 2021, 2022)]
            for _ in range(self.rng.randint(7, 9)):
                self.hire(unit.code, max(self.rng.choice(first_days), unit.valid_from))
        self.settled.add(self.hire(SECONDED_FROM, date(2021, 4, 1), SECONDED_NUMBER).number)

    def begin_second_postings(self, day: date) -> None:
        for main, beside, first_day, last_day in IN_TWO_DEPARTMENTS:
            if first_day == day:
                person = next(
                    person
                    for person in self.people
                    if person.units_on(day) == (main,) and person.number not in self.settled
                )
                person.postings.append(Posting(beside, first_day, last_day))
                self.settled.add(person.number)

    def reorganise(self, day: date) -> None:
        """Carry out the 1 April orders: closures and changes of name, then transfers, retirements
        with their successors, a founding.
        """
        successors = {
            unit.predecessor_code: unit.code
            for unit in self.city.valid_units(day)
            if unit.predecessor_code
        }
        open_codes = [unit.code for unit in self.city.valid_units(day)]
        for person in self._movable(day - timedelta(1), settled_too=True):
            code = person.units_on(day - timedelta(1))[0]
            if not self.city.by_code[code].is_valid_on(day):
                person.move(day, successors.get(code) or self.rng.choice(open_codes))
        staying = [person for person in self._movable(day) if person.postings[-1].first_day < day]
        chosen = self.rng.sample(staying, round(len(staying) * 0.12))
        leavers, movers = chosen[: len(chosen) // 6], chosen[len(chosen) // 6 :]
        for person in leavers:
            self.hire(person.units_on(day)[0], day)
            person.move(day, None)
        self._rotate(movers, day)
        for unit in self.city.valid_units(day):
            if unit.valid_from == day and not unit.predecessor_code:
                for person in self.rng.sample(
                    [person for person in staying if person not in chosen], 6
                ):
                    person.move(day, unit.code)
                for _ in range(2):
                    self.hire(unit.code, day)

    def second(self) -> None:
        """Lend one person for one month, in the middle of the fiscal year."""
        person = next(person for person in self.people if person.number == SECONDED_NUMBER)
        person.move(SECONDMENT_MONTH, SECONDED_TO)
        person.move(month_end(SECONDMENT_MONTH) + timedelta(1), SECONDED_FROM)

    def _rotate(self, movers: list[Person], day: date) -> None:
        """Let each mover take the next one's place, so that every department keeps its size."""
        codes = [person.units_on(day)[0] for person in movers]
        for person, old, new in zip(movers, codes, codes[1:] + codes[:1], strict=True):
            if old != new:
                person.move(day, new)

    def _movable(self, day: date, *, settled_too: bool = False) -> list[Person]:
        return [
            person
            for person in self.people
            if person.units_on(day) and (settled_too or person.number not in self.settled)
        ]


def staff(city: City) -> tuple[Person, ...]:
    """Return everybody who works for the city between the first day and the last, with all
    postings.
    """
    office = _Office(city)
    office.open_up()
    office.begin_second_postings(FIRST_DAY)
    for year in range(FIRST_DAY.year + 1, LAST_DAY.year + 1):
        if year == SECONDMENT_MONTH.year:
            office.second()
        office.reorganise(date(year, 4, 1))
        office.begin_second_postings(date(year, 4, 1))
    return tuple(office.people)


def deliveries(
    city: City, people: tuple[Person, ...], last_day: date, *, is_dirty: bool = True
) -> Iterator[Delivery]:
    """Yield the roster of every month, and the corrected one of March 2024."""
    for month in months(FIRST_DAY, last_day):
        rows = _rows(city, people, month)
        if month == SECONDMENT_MONTH:
            yield _delivery(month, month, _before_correction(city, rows, is_dirty=is_dirty))
            if last_day >= CORRECTED_ON:
                yield _delivery(month, CORRECTED_ON, rows)
        else:
            yield _delivery(month, month, rows)


def _delivery(month: date, day: date, rows: list[tuple[str, ...]]) -> Delivery:
    text = "".join(",".join(row) + "\r\n" for row in [HEADER, *rows])
    return Delivery(SOURCE, day, f"staff_roster_{month:%Y%m}.csv", text.encode("cp932"))


def _rows(city: City, people: tuple[Person, ...], month: date) -> list[tuple[str, ...]]:
    """Write the postings valid on some day from the fiscal year's start to the month's first, by
    department and number.
    """
    places = {unit.code: place for place, unit in enumerate(city.org_units)}
    since, until = fiscal_year_start(month), month_end(month)
    found = [
        (places[posting.unit_code], person.number, person.name, posting)
        for person in people
        for posting in person.postings
        if posting.first_day <= month and (posting.last_day is None or posting.last_day >= since)
    ]
    found.sort(key=lambda row: (row[0], row[1], row[3].first_day))
    return [
        (number, name, city.org_units[place].name, *_dates(posting, until))
        for place, number, name, posting in found
    ]


def _dates(posting: Posting, until: date) -> tuple[str, str]:
    known_end = posting.last_day if posting.last_day and posting.last_day <= until else None
    return f"{posting.first_day:%Y/%m/%d}", f"{known_end:%Y/%m/%d}" if known_end else ""


def _before_correction(
    city: City, rows: list[tuple[str, ...]], *, is_dirty: bool
) -> list[tuple[str, ...]]:
    """Put the seconded person into the wrong ward, and where it is to be dirty give one other
    person a wrong first day.
    """
    right, wrong = city.by_code[SECONDED_TO].name, city.by_code[SECONDED_WRONGLY_TO].name
    misdated = city.by_code[MISDATED_UNIT].name
    mistaken = [
        (row[0], row[1], wrong, *row[3:]) if (row[0], row[2]) == (SECONDED_NUMBER, right) else row
        for row in rows
    ]
    if is_dirty:
        place = next(place for place, row in enumerate(mistaken) if row[2] == misdated)
        row = mistaken[place]
        mistaken[place] = (*row[:3], row[3].replace("/04/01", "/04/10"), row[4])
    return mistaken

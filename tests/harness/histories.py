"""Random histories of a small city: what its sources deliver between nights, and what its seeds say
of targets, reorganisations and corrections.

The same seed gives the same history. Seeds are drawn once: answers of earlier days are given under
today's code and seeds.
"""

import csv
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from small_city import DEPARTMENTS, HEADING, ROSTER_HEADING, City, log_lines
from workbooks import MILESTONE_HEADING, TRAINING_HEADING, attendance, workbook

from demo.policy_pages import page

HIRES_FILE = "専門人材_令和8年度.csv"
HIRES_HEADING = "整理番号,氏名,採用年月日,職種,配属先,採用数,備考"
PEOPLE = [f"S{number:07d}" for number in range(1, 15)]
# A month's end, the turn of a calendar year, and of a fiscal year, in which figures change by the
# calendar alone.
BEGINNINGS = (date(2026, 10, 18), date(2026, 12, 20), date(2027, 3, 16))
STAGES = {
    "本市共通クラウドサービスの整備": 4,
    "データ活用の方針を策定": 2,
    "バックオフィスDXグランドデザインの策定": 3,
}


@dataclass
class History:
    """A city's sources as they go on from night to night; `days` are the nights (four at most),
    often two of them on one day.
    """

    city: City
    number: int
    nights: int = 3
    chance: random.Random = field(init=False)
    days: list[date] = field(init=False)
    catalogue: Path = field(init=False)
    departments: list[str] = field(init=False)
    logs: dict[date, list[str]] = field(default_factory=dict, init=False)
    hires: list[tuple[date, int]] = field(default_factory=list, init=False)
    attended: list[tuple[str, str, date, str]] = field(default_factory=list, init=False)
    stages: dict[tuple[str, int], date | None] = field(default_factory=dict, init=False)
    procedures: dict[int, list[tuple[str, date]]] = field(default_factory=dict, init=False)
    corrected_logs: list[date] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)
        self.days = [BEGINNINGS[self.number % len(BEGINNINGS)]]
        for step in self.chance.sample(
            [0, self.chance.randint(2, 6), self.chance.randint(9, 16)], self.nights - 1
        ):
            self.days.append(self.days[-1] + timedelta(days=step))
        self.catalogue = self.city.folder / "catalogue.sqlite"
        self.departments = list(DEPARTMENTS.values())
        self._write_catalogue()

    @property
    def last_day(self) -> date:
        return self.days[-1]

    def draw_seeds(self, project: Path) -> None:
        """Reorganise departments and revise targets, within the history's days and around them, and
        declare corrections of what is delivered later.
        """
        self._reorganise(project / "seeds" / "org_units.csv")
        self._revise_targets(project / "seeds" / "indicator_targets.csv")
        self._declare_corrections(project / "seeds" / "corrections.csv")

    def _day_within(self) -> date:
        return self.days[0] + timedelta(
            days=self.chance.randint(-12, (self.last_day - self.days[0]).days + 6)
        )

    def _reorganise(self, seed: Path) -> None:
        with _rows_of(seed) as units:
            by_name = {unit["name_ja"]: unit for unit in units}
            fixed = {"kind": "bureau", "is_simulated": "true", "evidence": "invented for the tests"}
            founded, renamed, closed = (self._day_within() for _ in range(3))
            units.append(
                {
                    **fixed,
                    "org_unit_code": "B90",
                    "name_ja": "試験推進室",
                    "name_en": "Trial Office",
                    "valid_from": founded.isoformat(),
                }
            )
            by_name["都島区役所"]["valid_to"] = (renamed - timedelta(days=1)).isoformat()
            successor = {
                "name_ja": "都島総合区役所",
                "name_en": "Greater Miyakojima",
                "predecessor_code": "271021",
            }
            units.append(
                {**fixed, **successor, "org_unit_code": "B91", "valid_from": renamed.isoformat()}
            )
            by_name["福島区役所"]["valid_to"] = closed.isoformat()
        self.departments += ["試験推進室", "都島総合区役所"]

    def _revise_targets(self, seed: Path) -> None:
        with _rows_of(seed) as targets:
            taken = {
                (target["indicator_code"], target["fiscal_year"], target["effective_from"])
                for target in targets
            }
            for number in range(6):
                indicator, unit, values = self.chance.choice(
                    (
                        ("visualisation_usage_rate", "%", (2, 4, 6, 70)),
                        ("training_participants", "名/年", (2, 3, 5)),
                        ("specialists_hired", "名", (1, 2, 4)),
                        ("online_procedures", "件", (3, 5, 2000)),
                    )
                )
                value, day, year = (
                    self.chance.choice(values),
                    self._day_within(),
                    self.chance.choice((2025, 2026, 2027)),
                )
                qualifier, sign = self.chance.choice(
                    (("exact", ""), ("at_least", "以上"), ("about", "約"), ("around", "程度"))
                )
                target = {
                    "indicator_code": indicator,
                    "fiscal_year": str(year),
                    "target_text": (
                        f"約{value}{unit}" if qualifier == "about" else f"{value}{unit}{sign}"
                    ),
                    "target_value": str(value),
                    "target_qualifier": qualifier,
                    "effective_from": day.isoformat(),
                    # Documents of their own: one that asks for less as the years go on is refused.
                    "source_document": f"plan {number} that the tests invented",
                }
                if qualifier == "around":
                    target |= {
                        "target_tolerance": "1",
                        "tolerance_reason_ja": "試験",
                        "tolerance_reason_en": "trial",
                    }
                if (indicator, target["fiscal_year"], target["effective_from"]) not in taken:
                    taken.add((indicator, target["fiscal_year"], target["effective_from"]))
                    targets.append(target)

    def _declare_corrections(self, seed: Path) -> None:
        """Correct the first hire, and the first row of some days of the log: nobody viewed."""
        within = list(_days(self.days[0], self.last_day - timedelta(days=1)))
        # Drawn apart from what is delivered.
        self.corrected_logs = random.Random(self.number).sample(within, min(len(within), 4))
        cells = [("specialists", HIRES_FILE, "hire_count", "1", "3")] + [
            ("access_log", f"access_log_{day:%Y%m%d}.csv", "event_name", "view", "login")
            for day in self.corrected_logs
        ]
        with _rows_of(seed) as corrections:
            for number, (source, item, column, recorded, corrected) in enumerate(cells):
                corrections.append(
                    {
                        "correction_id": f"trial-{number}",
                        "source_name": source,
                        "item_key": item,
                        "source_row": "2",
                        "column_name": column,
                        "recorded_value": recorded,
                        "corrected_value": corrected,
                        "reason_ja": "試験",
                        "reason_en": "trial",
                        "declared_by": "試験",
                        "declared_on": self.days[0].isoformat(),
                    }
                )

    def deliver_until(self, night: date, *, is_first: bool) -> None:
        """Put into the drop folders what comes before a night: new items, and corrections of
        earlier ones.
        """
        begin = self.days[0] - timedelta(days=24)
        fresh = [
            day
            for day in _days(begin, night - timedelta(days=1))
            if day not in self.logs and self.chance.random() < 0.4
        ]
        again = self.chance.sample(
            sorted(self.logs), min(len(self.logs), self.chance.randint(0, 3))
        )
        for day in fresh + again:
            self._deliver_log(day, night)
        for deliver, probability in (
            (self._deliver_roster, 0.7),
            (self._deliver_training, 0.6),
            (self._deliver_hires, 0.6),
            (self._deliver_stages, 0.6),
            (self._deliver_page, 0.5),
            (self._change_catalogue, 0.8),
        ):
            if self.chance.random() < probability or (is_first and deliver == self._deliver_roster):
                deliver(night)
                if (
                    self.chance.random() < 0.3
                ):  # a second delivery of the same item, which the same night may find
                    deliver(night)

    def _delivered_on(self, night: date, earliest: date) -> date:
        return max(night - timedelta(days=self.chance.choice((0, 0, 1, 3))), earliest)

    def _deliver_log(self, day: date, night: date) -> None:
        users = tuple(self.chance.sample(PEOPLE, self.chance.randint(1, 4)))
        lines = log_lines(day, rows=self.chance.randint(2, 9), users=users)
        if self.chance.random() < 0.2:
            lines.append(f"{day}T25:00:00Z,{users[0].lower()},view,x,10.0.0.1")
        nobody_used_it = self.chance.random() < 0.2
        if nobody_used_it and day not in self.corrected_logs:
            lines = [line.replace(",view,", ",login,") for line in lines]
        self.logs[day] = lines
        self.city.deliver(
            "access_log",
            f"access_log_{day:%Y%m%d}.csv",
            [HEADING, *lines],
            on=self._delivered_on(night, day),
        )

    def _deliver_roster(self, night: date) -> None:
        month = (night - timedelta(days=self.chance.choice((0, 25, 45)))).replace(day=1)
        lines = []
        for person in self.chance.sample(PEOPLE, 12):
            moved = self._day_within()
            first, then = (
                self.chance.choice([*self.departments, "実在しない課"]) for _ in range(2)
            )
            lines.append(f"{person},山田 花子,{first},2024/04/01,{moved - timedelta(days=1)}")
            lines.append(f"{person},山田 花子,{then},{moved},")
        name = f"staff_roster_{month:%Y%m}.csv"
        self.city.deliver(
            "staff_roster",
            name,
            [ROSTER_HEADING, *lines],
            on=self._delivered_on(night, month),
            encoding="cp932",
        )

    def _deliver_training(self, night: date) -> None:
        if self.attended and self.chance.random() < 0.5:
            self.attended = self.attended[: self.chance.randint(0, len(self.attended))]
        for _ in range(self.chance.randint(1, 12)):
            day = night - timedelta(days=self.chance.choice((-2, 1, 20, 200)))
            presence = self.chance.choice(("出席", "出席", "遅刻", "欠席", "不明"))
            self.attended.append(
                (self.chance.choice(PEOPLE), self.chance.choice(self.departments), day, presence)
            )
        rows = [attendance(*each) for each in self.attended]
        content = workbook({"第1回": rows}, TRAINING_HEADING)
        self.city.deliver(
            "training_rosters",
            "研修_令和8年度.xlsx",
            content,
            on=self._delivered_on(night, date.min),
        )

    def _deliver_hires(self, night: date) -> None:
        if self.hires and self.chance.random() < 0.3:
            taken_out = self.chance.randrange(len(self.hires))
            if taken_out:  # the first is the corrected one
                self.hires.pop(taken_out)
        day = night + timedelta(days=self.chance.randint(-300, 20))
        count = self.chance.choice((1, 1, 2, -1))
        if count < 0 and self.hires:  # only the first, once: no city hires fewer than none
            is_taken_back = any(each < 0 for _, each in self.hires)
            day, count = (day, 1) if is_taken_back else (self.hires[0][0], -1)
        self.hires.append((day, count if self.hires else 1))
        lines = [
            f"{number},x,{day},,デジタル統括室,{count},"
            for number, (day, count) in enumerate(self.hires, start=1)
        ]
        on = self._delivered_on(night, date.min)
        self.city.deliver(
            "specialists", HIRES_FILE, [HIRES_HEADING, *lines], on=on, encoding="cp932"
        )

    def _deliver_stages(self, night: date) -> None:
        rows: list[tuple[Any, ...]] = []
        for name, count in STAGES.items():
            for stage in range(1, count + 1 + self.chance.randint(0, 1)):
                if self.chance.random() < 0.3:  # done, or taken back
                    day = night - timedelta(days=self.chance.choice((1, 30, 400)))
                    self.stages[name, stage] = None if self.stages.get((name, stage)) else day
                done = self.stages.get((name, stage))
                planned = date(2026, 4, 10) + timedelta(days=120 * stage)
                rows.append(
                    (
                        name,
                        stage,
                        f"工程{stage}",
                        planned,
                        done or "",
                        "完了" if done else "着手",
                        "100%" if done else "",
                        "",
                        "",
                    )
                )
        content = workbook({"一覧": rows}, MILESTONE_HEADING)
        self.city.deliver(
            "milestones", "管理表.xlsx", content, on=self._delivered_on(night, date.min)
        )

    def _deliver_page(self, night: date) -> None:
        """A page of FY2023 or of FY2026 with its plan, its results, or its results restated."""
        year = self.chance.choice((2023, 2026))
        text = page(
            self.chance.choice((date(2024, 6, 10), night)), has_results=self.chance.random() < 0.7
        )
        for found, values in (
            ("40%:A", ("40%:A", "41%:A", "40%:B")),
            ("54名", ("54名", "約50名", "60名")),
            ("1,000件", ("1,000件", "900件")),
        ):
            text = text.replace(found, self.chance.choice(values))
        if year == 2026:
            text = text.replace(
                "令和5年度デジタル統括室運営方針", "令和8年度デジタル統括室運営方針"
            ).replace("596582", "696582")
        on = self._delivered_on(night, date.min)
        self.city.deliver("policy_pages", f"digital-bureau-{year}.html", text.encode(), on=on)

    def _change_catalogue(self, night: date) -> None:
        """Register, retire and reopen procedures, or leave out what was listed before."""
        for _ in range(self.chance.randint(1, 4)):
            changes = self.procedures.setdefault(self.chance.randint(1, 9), [])
            status = "registered" if not changes else self.chance.choice(("retired", "reopened"))
            changes.append(
                (status, night + timedelta(days=self.chance.choice((-150, -80, -40, -20, -5, 4))))
            )
        if self.chance.random() < 0.4:
            del self.procedures[self.chance.choice(sorted(self.procedures))]
        self._write_catalogue()

    def _write_catalogue(self) -> None:
        self.catalogue.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.catalogue)) as connection:
            connection.executescript(
                "create table procedures (procedure_id text, procedure_name text);create table"
                " procedure_departments (procedure_id text, department_name text);create table"
                " procedure_status_changes (procedure_id text, status text, changed_on text);"
            )
            for number, changes in self.procedures.items():
                connection.execute("insert into procedures values (?, 'x')", (f"P{number}",))
                for department in {
                    self.departments[number % 4],
                    self.departments[number * 7 % 5 % 4],
                }:
                    connection.execute(
                        "insert into procedure_departments values (?, ?)",
                        (f"P{number}", department),
                    )
                for status, day in changes:
                    connection.execute(
                        "insert into procedure_status_changes values (?, ?, ?)",
                        (f"P{number}", status, day.isoformat()),
                    )
            connection.commit()


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@contextmanager
def _rows_of(seed: Path) -> Iterator[list[dict[str, str]]]:
    """Give the rows of a seed to be changed, and write them back."""
    with seed.open(encoding="utf-8", newline="") as content:
        reader = csv.DictReader(content)
        rows, names = list(reader), list(reader.fieldnames or ())
    yield rows
    with seed.open("w", encoding="utf-8", newline="") as content:
        writer = csv.DictWriter(content, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

"""A small city for the tests: real files in drop folders, a deployment of its own, and `shihyo`
run as a person would run it, but for the seconds in which the libraries are imported.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from harness.parsed_project import parsed_project
from harness.ready_python import ready_python

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

DROPPED = (
    "policy_pages",
    "access_log",
    "staff_roster",
    "training_rosters",
    "specialists",
    "milestones",
)

# Four departments of 53; two people each. The first person of each department is the one who uses
# the environment.
DEPARTMENTS = {
    "B01": "副首都推進局",
    "271276": "北区役所",
    "271021": "都島区役所",
    "271039": "福島区役所",
}
STAFF = {
    f"S{number:07d}": name
    for number, name in enumerate(
        [name for name in DEPARTMENTS.values() for _ in range(2)], start=1
    )
}
FIRST_DAY = date(2026, 10, 1)
BASE_AS_OF = date(2026, 10, 21)
HEADING = "timestamp,user_name,event,workbook,client_ip"
ROSTER_HEADING = "職員番号,氏名,所属名,発令日,終了日"


def log_lines(
    day: date, *, rows: int = 40, users: tuple[str, ...] = ("S0000001", "S0000003")
) -> list[str]:
    """Return the rows of one day's log: `users` view in turn, between 9:00 and 18:00 JST (stamps
    are UTC).
    """
    begin = datetime(day.year, day.month, day.day)  # 00:00 UTC is 09:00 JST
    return [
        f"{(begin + timedelta(minutes=13 * row)).isoformat()}Z,{users[row % len(users)].lower()},view,窓口の混雑,10.1.2.{row % 250}"
        for row in range(rows)
    ]


def roster_lines(staff: dict[str, str] | None = None) -> list[str]:
    """Return the rows of a roster: everybody posted since 2024-04-01."""
    return [
        f"{number},山田 花子{number[-2:]},{department},2024/04/01,"
        for number, department in (staff or STAFF).items()
    ]


@dataclass(frozen=True)
class City:
    """A deployment under one folder: `inbox/` is what the source systems drop, `data/` is the
    warehouse's.
    """

    folder: Path
    api_url: str | None = None
    is_installed: bool = False

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def published(self) -> Path:
        return self.data / "published" / "warehouse.duckdb"

    def deliver(
        self,
        source: str,
        name: str,
        content: bytes | list[str],
        *,
        on: date | None = None,
        encoding: str = "utf-8",
    ) -> Path:
        folder = self.folder / "inbox" / source / (on.isoformat() if on else "")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_bytes(
            content
            if isinstance(content, bytes)
            else ("\r\n".join(content) + "\r\n").encode(encoding)
        )
        return file

    def deliver_log(
        self, day: date, lines: list[str] | None = None, *, on: date | None = None
    ) -> Path:
        rows = log_lines(day) if lines is None else lines
        return self.deliver(
            "access_log",
            f"access_log_{day:%Y%m%d}.csv",
            [HEADING, *rows],
            on=on or day + timedelta(days=1),
        )

    def deliver_roster(
        self, month: date, lines: list[str] | None = None, *, on: date | None = None
    ) -> Path:
        rows = roster_lines() if lines is None else lines
        return self.deliver(
            "staff_roster",
            f"staff_roster_{month:%Y%m}.csv",
            [ROSTER_HEADING, *rows],
            on=on or month,
            encoding="cp932",
        )

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SHIHYO_", "PREFECT_"))
        }
        own = {"SHIHYO_CONFIG": str(self.folder / "shihyo.toml"), "SHIHYO_DATA_DIR": str(self.data)}
        if not self.is_installed:
            own["DBT_PARTIAL_PARSE_FILE_PATH"] = str(parsed_project())
        return {
            **kept,
            **own,
            **({"PREFECT_API_URL": self.api_url} if self.api_url else {}),
            **more,
        }

    def shihyo(self, *words: str | date, **more: str) -> subprocess.CompletedProcess[str]:
        own = [str(Path(sys.executable).with_name("shihyo"))]
        program = own if self.is_installed else [ready_python(), "-m", "flows.cli"]
        command = [*program, *map(str, words)]
        return subprocess.run(
            command,
            env=self.environment(**more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def installed(self) -> "City":
        """Return the same city, whose `shihyo` is the installed command and not one that is ready."""
        return replace(self, is_installed=True)

    def night(self, as_of: date, **more: str) -> subprocess.CompletedProcess[str]:
        return self.shihyo("run", "--as-of", as_of, **more)

    def publish(self, as_of: date) -> None:
        done = self.night(as_of)
        assert done.returncode == 0, done.stdout + done.stderr

    def show(self, *words: str | date) -> list[dict[str, Any]]:
        done = self.shihyo("show", "--format", "json", *words)
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    def rate(self, fiscal_year: int, *words: str | date) -> tuple[int, int] | None:
        """Return numerator and denominator of the usage rate that `show` gives for a fiscal year."""
        for row in self.show(*words):
            if (row["indicator_code"], row["fiscal_year"]) == (
                "visualisation_usage_rate",
                fiscal_year,
            ) and row["numerator"] is not None:
                return row["numerator"], row["denominator"]
        return None

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.published.resolve()), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def status(self) -> dict[str, Any]:
        return dict(
            json.loads((self.data / "published" / "status.json").read_text(encoding="utf-8"))
        )

    def copy_to(self, folder: Path) -> "City":
        shutil.copytree(self.folder, folder, symlinks=True)
        return City(folder, self.api_url)


def new_city(folder: Path, api_url: str | None = None) -> City:
    """Lay out a deployment with its drop folders; a test that has a catalogue or a platform names
    it by `located`.
    """
    for source in DROPPED:
        (folder / "inbox" / source).mkdir(parents=True, exist_ok=True)
    settings = [
        'pseudonym_key = "a key for the tests alone"',
        "keep_versions = 5",
        "holds_for_approval = false",
    ]
    for source in DROPPED:
        settings += [f"[sources.{source}]", f'location = "inbox/{source}"']
    (folder / "shihyo.toml").write_text("\n".join(settings), encoding="utf-8")
    return City(folder, api_url)


def indicators_of(source: str) -> str:
    """Return the codes of the indicators that a source tells, as the marts list them: in the order
    of the tiles.
    """
    places = {row["indicator_code"]: int(row["sort_order"]) for row in _seed("indicators")}
    reported = {
        row["indicator_code"] for row in _seed("indicator_sources") if row["source_name"] == source
    }
    return ", ".join(sorted(reported, key=places.__getitem__))


def _seed(name: str) -> list[dict[str, str]]:
    text = (ROOT / "dbt_project" / "seeds" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def located(source: str, location: str) -> dict[str, str]:
    """Return the environment under which a night reads a source that is no drop folder."""
    return {f"SHIHYO_SOURCES__{source.upper()}__LOCATION": location}

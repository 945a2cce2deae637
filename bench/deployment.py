"""A deployment for a benchmark: drop folders of generated files, a configuration and an empty data
folder.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST_DAY = date(2024, 1, 1)
DEPARTMENTS = (
    "副首都推進局",
    "北区役所",
    "都島区役所",
    "福島区役所",
    "西区役所",
    "港区役所",
    "旭区役所",
    "平野区役所",
)
USERS = 5_000


@dataclass(frozen=True)
class Deployment:
    """A folder with `inbox/`, `data/` and `shihyo.toml`."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        return self.folder / "inbox" / "access_log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SHIHYO_CONFIG": str(self.folder / "shihyo.toml"),
            "SHIHYO_DATA_DIR": str(self.data),
        }

    def forget(self) -> None:
        """Remove what nights made; the inbox stays."""
        shutil.rmtree(self.data, ignore_errors=True)

    def stages(self) -> dict[str, float]:
        """Return the seconds of each stage of the last run."""
        status = (self.data / "published" / "status.json").read_text(encoding="utf-8")
        return dict(json.loads(status)["last_run"]["stage_seconds"])

    def deliver_days(self, first: date, days: int, rows_a_day: int) -> None:
        """Write the log of each day, delivered on the day after."""
        with duckdb.connect() as connection:
            connection.execute("set threads = 2")
            for offset in range(days):
                day = first + timedelta(days=offset)
                folder = self.logs / (day + timedelta(days=1)).isoformat()
                folder.mkdir(parents=True, exist_ok=True)
                file = folder / f"access_log_{day:%Y%m%d}.csv"
                if not file.exists():
                    connection.execute(
                        _DAY.format(file=file), {"day": day, "rows": rows_a_day, "users": USERS}
                    )

    def deliver_rosters(self, first: date, last: date) -> None:
        """Write the roster of each month: everybody posted since 2019, spread over the departments."""
        month = first.replace(day=1)
        people = [
            f"S{number:07d},氏名,{DEPARTMENTS[number % len(DEPARTMENTS)]},2019/04/01,"
            for number in range(USERS)
        ]
        while month <= last:
            folder = self.folder / "inbox" / "staff_roster" / month.isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            content = "\r\n".join(["職員番号,氏名,所属名,発令日,終了日", *people, ""])
            (folder / f"staff_roster_{month:%Y%m}.csv").write_bytes(content.encode("cp932"))
            month = (month + timedelta(days=32)).replace(day=1)


# Stamps between 9:00 and 18:00 in Japan; who did what follows from the row's number, so that every
# run has the same bytes.
_DAY = """
    copy (
        select
            strftime(cast($day as timestamp) + to_seconds(row_number * 32400 // $rows), '%Y-%m-%dT%H:%M:%SZ') as timestamp,
            format('s{{:07d}}', hash(row_number, $day) % $users) as user_name,
            case when row_number % 9 = 0 then 'login' when row_number % 7 = 0 then 'export' else 'view' end as event,
            'w' || row_number % 40 as workbook,
            '10.1.' || row_number % 4 || '.' || row_number % 250 as client_ip
        from range($rows) as numbers (row_number)
    ) to '{file}' (format csv, header)
"""


def new_deployment(folder: Path) -> Deployment:
    """Lay out a deployment with empty drop folders."""
    deployment = Deployment(folder)
    settings = ['pseudonym_key = "a key for the benchmarks alone"', "keep_versions = 2"]
    for source in ("access_log", "staff_roster"):
        (folder / "inbox" / source).mkdir(parents=True, exist_ok=True)
        settings += [f"[sources.{source}]", f'location = "inbox/{source}"']
    (folder / "shihyo.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    deployment.forget()
    return deployment

"""The benchmarks: each a ratio of what the house takes to a floor measured in the same run, the two
in turn.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from bench.app import app_benchmarks
from bench.demonstration import demonstration
from bench.deployment import FIRST_DAY, Deployment, new_deployment
from bench.lines import Line, Sizes
from bench.measure import ROOT, BenchmarkError, alternate, measure, ratio, shihyo
from bench.spark import on_spark
from flows.children.dbt import CHANGES

_FLOORS = [sys.executable, "-m", "bench.floors"]
_DBT = [str(Path(sys.executable).with_name("dbt")), "--quiet"]
_PROJECT = ROOT / "dbt_project"


def no_change_night(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """A night on which nothing was delivered, against its parts one after another."""
    deployment = new_deployment(folder / "no_change")
    deployment.deliver_days(FIRST_DAY, sizes.few_days, sizes.rows_a_day)
    last = FIRST_DAY + timedelta(days=sizes.few_days)
    deployment.deliver_rosters(FIRST_DAY, last)
    night = shihyo("run", "--as-of", last.isoformat())
    for _ in range(2):  # lands and builds; then once to warm up
        measure(night, deployment.environment)
    floor_parts: list[list[float]] = []

    def parts() -> float:
        copied = folder / "floor" / "warehouse.duckdb"
        copied.parent.mkdir(exist_ok=True)
        shutil.copyfile((deployment.data / "published" / "warehouse.duckdb").resolve(), copied)
        places = [
            "--project-dir",
            str(_PROJECT),
            "--profiles-dir",
            str(_PROJECT),
            "--target-path",
            str(folder / "floor" / "target"),
        ]
        environment = {
            **deployment.environment,
            "SHIHYO_CANDIDATE": str(copied),
            "DBT_LOG_PATH": str(folder / "floor"),
        }
        build = [
            *_DBT,
            "build",
            "--exclude-resource-type",
            "unit_test",
            "--no-version-check",
            *places,
        ]
        commands = [
            [*_FLOORS, "prefect", str(folder / "floor")],
            [sys.executable, "-c", "import great_expectations"],
            build,
        ]
        floor_parts.append([measure(command, environment).seconds for command in commands])
        return sum(floor_parts[-1])

    parts()  # dbt parses the project once
    nights, floors = alternate(
        sizes.runs, lambda: measure(night, deployment.environment).seconds, parts
    )
    prefect, expectations, dbt = floor_parts[-1]
    yield Line(
        "A no-change night ÷ (a no-op Prefect flow + the GX import + the same `dbt build`)",
        ratio(nights, floors),
        "≤ 1.5",
        f"night {min(nights):.1f} s; {prefect:.1f} + {expectations:.1f} + {dbt:.1f} s",
    )


def landing(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """A large access log: landing alone and the whole night, against DuckDB's own copy of the same
    files.
    """
    peaks = {}
    empty = new_deployment(folder / "empty")
    empty.deliver_rosters(FIRST_DAY, FIRST_DAY)
    for rows in (sizes.few_rows, sizes.rows):
        deployment = new_deployment(folder / f"rows_{rows}")
        deployment.deliver_days(FIRST_DAY, sizes.files, rows // sizes.files)
        deployment.deliver_rosters(FIRST_DAY, FIRST_DAY)
        last = (FIRST_DAY + timedelta(days=sizes.files)).isoformat()
        night = measure(shihyo("run", "--as-of", last), deployment.environment)
        peaks[rows] = night.peak_bytes
    copied = folder / "copied"

    def copy() -> float:
        shutil.rmtree(copied, ignore_errors=True)
        return measure([*_FLOORS, "copy", str(deployment.logs), str(copied)], {}).seconds

    def land() -> float:
        deployment.forget()
        return measure([*_FLOORS, "land", str(deployment.data)], deployment.environment).seconds

    def night_of(city: Deployment) -> tuple[float, dict[str, float]]:
        city.forget()
        return measure(shihyo("run", "--as-of", last), city.environment).seconds, city.stages()

    size = sum(file.stat().st_size for file in deployment.logs.rglob("*.csv"))
    landings, copies = alternate(sizes.runs, land, copy)
    yield Line(
        f"Landing {sizes.rows:,} access-log rows ({sizes.files} files, {size / 1e9:.2f} GB) ÷"
        " DuckDB's own CSV → Parquet copy",
        ratio(landings, copies),
        "≤ 2.5, aim 1.8",
        f"landing {min(landings):.1f} s, copy {min(copies):.1f} s;"
        f" {sizes.rows / min(landings) / 1e6:.2f} million rows/s",
    )
    pairs = [(night_of(deployment), night_of(empty), copy()) for _ in range(sizes.runs)]
    more = [
        {stage: stages[stage] - fewer[stage] for stage in stages}
        for (_, stages), (_, fewer), _ in pairs
    ]
    yield Line(
        "The whole night with them, less an empty night ÷ the same copy",
        ratio([full - bare for (full, _), (bare, _), _ in pairs], [each[2] for each in pairs]),
        "≤ 2.0",
        f"night {min(full for (full, _), _, _ in pairs):.1f} s, empty night"
        f" {min(bare for _, (bare, _), _ in pairs):.1f} s; of the difference "
        + ", ".join(f"{stage} {median(each[stage] for each in more):.1f} s" for stage in more[0]),
    )
    yield Line(
        f"Peak memory of that night, all its processes: {sizes.few_rows:,} and {sizes.rows:,} rows",
        f"{peaks[sizes.few_rows] / 2**30:.2f} and {peaks[sizes.rows] / 2**30:.2f} GiB",
        "< 2 GiB, the same",
        "sum of resident memory over the process tree, sampled ten times a second",
    )
    roster = next((deployment.folder / "inbox" / "staff_roster").rglob("*.csv"))
    floor = measure([*_FLOORS, "one-sql", str(deployment.logs), str(roster)], {}).seconds
    yield Line(
        "Raw CSV → monthly active users by department in one SQL statement (a floor, no bound)",
        f"{floor:.1f} s",
        "—",
        "2 threads",
    )


def thousandth_night(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """A night that adds one day after many landed days, against the same after few."""
    cities: dict[int, Deployment] = {}
    for days in (sizes.many_days, sizes.few_days):
        city = cities[days] = new_deployment(folder / f"days_{days}")
        city.deliver_days(FIRST_DAY, days + sizes.runs + 1, sizes.rows_a_day)
        last = FIRST_DAY + timedelta(days=days)
        city.deliver_rosters(FIRST_DAY, last)
        measure(
            shihyo("backfill", "--from", FIRST_DAY.isoformat(), "--to", last.isoformat()),
            city.environment,
        )
    nights = dict.fromkeys(cities, 0)

    def another(days: int) -> float:
        nights[days] += 1
        night = FIRST_DAY + timedelta(days=days + nights[days])
        return measure(
            shihyo("run", "--as-of", night.isoformat()), cities[days].environment
        ).seconds

    for days in cities:
        another(days)  # to warm up
    many, few = alternate(
        sizes.runs, lambda: another(sizes.many_days), lambda: another(sizes.few_days)
    )
    yield Line(
        f"A night that adds one day ({sizes.rows_a_day:,} rows) after {sizes.many_days:,} landed"
        f" days ÷ after {sizes.few_days}",
        ratio(many, few),
        "≤ 1.05",
        f"{min(many):.1f} s and {min(few):.1f} s",
    )


def edit_loop(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The second turn of `shihyo dev` on an edited model, against dbt's own time for the same
    selection.
    """
    deployment = new_deployment(folder / "edit_loop")
    deployment.deliver_days(FIRST_DAY, sizes.few_days, sizes.rows_a_day)
    last = FIRST_DAY + timedelta(days=sizes.few_days)
    deployment.deliver_rosters(FIRST_DAY, last)
    measure(shihyo("run", "--as-of", last.isoformat()), deployment.environment)
    _pretend_an_edit(deployment)
    dev = deployment.data / "dev"
    places = [
        "--project-dir",
        str(_PROJECT),
        "--profiles-dir",
        str(_PROJECT),
        "--target-path",
        str(dev / "target"),
    ]
    build = [
        *_DBT,
        "build",
        "--select",
        *CHANGES,
        "--state",
        str(dev / "state"),
        "--full-refresh",
        "--no-version-check",
        *places,
    ]
    environment = {
        **deployment.environment,
        "SHIHYO_CANDIDATE": str(dev / "warehouse.duckdb"),
        "DBT_LOG_PATH": str(dev),
    }
    measure(shihyo("dev"), deployment.environment)
    built = json.loads((dev / "target" / "run_results_build.json").read_text(encoding="utf-8"))[
        "results"
    ]
    if f"model.shihyo.{_EDITED}" not in {result["unique_id"] for result in built}:
        raise BenchmarkError("the edit was not noticed, so its turn would measure nothing")
    turns, floors = alternate(
        sizes.runs,
        lambda: measure(shihyo("dev"), deployment.environment).seconds,
        lambda: measure(build, environment).seconds,
    )
    yield Line(
        "A turn of `make dev` on one edited model ÷ `dbt build` of the same selection",
        ratio(turns, floors),
        "≤ 1.5",
        f"{min(turns):.1f} s and {min(floors):.1f} s; {len(built)} nodes",
    )


def project_build(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """`dbt build` of the project on the landed demonstration, against dbt without the data plus the
    data without dbt.
    """
    published = demonstration(folder).published_warehouse
    warehouse = folder / "built" / "warehouse.duckdb"  # dbt names the database after the file

    def anew() -> None:
        warehouse.parent.mkdir(exist_ok=True)
        for leftover in warehouse.parent.glob("*"):
            leftover.unlink()
        shutil.copyfile(published, warehouse)

    def build(target: Path, *options: str) -> float:
        anew()
        places = [
            "--project-dir",
            str(_PROJECT),
            "--profiles-dir",
            str(_PROJECT),
            "--target-path",
            str(target),
        ]
        words = [
            "build",
            "--full-refresh",
            "--exclude-resource-type",
            "unit_test",
            "--no-version-check",
            *places,
            *options,
        ]
        environment = {"SHIHYO_CANDIDATE": str(warehouse), "DBT_LOG_PATH": str(target)}
        return measure([*_DBT, *words], environment).seconds

    floor_parts: list[list[float]] = []

    def parts() -> float:
        empty = build(folder / "empty", "--empty")
        anew()
        bare = measure(
            [sys.executable, "-m", "bench.bare_build", str(folder / "whole"), str(warehouse)], {}
        ).seconds
        floor_parts.append([empty, bare])
        return empty + bare

    build(folder / "whole")  # parses the project once, and tells the statements
    parts()
    floor_parts.clear()
    builds, floors = alternate(sizes.runs, lambda: build(folder / "whole"), parts)
    nodes = len(
        json.loads((folder / "whole" / "run_results.json").read_text(encoding="utf-8"))["results"]
    )
    yield Line(
        f"`dbt build` of the {nodes} seeds, models and data tests on the demonstration ÷ (`dbt"
        " build --empty` + the same SQL without dbt)",
        ratio(builds, floors),
        "≤ 1.5",
        f"{min(builds):.1f} s; {min(part[0] for part in floor_parts):.1f} +"
        f" {min(part[1] for part in floor_parts):.1f} s",
    )


def _pretend_an_edit(deployment: Deployment) -> None:
    """Change a model in the published version's manifest: to dbt the same as an edit, and the
    project stays as it is.
    """
    [manifest] = (deployment.data / "published").glob("*.manifest.json")
    project = json.loads(manifest.read_text(encoding="utf-8"))
    project["nodes"][f"model.shihyo.{_EDITED}"]["raw_code"] += "\n-- as it was before the edit"
    manifest.write_text(json.dumps(project), encoding="utf-8")


_EDITED = "int_ratios_folded"
BENCHMARKS = {
    "night": no_change_night,
    "landing": landing,
    "thousand": thousandth_night,
    "dev": edit_loop,
    "build": project_build,
    "app": app_benchmarks,
    "spark": on_spark,
}

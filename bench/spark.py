"""Landing and folding by Spark's executors, against the same on this machine: nights over the same
files on the same two cores, in turn.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import mean

from bench.deployment import FIRST_DAY, Deployment, new_deployment
from bench.lines import Line, Sizes
from bench.measure import BenchmarkError, measure, shihyo
from bench.schedule import EXECUTORS, schedule, task_seconds

_EXECUTOR = "org.apache.spark.executor.CoarseGrainedExecutorBackend"
_EXECUTOR_MIB = 1024
# So many tasks that each lands, or folds, one item: a cluster of many executors has work for each.
_PARALLELISM = 64


@dataclass(frozen=True)
class Night:
    """A first night: how long it landed and built, its peak memory, and the seconds of each task of
    Spark.
    """

    seconds: float
    peak_of_executor: int
    tasks: tuple[tuple[float, ...], ...] = ()


def on_spark(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """Nights over few, more and many rows: here, with one executor, and with two; each once."""
    to_warm_up = new_deployment(folder / "to_warm_up")
    to_warm_up.deliver_rosters(FIRST_DAY, FIRST_DAY)
    _night(to_warm_up, 0, 0)
    found: dict[int, dict[int, Night]] = {}
    for rows in (sizes.few_rows, sizes.rows, sizes.many_rows):
        empty = new_deployment(folder / f"without_{rows}")
        empty.deliver_rosters(FIRST_DAY, FIRST_DAY)
        deployment = new_deployment(folder / f"rows_{rows}")
        deployment.deliver_rosters(FIRST_DAY, FIRST_DAY)
        deployment.deliver_days(FIRST_DAY, sizes.files, rows // sizes.files)
        found[rows] = {}
        less = _night(empty, sizes.files, 0).seconds
        for count in (0, 1, 2):
            night = _night(deployment, sizes.files, count)
            if count and (len(night.tasks) != 2 or not night.peak_of_executor):
                raise BenchmarkError(f"{len(night.tasks)} jobs of Spark, or no executor, was seen")
            found[rows][count] = replace(night, seconds=night.seconds - less)
        here, one, two = (found[rows][count].seconds for count in (0, 1, 2))
        yield Line(
            f"Landing and building {rows:,} rows here ÷ by Spark with 1 and with 2 executors",
            f"{here / one:.2f} and {here / two:.2f}",
            "—",
            f"{here:.0f} s; {one:.0f} and {two:.0f} s, executors of one core; each less a night"
            " without the log",
        )
    yield from _told(found, sizes)


def _told(found: dict[int, dict[int, Night]], sizes: Sizes) -> Iterator[Line]:
    many = found[sizes.many_rows]
    yield Line(
        f"1 executor ÷ 2 executors, {sizes.many_rows:,} rows",
        f"{many[1].seconds / many[2].seconds:.2f}",
        "—",
        "what is not landed or folded is the same in both",
    )
    yield Line(
        "Where Spark with 2 executors takes as long as this machine",
        _crossover(found, sizes),
        "—",
        "by the straight lines through the fewest and the most rows",
    )
    peaks = ", ".join(f"{nights[2].peak_of_executor / 2**30:.2f}" for nights in found.values())
    yield Line(
        "Peak memory of an executor with its Python, at each of these sizes",
        f"{peaks} GiB",
        f"< {_EXECUTOR_MIB / 1024 + 2:.0f} GiB, the same",
        f"of which {_EXECUTOR_MIB / 1024:.0f} GiB may be Java's",
    )
    overheads = [
        _straight({rows: mean(nights[2].tasks[step]) for rows, nights in found.items()}, sizes)[0]
        for step in range(2)
    ]
    yield Line(
        "What a task of landing, and one of folding, takes without rows",
        " and ".join(f"{seconds:.2f} s" for seconds in overheads),
        "—",
        f"by the same straight lines; {len(many[2].tasks[0])} and {len(many[2].tasks[1])} tasks",
    )
    landing, folding = many[2].tasks
    rest = many[2].seconds - schedule(landing, 2) - schedule(folding, 2)
    for executors in EXECUTORS:
        took = [schedule(tasks, executors) for tasks in (landing, folding)]
        yield Line(
            f"Simulated, not measured: {sizes.many_rows:,} rows on {executors} executors of one core",
            f"{sum(took) + rest:.0f} s",
            "—",
            f"landing {took[0]:.0f} s, folding {took[1]:.0f} s, all else as with 2 {rest:.0f} s;"
            f" the longest tasks take {max(landing):.1f} and {max(folding):.1f} s",
        )


def _crossover(found: dict[int, dict[int, Night]], sizes: Sizes) -> str:
    start, slope = _straight({rows: nights[0].seconds for rows, nights in found.items()}, sizes)
    late, flat = _straight({rows: nights[2].seconds for rows, nights in found.items()}, sizes)
    if flat >= slope:
        return "nowhere: it is slower for every further row"
    rows = (late - start) / (slope - flat)
    if rows < sizes.few_rows:
        return f"below {sizes.few_rows:,} rows a night"
    beyond = " (more than was measured)" if rows > sizes.many_rows else ""
    return f"{rows:,.0f} rows a night{beyond}"


def _straight(seconds: dict[int, float], sizes: Sizes) -> tuple[float, float]:
    """Return where the straight line through the fewest and the most rows begins, and its slope."""
    few, many = sizes.few_rows, sizes.many_rows
    slope = (seconds[many] - seconds[few]) / (many - few)
    return seconds[few] - slope * few, slope


def _night(deployment: Deployment, days: int, executors: int) -> Night:
    """Run a first night with so many executors; with none, on this machine."""
    deployment.forget()
    events = deployment.folder / "events"
    environment = dict(deployment.environment)
    if executors:
        events.mkdir(exist_ok=True)
        environment |= {
            "SHIHYO_ENGINE__KIND": "spark",
            "SHIHYO_ENGINE__MASTER": f"local-cluster[{executors},1,{_EXECUTOR_MIB}]",
            "SHIHYO_ENGINE__SPARK": json.dumps(
                {
                    "spark.default.parallelism": str(_PARALLELISM),
                    "spark.eventLog.enabled": "true",
                    "spark.eventLog.dir": events.as_uri(),
                    "spark.eventLog.compress": "false",
                    "spark.eventLog.rolling.enabled": "false",
                }
            ),
        }
    before = set(events.glob("*"))
    last = (FIRST_DAY + timedelta(days=days)).isoformat()
    measured = measure(shihyo("run", "--as-of", last), environment, peak_of=_EXECUTOR)
    logs = sorted(set(events.glob("*")) - before, key=lambda log: log.stat().st_mtime)
    tasks = tuple(map(task_seconds, logs))
    stages = deployment.stages()
    return Night(stages["land"] + stages["write"], measured.peak_bytes_of, tasks)

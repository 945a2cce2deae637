"""Nights on Spark whose executors, drivers and own processes are killed at random, tasks begun
twice among them: each ends as a night on one machine may end, and the figures are those of one load.
"""

import json
import os
import random
import signal
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from harness.invariants import (
    check_invariants,
    check_no_orphan_files,
    export_marts,
    first_difference,
    published,
)
from harness.kills import processes_of, start
from harness.object_store import object_store
from small_city import City, log_lines

from flows.children.spark import missing_for_spark

NIGHT = date(2026, 10, 22)
N = max(2, int(os.environ.get("N", "20")) // 2)
SEED = int(os.environ.get("SEED") or random.randrange(10**6))
# What may die, and what its command line shows.
VICTIMS = {
    "an executor": "CoarseGrainedExecutorBackend",
    "an executor's Python": "pyspark.daemon",
    "the driver": "flows.children.spark",
    "the driver's Java": "org.apache.spark.deploy.SparkSubmit",
    "the night": "flows.cli",
}
LONGEST_SECONDS = 5.0

pytestmark = pytest.mark.skipif(
    bool(missing_for_spark()), reason=f"no {' and no '.join(missing_for_spark())}: make spark"
)


def engine(store: str = "") -> dict[str, str]:
    """Return an engine of two executors, which begins slow tasks a second time."""
    return {
        "SHIHYO_ENGINE__KIND": "spark",
        "SHIHYO_ENGINE__MASTER": "local-cluster[2,1,1024]",
        "SHIHYO_ENGINE__STORE": store,
        "SHIHYO_ENGINE__SPARK": json.dumps(
            {
                "spark.speculation": "true",
                "spark.speculation.interval": "100ms",
                "spark.speculation.multiplier": "1.1",
                "spark.speculation.quantile": "0.1",
                "spark.speculation.minTaskRuntime": "0ms",
            }
        ),
    }


@pytest.mark.parametrize("has_store", [False, True], ids=["folder", "store"])
def test_nights_whose_executors_and_drivers_die_make_the_marts_of_one_load(
    has_store: bool, base_city: City, tmp_path: Path
) -> None:
    print(f"SEED={SEED} N={N}")
    chance = random.Random(SEED)
    city = base_city.copy_to(tmp_path / "city")
    twin = city.copy_to(tmp_path / "twin")
    last, killed = NIGHT + timedelta(days=N), []
    with object_store() as address:
        settings = engine(address if has_store else "")
        for number in range(N):
            night = NIGHT + timedelta(days=number)
            for back in range(4):  # deliveries of earlier days again: tasks to begin twice
                day = night - timedelta(days=back + 1)
                users = ("S0000001", "S0000005")[: 1 + (number + back) % 2]
                for each in (city, twin):
                    each.deliver_log(day, log_lines(day, users=users), on=night)
            before = published(city)
            running = start(city, "run", "--as-of", night, **settings)
            killed.append(_kill(city, chance))
            _, errors = running.communicate(timeout=900)
            assert "Traceback" not in errors, errors
            has_published = check_invariants(city, before)
            print(number + 1, killed[-1], running.returncode, "published" if has_published else "")
            assert running.returncode in (0, 1, 4, -signal.SIGKILL), errors
            # What a killed night had not landed would be known from the next night on.
            repaired = start(city, "run", "--as-of", night, **settings)
            _, errors = repaired.communicate(timeout=900)
            assert repaired.returncode == 0, errors
        city.publish(last)
    assert len([each for each in killed if not each.startswith("nothing")]) > N // 2, killed
    assert twin.shihyo("backfill", "--from", NIGHT, "--to", last).returncode == 0
    assert first_difference(export_marts(city), export_marts(twin)) is None
    check_no_orphan_files(city)


def _kill(city: City, chance: random.Random) -> str:
    """Kill one process of a night while it lands or folds on Spark, and return which."""
    job, victim = chance.choice(["land", "fold"]), chance.choice(list(VICTIMS))
    latest = time.monotonic() + 300
    printed = city.data / "logs" / f"spark-{job}.log"
    before = printed.stat().st_mtime if printed.exists() else 0.0
    while not (
        printed.exists() and printed.stat().st_mtime > before and _of(city, VICTIMS[victim])
    ):
        if time.monotonic() > latest or not _of(city, VICTIMS["the night"]):
            return f"nothing: there was not {victim}"
        time.sleep(0.05)
    time.sleep(chance.uniform(0, LONGEST_SECONDS))
    if not (found := _of(city, VICTIMS[victim])):
        return f"nothing: {victim} had ended"
    with suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return f"{victim} while the night was to {job}"


def _of(city: City, mark: str) -> list[int]:
    return sorted(number for number, line in processes_of(city).items() if mark in line)

"""Fifty readers, one read a second each, while ten nights run and while none does: no error, and the
times that they waited are printed, not judged.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from harness.invariants import check_no_orphan_files
from small_city import City

NIGHT, NIGHTS = date(2026, 10, 22), 10
PROCESSES, READERS_EACH, IDLE_SECONDS = 5, 10, 60

# A reader opens what the link names, as the app does, reads the mart of the overview and closes it
# again. Prints when each read began, how long it took, what was read, and of which version.
_READ = """
import json, os, random, sys, threading, time
import duckdb
link, stop, readers = sys.argv[1], sys.argv[2], int(sys.argv[3])
said = threading.Lock()
def read():
    due = time.monotonic() + random.random()
    while not os.path.exists(stop):
        time.sleep(max(0.0, due - time.monotonic()))
        due += 1
        begun = time.monotonic()
        try:
            file = os.path.realpath(link)
            with duckdb.connect(file, read_only=True, config={"threads": 1}) as connection:
                rows = len(connection.execute("from marts.fct_indicator_progress").fetchall())
        except Exception as error:
            rows, file = -1, f"{type(error).__name__}: {error}"
        line = json.dumps([begun, time.monotonic() - begun, rows, os.path.basename(file)])
        with said:
            print(line, flush=True)
each = [threading.Thread(target=read) for _ in range(readers)]
[thread.start() for thread in each]
[thread.join() for thread in each]
os._exit(0)
"""
Read = tuple[float, float, int, str]


@contextmanager
def _readers(city: City, folder: Path) -> Iterator[list[Read]]:
    """Read in processes of their own; the list is filled at the end."""
    folder.mkdir()
    stop, reads = folder / "stop", list[Read]()
    outputs = [folder / f"seen-{number}" for number in range(PROCESSES)]
    command = [sys.executable, "-c", _READ, str(city.published), str(stop), str(READERS_EACH)]
    processes = []
    for output in outputs:
        with output.open("w") as seen:
            processes.append(subprocess.Popen(command, stdout=seen))
    try:
        yield reads
    finally:
        stop.touch()
        assert [process.wait(timeout=60) for process in processes] == [0] * PROCESSES
        for output in outputs:
            reads += [json.loads(line) for line in output.read_text().splitlines()]


def _say(when: str, seconds: list[float]) -> None:
    hundredths = statistics.quantiles(seconds, n=100)
    print(
        f"{when}: {len(seconds)} reads, median {hundredths[49] * 1000:.0f} ms, p99"
        f" {hundredths[98] * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"
    )


def test_fifty_readers_see_no_error_while_ten_nights_run(city: City, tmp_path: Path) -> None:
    with _readers(city, tmp_path / "readers") as reads:
        time.sleep(5)  # until all of them have begun
        idle_since = time.monotonic()
        time.sleep(IDLE_SECONDS)
        nights_since = time.monotonic()
        for number in range(NIGHTS):
            night = NIGHT + timedelta(days=number)
            city.deliver_log(night - timedelta(days=1), on=night)
            city.publish(night)
        nights_until = time.monotonic()
    idle = [took for begun, took, *_ in reads if idle_since <= begun < nights_since]
    busy = [took for begun, took, *_ in reads if nights_since <= begun < nights_until]
    print(f"{PROCESSES * READERS_EACH} readers")
    _say(f"no night, {nights_since - idle_since:.0f} s", idle)
    _say(f"{NIGHTS} nights, {nights_until - nights_since:.0f} s", busy)
    assert [file for *_, rows, file in reads if rows < 0] == []
    assert len({rows for *_, rows, _ in reads}) == 1
    assert len({file for *_, file in reads}) == NIGHTS + 1, "every version was seen"
    check_no_orphan_files(city)

"""A simulated schedule: how long measured tasks would take on more executors than there are.

It is a simulation: each task takes as long as it took here, and executors neither share a disk nor
wait for a network. `python -m bench.schedule EVENT_LOG…` prints it for event logs of Spark.
"""

import heapq
import json
import sys
from collections.abc import Sequence
from pathlib import Path

EXECUTORS = (4, 16, 64)


def schedule(tasks: Sequence[float], executors: int) -> float:
    """Return the seconds until the last task ends, each begun in order by the first that is free."""
    free = [0.0] * executors
    for seconds in tasks:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def task_seconds(log: Path) -> tuple[float, ...]:
    """Return what each task of an event log took that succeeded, in the order in which they were
    begun.
    """
    events = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    tasks = [
        each["Task Info"]
        for each in events
        if each["Event"] == "SparkListenerTaskEnd"
        and each["Task End Reason"]["Reason"] == "Success"
    ]
    tasks.sort(key=lambda task: task["Launch Time"])
    return tuple((task["Finish Time"] - task["Launch Time"]) / 1000 for task in tasks)


def main(logs: list[str]) -> int:
    """Print the schedule of each event log."""
    for log in logs:
        tasks = task_seconds(Path(log))
        print(f"{log}: {len(tasks)} tasks, {sum(tasks):.1f} s together; simulated, not measured:")
        for executors in EXECUTORS:
            print(f"  {executors} executors of one core: {schedule(tasks, executors):.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

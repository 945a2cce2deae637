"""Run `shihyo` and kill it with SIGKILL where a function of the flows is about to begin:
`python -m harness.kill_at MODULE:FUNCTION[@TIME][:SECONDS] WORDS…`.

With TIME it is killed where the function begins for the second time, say. With SECONDS the function
begins, and the kill comes that much later: in the middle of a child process, say.
"""

import importlib
import os
import signal
import sys
import threading
import time
from typing import Any


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def target_of(place: str) -> tuple[Any, str]:
    """Return what holds a place's function, and the function's name in it."""
    module_name, function = place.split(":")[:2]
    *path, name = function.partition("@")[0].split(".")
    owner = importlib.import_module(module_name)
    for each in path:
        owner = getattr(owner, each)
    return owner, name


def _arm(place: str) -> None:
    owner, name = target_of(place)
    _, function, *seconds = place.split(":")
    time_of_kill = int(function.partition("@")[2] or 1)
    original, times = getattr(owner, name), 0

    def killed(*arguments, **named):
        nonlocal times
        times += 1
        if times == time_of_kill:
            if not seconds:
                _kill()
            threading.Thread(
                target=lambda: (time.sleep(float(seconds[0])), _kill()), daemon=True
            ).start()
        return original(*arguments, **named)

    setattr(owner, name, killed)


if __name__ == "__main__":
    place, sys.argv = sys.argv[1], ["shihyo", *sys.argv[2:]]
    from flows import cli
    from flows.children.prefect_server import quiet_environment
    from settings import settings

    quiet_environment(settings())  # before anything imports Prefect
    _arm(place)
    cli.main()

"""Run `shihyo` and kill it with SIGKILL where a function of the flows is about to begin:
`python -m harness.kill_at MODULE:FUNCTION[:SECONDS] WORDS…`.

With SECONDS the function begins, and the kill comes that much later: in the middle of a child
process, say.
"""

import importlib
import os
import signal
import sys
import threading
import time


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(place: str) -> None:
    module_name, function_name, *seconds = place.split(":")
    module = importlib.import_module(module_name)
    original = getattr(module, function_name)

    def killed(*arguments, **named):
        if not seconds:
            _kill()
        threading.Thread(
            target=lambda: (time.sleep(float(seconds[0])), _kill()), daemon=True
        ).start()
        return original(*arguments, **named)

    setattr(module, function_name, killed)


if __name__ == "__main__":
    place, sys.argv = sys.argv[1], ["shihyo", *sys.argv[2:]]
    from flows import cli
    from flows.children.prefect_server import quiet_environment
    from settings import settings

    quiet_environment(settings())  # before anything imports Prefect
    _arm(place)
    cli.main()

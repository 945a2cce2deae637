"""The demonstration's platform beside a command: it serves while the command runs, and lets it end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_city import ROOT

_TIDIES_UP = """
import os, pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])

def tidy_up(*_):
    time.sleep(1)
    place.write_text("tidied up")
    sys.exit(7)

for each in (signal.SIGTERM, signal.SIGINT):
    signal.signal(each, tidy_up)
location = os.environ["SHIHYO_SOURCES__NOCODE_APPS__LOCATION"]
print(location.partition("@")[2].partition("/")[0], flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_told_to_end_ends_in_its_own_time(
    tmp_path: Path, how: signal.Signals
) -> None:
    place = tmp_path / "end"
    words = [sys.executable, "-m", "demo.nocode_server", "--", sys.executable, "-c"]
    served = subprocess.Popen(
        [*words, _TIDIES_UP, str(place)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert served.stdout is not None
    address = served.stdout.readline().strip()
    assert address.startswith("127.0.0.1:")
    if how == signal.SIGINT:  # Ctrl-C reaches the whole group
        os.killpg(served.pid, how)
    else:
        served.send_signal(how)
    assert served.wait(timeout=30) == 7
    assert place.read_text() == "tidied up"

"""The interpreter that is ready begins and ends a command as an interpreter of its own does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harness.ready_python import ready_python

from flows.children import prefect_server


def _both(*words: str, **how: object) -> list[tuple[int, str, str]]:
    ends = []
    for python in (sys.executable, ready_python()):
        done = subprocess.run([python, *words], capture_output=True, text=True, **how)  # type: ignore[call-overload]
        ends.append((done.returncode, done.stdout, done.stderr))
    return ends


@pytest.mark.parametrize(
    "ending",
    [
        "pass",
        "raise SystemExit(7)",
        "raise SystemExit('said')",
        "import os; os._exit(3)",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.kill(os.getpid(), 15)",
        "import atexit; atexit.register(print, 'last')",
        (
            "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.3),"
            " print('late'))).start()"
        ),
        "import no_such_module",
    ],
)
def test_a_command_ends_by_the_code_or_the_signal_by_which_it_would_end(ending: str) -> None:
    own, ready = _both("-c", f"print('x', flush=True)\n{ending}")
    if "Traceback" in own[2]:  # the call stack begins elsewhere
        own, ready = ((*end[:2], end[2].splitlines()[-1]) for end in (own, ready))
    assert ready == own


def test_a_command_has_its_callers_words_streams_folder_umask_and_environment(
    tmp_path: Path,
) -> None:
    code = (
        "import os, sys; umask = os.umask(0); print(sys.argv, sys.stdin.read(), os.getcwd(), umask,"
        " os.environ['SHIHYO_X'], 'PREFECT_HOME' in os.environ, sys.path[:2], __name__)"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "SHIHYO_X": "値",
        "PYTHONPATH": str(tmp_path),
        "PYTHONUTF8": "1",
    }
    own, ready = _both(
        "-c", code, "a", "b c", input="told", cwd=tmp_path, env=environment, umask=0o027
    )
    assert own[0] == 0
    assert ready[0] == 0
    assert ready[1].replace("['" + str(tmp_path), "['") == own[1].replace(
        "['" + str(tmp_path), "['"
    )


def test_a_command_begins_with_no_module_of_the_project_and_reads_prefects_settings_anew(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; found = {'flows', 'settings', 'expectations', 'demo', 'prefect'} &"
        " set(sys.modules); import prefect.settings; print(sorted(found),"
        " prefect.settings.PREFECT_HOME.value(), prefect.settings.PREFECT_API_URL.value())"
    )
    told = {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    own, ready = _both("-c", code, env=os.environ | told)
    assert ready[:2] == own[:2] == (0, f"[] {tmp_path} http://127.0.0.1:9/api\n")


_STATE = """
import json, logging, signal, sys, {imports}
loggers = dict(logging.root.manager.loggerDict, root=logging.root)
print(json.dumps({{
    name: [each.level, list(map(str, each.handlers)), each.propagate, each.disabled]
    for name, each in loggers.items() if isinstance(each, logging.Logger)
}}))
print([(number, signal.getsignal(number)) for number in signal.valid_signals()])
print(sys.excepthook, sys.stdin.encoding, sys.stdout.encoding, sys.getrecursionlimit())
"""


@pytest.mark.parametrize(
    "imports", ["prefect.main, expectations, great_expectations", "dbt.cli.main", "pandas"]
)
def test_a_command_has_the_loggers_and_signals_of_its_own_imports(imports: str) -> None:
    told = {
        "PREFECT_LOGGING_SETTINGS_PATH": str(
            Path(prefect_server.__file__).with_name("logging.yml")
        ),
        "GX_ANALYTICS_ENABLED": "false",
    }
    own, ready = _both("-c", _STATE.format(imports=imports), env=os.environ | told)
    assert (own[0], ready[0], ready[2]) == (0, 0, own[2])
    assert ready[1].splitlines()[1:] == own[1].splitlines()[1:]
    own_loggers, loggers = (json.loads(end[1].splitlines()[0]) for end in (own, ready))
    assert own_loggers["root"] == loggers["root"]
    assert own_loggers.items() <= loggers.items()
    # Libraries that this command did not ask for write nothing of themselves; one logger of dbt's
    # has a handler, which only dbt uses.
    of_others = [loggers[name][1] for name in loggers.keys() - own_loggers.keys() - {"stdout_log"}]
    assert {handler.split()[0] for handlers in of_others for handler in handlers} <= {
        "<NullHandler"
    }


@pytest.mark.parametrize("_", range(10))  # the signal comes in the first moment, where it can
def test_a_command_gets_the_signals_of_its_stand_in_and_does_not_outlive_it(_: int) -> None:
    code = "import os, signal, time; signal.signal(15, lambda *_: os.write(1, b'asked\\n')); "
    code += "print(os.getpid(), flush=True); [time.sleep(0.1) for _ in range(600)]"
    stand_in = subprocess.Popen([ready_python(), "-c", code], stdout=subprocess.PIPE, text=True)
    assert stand_in.stdout
    process = Path("/proc") / stand_in.stdout.readline().strip()
    stand_in.send_signal(signal.SIGTERM)
    assert stand_in.stdout.readline() == "asked\n"
    stand_in.kill()
    stand_in.wait()
    deadline = time.monotonic() + 10
    while process.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not process.exists()

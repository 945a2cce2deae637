"""An interpreter that starts with its libraries imported: a process that has them forks for each
command.

`ready_python()` is used as `sys.executable` is: `-m MODULE WORDS…` or `-c CODE WORDS…`, with the
caller's environment, folder, umask and streams. A command begins in a process of its own, without
any module of this project in it, and ends as that process does, by code or by signal. Only the
seconds in which Prefect, dbt and Great Expectations are imported are shared; and the seed of
hashes, which is another in each run. /proc shows a command's words and environment at the process
that stands in for it.

What is seen from outside is tried on installed commands: kills, a night's rights and privacy, and
doctor's first answers.
"""

import array
import atexit
import fcntl
import functools
import gc
import importlib
import importlib.abc
import importlib.machinery
import json
import logging
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_LIBRARIES = (
    "uvicorn",
    "prefect",
    "prefect.artifacts",
    "prefect.cache_policies",
    "prefect.client.schemas.objects",
    "prefect.flow_engine",
    "prefect.task_engine",
    *("great_expectations", "great_expectations.expectations", "duckdb_engine", "sqlalchemy"),
    *("dbt.cli.main", "dbt.adapters.duckdb", "duckdb", "pandas"),
    # What these import only when it is used, as each night does.
    *("prefect.utilities.visualization", "fastapi", "graphviz", "anyio._backends._asyncio"),
    "great_expectations.render.renderer.site_builder",
    *(
        "dbt.task.build",
        "dbt.adapters.duckdb.environments.local",
        "dbt_common.clients.agate_helper",
    ),
    *("sqlparse", "daff", "babel.dates", "multiprocessing.pool", "multiprocessing.dummy"),
    *("pyarrow", "pyarrow.csv", "pyarrow.compute", "pyarrow.parquet"),
    *("adbc_driver_manager.dbapi", "adbc_driver_postgresql.dbapi"),
    *("httpx", "openpyxl", "python_calamine", "pydantic_settings", "xlsxwriter"),
    *("argparse", "csv", "difflib", "ipaddress", "lzma", "sqlite3", "tomllib"),
)

# Stands in for the interpreter until the fork has ended, and ends as it did. Signals go to the
# fork.
_STAND_IN = """#!{python} -IS
import array, json, os, signal, socket, sys
passed_on = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)  # they wait until there is a fork to get them
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
umask = os.umask(0)
request = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), umask]).encode()
streams = array.array("i", [0, 1, 2])
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)]
server.sendmsg([len(request).to_bytes(8, "big")], rights)
server.sendall(request)
fork = int.from_bytes(server.recv(8, socket.MSG_WAITALL), "big")
def pass_on(number, _):
    try:
        os.kill(fork, number)
    except ProcessLookupError:  # it has ended, and its end is on the way
        pass
for number in passed_on:
    signal.signal(number, pass_on)
signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
answer = server.recv(8, socket.MSG_WAITALL)
code = int.from_bytes(answer, "big", signed=True) if answer else 127
if code < 0:
    signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
    os.kill(os.getpid(), -code)
os._exit(code)
"""


@functools.cache
def ready_python() -> str:
    """Return the path of an interpreter that is ready; it is there as long as this process.

    The workers of one test run share the process that forks: the first that asks starts it.
    """
    folder = _folder_of_the_run()
    stand_in, held = folder / "python", folder / "held"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = None if stand_in.exists() else _start(folder, stand_in, held)
        # The server ends when the last process that holds this has ended.
        holding = os.open(held, os.O_WRONLY | os.O_NONBLOCK)

    def end() -> None:
        os.close(holding)
        if server:
            server.wait(timeout=600)
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    # The imports take seconds that no command's own limit of time allows for.
    subprocess.run([str(stand_in), "-c", "pass"], check=True)
    return str(stand_in)


def _folder_of_the_run() -> Path:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return Path(tempfile.mkdtemp(prefix="ready_python_"))
    folder = Path(tempfile.gettempdir()) / f"ready_python_{run}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _start(folder: Path, stand_in: Path, held: Path) -> subprocess.Popen[bytes]:
    os.mkfifo(held, 0o600)
    address = str(folder / "socket")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
        server = subprocess.Popen(
            [sys.executable, __file__, str(listening.fileno()), str(stand_in)],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
            cwd=ROOT,
            env=_environment(folder),
            start_new_session=True,
        )
        os.close(reading)
    stand_in.write_text(_STAND_IN.format(python=sys.executable, address=address), encoding="utf-8")
    stand_in.chmod(0o755)
    return server


@contextmanager
def ready_children() -> Iterator[None]:
    """Let what this process starts by `sys.executable` while the block runs start ready."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "executable", ready_python())
        yield


def _environment(folder: Path) -> dict[str, str]:
    own = ("SHIHYO_", "PREFECT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    quiet = dict.fromkeys(("GX_ANALYTICS_ENABLED", "DBT_SEND_ANONYMOUS_USAGE_STATS"), "false")
    quiet["DO_NOT_TRACK"] = "1"
    # Importing Prefect sets up logging: here none, so that a command sets up its own and no more.
    none = folder / "logging.yml"
    none.write_text("version: 1\ndisable_existing_loggers: false\n", encoding="utf-8")
    prefect = {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_LOGGING_SETTINGS_PATH": str(none)}
    # A library's pool of threads would not outlive a fork.
    return {**kept, **quiet, **prefect, "OPENBLAS_NUM_THREADS": "1"}


class _Held(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Give a library, imported before, to whoever imports it; and do then what importing it does."""

    def __init__(
        self, library: str, imported: Callable[[dict[str, types.ModuleType]], None]
    ) -> None:
        self._library, self._imported = library, imported
        names = [name for name in sys.modules if name.partition(".")[0] == library]
        self._modules = {name: sys.modules.pop(name) for name in names}
        self._spec = self._modules[library].__spec__

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._library:
            return None
        sys.meta_path.remove(self)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, _: object) -> types.ModuleType:
        sys.modules.update(self._modules)
        return self._modules[self._library]

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec
        self._imported(self._modules)


def _prefect_imported(modules: dict[str, types.ModuleType]) -> None:
    """Read its settings from the environment of this moment, and set up logging as they say."""
    modules["prefect.context"].refresh_global_settings_context()
    logs = modules["prefect.logging.configuration"]
    logs.PROCESS_LOGGING_CONFIG.clear()
    logs.setup_logging()


def _dbt_imported(_: dict[str, types.ModuleType]) -> None:
    logging.basicConfig()  # as a library of dbt's does


class _Forks:
    """The forks that go on, by the descriptor on which each one's end shows, with their senders."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._going: dict[int, tuple[int, socket.socket]] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork for each request, and tell its sender how the fork ended.

        A fork whose sender has gone is killed, and so is every fork when standard input ends.
        """
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    for fork, _ in self._going.values():
                        os.kill(fork, signal.SIGKILL)
                    return
                if key.fileobj is self._listening:
                    self._begin()
                elif isinstance(key.fileobj, socket.socket):
                    self._abandon(key.fileobj, key.data)
                else:
                    self._end(key.fd)

    def _begin(self) -> None:
        sender, _ = self._listening.accept()
        if fork := _fork(sender):
            ended = os.pidfd_open(fork)
            self._going[ended] = fork, sender
            self._selector.register(ended, selectors.EVENT_READ)
            self._selector.register(sender, selectors.EVENT_READ, ended)

    def _abandon(self, sender: socket.socket, ended: int) -> None:
        # A fork that ended in the same moment has let its sender go already.
        if ended in self._going and self._going[ended][1] is sender:
            self._selector.unregister(sender)
            os.kill(self._going[ended][0], signal.SIGKILL)

    def _end(self, ended: int) -> None:
        fork, sender = self._going.pop(ended)
        _, status = os.waitpid(fork, 0)
        self._selector.unregister(ended)
        os.close(ended)
        if sender in self._selector.get_map():
            self._selector.unregister(sender)
        _tell(sender, os.waitstatus_to_exitcode(status))
        sender.close()


def _tell(sender: socket.socket, number: int) -> None:
    with suppress(OSError):  # it has gone
        sender.sendall(number.to_bytes(8, "big", signed=True))


def _fork(sender: socket.socket) -> int | None:
    """Read a request and begin it; return the fork's number, or None when the sender has gone."""
    streams = array.array("i")
    space = socket.CMSG_SPACE(3 * streams.itemsize)
    told, rights, *_ = sender.recvmsg(8, space, socket.MSG_WAITALL)
    for _level, _kind, content in rights:
        streams.frombytes(content)
    size = int.from_bytes(told, "big")
    request = sender.recv(size, socket.MSG_WAITALL) if size else b""
    if not request or len(request) < size or len(streams) != 3:
        sender.close()
        return None
    fork = os.fork()
    if fork == 0:
        code = 1
        try:
            words, folder, environment, umask = json.loads(request)
            _become(folder, environment, umask, list(streams))
            code = _code_of(words)
        finally:
            os._exit(code)
    for stream in streams:
        os.close(stream)
    _tell(sender, fork)
    return fork


def _become(folder: str, environment: dict[str, str], umask: int, streams: list[int]) -> None:
    """Take over the sender's streams, folder, umask and environment, and let go of the server's."""
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
    os.closerange(3, 4096)
    os.umask(umask)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout, sys.stderr = (os.fdopen(target, "w", encoding="utf-8") for target in (1, 2))
    sys.stdout.buffer.raw.name, sys.stderr.buffer.raw.name = "<stdout>", "<stderr>"
    asked = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:] = [folder, *asked, *sys.path[1:]]


def _code_of(words: list[str]) -> int:
    """Run what is asked for and return the code with which an interpreter would end."""
    code: object = 0
    try:
        _run(words)
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _run(words: list[str]) -> None:
    how, what, *arguments = words
    sys.argv = [how, *arguments]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    elif how == "-c":
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), main.__dict__)
    else:
        raise SystemExit(f"ready_python takes -m or -c, not {how}")


def _warm_dbt() -> None:
    """Make the schemas by which dbt checks its files, which each of its processes makes anew."""
    from dbt.adapters.duckdb.credentials import DuckDBCredentials
    from dbt.contracts import project, selection

    for kind in (
        *(project.Configuration, project.PackageConfig, project.ProfileConfig),
        *(project.Project, project.ProjectFlags, selection.SelectorFile, DuckDBCredentials),
    ):
        kind.json_schema()


def _main(listening: int, stand_in: str) -> None:
    sys.modules.setdefault("pyspark", None)  # type: ignore[arg-type]  # as `expectations` does
    for name in _LIBRARIES:
        importlib.import_module(name)
    _warm_dbt()
    assert threading.active_count() == 1, threading.enumerate()
    logging.root.handlers.clear()
    sys.meta_path[:0] = [_Held("prefect", _prefect_imported), _Held("dbt", _dbt_imported)]
    sys.executable = stand_in
    # The project's own modules are imported by each fork: compiled by the first of them.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(stand_in).with_name("bytecode"))
    gc.collect()
    gc.freeze()
    _Forks(socket.socket(fileno=listening)).serve()


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2])
    os._exit(0)

"""The driver of Spark in a process of its own: it hands pieces of work to the executors of a
cluster, and ends with its parent, its Java machine with it.
"""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import IO, Any, TypeVar

from flows.children.process import QUIET, die_with_parent
from flows.errors import SourceUnavailable, UsageError
from settings import ROOT, EngineSettings

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Work = Callable[[Iterator[Piece]], Iterator[Result]]

# As many tasks for each core of the cluster: a piece that takes long keeps few others waiting.
_TASKS_A_CORE = 3
# How long a job waits for executors: a cluster that has none to give would let it wait for ever.
EXECUTORS_SECONDS = 600.0
_JAVA_SECONDS = 30.0


@dataclass(frozen=True)
class _Job:
    name: str
    engine: EngineSettings
    work: Any
    pieces: list[Any]
    executors_seconds: float


@dataclass(frozen=True)
class _Ended:
    """How a job ended otherwise than with its results."""

    what: str


def run_on_spark(
    name: str,
    engine: EngineSettings,
    work: Work[Piece, Result],
    pieces: Sequence[Piece],
    logs: Path,
) -> list[Result]:
    """Do work on pieces, on the executors of a cluster; return the results in the pieces' order.

    `work` is given some of the pieces and yields a result for each; it may be done twice for the
    same ones, also at the same time, and should let no error out, for Spark prints them into
    `spark-<first word of name>.log` in `logs`.

    Raises UsageError without pyspark or Java, and SourceUnavailable when the cluster cannot be
    reached, gives up, or has no executor for ten minutes.
    """
    if not pieces:
        return []
    _refuse_without_spark()
    logs.mkdir(parents=True, exist_ok=True)
    output = logs / f"spark-{name.partition(' ')[0]}.log"
    answer = _answered(_Job(name, engine, work, list(pieces), EXECUTORS_SECONDS), output)
    if isinstance(answer, _Ended):
        raise SourceUnavailable(
            f"Spark at {engine.master}: {answer.what}; next: see whether the cluster runs and can"
            f" be reached, and read {output}"
        )
    return list(answer)


def missing_for_spark() -> list[str]:
    """Return which of pyspark and Java are not here."""
    needed = {
        # Not by `find_spec`: where Great Expectations was imported, it may not find pyspark.
        "pyspark": PathFinder.find_spec("pyspark") is not None,
        "Java": bool(os.environ.get("JAVA_HOME") or shutil.which("java")),
    }
    return [what for what, is_here in needed.items() if not is_here]


def _refuse_without_spark() -> None:
    if missing := missing_for_spark():
        raise UsageError(
            "engine: kind spark needs pyspark and Java 17 or later, and here is no"
            f" {' and no '.join(missing)}; next: make spark, or set kind to local"
        )


def _answered(job: _Job, output: Path) -> Any:
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-c", "from flows.children.spark import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=printed,
            cwd=ROOT,
            env={**os.environ, **QUIET, "PYTHONPATH": _paths()},
        )
    try:
        return _asked(process, job)
    finally:
        if process.stdout:
            process.stdout.close()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> int:
    """Let a driver end, and return its exit code."""
    if process.stdin:
        process.stdin.close()  # it ends with it
    try:
        return process.wait(timeout=_JAVA_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _paths() -> str:
    return os.pathsep.join(dict.fromkeys([str(ROOT), *filter(None, sys.path)]))


def _asked(process: subprocess.Popen[bytes], job: _Job) -> Any:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the driver has no pipes")
    try:
        _send(process.stdin, job)
        return pickle.load(process.stdout)
    except Exception:  # an answer that is cut short shows as whatever pickle makes of it
        return _Ended(f"its driver ended with code {_end(process)} and gave no answer")


def _send(stream: IO[bytes], request: Any) -> None:
    pickle.dump(request, stream)
    stream.flush()


def main() -> None:
    """Do the job that stands on standard input, and answer with what came of it."""
    # Whoever ends a night signals all of its processes; this one ends with its parent.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what Java prints is no answer
    job: _Job = pickle.load(sys.stdin.buffer)
    die_with_parent()
    _send(answers, _outcome(job))


def _outcome(job: _Job) -> Any:
    from pyspark import SparkContext

    configuration = _configuration(job.engine)
    os.environ["PYSPARK_PYTHON"] = configuration["spark.pyspark.python"]
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {_unseen(configuration)} pyspark-shell"
    try:
        context = SparkContext(master=job.engine.master, appName=f"shihyo {job.name}")
    except Exception as error:
        return _Ended(_reason(error))
    try:
        return _done(context, job)
    except Exception as error:
        return _Ended(_reason(error))
    finally:
        _stop(context)


def _unseen(configuration: dict[str, str]) -> str:
    """Return the path of a file of properties that lies in memory, as long as this process: what
    stands on a command line, which may be a secret, others on this machine can read.
    """
    lines = [f"{name}={_escaped(value)}\n" for name, value in configuration.items()]
    file = os.memfd_create("spark.properties")
    os.write(file, "".join(lines).encode())
    return f"/proc/{os.getpid()}/fd/{file}"


def _escaped(value: str) -> str:
    """Write a value as java.util.Properties reads it."""
    for special, written in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), (" ", "\\ ")):
        value = value.replace(special, written)
    return value


def _done(context: Any, job: _Job) -> Any:
    context.setLogLevel("WARN")
    given_up = threading.Event()
    if not job.engine.master.startswith("local["):
        arguments = (context, job.executors_seconds, given_up)
        threading.Thread(target=_give_up_without_executors, args=arguments, daemon=True).start()
    slices = min(len(job.pieces), max(1, context.defaultParallelism) * _TASKS_A_CORE)
    try:
        return list(context.parallelize(job.pieces, slices).mapPartitions(job.work).collect())
    except Exception:
        if given_up.is_set():
            return _Ended(f"it had no executor for {job.executors_seconds:.0f} s")
        raise


def _give_up_without_executors(context: Any, seconds: float, given_up: threading.Event) -> None:
    seen = time.monotonic()
    with suppress(Exception):  # the context has been stopped
        while time.monotonic() - seen < seconds:
            time.sleep(1)
            if context._jsc.sc().getExecutorMemoryStatus().size() > 1:  # the driver is one of them
                seen = time.monotonic()
        given_up.set()
        context.cancelAllJobs()


def _stop(context: Any) -> None:
    """End the executors and the Java machine, which would outlive this process for a while."""
    java = context._gateway.proc
    context.stop()
    java.stdin.close()
    try:
        java.wait(timeout=_JAVA_SECONDS)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


def _configuration(engine: EngineSettings) -> dict[str, str]:
    own = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": str(ROOT),
    }
    if engine.master.startswith("local"):
        own |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return own | {name: value.get_secret_value() for name, value in engine.spark.items()}


def _reason(error: Exception) -> str:
    """Say what ended a job: the first line of what Java said, which quotes nothing delivered."""
    java = getattr(error, "java_exception", None)
    said = str(java.getMessage() if java is not None else "").strip() or type(error).__name__
    sys.stderr.write(f"{said}\n")
    return said.splitlines()[0][:200]

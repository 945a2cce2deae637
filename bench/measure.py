"""Timing of whole processes: wall-clock seconds, and the peak memory of a process with all its
descendants.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
_SAMPLE_SECONDS = 0.1
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measurement:
    """What one process took: seconds, and the largest sum of resident memory over it and its
    descendants, in bytes; and over any one of the descendants asked for, with its own.
    """

    seconds: float
    peak_bytes: int
    peak_bytes_of: int = 0


class BenchmarkError(Exception):
    """A measured command failed, so its time means nothing."""


def measure(command: Sequence[str], environment: dict[str, str], peak_of: str = "") -> Measurement:
    """Run a command to its end; raise BenchmarkError with its last lines when it fails.

    `peak_of` stands in the command line of descendants whose memory is told apart.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHIHYO_", "PREFECT_"))
    }
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    process = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    peak = [0, 0]
    stop = threading.Event()
    arguments = (process.pid, peak, stop, peak_of)
    sampler = threading.Thread(target=_sample, args=arguments, daemon=True)
    sampler.start()
    output, _ = process.communicate()
    seconds = time.monotonic() - started
    stop.set()
    sampler.join()
    if process.returncode != 0:
        raise BenchmarkError(
            f"{' '.join(command)} ended with {process.returncode}:"
            f" {output.decode(errors='replace')[-2000:]}"
        )
    return Measurement(seconds, *peak)


def shihyo(*words: str) -> list[str]:
    """Return the command line of `shihyo`, without the shell wrapper's start."""
    return [sys.executable, "-m", "flows.cli", *words]


def alternate(
    runs: int, one: Callable[[], float], other: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Measure two things in turn, so that a machine whose speed drifts slows both; return their
    seconds.
    """
    pairs = [(one(), other()) for _ in range(runs)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def ratio(above: Sequence[float], below: Sequence[float]) -> str:
    """Write the median of the pairwise ratios with its least and greatest."""
    ratios = sorted(first / second for first, second in zip(above, below, strict=True))
    return f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def _sample(root: int, peak: list[int], stop: threading.Event, peak_of: str) -> None:
    while not stop.wait(_SAMPLE_SECONDS):
        children = _children()
        resident = {process: _resident_bytes(process) for process in _tree(root, children)}
        peak[0] = max(peak[0], sum(resident.values()))
        for process in resident if peak_of else ():
            if peak_of in _command_line(process):
                own = sum(resident[each] for each in _tree(process, children))
                peak[1] = max(peak[1], own)


def _command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    return children


def _tree(root: int, children: dict[int, list[int]]) -> list[int]:
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0

"""What tests have done on the executors of a cluster, which import it by its name."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def names(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the pieces themselves."""
    yield from pieces


def killed_once(pieces: Iterator[str]) -> Iterator[str]:
    """Kill the executor that is the first to see the piece `…/0`, and yield for each piece the
    command lines of all processes.
    """
    for piece in pieces:
        if piece.endswith("/0") and not Path(piece).exists():
            Path(piece).touch()
            os.kill(_parent(os.getppid()), 9)  # a worker's parent is a daemon of Java's
            os.kill(os.getpid(), 9)
        yield _command_lines()


def _command_lines() -> str:
    found = ""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += place.read_text(errors="replace").replace("\0", " ") + "\n"
    return found


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])

"""What looking at one thing found: whether it is well, and what to do where it is not."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`observed` says only what was looked at; `next_step` is empty where nothing is to be done."""

    standing: Standing
    observed: str
    next_step: str = ""
    check: str = ""


def ok(observed: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", observed)


def warning(observed: str, next_step: str) -> Finding:
    """Say that a night can go on, and somebody should look."""
    return Finding("warning", observed, next_step)


def of_error(error: Exception) -> Finding:
    """Say that something is wrong as an error of ours says it, with what to do next."""
    observed, _, next_step = str(error).partition("; next: ")
    return wrong(observed, next_step or "correct it")


def wrong(observed: str, next_step: str) -> Finding:
    """Say that a night would fail, or that data stand open."""
    return Finding("wrong", observed, next_step)

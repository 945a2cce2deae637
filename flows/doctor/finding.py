"""What looking at one thing found: whether it is well, and what to do where it is not."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`told` says only what was looked at; `next_step` is empty where nothing is to be done."""

    standing: Standing
    told: str
    next_step: str = ""
    check: str = ""


def ok(told: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", told)


def warning(told: str, next_step: str) -> Finding:
    """Say that a night can go on, and somebody should look."""
    return Finding("warning", told, next_step)


def of_error(error: Exception) -> Finding:
    """Say that something is wrong as an error of ours says it, with what to do next."""
    told, _, next_step = str(error).partition("; next: ")
    return wrong(told, next_step or "correct it")


def wrong(told: str, next_step: str) -> Finding:
    """Say that a night would fail, or that data stand open."""
    return Finding("wrong", told, next_step)

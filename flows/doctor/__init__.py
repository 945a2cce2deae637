"""Doctor: look at everything that a night rests on, change nothing, and say what to do.

It must never fail itself: a check that cannot be made is a finding that says so.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from flows.doctor.configuration import check_app_address, check_configuration
from flows.doctor.finding import Finding, warning
from flows.doctor.kept import check_key, check_ledger, check_lock, check_versions
from flows.doctor.machine import (
    check_browser,
    check_clock,
    check_engine,
    check_prefect,
    check_proxies,
    check_room,
    check_tools,
)
from flows.doctor.places import check_data_folder, check_rights, check_sources
from flows.reading.tables import in_columns
from settings import Settings, mask_secrets, settings

# These need no configuration that can be followed.
_OF_THE_MACHINE: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
    ("configuration", check_configuration),
    ("app", check_app_address),
    ("tools", check_tools),
    ("proxies", check_proxies),
    ("prefect", check_prefect),
)
_OF_THE_DEPLOYMENT: tuple[tuple[str, Callable[[Settings], Iterable[Finding]]], ...] = (
    ("data folder", check_data_folder),
    ("rights", check_rights),
    ("room", check_room),
    ("clock", check_clock),
    ("browser", check_browser),
    ("engine", check_engine),
    ("sources", check_sources),
    ("key", check_key),
    ("versions", check_versions),
    ("ledger", check_ledger),
    ("lock", check_lock),
)


def examine() -> list[Finding]:
    """Make every check that can be made; raises nothing."""
    found: list[Finding] = []
    for name, check in _OF_THE_MACHINE:
        found += _made(name, check)
    try:
        deployment = settings()
    except Exception:  # check_configuration has said why
        unmade = warning("not checked: the configuration cannot be followed", "correct that first")
        return found + [replace(unmade, check=name) for name, _ in _OF_THE_DEPLOYMENT]
    for name, of_deployment in _OF_THE_DEPLOYMENT:
        found += _made(name, partial(of_deployment, deployment))
    return found


def _made(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        for finding in check():
            yield replace(finding, check=name)
    except Exception as error:
        observed = f"could not be checked ({type(error).__name__}: {_said(error)})"
        yield replace(warning(observed, "look at it by hand"), check=name)


def _said(error: Exception) -> str:
    """Say what an error says, without a path in landing: a file's name may name a person."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return mask_secrets(" ".join(said.split()))[:200]


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing is wrong; a warning is none."""
    return all(each.standing != "wrong" for each in findings)


def report(findings: list[Finding], form: str) -> str:
    """Return the findings as a table or as JSON."""
    rows = [_row(each) for each in findings]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1)
    for row in rows:
        next_step = row.pop("next")
        row["observed"] += f"; next: {next_step}" if next_step else ""
    return in_columns(rows)


def _row(finding: Finding) -> dict[str, str]:
    return {
        "standing": finding.standing,
        "check": finding.check,
        "observed": finding.observed,
        "next": finding.next_step,
    }

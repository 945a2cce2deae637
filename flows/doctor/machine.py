"""What the machine gives a night: room, a clock, the tools of the lock, a way to itself."""

import importlib.metadata
import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.children.spark import missing_for_spark
from flows.doctor.answers import unanswered
from flows.doctor.finding import Finding, of_error, ok, warning, wrong
from flows.errors import SourceUnavailable, UsageError
from flows.machine.clock import today_in_japan
from flows.machine.disks import free_bytes, needed_bytes, written_places
from flows.machine.proxies import refuse_socks
from flows.machine.store import store_of
from flows.one_page import NO_BROWSER, browser_to_print
from published import events, published_as_of
from settings import ROOT, Settings

_GIB = 1024**3
_ELSEWHERE_BYTES = 100_000_000  # logs, Prefect's home or temporary files on a disk of their own
_FEWEST_INODES = 1_000
_YEARS = range(2025, 2100)
_JAPAN = timedelta(hours=9)
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def check_room(settings: Settings) -> Iterator[Finding]:
    """Look at every disk that a night writes to: the candidate and a version need room there."""
    needed = needed_bytes(settings)
    ours = (settings.landing_dir, settings.candidate_dir, settings.published_dir)
    holding = {_existing(place).stat().st_dev for place in ours}
    disks: dict[int, Path] = {}
    for place in map(_existing, written_places(settings)):
        disks.setdefault(place.stat().st_dev, place)
    for disk, place in disks.items():
        yield _room(place, needed if disk in holding else _ELSEWHERE_BYTES)
        yield from _inodes(place)


def _existing(place: Path) -> Path:
    return next(each for each in (place, *place.parents) if each.exists())


def _room(place: Path, needed: int) -> Finding:
    free = free_bytes(place)
    observed = f"{free / _GIB:.1f} GiB are free on the disk of {place}"
    if free >= needed:
        return ok(observed)
    next_step = "give it room, or lower keep_versions (runbook: The disk is full)"
    return wrong(f"{observed}; a night should find {needed / _GIB:.1f}", next_step)


def _inodes(place: Path) -> Iterator[Finding]:
    disk = os.statvfs(place)
    if disk.f_files and disk.f_favail < _FEWEST_INODES:
        observed = f"the disk of {place} has room for {disk.f_favail} more files (inodes)"
        yield wrong(
            observed, "remove small files that are not ours, or use a disk with more inodes"
        )


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Compare the clock with plausible years, and with what earlier nights wrote down."""
    now = datetime.now(UTC)
    mend = "set the clock; a night would take its date from it"
    if now.year not in _YEARS:
        yield wrong(f"the clock says {now:%Y-%m-%d}", mend)
    last = max((event.at for event in events(settings) if event.at), default=None)
    if last and last > now + timedelta(minutes=5):
        observed = f"the clock says {now:%Y-%m-%d %H:%M} UTC"
        yield wrong(f"{observed}, and the ledger has an entry of {last:%Y-%m-%d %H:%M}", mend)
    today, published = today_in_japan(), published_as_of(settings)
    if published and published > today:
        observed = f"it is {today} in Japan, and what is published is as of {published}"
        next_step = "set the clock, or give the night its --as-of"
        yield wrong(f"{observed}: a night of today would be refused", next_step)
    yield _zone(now)


def _zone(now: datetime) -> Finding:
    """Dates are Japan's wherever the machine is; but cron goes by the machine's zone."""
    local = time.localtime(now.timestamp())
    observed = (
        f"it is {now + _JAPAN:%Y-%m-%d %H:%M} in Japan; the machine's zone is {local.tm_zone}"
    )
    offset = timedelta(seconds=local.tm_gmtoff)
    if offset == _JAPAN:
        return ok(observed)
    two = (datetime(2000, 1, 2, 2) - offset + _JAPAN).time()
    observed += f", where 02:00 is {two:%H:%M} in Japan"
    if offset:
        return warning(observed, "set it to Asia/Tokyo, or reckon with it in the schedule")
    return ok(f"{observed}: reckon with it in a crontab")


def check_browser(settings: Settings) -> Iterator[Finding]:
    """Look for the browser that prints the overview, where nights are to print it."""
    place = browser_to_print()
    if not settings.prints_one_page:
        yield ok("nights print no page (prints_one_page)")
    elif place is None:
        yield warning(f"prints_one_page: {NO_BROWSER}", "install Debian's chromium")
    else:
        yield ok(f"{place} prints the overview")


def check_engine(settings: Settings) -> Iterator[Finding]:
    """Look for what Spark needs, where it is to land and fold; no cluster is asked."""
    engine = settings.engine
    if engine.kind == "local":
        yield ok("what grows is landed and folded on this machine (engine kind local)")
    elif missing := missing_for_spark():
        yield wrong(f"engine: kind spark, and here is no {' and no '.join(missing)}", "make spark")
    else:
        yield ok(f"what grows is landed and folded by Spark at {engine.master}; it was not asked")
        yield from _check_store(settings)


def _check_store(settings: Settings) -> Iterator[Finding]:
    try:
        store = store_of(settings.engine)
        if store:
            store.look()
            yield ok("the engine's store is there; nothing was read or written in it")
    except (SourceUnavailable, UsageError) as error:
        what, _, next_step = str(error).partition("; next: ")
        yield wrong(what, next_step)


def check_tools() -> Iterator[Finding]:
    """Compare Python and the installed packages with requirements.lock."""
    anew = "remove .venv, then make setup"
    python = platform.python_version()
    if sys.version_info[:2] != (3, 11):
        yield wrong(f"Python is {python}; expected 3.11", anew)
    pinned = _PINNED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    there = {_plain(each.name): each.version for each in importlib.metadata.distributions()}
    found = [(name, version, there.get(_plain(name), "missing")) for name, version in pinned]
    others = [f"{name} {has} for {version}" for name, version, has in found if has != version]
    if others:
        more = f" and {len(others) - 8} more" if len(others) > 8 else ""
        yield wrong(f"not as in requirements.lock: {', '.join(others[:8])}{more}", anew)
    else:
        yield ok(f"Python {python}; {len(pinned)} packages are as in requirements.lock")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check_proxies() -> Iterator[Finding]:
    """Look at the proxies that the environment names; a proxy's address may hold a password."""
    try:
        refuse_socks()
    except UsageError as error:
        yield of_error(error)
        return
    named = {name.lower() for name, value in os.environ.items() if value} & _PROXIES
    if named:
        observed = f"{', '.join(sorted(named))} named for web sources"
        yield ok(f"{observed}; this machine's own addresses go past them")
    else:
        yield ok("the environment names none")


def check_prefect() -> Iterator[Finding]:
    """Look whether the Prefect server that the environment names answers."""
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        yield ok("a night starts a server of its own")
    elif problem := unanswered(address):
        yield wrong(f"PREFECT_API_URL: {problem}", "start that server, or unset the variable")
    else:
        yield ok("the host of PREFECT_API_URL answers")

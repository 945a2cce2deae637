"""The app beside a bare Streamlit page that shows the same figures: until they are seen in a
browser, how many readers a server has room for, and what each of them costs it.

Each pair of servers runs at once, and only one of them is asked at a time.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from bench.demonstration import Demonstration, demonstration
from bench.lines import Line, Sizes
from bench.measure import ROOT, alternate, ratio
from browsing.browser import browser
from browsing.server import APP, Server, serve
from browsing.session import session
from published import version_beside

BARE_PAGE = ROOT / "bench" / "bare_page.py"
_FLAGS = ("--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false")
_PAGES = ("", "indicator", "usage", "health", "report", "definitions")
_CLIENTS = 4
_READERS = 30
_PAUSE_SECONDS = 10.0
# All figures and the chart as a reader sees them: laid out, and the chart drawn.
_SEEN = """() => {
    const isSeen = (each) => each.getBoundingClientRect().height > 0;
    const figures = [...document.querySelectorAll('.shihyo .tile .actual, [data-testid=stMetric]')];
    const drawn = (each) => isSeen(each) && (each.tagName !== 'IMG' || each.complete && each.naturalWidth > 0);
    const charts = [...document.querySelectorAll('img.chart.wide, [data-testid=stVegaLiteChart] :is(canvas, svg)')];
    return figures.filter(isSeen).length === 9 && charts.some(drawn) && performance.now();
}"""
_FIRST_FIGURE = """() => {
    const figure = document.querySelector('.shihyo .figures dd');
    return figure && figure.getBoundingClientRect().height > 0 && performance.now();
}"""


def app_benchmarks(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The app on the published demonstration."""
    made = demonstration(folder)
    with ExitStack() as stack:
        app = stack.enter_context(serve(APP, made.environment, folder / "app.log"))
        bare = stack.enter_context(serve(BARE_PAGE, made.environment, folder / "bare.log", *_FLAGS))
        with browser() as chromium:
            yield from _until_seen(chromium, app, bare, sizes)
            yield _static_copy(chromium, made, sizes)
            yield _crowd(chromium, app, sizes)
        yield from _new_sessions(app, bare, sizes)
        yield _many_readers(app)
    with serve(APP, made.environment, folder / "app.log") as app:
        yield from _memory(app, sizes)


def _until_seen(chromium: Any, app: Server, bare: Server, sizes: Sizes) -> Iterator[Line]:
    for server in (app, bare):
        _seconds_until(chromium, server.url, _SEEN)
    ours, floors = alternate(
        3 * sizes.runs,
        lambda: _seconds_until(chromium, app.url, _SEEN),
        lambda: _seconds_until(chromium, bare.url, _SEEN),
    )
    yield Line(
        "The app in Chromium, from navigation to nine tiles and the main chart ÷ a bare Streamlit"
        " page with these figures",
        ratio(ours, floors),
        "≤ 1.0",
        f"{median(ours):.2f} s and {median(floors):.2f} s, empty cache",
    )


def _static_copy(chromium: Any, made: Demonstration, sizes: Sizes) -> Line:
    version = version_beside(made.published_warehouse)
    copy = made.published_warehouse.with_name(f"warehouse-{version}.ja.html")
    seconds = [
        _seconds_until(chromium, copy.as_uri(), _FIRST_FIGURE) for _ in range(3 * sizes.runs)
    ]
    return Line(
        "The overview as a file, from navigation to its first figures",
        f"{median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})",
        "≤ 0.30 s",
        f"{copy.stat().st_size / 1000:.0f} kB",
    )


def _seconds_until(chromium: Any, address: str, seen: str) -> float:
    """Open an address in a browser that knows nothing of it; return when something is seen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    try:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        return (
            float(page.wait_for_function(seen, polling="raf", timeout=60_000).json_value()) / 1000
        )
    finally:
        context.close()


def _crowd(chromium: Any, app: Server, sizes: Sizes) -> Line:
    """A reader in a browser, alone and when thirty others open the overview in the same moment."""
    crowds: list[float] = []

    def alone() -> float:
        return _seconds_until(chromium, app.url, _SEEN)

    def among_others() -> float:
        began = time.monotonic()
        with ThreadPoolExecutor(_READERS) as pool:
            asked = [pool.submit(_open, app, "") for _ in range(_READERS)]
            seconds = alone()
            for each in asked:
                each.result()
            crowds.append(time.monotonic() - began)
        return seconds

    together, single = alternate(3 * sizes.runs, among_others, alone)
    return Line(
        f"The same in Chromium while {_READERS} more sessions begin in the same moment: the slowest"
        " ÷ alone",
        f"{max(together) / median(single):.2f}",
        "≤ 2",
        f"{max(together):.2f} s and {median(single):.2f} s; all of them are served within"
        f" {max(crowds):.1f} s",
    )


def _new_sessions(app: Server, bare: Server, sizes: Sizes) -> Iterator[Line]:
    spent: dict[str, list[float]] = {app.url: [], bare.url: []}

    def seconds(server: Server) -> float:
        before, began = server.cpu_seconds, time.monotonic()
        with ThreadPoolExecutor(_CLIENTS) as pool:
            list(pool.map(lambda _: _open(server, ""), range(sizes.sessions)))
        took = time.monotonic() - began
        spent[server.url].append((server.cpu_seconds - before) / sizes.sessions)
        return took

    for server in (app, bare):
        _open(server, "")
    ours, floors = alternate(sizes.runs, lambda: seconds(app), lambda: seconds(bare))
    yield Line(
        "New sessions of the app per second ÷ that page's",
        ratio(floors, ours),
        "≥ 0.9",
        f"{sizes.sessions / median(ours):.1f} and {sizes.sessions / median(floors):.1f} a second,"
        f" {_CLIENTS} at a time; {1000 * median(spent[app.url]):.0f} and"
        f" {1000 * median(spent[bare.url]):.0f} ms of the server's processor each",
    )


def _many_readers(app: Server) -> Line:
    """Thirty readers, each of whom opens a page anew every ten seconds or so, against one."""
    for page in _PAGES:
        _open(app, page)
    alone = _seconds_of_reader(app, Random(0), looks=40, pause=0.0)
    start = threading.Barrier(_READERS)

    def reader(number: int) -> list[float]:
        start.wait()
        return _seconds_of_reader(app, Random(number), looks=3, pause=_PAUSE_SECONDS)

    with ThreadPoolExecutor(_READERS) as pool:
        together = [each for found in pool.map(reader, range(_READERS)) for each in found]
    return Line(
        f"{_READERS} readers who open a page every {_PAUSE_SECONDS:.0f} s: p95 ÷ p95 of one",
        f"{_p95(together) / _p95(alone):.2f}",
        "≤ 2",
        f"{1000 * _p95(together):.0f} ms and {1000 * _p95(alone):.0f} ms, a new session each",
    )


def _seconds_of_reader(app: Server, chance: Random, looks: int, pause: float) -> list[float]:
    seconds = []
    for _ in range(looks):
        time.sleep(chance.uniform(0, 2 * pause))
        began = time.monotonic()
        _open(app, chance.choice(_PAGES))
        seconds.append(time.monotonic() - began)
    return seconds


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _memory(app: Server, sizes: Sizes) -> Iterator[Line]:
    def look(number: int) -> None:
        language = ("ja", "en")[number // len(_PAGES) % 2]
        _open(app, f"{_PAGES[number % len(_PAGES)]}?lang={language}")

    for number in range(2 * len(_PAGES)):
        look(number)
    before = app.resident_bytes
    with ExitStack() as stack:
        for _ in range(_READERS):
            stack.enter_context(session(app.url)).ask()
        held = app.resident_bytes
    yield Line(
        "Memory of an open session of the overview (no bound)",
        f"{(held - before) / _READERS / 2**20:.1f} MiB",
        "—",
        f"{_READERS} sessions at once; the server holds {before / 2**20:.0f} MiB without one",
    )
    # Streamlit keeps the last 128 sessions for readers who come back: they are full then.
    for number in range(sizes.views // 5):
        look(number)
    before = app.resident_bytes
    for number in range(sizes.views):
        look(number)
    after = app.resident_bytes
    yield Line(
        f"Memory of the app's server after {sizes.views:,} views of all its pages ÷ before",
        f"{after / before:.2f}",
        "< 1.10",
        f"{after / 2**20:.0f} and {before / 2**20:.0f} MiB, each view a session of its own",
    )


def _open(server: Server, address: str) -> None:
    with session(server.url) as opened:
        opened.ask(address)

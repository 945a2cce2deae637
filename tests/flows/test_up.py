"""`shihyo up` as a bureau runs it: real processes on a small city, each killed once.

One story is told once, in two sessions with a stop between them; the tests ask what was seen.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
from harness.recording_server import recording_server
from small_city import BASE_AS_OF, ROOT, City

from flows.children.prefect_server import prefect_api
from flows.lock import exclusive
from flows.night.page import done_percent
from flows.reading.run_report import run_report
from flows.run import Run
from flows.running_up import running_file, running_up
from flows.up.keeper import Keeper
from flows.up.plan import Part, Places
from flows.up.schedule import deployments
from settings import Settings, SourceSettings

SHIHYO = str(Path(sys.executable).with_name("shihyo"))
PATIENCE_SECONDS = 240
T = TypeVar("T")
# Nobody listens there: what is said to this machine itself has to go past it.
PROXIES = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY"), "http://127.0.0.1:9")


@dataclass
class Story:
    """What was seen, in the order in which it was."""

    check: subprocess.CompletedProcess[str] | None = None
    second: subprocess.CompletedProcess[str] | None = None
    printed: str = ""
    logs: dict[str, str] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    app_answers: int = 0
    pages: list[dict[str, list[dict[str, Any]]]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)


class Up:
    """A `shihyo up` that runs in a city."""

    def __init__(self, city: City, process: subprocess.Popen[bytes], ports: tuple[int, int]):
        self.city, self.process, self.ports = city, process, ports
        self.frozen = 0

    def part(self, module: str) -> int:
        """Wait for a part, and return its process."""
        found = until(lambda: [each for each in _children(self.process.pid) if module in each[1]])
        return int(found[0][0])

    def kill(self, module: str) -> None:
        """Kill a part, and wait for the one in its place."""
        before = self.part(module)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.part(module) != before)

    def freeze_between_nights(self) -> None:
        """Let no further night begin: on a slow machine the next one is due when one ends."""
        self.frozen = self.part("flows.up.worker")

        def is_between() -> bool:
            os.kill(self.frozen, signal.SIGSTOP)
            begun = {"PENDING", "RUNNING"} & {run["state_type"] for run in self.ask("flow_runs")}
            if begun:
                os.kill(self.frozen, signal.SIGCONT)
            return not begun

        until(is_between)

    def end(self, by: signal.Signals) -> None:
        self.process.send_signal(by)
        if self.frozen:
            time.sleep(1)  # until the worker has been asked to end as well
            os.kill(self.frozen, signal.SIGCONT)

    def ask(self, kind: str, **more: Any) -> list[dict[str, Any]]:
        """Return what Prefect's server lists of a kind."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[1]}/api/{kind}/filter",
            json.dumps({"limit": 200, **more}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return list(json.load(answer))

    def page(self) -> dict[str, list[dict[str, Any]]]:
        """Return all that Prefect's page would show."""
        kinds = ("deployments", "flow_runs", "task_runs", "artifacts", "logs")
        return {kind: self.ask(kind) for kind in kinds}

    def app_answers(self) -> int:
        def asked() -> int:
            with suppress(OSError):
                address = f"http://127.0.0.1:{self.ports[0]}/_stcore/health"
                with urllib.request.urlopen(address, timeout=5) as answer:
                    return int(answer.status)
            return 0

        return until(asked)


def until(asked: Callable[[], T]) -> T:
    """Return the first answer that is true."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_SECONDS:
        if answer := asked():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {asked}")


def _children(parent: int) -> list[tuple[int, str]]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                state = (place / "stat").read_text().rpartition(")")[2].split()
                if int(state[1]) == parent and state[0] != "Z":
                    words = (place / "cmdline").read_bytes().replace(b"\0", b" ")
                    found.append((int(place.name), words.decode()))
    return found


def _processes_of(city: City) -> list[str]:
    """Return every process that was told of this city's data folder."""
    told = f"SHIHYO_DATA_DIR={city.data}\0".encode()
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                if told in (place / "environ").read_bytes():
                    found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _environment(city: City, **more: str) -> dict[str, str]:
    environment = City(city.folder).environment(**PROXIES, **more)
    hidden = ("NO_PROXY", "no_proxy")
    return {name: value for name, value in environment.items() if name not in hidden}


def _words(ports: tuple[int, int], *more: str) -> list[str]:
    return [SHIHYO, "up", "--port", str(ports[0]), "--prefect-port", str(ports[1]), *more]


@contextmanager
def _session(city: City, story: Story, end: signal.Signals, to: str, *more: str) -> Iterator[Up]:
    ports = _free_ports()
    environment = _environment(city, SHIHYO_ALERT_ADDRESSES=to)
    with (city.folder / "up.log").open("ab") as output:
        process = subprocess.Popen(
            _words(ports, *more), cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        up = Up(city, process, ports)
        yield up
        up.end(end)
        story.codes.append(process.wait(timeout=120))
        if end == signal.SIGKILL:
            until(lambda: not _processes_of(city))
        story.left += _processes_of(city)
    finally:
        process.kill()
        process.wait()


def _versions(city: City) -> list[str]:
    return sorted(file.name for file in (city.data / "published").glob("warehouse-*-*.duckdb"))


def _events(city: City) -> list[dict[str, Any]]:
    ledger = (city.data / "published" / "runs.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in ledger.splitlines()]


def _count_of_begun(city: City) -> int:
    return sum(each["event"] == "started" for each in _events(city))


def _make_late(city: City) -> int:
    """Have the schedule's next five runs been due while nothing ran; return how many there are."""
    database = city.data / "logs" / "prefect" / "prefect.db"
    due = datetime.now(UTC) - timedelta(hours=1)
    with sqlite3.connect(database) as connection:
        runs = connection.execute(
            "select id from flow_run where state_type = 'SCHEDULED'"
            " order by next_scheduled_start_time limit 5"
        ).fetchall()
        for place, (run,) in enumerate(runs):
            moment = due + timedelta(minutes=place)
            connection.execute(
                "update flow_run set next_scheduled_start_time = :at, expected_start_time = :at"
                " where id = :run",
                {"at": f"{moment:%Y-%m-%d %H:%M:%S.%f}", "run": run},
            )
            connection.execute(
                "update flow_run_state set state_details = json_set(state_details,"
                " '$.scheduled_time', :at) where flow_run_id = :run",
                {"at": moment.isoformat(), "run": run},
            )
    return len(runs)


@pytest.fixture(scope="module")
def story(base_city: City, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Tell the story: a night in which every part is killed, a stop, and nights that were missed."""
    city = base_city.copy_to(tmp_path_factory.mktemp("up") / "city")
    seen = Story()
    begun = len(_events(city))
    with recording_server() as told:
        with _session(city, seen, signal.SIGTERM, told.hook, "--every", "15") as up:
            _lose_every_part(up, seen)
        assert _make_late(city) == 5
        (city.folder / "inbox" / "policy_pages").rename(city.folder / "gone")
        with _session(city, seen, signal.SIGKILL, told.hook, "--every", "3600") as up:
            until(lambda: "policy_pages is stale" in _printed(city))
            seen.pages.append(up.page())
    seen.alerts = told.alerts
    seen.ledger, seen.printed = _events(city)[begun:], _printed(city)
    logs = (city.data / "logs").glob("*.log")
    seen.logs = {file.stem: file.read_text(encoding="utf-8") for file in logs}
    return seen


def _lose_every_part(up: Up, seen: Story) -> None:
    before, begun = _versions(up.city), _count_of_begun(up.city)
    up.part("flows.up.worker")
    seen.second = _shihyo_up(up.city, _free_ports())
    seen.check = _shihyo_up(up.city, up.ports, "--check")
    until(lambda: _count_of_begun(up.city) > begun)
    up.kill("flows.up.worker")
    up.kill("flows.up.app")
    until(lambda: _count_of_begun(up.city) > begun + 1)
    up.kill("flows.children.prefect_server")
    until(lambda: [version for version in _versions(up.city) if version not in before])
    until(lambda: _events(up.city)[-1]["event"] == "finished")
    seen.app_answers = up.app_answers()
    up.freeze_between_nights()
    seen.pages.append(up.page())


def _printed(city: City) -> str:
    return (city.folder / "up.log").read_text(encoding="utf-8")


def _shihyo_up(city: City, ports: tuple[int, int], *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _words(ports, *more), cwd=ROOT, env=_environment(city), capture_output=True, text=True
    )


def test_a_night_is_published_on_the_schedule_though_every_part_is_killed(story: Story) -> None:
    ended = [each["outcome"] for each in story.ledger if each["event"] == "finished"]
    assert ended.count("published") == 1, ended
    assert story.app_answers == 200
    for part in ("worker", "app", "server"):
        assert f"up: the {part} was ended by signal 9" in story.printed


def test_each_cause_is_told_once_though_every_part_is_killed(story: Story) -> None:
    told = Counter(title for title, _ in story.alerts)
    assert set(told.values()) == {1}, told
    assert told["Shihyō: 夜間更新が復旧しました"] == 1, told
    assert sum(title.endswith("時点の数値を公表しました") for title in told) == 1, told


def test_a_night_whose_worker_or_server_died_is_begun_again(story: Story) -> None:
    outcomes = [each["outcome"] for each in story.ledger if each["event"] == "finished"]
    assert outcomes[:2] == ["failed", "failed"], "it was stopped, and wrote so into the ledger"
    again = [run for run in story.pages[0]["flow_runs"] if run["run_count"] > 1]
    assert [run["state_type"] for run in again] == ["COMPLETED"]
    assert story.printed.count("was interrupted and is begun again") == 2


def test_a_night_whose_up_was_killed_stops_and_says_so(story: Story) -> None:
    assert story.ledger[-1]["event"] == "finished"
    assert story.ledger[-1]["outcome"] == "failed"


def test_nights_that_were_missed_are_made_up_for_once(story: Story) -> None:
    before = {run["id"] for run in story.pages[0]["flow_runs"] if run["state_type"] != "SCHEDULED"}
    runs = [run for run in story.pages[1]["flow_runs"] if run["id"] not in before]
    begun = [run for run in runs if run["run_count"]]
    turned_away = [run for run in runs if run["state_type"] == "CANCELLED"]
    assert len(begun) == 1, [(run["name"], run["state_name"]) for run in begun]
    missed = [run for run in turned_away if "makes up for it" in run["state"]["message"]]
    assert len(missed) == 4
    assert "up: 5 of 'nightly' were due while nothing ran" in story.printed


def test_neither_sigterm_nor_its_own_death_leaves_a_process(story: Story) -> None:
    assert story.codes == [0, -signal.SIGKILL]
    assert story.left == []


def test_a_second_up_is_refused_by_name(story: Story) -> None:
    assert story.second is not None
    assert story.second.returncode == 5
    assert "another shihyo up runs in" in story.second.stderr
    assert "(process " in story.second.stderr
    assert len(story.second.stderr.splitlines()) == 1


def test_check_tells_of_the_one_that_runs(story: Story) -> None:
    assert story.check is not None
    (line,) = [
        line for line in story.check.stdout.splitlines() if " up " in line and "runs" in line
    ]
    assert line.startswith("warning"), line


def test_no_log_holds_a_trace_or_leaked_objects(story: Story) -> None:
    for name in ("worker", "app"):
        assert "Traceback" not in story.logs[name], story.logs[name]
        assert "leaked" not in story.logs[name]
    assert "Traceback" not in story.printed
    assert "leaked" not in story.printed


def test_prefects_page_tells_of_a_night(story: Story) -> None:
    page = story.pages[0]
    night = next(run for run in page["flow_runs"] if run["state_type"] == "COMPLETED")
    assert night["name"].startswith("night of 20")
    assert "night" in night["tags"]
    tasks = {task["name"] for task in page["task_runs"] if task["flow_run_id"] == night["id"]}
    assert {"land access_log", "land staff_roster", "write", "audit", "publish"} <= tasks
    artifacts = {each["key"]: each for each in page["artifacts"]}
    assert set(artifacts) >= {"night", "expectations", "what-changed", "dbt", "dbt-build"}
    assert "| access_log |" in artifacts["night"]["data"]
    assert artifacts["dbt"]["data"] == 100
    judged = json.loads(artifacts["expectations"]["data"])
    assert {"yes"} <= {row["holds"] for row in judged} <= {"yes", "NO"}


def test_prefects_page_says_what_a_backfill_is_asked(story: Story) -> None:
    (backfill,) = [each for each in story.pages[0]["deployments"] if each["name"] == "backfill"]
    asked = backfill["parameter_openapi_schema"]["properties"]
    assert set(asked) == {"first", "last", "step"}
    assert all(each["description"] for each in asked.values())


def test_a_stale_source_is_a_line_and_a_task_that_failed_and_no_trace(story: Story) -> None:
    assert "warning: policy_pages is stale" in story.printed
    page = story.pages[-1]
    failed = [task["name"] for task in page["task_runs"] if task["state_type"] == "FAILED"]
    assert set(failed) == {"land policy_pages"}
    assert not [log for log in page["logs"] if "Traceback" in log["message"]]


def test_the_summary_of_a_night_hides_what_is_secret_and_keeps_its_table_whole() -> None:
    run = Run("run", BASE_AS_OF)
    run.warnings = ["a | b", "postgresql://kpi:secret@db/kpi is stale"]
    told = run_report(run, "**SourceUnavailable**: it is gone", None)
    assert "- a \\| b" in told
    assert "secret" not in told
    assert "nothing yet" in told


def test_nothing_on_prefects_page_says_the_key(story: Story) -> None:
    for page in story.pages:
        assert "a key for the tests" not in json.dumps(page)


def _part(tmp_path: Path, *command: str) -> Part:
    return Part("worker", command, tmp_path / "worker.log")


def test_a_part_that_ends_at_once_is_said_so_once_for_each_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("flows.up.keeper.LONGEST_PAUSE_SECONDS", 4.0)
    moment = [0.0]
    monkeypatch.setattr("flows.up.keeper.time.monotonic", lambda: moment[0])
    keeper = Keeper((_part(tmp_path, "sh", "-c", "echo begun >&2; exit 3"),), dict(os.environ))
    for _ in range(600):
        keeper.look()
        moment[0] += 0.1
        time.sleep(0.005)
    said = [record.getMessage() for record in caplog.records]
    pauses = [words.partition(" again in ")[2].split()[0] for words in said]
    assert pauses == ["1", "2", "4"], said
    assert "every time after that" in said[-1]
    assert 8 <= len((tmp_path / "worker.log").read_text().splitlines()) <= 18


def test_what_a_part_has_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.up.keeper.PATIENCE_SECONDS", 0.5)
    stubborn = f"trap '' TERM; sleep 1000 & echo $! >{tmp_path}/left; wait; sleep 1000"
    keeper = Keeper((_part(tmp_path, "sh", "-c", stubborn),), dict(os.environ))
    keeper.look()
    left = int(until(lambda: (tmp_path / "left").exists() and (tmp_path / "left").read_text()))
    until(keeper.end)
    state = Path(f"/proc/{left}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_every_deployment_of_prefect_yaml_is_registered_as_it_says() -> None:
    night, backfill = deployments(None)
    (schedule,) = night.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone) == ("0 2 * * *", "Asia/Tokyo")
    assert night.concurrency_limit == 1
    assert night.concurrency_options.collision_strategy == "CANCEL_NEW"
    assert (night.entrypoint, night.tags) == ("flows.deployments.night", ["night"])
    assert backfill.schedules == []
    assert set(backfill.parameters) == {"first", "last", "step"}
    (schedule,) = deployments(30)[0].schedules
    assert schedule.schedule.interval.total_seconds() == 30


def test_check_names_a_port_that_is_taken(city: City) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        checked = city.shihyo("up", "--check", "--port", port)
        started = city.shihyo("up", "--port", port)
    assert f"port {port}, which the app is to have, cannot be had" in checked.stdout
    assert (checked.returncode, started.returncode) == (2, 2)
    assert f"port {port}" in started.stderr


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_night_by_hand_uses_the_server_of_the_up_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    settings = Settings(
        data_dir=tmp_path,
        pseudonym_key="a key for the tests alone",
        sources={"policy_pages": SourceSettings(enabled=False)},
    )
    server = HTTPServer(("127.0.0.1", 0), _Healthy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = f"http://127.0.0.1:{server.server_port}/api"
    said = {"process": 1, "app": "http://a", "prefect": "http://p", "api": api}
    with exclusive(running_file(settings), "it is held"):
        running_file(settings).write_text(json.dumps(said), encoding="utf-8")
        with prefect_api(settings):
            assert os.environ["PREFECT_API_URL"] == api
        assert "PREFECT_API_URL" not in os.environ
    assert running_up(settings) is None, "what a killed one wrote down is of no use"
    server.shutdown()


def test_places_are_addresses_of_this_machine() -> None:
    places = Places(8600, 4300, "shihyo")
    assert places.app_address == "http://localhost:8600/shihyo/"
    assert places.api_address == "http://127.0.0.1:4300/api"


def test_dbts_output_tells_how_much_is_done(tmp_path: Path) -> None:
    output = tmp_path / "dbt-output.log"
    assert done_percent(output) == 0
    output.write_text(
        "01:00:00  Concurrency: 2 threads\n"
        "01:00:00  1 of 8 START sql table model marts.a .... [RUN]\n"
        "01:00:00  2 of 8 START test b .... [RUN]\n"
        "01:00:01  1 of 8 OK created sql table model marts.a .... [OK in 0.1s]\n"
        "01:00:01  2 of 8 PASS b .... [PASS in 0.1s]\n"
    )
    assert done_percent(output) == 25

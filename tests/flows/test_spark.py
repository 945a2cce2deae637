"""Landing and folding on Spark: two executor processes do what one machine does, and what is not
there is named. Tests of a cluster skip where pyspark or Java is missing (`make spark`).
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest
from harness.invariants import check_no_orphan_files, export_marts, first_difference
from harness.kills import await_end_of_processes
from harness.object_store import KEY, SECRET, object_store
from harness.on_executors import killed_once, names
from harness.ready_python import ready_children
from harness.search import found_in
from small_city import FIRST_DAY, ROOT, City, log_lines, new_city

from flows.children import spark
from flows.children.fold_items import Folded, Piece, Plan, Statement, fold_items
from flows.children.spark import missing_for_spark, run_on_spark
from flows.errors import SourceUnavailable, UsageError
from flows.landing.arrivals import arrivals
from flows.landing.items import LandedItem, Manifest, landed_items, order_of_landing
from flows.landing.land_item import Item, is_known, land_item
from flows.landing.places import LandingFolder
from flows.landing.reader import Reader, Unread
from flows.machine.store import Store
from flows.sources.access_log import AccessLog
from settings import EngineSettings, Settings, SourceSettings

CLUSTER = "local-cluster[2,1,1024]"
SETTING = "a secret = of\\the tests"
LAST_NIGHT = FIRST_DAY + timedelta(days=6)

needs_spark = pytest.mark.skipif(
    bool(missing_for_spark()), reason=f"no {' and no '.join(missing_for_spark())}: make spark"
)


def city_in(folder: Path) -> City:
    """Make a city with six days of log, one of them delivered twice, and one with rows that are
    held back and rejected.
    """
    city = new_city(folder)
    city.deliver_roster(FIRST_DAY)
    for offset in range(5):
        city.deliver_log(FIRST_DAY + timedelta(days=offset))
    corrected = log_lines(FIRST_DAY, users=("S0000001", "S0000005"))
    city.deliver_log(FIRST_DAY, corrected, on=FIRST_DAY + timedelta(days=3))
    bad = ["x,s0000001,view,窓口の混雑,10.1.2.3", "2026-10-06T01:00:00Z,,view,,", "one field"]
    bad = [*log_lines(FIRST_DAY + timedelta(days=5)), *bad]
    city.deliver_log(FIRST_DAY + timedelta(days=5), bad, on=LAST_NIGHT)
    return city


@pytest.fixture
def city(tmp_path: Path) -> City:
    return city_in(tmp_path / "city")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, api_url: str) -> City:
    return City(city_in(tmp_path_factory.mktemp("delivered") / "city").folder, api_url)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, delivered: City) -> City:
    """What one machine lands and folds of these deliveries."""
    return _built(delivered, City(tmp_path_factory.mktemp("here")))


def settings_of(city: City) -> Settings:
    places = {"access_log": SourceSettings(location=str(city.folder / "inbox" / "access_log"))}
    return Settings(data_dir=city.data, pseudonym_key="a key for the tests alone", sources=places)


def items(city: City, landed: tuple[Manifest, ...] = ()) -> list[Item]:
    """Return each delivery of the city's log as an item of its own."""
    with ready_children(), Reader(settings_of(city)) as reader:
        listing = reader.list_deliveries(AccessLog(), str(city.folder / "inbox" / "access_log"))
    return [Item((found,), landed) for found in arrivals(listing, [LAST_NIGHT]).found]


def land(city: City, item: Item) -> list[Manifest | None]:
    settings = settings_of(city)
    with Reader(settings) as reader:
        reader.take_up(AccessLog(), settings.sources["access_log"].location)
        place = LandingFolder(settings)
        return list(land_item(settings, AccessLog(), item, reader, place))


def test_an_item_that_two_hands_land_at_once_is_there_once(city: City) -> None:
    first = items(city)[1]
    with ready_children(), ThreadPoolExecutor(2) as pool:
        hands = [pool.submit(partial(land, city, first)) for _ in range(2)]
        [one], [other] = (hand.result() for hand in hands)
    [there] = landed_items(settings_of(city), "access_log")
    assert one == other == there.manifest
    assert list((city.data / "landing" / ".landing").iterdir()) == []


def test_what_came_back_between_is_another_landing(city: City) -> None:
    first = items(city)[1]
    with ready_children():
        [manifest] = land(city, first)
        assert manifest is not None
        again = manifest.model_copy(update={"landed_at": "2099-01-01T00:00:00.000000+00:00"})
        other = again.model_copy(update={"sha256": "0" * 64, "stamp": "another"})
        [back] = land(city, Item(first.deliveries, (manifest, other)))
    assert back is not None
    assert back.landed_at > other.landed_at
    assert len(landed_items(settings_of(city), "access_log")) == 2
    assert is_known(AccessLog(), Item(first.deliveries, (manifest,)))
    assert not is_known(AccessLog(), Item(first.deliveries, (manifest, other)))


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ({"kind": "spark"}, "needs a master"),
        (
            {"kind": "spark", "master": "yarn", "spark": {"executor.memory": "2g"}},
            "executor.memory",
        ),
        ({"kind": "dask", "master": "x"}, "'local' or 'spark'"),
    ],
)
def test_an_engine_that_cannot_be_is_refused(engine: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EngineSettings.model_validate(engine)


def test_a_night_without_java_says_what_is_missing_and_lands_the_rest(
    city: City, tmp_path: Path
) -> None:
    done = city.night(
        LAST_NIGHT,
        PATH=str(tmp_path),
        JAVA_HOME="",
        SHIHYO_ENGINE__KIND="spark",
        SHIHYO_ENGINE__MASTER=CLUSTER,
    )
    assert done.returncode == 2
    assert "no Java; next: make spark, or set kind to local" in done.stderr
    assert {each.manifest.source_name for each in landed_items(settings_of(city))} == {
        "staff_roster"
    }


def test_what_no_cluster_folds_is_folded_here_with_a_warning(
    city: City, tmp_path: Path, api_url: str
) -> None:
    city = City(city.folder, api_url)
    city.publish(LAST_NIGHT)
    marts = export_marts(city)
    done = city.shihyo(
        *("run", "--as-of", LAST_NIGHT, "--full-refresh"),
        PATH=str(tmp_path),
        JAVA_HOME="",
        SHIHYO_ENGINE__KIND="spark",
        SHIHYO_ENGINE__MASTER=CLUSTER,
    )
    assert done.returncode == 0, done.stderr
    assert "warning: folded on this machine, and not by Spark: engine: kind spark" in done.stdout
    assert first_difference(marts, export_marts(city)) is None


def test_an_item_that_another_hand_could_read_more_of_is_taken_as_that_has_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = items(city)[1:3]
    land_whole = Reader.land

    def land_nothing(reader: Reader, *arguments: Any) -> Unread:
        landed = land_whole(reader, *arguments)
        assert isinstance(landed, tuple)
        return Unread(landed[0], "reading it took more than 1 seconds")

    with ready_children():
        [whole] = land(city, first)
        monkeypatch.setattr(Reader, "land", land_nothing)
        assert land(city, first) == [whole]
        [nothing] = land(city, second)
        monkeypatch.undo()
        [later] = land(city, second)
    assert nothing is not None
    assert later is not None
    assert (nothing.rows_landed, later.rows_landed) == (0, 40)
    landed = [each.manifest for each in landed_items(settings_of(city), "access_log")]
    assert sorted(landed, key=order_of_landing) == [whole, nothing, later]


def test_an_item_is_folded_by_the_sql_it_is_given_and_what_fails_is_named(tmp_path: Path) -> None:
    import pyarrow as pa

    columns = {"item_id": ["a"], "data_path": ["x"], "known_from": [date(2026, 10, 1)]}
    landed = pa.table(columns)
    plan = Plan(
        fold_id="tonight",
        database="warehouse",
        views=(
            Statement(
                "v", '"warehouse"."staging"."v"', 'select * from "warehouse"."night"."landed_items"'
            ),
        ),
        models=(
            Statement("m", '"warehouse"."x"."m"', 'select item_id from "warehouse"."staging"."v"'),
            Statement("broken", '"warehouse"."x"."b"', "select no_column from nothing"),
        ),
        tables=(),
        landing=tmp_path / "landing",
        folder=tmp_path / "folded",
        engine=EngineSettings(),
        memory_mib=512,
    )
    pieces = [Piece(item, "contract", f"{item}/data", landed) for item in ("a", "b")]
    assert list(fold_items(plan, iter(pieces))) == [Folded(("broken",)), Folded(("broken",))]
    files = {path.relative_to(plan.folder).as_posix() for path in plan.folder.rglob("*.*")}
    assert files == {plan.folded_name("m", item) for item in ("a", "b")}
    assert all(file.startswith("tonight/m/") for file in files)


@needs_spark
@pytest.mark.parametrize("has_store", [False, True], ids=["folder", "store"])
def test_two_executors_make_what_one_machine_makes(
    has_store: bool, delivered: City, here: City, tmp_path: Path
) -> None:
    engine = {"SHIHYO_ENGINE__KIND": "spark", "SHIHYO_ENGINE__MASTER": CLUSTER}
    there = City(tmp_path)
    with object_store() as address:
        if has_store:
            engine["SHIHYO_ENGINE__STORE"] = address
        _built(delivered, there, **engine)
        if has_store:
            data = {
                (item.folder.relative_to(there.data) / "data.parquet").as_posix()
                for item in _of_log(there)
            }
            stored = {file.rpartition(".")[0] for file in Store(address).files("landing")}
            assert {f"landing/{file}" for file in stored} >= data
            assert Store(address).files("arrived") == Store(address).files("folded") == []
    assert [_but_for_times(each) for each in landed_items(settings_of(here))] == [
        _but_for_times(each) for each in landed_items(settings_of(there))
    ]
    assert "read_parquet" in _statement(there, "int_access_log_user_days")
    assert str(there.data / "folded") in _statement(there, "int_access_log_rows_quarantined")
    assert first_difference(export_marts(here), export_marts(there)) is None
    assert _types(here) == _types(there)
    assert found_in(there.data, ("S0000001", "S0000005", "山田 花子", KEY, SECRET)) == []
    assert await_end_of_processes(there) == {}
    check_no_orphan_files(there)


@needs_spark
def test_a_cluster_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    engine = EngineSettings(kind="spark", master="spark://127.0.0.1:9")
    with pytest.raises(SourceUnavailable, match=r"Spark at spark://127.0.0.1:9: .*") as raised:
        run_on_spark("try", engine, names, ["a"], tmp_path)
    assert "its driver ended" not in str(raised.value)
    assert "All masters are unresponsive" in (tmp_path / "spark-try.log").read_text()


@needs_spark
def test_a_cluster_that_has_no_executor_to_give_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "EXECUTORS_SECONDS", 5.0)
    with _master_without_workers(tmp_path) as address:
        engine = EngineSettings(kind="spark", master=address)
        with pytest.raises(
            SourceUnavailable, match="it had no executor for 5 s; next: see whether"
        ):
            run_on_spark("try", engine, names, ["a"], tmp_path)


@needs_spark
def test_a_task_whose_executor_is_killed_is_done_again(tmp_path: Path) -> None:
    settings = {"spark.executorEnv.PYTHONPATH": _paths(), "spark.authenticate.secret": SETTING}
    engine = EngineSettings(kind="spark", master=CLUSTER, spark=settings)
    pieces = [str(tmp_path / str(number)) for number in range(4)]
    seen = run_on_spark("try", engine, killed_once, pieces, tmp_path)
    assert len(seen) == len(pieces)
    assert Path(pieces[0]).exists()
    assert "SparkSubmit" in seen[0]
    assert SETTING not in "".join(seen), "a command line shows a setting"
    assert "Lost executor" in (tmp_path / "spark-try.log").read_text()


def test_without_pieces_no_cluster_is_asked(tmp_path: Path) -> None:
    assert run_on_spark("try", EngineSettings(kind="spark", master="x"), names, [], tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark, "missing_for_spark", lambda: ["pyspark", "Java"])
    with pytest.raises(UsageError, match="here is no pyspark and no Java; next: make spark"):
        run_on_spark("try", EngineSettings(kind="spark", master="x"), names, ["a"], tmp_path)


def _built(city: City, to: City, **more: str) -> City:
    """Land a city's deliveries into the data folder of another, and build; wait for a cluster on a
    machine that has other work.
    """
    words = ("backfill", "--from", str(FIRST_DAY), "--to", str(LAST_NIGHT))
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *words],
        env=city.environment(SHIHYO_DATA_DIR=str(to.data), **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return to


def _of_log(city: City) -> list[LandedItem]:
    return landed_items(settings_of(city), "access_log")


@contextmanager
def _master_without_workers(folder: Path) -> Iterator[str]:
    """Give the address of a cluster's master, as it prints it."""
    # Not by an import: where Great Expectations was imported, there is no pyspark.
    found = PathFinder.find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations is not None
    program = Path(found.submodule_search_locations[0]) / "bin" / "spark-class"
    words = ["org.apache.spark.deploy.master.Master", "-h", "127.0.0.1", "-p", "0"]
    printed = folder / "master.log"
    with printed.open("wb") as output:
        master = subprocess.Popen(
            [str(program), *words, "--webui-port", "0"], stdout=output, stderr=output
        )
    try:
        latest = time.monotonic() + 120
        while not (said := re.search(r"spark://127\.0\.0\.1:\d+", printed.read_text())):
            assert master.poll() is None, printed.read_text()
            assert time.monotonic() < latest
            time.sleep(0.2)
        yield said[0]
    finally:
        master.kill()
        master.wait()


def _paths() -> str:
    return os.pathsep.join([str(ROOT), str(ROOT / "tests")])


def _but_for_times(item: Any) -> dict[str, Any]:
    return json.loads(item.manifest.model_dump_json(exclude={"landed_at"}))


def _statement(city: City, model: str) -> str:
    [file] = (city.data / "logs" / "dbt_target" / "compiled").rglob(f"{model}.sql")
    return file.read_text(encoding="utf-8")


def _types(city: City) -> list[tuple[Any, ...]]:
    return city.query(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name in ('intermediate', 'marts') order by all"
    )

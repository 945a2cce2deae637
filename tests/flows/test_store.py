"""What executors put into a store: taken from there whole or not at all, and once; and gone from
there when a person is erased. The store is a real server of the S3 kind.
"""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from harness.object_store import KEY, SECRET, address, object_store
from harness.ready_python import ready_children
from pyarrow import fs
from pydantic import SecretStr
from small_city import FIRST_DAY, City, new_city

from flows.children.fold_places import put_landed
from flows.doctor.machine import check_engine
from flows.errors import SourceUnavailable, StoreUnavailable, UsageError
from flows.landing import land_on_spark, places
from flows.landing.arrivals import arrivals
from flows.landing.items import FILES, MANIFEST, Manifest, landed_items
from flows.landing.land_item import Item, land_item
from flows.landing.places import ArrivedInStore, take_from_store
from flows.landing.reader import Reader
from flows.machine.store import Store
from flows.night.erase import erase_from_landing
from flows.sources.access_log import AccessLog
from flows.sources.pseudonyms import Pseudonyms
from published import events
from settings import EngineSettings, Settings, SourceSettings

_KEY = "a key for the tests alone"


@pytest.fixture
def at(served: str, tmp_path: Path) -> str:
    """An address that no other test uses."""
    bucket, _, asked = served.partition("?")
    return f"{bucket}/{tmp_path.name}?{asked}"


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with object_store() as there:
        yield there


@pytest.fixture
def store(at: str) -> Store:
    return Store(at)


def settings_of(folder: Path, at: str, log: Path | None = None) -> Settings:
    sources = {"access_log": SourceSettings(location=str(log))} if log else {}
    engine = EngineSettings.model_validate({"kind": "spark", "master": "local[1]", "store": at})
    return Settings(data_dir=folder, pseudonym_key=_KEY, sources=sources, engine=engine)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_put_there_is_fetched_as_it_was(store: Store, tmp_path: Path) -> None:
    folder, back = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    back.mkdir()
    (folder / "利用 記録+1%.parquet").write_bytes(b"x" * (20 << 20))
    (folder / "last").write_bytes(b"")
    name = "landing/名簿/令和8年 4月"
    store.put_folder(folder, name, last="last")
    assert set(store.files("landing/名簿")) == {
        "令和8年 4月/利用 記録+1%.parquet",
        "令和8年 4月/last",
    }
    for file in folder.iterdir():
        store.fetch(f"{name}/{file.name}", back / file.name)
    assert files(back) == files(folder)
    store.remove("landing/名簿")
    store.remove("landing/名簿")
    assert store.files("landing") == []


def test_a_file_that_is_there_cut_short_is_put_there_again(store: Store, tmp_path: Path) -> None:
    name = "data.parquet"
    (tmp_path / name).write_bytes(b"whole")
    there = put_landed(store, tmp_path, name)
    (tmp_path / "short").write_bytes(b"wh")
    store.put(tmp_path / "short", f"landing/{there}")
    assert put_landed(store, tmp_path, name) == there
    store.fetch(f"landing/{there}", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"whole"
    (tmp_path / name).write_bytes(b"other")
    assert put_landed(store, tmp_path, name) != there


def test_a_store_that_does_not_answer_is_named_without_its_secrets(tmp_path: Path) -> None:
    store = Store(address(9))
    with pytest.raises(
        SourceUnavailable, match=r"the store s3://\*\*\*@bucket/shihyo\?\*\*\*: "
    ) as said:
        store.files("landing")
    assert KEY not in str(said.value)
    assert SECRET not in str(said.value)
    [_, finding] = check_engine(settings_of(tmp_path, address(9)))
    assert SECRET not in str(finding)
    assert "the store s3://***@bucket" in str(finding)


@pytest.mark.parametrize(
    "strange",
    [
        *("/srv/a", "file:///srv", "s4://a/b", "gs://a/b", "mock://a", "http://a/b", "x y"),
        *("s3://", "s3:///a", "s3://key:a/secret@bucket"),
    ],
)
def test_what_is_no_store_is_refused_and_not_shown(strange: str) -> None:
    with pytest.raises(UsageError, match="store is not the address of an object store") as said:
        Store(strange)
    assert "secret@" not in str(said.value)
    assert strange == "s3://" or strange not in str(said.value)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = new_city(tmp_path / "city")
    city.deliver_log(FIRST_DAY)
    return city


def land(city: City, folder: Path, at: str, store: Store, key: str = _KEY) -> Manifest:
    """Land the city's log into a store, by way of a folder, as an executor does."""
    log = city.folder / "inbox" / "access_log"
    settings = settings_of(folder, at, log).model_copy(update={"pseudonym_key": SecretStr(key)})
    with Reader(settings) as reader:
        item = item_of(reader, log)
        [manifest] = land_item(settings, AccessLog(), item, reader, ArrivedInStore(store))
    assert manifest is not None
    return manifest


def item_of(reader: Reader, log: Path) -> Item:
    listing = reader.list_deliveries(AccessLog(), str(log))
    [found] = arrivals(listing, [FIRST_DAY + timedelta(days=1)]).found
    return Item((found,))


def take(settings: Settings, store: Store) -> list[str]:
    return take_from_store(settings, store, "access_log", Pseudonyms(_KEY.encode()).key_id)


def raw(store: Store) -> set[str]:
    """Return the names of all that is there, folders and files."""
    found = store._files.get_file_info(fs.FileSelector(store._root, recursive=True))
    return {each.path.removeprefix(f"{store._root}/") for each in found}


def only_name(store: Store) -> str:
    [name] = {file.rpartition("/")[0] for file in store.files("arrived/access_log")}
    return f"arrived/access_log/{name}"


def change(store: Store, name: str, folder: Path, *, rows: int, told: bool) -> None:
    """Let a landing there have so few rows, and its manifest tell so, or not."""
    for file in ("data.parquet", MANIFEST):
        store.fetch(f"{name}/{file}", folder / file)
    pq.write_table(pq.read_table(folder / "data.parquet")[:rows], folder / "data.parquet")
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    if told:
        manifest.model_copy(update={"rows_landed": rows}).write(folder / MANIFEST)
    for file in ("data.parquet", MANIFEST):
        store.put(folder / file, f"{name}/{file}")


def test_what_two_hands_land_at_once_is_taken_once(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children(), ThreadPoolExecutor(2) as pool:
        hands = [pool.submit(land, city, tmp_path / name, at, store) for name in ("a", "b")]
        one, other = (hand.result() for hand in hands)
    assert one.is_of_the_same(other)
    assert len(store.files("arrived")) == 2 * len((MANIFEST, *FILES))
    settings = settings_of(tmp_path / "here", at)
    take(settings, store)
    [item] = landed_items(settings)
    assert item.manifest in (one, other)
    assert item.damaged_files() == []
    assert list((settings.landing_dir / ".landing").iterdir()) == []
    assert store.files("arrived") == []
    with ready_children():
        land(city, tmp_path / "c", at, store)  # the slower hand, after the night has gone on
    take(settings, store)
    assert landed_items(settings) == [item]
    assert raw(store) <= {"arrived", "arrived/access_log"}


def test_of_two_landings_the_one_that_read_more_is_taken(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        whole = land(city, tmp_path / "a", at, store)
        land(city, tmp_path / "b", at, store)
    first = sorted(store.files("arrived/access_log"))[0].partition("/")[0]
    change(store, f"arrived/access_log/{first}", tmp_path, rows=0, told=True)
    settings = settings_of(tmp_path / "here", at)
    take(settings, store)
    [item] = landed_items(settings)
    assert item.manifest.rows_landed == whole.rows_landed > 0


def test_a_landing_that_read_more_stands_also_when_it_comes_after_the_night(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        whole = land(city, tmp_path / "a", at, store)
        name = only_name(store)
        slower = tmp_path / "slower"
        slower.mkdir()
        for file in (MANIFEST, *FILES):
            store.fetch(f"{name}/{file}", slower / file)
        store.remove(name)
        land(city, tmp_path / "b", at, store)
    change(store, only_name(store), tmp_path, rows=0, told=True)
    settings = settings_of(tmp_path / "here", at)
    take(settings, store)
    [nothing] = landed_items(settings)
    assert nothing.manifest.rows_landed == 0
    assert nothing.manifest.landed_at > whole.landed_at
    for _ in range(2):
        store.put_folder(slower, name, last=MANIFEST)
        assert take(settings, store) == []
        assert [item.manifest.rows_landed for item in landed_items(settings)] == [
            0,
            whole.rows_landed,
        ]


def test_the_same_content_on_one_day_with_another_in_between_is_three_landings(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    settings = settings_of(tmp_path / "here", at)
    file = next((city.folder / "inbox" / "access_log").rglob("*.csv"))
    first = file.read_bytes()
    log = city.folder / "inbox" / "access_log"
    found = []
    with ready_children():
        for content in (first, first[:-1] + b"9\n", first):
            file.write_bytes(content)
            before = settings_of(tmp_path / "x", at, log)
            with Reader(before) as reader:
                [each] = item_of(reader, log).deliveries
                item = Item((each,), tuple(item.manifest for item in landed_items(settings)))
                [manifest] = land_item(before, AccessLog(), item, reader, ArrivedInStore(store))
            found.append(manifest)
            take(settings, store)
    assert [item.manifest for item in landed_items(settings)] == found
    assert found[0].is_of_the_same(found[2]) or found[0].stamp != found[2].stamp


def test_an_item_whose_last_file_is_not_there_is_not_there_and_does_not_stay(
    city: City, tmp_path: Path, at: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put

    def killed_before_the_manifest(store: Store, file: Path, name: str) -> None:
        if file.name == MANIFEST:
            raise KeyboardInterrupt
        put(store, file, name)

    settings = settings_of(tmp_path / "here", at)
    with ready_children(), monkeypatch.context() as killed:
        killed.setattr(Store, "put", killed_before_the_manifest)
        with pytest.raises(KeyboardInterrupt):
            land(city, tmp_path / "a", at, store)
    assert len(store.files("arrived")) == len(FILES)
    take(settings, store)
    assert landed_items(settings) == []
    assert store.files("arrived") == []
    with ready_children():
        land(city, tmp_path / "a", at, store)
    take(settings, store)
    assert len(landed_items(settings)) == 1


def test_a_night_that_was_killed_while_it_took_an_item_takes_it_once(
    city: City, tmp_path: Path, at: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    settings = settings_of(tmp_path / "here", at)
    for target, method, nth in (
        (Store, "fetch", 1),
        (Store, "fetch", 2),
        (Store, "fetch", 3),
        (places, "_moved", 1),
        (Store, "remove", 1),
    ):
        with monkeypatch.context() as killed:
            killed.setattr(target, method, _killed_at(nth, getattr(target, method)))
            with pytest.raises(KeyboardInterrupt):
                take(settings, store)
    assert len(store.files("arrived")) == len((MANIFEST, *FILES))
    take(settings, store)
    assert len(landed_items(settings)) == 1
    assert store.files("arrived") == []


@pytest.mark.parametrize("wrong", ["rows", "manifest", "key"])
def test_what_cannot_be_understood_is_left_there_and_named_after_all_else_is_taken(
    wrong: str, city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store, "another key" if wrong == "key" else _KEY)
    name = only_name(store)
    if wrong == "rows":
        change(store, name, tmp_path, rows=3, told=False)
    if wrong == "manifest":
        store.fetch(f"{name}/{MANIFEST}", tmp_path / MANIFEST)
        text = (tmp_path / MANIFEST).read_text(encoding="utf-8")
        (tmp_path / MANIFEST).write_text(text.replace("{", '{"of_the_next_release": 1,', 1))
        store.put(tmp_path / MANIFEST, f"{name}/{MANIFEST}")
    settings = settings_of(tmp_path / "here", at)
    settings.published_dir.mkdir(parents=True)
    with ready_children():
        sound = land(city, tmp_path / "b", at, store)
    assert take(settings, store) == [name]
    assert [item.manifest for item in landed_items(settings)] == [sound]
    assert len(store.files("arrived")) == len((MANIFEST, *FILES))
    if wrong == "rows":  # by now it repeats what has landed
        assert erase_from_landing(settings, "S0000001").items == 1
        assert store.files("arrived") == []
    else:
        with pytest.raises(StoreUnavailable, match=f"1 items in the store cannot .*remove {name} "):
            erase_from_landing(settings, "S0000001")
    assert [each.rows for each in events(settings)] == [20]


def test_a_manifest_that_is_cut_short_is_not_there(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    name = only_name(store)
    (tmp_path / MANIFEST).write_bytes(b'{"source_name": "acc')
    store.put(tmp_path / MANIFEST, f"{name}/{MANIFEST}")
    settings = settings_of(tmp_path / "here", at)
    assert take(settings, store) == []
    assert store.files("arrived") == landed_items(settings) == []


def test_a_person_is_erased_from_what_is_in_the_store(
    city: City, tmp_path: Path, at: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    settings = settings_of(tmp_path / "here", at)
    settings.published_dir.mkdir(parents=True)
    assert erase_from_landing(settings, "S0000001").rows == 20
    [item] = landed_items(settings)
    data = item.folder.relative_to(settings.landing_dir) / "data.parquet"
    before = put_landed(store, settings.landing_dir, data.as_posix())
    with monkeypatch.context() as killed:
        killed.setattr(Store, "remove", _killed)
        with pytest.raises(KeyboardInterrupt):
            erase_from_landing(settings, "S0000003")
    # Where nobody goes on with it, the next night folds the file that is here.
    assert put_landed(store, settings.landing_dir, data.as_posix()) != before
    assert len(store.files("landing")) == 2
    erase_from_landing(settings, "S0000003")
    assert raw(store) <= {"arrived", "arrived/access_log"}
    assert [each.items for each in events(settings)] == [1, 1]


def test_nothing_more_is_read_once_the_store_does_not_answer(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = city.folder / "inbox" / "access_log"
    settings = settings_of(tmp_path / "here", address(9), log)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    read = []
    with ready_children(), Reader(settings) as reader:
        item = item_of(reader, log)
        land = Reader.land
        monkeypatch.setattr(Reader, "land", lambda *arguments: read.append(1) or land(*arguments))
        found = list(land_on_spark._land(settings, AccessLog(), iter([item, item])))
    assert [type(each.error) for each in found] == [StoreUnavailable] * 2
    assert read == [1]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_disk_of_an_executor_that_is_full_is_not_the_nights(
    city: City, tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = city.folder / "inbox" / "access_log"
    settings = settings_of(tmp_path / "here", at, log)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with ready_children(), Reader(settings) as reader:
        item = item_of(reader, log)
        monkeypatch.setattr(Manifest, "write", full)
        [there] = land_on_spark._land(settings, AccessLog(), iter([item]))
        alone = settings.model_copy(update={"engine": EngineSettings()})
        [here] = land_on_spark._land(alone, AccessLog(), iter([item]))
    assert isinstance(there.error, SourceUnavailable)
    assert "landing on an executor failed (No space left on device)" in str(there.error)
    assert isinstance(here.error, OSError)


def test_a_bucket_that_is_not_there_is_named(tmp_path: Path, at: str) -> None:
    strange = at.replace("@bucket/", "@no-such-bucket/")
    assert strange != at
    with pytest.raises(StoreUnavailable, match="there is no such bucket"):
        Store(strange).look()
    [_, finding] = check_engine(settings_of(tmp_path, strange))
    assert "there is no such bucket" in str(finding)
    [_, finding] = check_engine(settings_of(tmp_path, at))
    assert "the engine's store is there" in str(finding)


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _killed_at(nth: int, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does as before until its nth call, which ends the process."""
    calls = itertools.count(1)

    def call(*arguments: Any) -> Any:
        return _killed() if next(calls) == nth else otherwise(*arguments)

    return call

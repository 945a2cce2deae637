"""What executors put into a store: there whole or not at all, found again here, and gone from there
when a person is erased. The store is a real server of the S3 kind.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from harness.object_store import KEY, SECRET, address, object_store
from harness.ready_python import ready_children
from small_city import FIRST_DAY, City, new_city

from flows.doctor.machine import check_engine
from flows.errors import SourceUnavailable, UsageError
from flows.landing.arrivals import arrivals
from flows.landing.items import MANIFEST, Manifest, landed_items
from flows.landing.land_item import Item, land_item
from flows.landing.places import LandingStore, copy_from_store, copy_to_store
from flows.landing.reader import Reader
from flows.machine.store import Store
from flows.night import erase
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
    store.put_folder(folder, "landing/名簿/令和8年 4月", last="last")
    assert store.folders("landing", last="last") == {"landing/名簿/令和8年 4月"}
    store.fetch_folder("landing/名簿/令和8年 4月", back)
    assert files(back) == files(folder)
    assert store.read("landing/nothing") is None
    store.remove("landing/名簿")
    store.remove("landing/名簿")
    assert store.folders("landing", last="last") == set()


def test_a_store_that_does_not_answer_is_named_without_its_secrets(tmp_path: Path) -> None:
    store = Store(address(9))
    with pytest.raises(
        SourceUnavailable, match=r"the store s3://\*\*\*@bucket/shihyo\?\*\*\*: "
    ) as said:
        store.read("landing/x")
    assert KEY not in str(said.value)
    assert SECRET not in str(said.value)
    [_, finding] = check_engine(settings_of(tmp_path, address(9)))
    assert SECRET not in str(finding)
    assert "the store s3://***@bucket" in str(finding)


@pytest.mark.parametrize(
    "strange", ["/srv/a", "file:///srv", "s4://a/b", "http://a/b", "x y", "s3://key:a/secret@bucket"]
)
def test_what_is_no_store_is_refused_and_not_shown(strange: str) -> None:
    with pytest.raises(UsageError, match="store is not the address of an object store") as said:
        Store(strange)
    assert strange not in str(said.value)
    assert "secret@" not in str(said.value)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = new_city(tmp_path / "city")
    city.deliver_log(FIRST_DAY)
    return city


def land(city: City, folder: Path, at: str, store: Store) -> Manifest:
    """Land the city's log into a store, by way of a folder, as an executor does."""
    log = city.folder / "inbox" / "access_log"
    settings = settings_of(folder, at, log)
    with Reader(settings) as reader:
        listing = reader.list_deliveries(AccessLog(), str(log))
        [found] = arrivals(listing, [FIRST_DAY + timedelta(days=1)]).found
        item = Item((found,))
        [manifest] = land_item(settings, AccessLog(), item, reader, LandingStore(store))
    assert manifest is not None
    return manifest


def test_an_item_that_two_hands_land_at_once_is_in_the_store_once_and_found_here(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children(), ThreadPoolExecutor(2) as pool:
        hands = [pool.submit(land, city, tmp_path / name, at, store) for name in ("a", "b")]
        one, other = (hand.result() for hand in hands)
    assert one.is_of_the_same(other)
    assert len(store.folders("landing", last=MANIFEST)) == 1
    settings = settings_of(tmp_path / "here", at)
    copy_from_store(settings, store, "access_log")
    copy_from_store(settings, store, "access_log")
    [item] = landed_items(settings)
    assert item.manifest in (one, other)
    assert item.damaged_files() == []
    assert list((settings.landing_dir / ".landing").iterdir()) == []


def test_an_item_whose_last_file_is_not_there_yet_is_not_there(
    city: City, tmp_path: Path, at: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put

    def killed_before_the_manifest(store: Store, file: Path, name: str) -> None:
        if file.name == MANIFEST:
            raise KeyboardInterrupt
        put(store, file, name)

    with ready_children():
        monkeypatch.setattr(Store, "put", killed_before_the_manifest)
        with pytest.raises(KeyboardInterrupt):
            land(city, tmp_path / "a", at, store)
        settings = settings_of(tmp_path / "here", at)
        copy_from_store(settings, store, "access_log")
        assert landed_items(settings) == []
        monkeypatch.undo()
    with ready_children():
        land(city, tmp_path / "a", at, store)
    copy_from_store(settings, store, "access_log")
    assert len(landed_items(settings)) == 1


def test_a_person_is_erased_from_the_store_also_after_an_erasure_that_was_killed(
    city: City, tmp_path: Path, at: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    settings = settings_of(tmp_path / "here", at)
    settings.published_dir.mkdir(parents=True)
    copy_from_store(settings, store, "access_log")
    assert "S0000001" not in str(files(settings.landing_dir))
    person = Pseudonyms(_KEY.encode()).of("S0000001")
    assert person in in_store(store, tmp_path)
    with monkeypatch.context() as killed:
        killed.setattr(erase, "copy_erased_to_store", _killed)
        with pytest.raises(KeyboardInterrupt):
            erase_from_landing(settings, "S0000001")
    assert person in in_store(store, tmp_path)
    erase_from_landing(settings, "S0000001")
    assert person not in in_store(store, tmp_path)
    assert [(each.items, each.rows) for each in events(settings)] == [(1, 20)]
    elsewhere = settings_of(tmp_path / "elsewhere", at)
    copy_from_store(elsewhere, store, "access_log")
    assert files(elsewhere.landing_dir) == files(settings.landing_dir)


def test_a_person_is_erased_from_what_is_in_the_store_alone(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    settings = settings_of(tmp_path / "here", at)
    settings.published_dir.mkdir(parents=True)
    assert erase_from_landing(settings, "S0000001").rows == 20
    assert Pseudonyms(_KEY.encode()).of("S0000001") not in in_store(store, tmp_path)


def test_an_item_whose_rows_are_not_those_of_its_manifest_is_not_taken_from_there(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    [name] = store.folders("landing", last=MANIFEST)
    less = tmp_path / "data.parquet"
    store.fetch(f"{name}/data.parquet", less)
    pq.write_table(pq.read_table(less).slice(0, 3), less)
    store.put(less, f"{name}/data.parquet")
    settings = settings_of(tmp_path / "here", at)
    with pytest.raises(SourceUnavailable, match="an item in the store was not whole"):
        copy_from_store(settings, store, "access_log")
    copy_from_store(settings, store, "access_log")
    assert landed_items(settings) == []


def test_what_landed_here_alone_is_copied_there(
    city: City, tmp_path: Path, at: str, store: Store
) -> None:
    with ready_children():
        land(city, tmp_path / "a", at, store)
    settings = settings_of(tmp_path / "here", at)
    copy_from_store(settings, store, "access_log")
    store.remove("landing")
    copy_to_store(settings, store, "access_log")
    assert len(store.folders("landing", last=MANIFEST)) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def in_store(store: Store, folder: Path) -> str:
    """Return the pseudonyms in the one item of the store."""
    [name] = store.folders("landing", last=MANIFEST)
    file = folder / "in_store.parquet"
    store.fetch(f"{name}/data.parquet", file)
    return str(pq.read_table(file).to_pydict())

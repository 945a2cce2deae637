"""Land the items of a source on the executors of a Spark cluster, by the functions that land them
here.

Each executor reads deliveries where they lie, which has to be a place that all of them see. It puts
the items into the store where there is one, from which they are taken here; else into `landing/`, a
folder that all of them see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from flows.children.spark import run_on_spark
from flows.errors import ShihyoError, SourceUnavailable, StoreUnavailable
from flows.landing.items import Manifest
from flows.landing.land_item import Item, is_known, land_item
from flows.landing.places import (
    ArrivedInStore,
    LandingFolder,
    Place,
    take_from_store,
    what_is_left,
)
from flows.landing.reader import Reader
from flows.machine.files import working_folder
from flows.machine.rights import keep_private
from flows.machine.store import Store, store_of
from flows.sources.base import Source
from flows.sources.pseudonyms import Pseudonyms
from settings import Settings

_READERS: dict[tuple[int, int, str], Reader] = {}


@dataclass(frozen=True)
class _Landed:
    """What became of an item; `error` is what ended it, as it would have ended it here."""

    manifests: tuple[Manifest | None, ...] = ()
    error: ShihyoError | OSError | None = None
    failed_as: str | None = None


def land_on_spark(
    settings: Settings, source: Source, items: list[Item]
) -> list[tuple[Manifest | None, ...]]:
    """Land items and return, for each, the manifests of its deliveries as `land_item` yields them.

    What can be landed is landed before the first error of any is raised: SourceUnavailable also
    when the cluster or the store cannot be reached.
    """
    news = [item for item in items if not is_known(source, item)]
    work = partial(_land, _for_executors(settings, source), source)
    done = run_on_spark(f"land {source.name}", settings.engine, work, news, settings.logs_dir)
    taking = _taken(settings, source)
    for landed in done:
        if landed.error is not None:
            raise landed.error
        if landed.failed_as is not None:
            raise ShihyoError(f"{source.name}: landing failed ({landed.failed_as})")
    if taking is not None:
        raise taking
    by_item = {id(item): landed.manifests for item, landed in zip(news, done, strict=True)}
    return [by_item.get(id(item), (None,) * len(item.deliveries)) for item in items]


def _taken(settings: Settings, source: Source) -> StoreUnavailable | None:
    """Take from the store, if there is one, what executors have landed; return what is wrong there."""
    store = store_of(settings.engine)
    if store is None:
        return None
    key_id = Pseudonyms(settings.pseudonym_key.get_secret_value().encode()).key_id
    try:
        left = take_from_store(settings, store, source.name, key_id)
    except StoreUnavailable as error:
        return error
    return what_is_left(source.name, left) if left else None


def _land(settings: Settings, source: Source, items: Iterator[Item]) -> Iterator[_Landed]:
    """Land items where this runs, and yield what became of each. Once the store does not answer,
    no more are read.
    """
    keep_private()
    store = store_of(settings.engine)
    lost: StoreUnavailable | None = None
    reader = _reader(settings)
    reader.take_up(source, settings.sources[source.name].location)
    for item in items:
        landed = _Landed(error=lost) if lost else _landed(settings, source, item, reader, store)
        if isinstance(landed.error, StoreUnavailable):
            lost = landed.error
        yield landed


def _reader(settings: Settings) -> Reader:
    """Return this process's reader, which ends with it. An executor gives its tasks to the same
    processes, and a reader takes longer to begin than many an item to land.
    """
    key = settings.pseudonym_key.get_secret_value()
    wanted = settings.item_memory_mib, settings.item_seconds, key
    if wanted not in _READERS:
        _READERS[wanted] = Reader(settings)
    return _READERS[wanted]


def _landed(
    settings: Settings, source: Source, item: Item, reader: Reader, store: Store | None
) -> _Landed:
    try:
        with _workplace(settings, store) as (own, place):
            return _Landed(tuple(land_item(own, source, item, reader, place)))
    except ShihyoError as error:
        return _Landed(error=error)
    except OSError as error:
        if store is None:  # the disk is the data folder's
            return _Landed(error=error)
        why = f"{source.name}: landing on an executor failed ({error.strerror})"
        return _Landed(error=SourceUnavailable(why))
    except Exception as error:
        return _Landed(failed_as=type(error).__name__)


@contextmanager
def _workplace(settings: Settings, store: Store | None) -> Iterator[tuple[Settings, Place]]:
    """Give the settings by which an executor lands an item, and the place of what it lands."""
    if store is None:
        yield settings, LandingFolder(settings)
    else:
        with working_folder() as folder:
            yield settings.model_copy(update={"data_dir": folder}), ArrivedInStore(store)


def _for_executors(settings: Settings, source: Source) -> Settings:
    """Return the settings with what landing this source needs, and no other secret."""
    sources = {source.name: settings.sources[source.name]}
    return Settings.model_construct(
        data_dir=settings.data_dir,
        pseudonym_key=settings.pseudonym_key,
        item_memory_mib=settings.item_memory_mib,
        item_seconds=settings.item_seconds,
        engine=settings.engine.model_copy(update={"spark": {}}),
        sources=sources,
    )

"""Land the items of a source on the executors of a Spark cluster, by the functions that land them
here.

Each executor reads deliveries where they lie, which has to be a place that all of them see. It puts
the items into the store where there is one, else into `landing/`, a folder that all of them see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from flows.children.spark import run_on_spark
from flows.errors import ShihyoError
from flows.landing.items import Manifest
from flows.landing.land_item import Item, is_known, land_item
from flows.landing.places import LandingFolder, LandingStore, Place, copy_from_store
from flows.landing.reader import Reader
from flows.machine.files import working_folder
from flows.machine.rights import keep_private
from flows.machine.store import store_of
from flows.sources.base import Source
from settings import Settings


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
    when the cluster cannot be reached.
    """
    news = [item for item in items if not is_known(source, item)]
    work = partial(_land, _for_executors(settings, source), source)
    done = run_on_spark(f"land {source.name}", settings.engine, work, news, settings.logs_dir)
    if store := store_of(settings.engine):
        copy_from_store(settings, store, source.name)
    for landed in done:
        if landed.error is not None:
            raise landed.error
        if landed.failed_as is not None:
            raise ShihyoError(f"{source.name}: landing failed ({landed.failed_as})")
    by_item = {id(item): landed.manifests for item, landed in zip(news, done, strict=True)}
    return [by_item.get(id(item), (None,) * len(item.deliveries)) for item in items]


def _land(settings: Settings, source: Source, items: Iterator[Item]) -> Iterator[_Landed]:
    """Land items where this runs, and yield what became of each."""
    keep_private()
    with _workplace(settings) as (own, place), Reader(own) as reader:
        reader.take_up(source, own.sources[source.name].location)
        for item in items:
            yield _landed(own, source, item, reader, place)


@contextmanager
def _workplace(settings: Settings) -> Iterator[tuple[Settings, Place]]:
    """Give the settings by which an executor lands, and the place of what it lands."""
    store = store_of(settings.engine)
    if store is None:
        yield settings, LandingFolder(settings)
    else:
        with working_folder() as folder:
            yield settings.model_copy(update={"data_dir": folder}), LandingStore(store)


def _landed(
    settings: Settings, source: Source, item: Item, reader: Reader, place: Place
) -> _Landed:
    try:
        return _Landed(tuple(land_item(settings, source, item, reader, place)))
    except (ShihyoError, OSError) as error:
        return _Landed(error=error)
    except Exception as error:
        return _Landed(failed_as=type(error).__name__)


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

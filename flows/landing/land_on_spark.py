"""Land the items of a source on the executors of a Spark cluster, by the functions that land them
here.

Each executor reads deliveries where they lie, and writes into `landing/`: both have to be folders
that all of them see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from flows.children.spark import run_on_spark
from flows.errors import ShihyoError
from flows.landing.items import Manifest
from flows.landing.land_item import Item, is_known, land_item
from flows.landing.reader import Reader
from flows.machine.rights import keep_private
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
    with Reader(settings) as reader:
        reader.take_up(source, settings.sources[source.name].location)
        for item in items:
            yield _landed(settings, source, item, reader)


def _landed(settings: Settings, source: Source, item: Item, reader: Reader) -> _Landed:
    try:
        return _Landed(tuple(land_item(settings, source, item, reader)))
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
        sources=sources,
    )

"""Land: bring what the source systems have delivered into `landing/`, as immutable Parquet with a
manifest.

A landed item is there whole or not at all, and is never written again. Landing decides nothing
about values: it keeps text as it came.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from flows.errors import UsageError
from flows.landing.accounts import Account
from flows.landing.arrivals import Arrivals, arrivals
from flows.landing.contract_files import write_contracts
from flows.landing.items import Manifest, landed_items, order_of_landing
from flows.landing.land_item import Item, land_item
from flows.landing.land_on_spark import land_on_spark
from flows.landing.places import LandingFolder, take_from_store
from flows.landing.reader import Reader
from flows.ledger import last_read
from flows.machine.store import store_of
from flows.sources.base import Delivery, Source
from flows.sources.pseudonyms import Pseudonyms
from settings import Settings

log = logging.getLogger("shihyo.land")


def land_source(
    settings: Settings, source: Source, as_ofs: Sequence[date], reader: Reader
) -> Account:
    """Land what one source had delivered by each of the dates, in order; account for everything
    that its place holds.

    An item is landed at the first of the dates on which it was there. It is skipped when its latest
    landing up to that date has the same content, so 3 → 5 → 3 is three landings; when another
    version of the contract read that content, it is read again, as known since then. Raises
    SourceUnavailable.
    """
    write_contracts(settings, source)
    configured = settings.sources[source.name]
    if not configured.enabled:
        return Account()
    pseudonyms = Pseudonyms(settings.pseudonym_key.get_secret_value().encode())
    landed = _landed_before(settings, source)
    _refuse_another_key(source, landed, pseudonyms)
    if source.contract.grows and (store := store_of(settings.engine)):
        take_from_store(settings, store, source.name, pseudonyms.key_id)
        landed = _landed_before(settings, source)
    listing = reader.list_deliveries(source, configured.location)
    arrived = arrivals(listing, sorted(as_ofs))
    account = Account.of(listing, arrived)
    for as_of, delivery, manifest in _landings(settings, source, arrived, landed, reader):
        account.add(manifest is not None, arrived.undated.get(delivery.item_key))
        if manifest is not None:
            landed.setdefault(delivery.item_key, []).append(manifest)
            if account.landed % 250 == 0:
                log.info("%s: %d items landed, at %s", source.name, account.landed, as_of)
    account.read_by_earlier_contract = _read_by_earlier_contract(source, landed)
    return account


def _landed_before(settings: Settings, source: Source) -> dict[str, list[Manifest]]:
    landed: dict[str, list[Manifest]] = {}
    for each in landed_items(settings, source.name):
        landed.setdefault(each.manifest.item_key, []).append(each.manifest)
    return landed


def _landings(
    settings: Settings,
    source: Source,
    arrived: Arrivals,
    landed: dict[str, list[Manifest]],
    reader: Reader,
) -> Iterator[tuple[date, Delivery, Manifest | None]]:
    """Yield each delivery with its landing, None where there was no need: in the order of the dates
    where it is landed here; item by item where a source that grows is landed by Spark.
    """
    if settings.engine.kind == "spark" and source.contract.grows:
        items = _items(arrived, landed)
        for item, manifests in zip(items, land_on_spark(settings, source, items), strict=True):
            for (as_of, delivery), manifest in zip(item.deliveries, manifests, strict=True):
                yield as_of, delivery, manifest
    else:
        place = LandingFolder(settings)
        for as_of, delivery in arrived.found:
            item = Item(((as_of, delivery),), tuple(landed.get(delivery.item_key, ())))
            for manifest in land_item(settings, source, item, reader, place):
                yield as_of, delivery, manifest


def _items(arrived: Arrivals, landed: dict[str, list[Manifest]]) -> list[Item]:
    """Return what a night finds item by item, in the order in which the first of each was there."""
    found: dict[str, list[tuple[date, Delivery]]] = {}
    for as_of, delivery in arrived.found:
        found.setdefault(delivery.item_key, []).append((as_of, delivery))
    return [
        Item(tuple(deliveries), tuple(landed.get(key, ()))) for key, deliveries in found.items()
    ]


def _read_by_earlier_contract(source: Source, landed: dict[str, list[Manifest]]) -> int:
    """Return how many items stand as another version of the contract read them: the source no
    longer has them."""
    standing = [max(items, key=order_of_landing) for items in landed.values()]
    count = sum(not manifest.was_read_by(source.contract) for manifest in standing)
    if count:
        message = (
            "%s: %d items stand as an earlier version of its contract read them: it no longer has"
            " them"
        )
        log.info(message, source.name, count)
    return count


def staleness(
    settings: Settings, source: Source, as_of: date, begun: datetime | None = None
) -> tuple[str, bool]:
    """Say since when a source has not been reached, and whether a night as of that date may go on
    with what it last delivered. What a night has landed since it was begun is a part of what the
    source had, and does not tell that it was read.
    """
    contract = source.contract
    allowed, optional = contract.may_be_stale_days, "" if contract.is_required else ", optional"
    # The ledger tells when it was reached, new items or none; should the ledger be lost, what has
    # landed tells at least when it had some.
    message = [
        last_read(settings, source.name),
        *(
            date.fromisoformat(item.manifest.known_from)
            for item in landed_items(settings, source.name)
            if begun is None or datetime.fromisoformat(item.manifest.landed_at) < begun
        ),
    ]
    last = max((day for day in message if day is not None), default=None)
    if last is None:
        return f"it has never been read{optional}", not contract.is_required
    age = (as_of - last).days
    since = f"last read as of {last}, {age} days ago, where {allowed} are allowed"
    if age > allowed:
        return f"{since}{optional}", not contract.is_required
    return since, True


def _refuse_another_key(
    source: Source, landed: dict[str, list[Manifest]], pseudonyms: Pseudonyms
) -> None:
    """Refuse a key under which nobody in the log would be found in the rosters that are landed
    already.
    """
    others = {manifest.pseudonym_key_id for items in landed.values() for manifest in items} - {
        None,
        pseudonyms.key_id,
    }
    if others:
        raise UsageError(
            f"{source.name}: what is landed was pseudonymised under key"
            f" {', '.join(map(str, others))}, and SHIHYO_PSEUDONYM_KEY is key {pseudonyms.key_id}:"
            " nobody would be recognised; next: set the former key, or land everything anew into"
            " an empty data folder"
        )

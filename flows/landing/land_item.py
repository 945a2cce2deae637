"""Land one item: its deliveries in turn, each a folder of Parquet with a manifest, whole or not at
all.

Everything here depends on one item alone, so that many hands can do it at once, and do it twice:
what another has put into its place meanwhile is taken for one's own.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from flows.landing.items import MANIFEST, Manifest, order_of_landing
from flows.landing.places import Place, temporary_folder
from flows.landing.reader import Reader, Unread
from flows.landing.reader_process import Rows, write_rejected
from flows.sources.base import Delivery, RejectedRow, Source
from flows.sources.drop_folder import shown_origin
from settings import Settings, mask_secrets

log = logging.getLogger("shihyo.land")


@dataclass(frozen=True)
class Item:
    """An item that a night finds: its deliveries with the dates of the nights that find them, in
    order, and the manifests of what has landed of it before.
    """

    deliveries: tuple[tuple[date, Delivery], ...]
    landed: tuple[Manifest, ...] = ()


def land_item(
    settings: Settings, source: Source, item: Item, reader: Reader, place: Place
) -> Iterator[Manifest | None]:
    """Yield for each delivery of an item the manifest of its landing; None where its content is
    what has landed of it by then.

    Raises as `Reader.land` does.
    """
    landed = list(item.landed)
    for as_of, delivery in item.deliveries:
        manifest = _land_if_new(settings, source, delivery, as_of, landed, reader, place)
        if manifest is not None:
            landed.append(manifest)
        yield manifest


def is_known(source: Source, item: Item) -> bool:
    """Return whether all deliveries of an item have landed before, as their stamps tell."""
    landed = list(item.landed)
    return all(
        _has_its_stamp(delivery, _known(_latest_landing(landed, delivery, as_of), source))
        for as_of, delivery in item.deliveries
    )


def _land_if_new(
    settings: Settings,
    source: Source,
    delivery: Delivery,
    as_of: date,
    landed: list[Manifest],
    reader: Reader,
    place: Place,
) -> Manifest | None:
    latest = _latest_landing(landed, delivery, as_of)
    known = _known(latest, source)
    if _has_its_stamp(delivery, known):
        return None
    with temporary_folder(settings) as temporary:
        read = reader.land(delivery, known.sha256 if known else None, temporary)
        if read is None:
            return None
        if isinstance(read, Unread):
            content, rows = read.content, _reject_item(temporary, source, read)
        else:
            content, rows = read
        manifest = Manifest(
            source_name=source.name,
            item_key=delivery.item_key,
            known_from=(
                latest.known_from
                if latest and content.sha256 == latest.sha256
                else as_of.isoformat()
            ),
            landed_at=_after(latest).isoformat(timespec="microseconds"),
            business_date=delivery.business_date.isoformat() if delivery.business_date else None,
            origin=_origin(delivery),
            stamp=delivery.stamp,
            sha256=content.sha256,
            bytes=content.byte_count,
            encoding=rows.encoding,
            rows_read=rows.landed + rows.rejected,
            rows_landed=rows.landed,
            rows_rejected=rows.rejected,
            contract_version=source.contract.version,
            contract_digest=source.contract.digest,
            pseudonym_key_id=rows.pseudonym_key_id,
            notes=list(rows.notes),
        )
        manifest.write(temporary / MANIFEST)
        manifest = place.put(temporary, manifest, landed)
    if rows.rejected:
        log.info(
            "%s %s: %d rows landed, %d rejected",
            source.name,
            delivery.item_key,
            rows.landed,
            rows.rejected,
        )
    return manifest


def _origin(delivery: Delivery) -> str:
    return mask_secrets(delivery.origin if "://" in delivery.origin else shown_origin(delivery))


def _latest_landing(landed: list[Manifest], delivery: Delivery, as_of: date) -> Manifest | None:
    """Return the landing that a delivery may repeat: not one under another month, which was read
    out of the name wrongly.
    """
    earlier = [manifest for manifest in landed if manifest.known_from <= as_of.isoformat()]
    latest = max(earlier, key=order_of_landing, default=None)
    if (
        latest
        and delivery.is_about == "month"
        and delivery.business_date
        and latest.business_date != delivery.business_date.isoformat()
    ):
        return None
    return latest


def _known(latest: Manifest | None, source: Source) -> Manifest | None:
    """Return the landing whose content need not be read again. What another version of the contract
    read, or other columns, is: its reading may have been mended. The same content was known since
    it first landed.
    """
    return latest if latest is not None and latest.was_read_by(source.contract) else None


def _has_its_stamp(delivery: Delivery, known: Manifest | None) -> bool:
    return known is not None and delivery.stamp is not None and delivery.stamp == known.stamp


def _after(latest: Manifest | None) -> datetime:
    """Return now, or what comes after the latest landing of the item where a clock that was set
    back says less: else its correction would pass for the older one.
    """
    now = datetime.now(UTC)
    if latest is None:
        return now
    return max(now, datetime.fromisoformat(latest.landed_at) + timedelta(microseconds=1))


def _reject_item(folder: Path, source: Source, unread: Unread) -> Rows:
    """Write an item that could not be read as one rejected row, whatever its reader had written
    before it ended.
    """
    pq.write_table(
        source.contract.schema.empty_table(), folder / "data.parquet", compression="zstd"
    )
    write_rejected(
        folder / "rejected.parquet",
        [RejectedRow(0, "unreadable_item", unread.reason, unread.content.item_hash)],
    )
    return Rows("unknown", 0, 1)

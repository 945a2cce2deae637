"""Land: bring what the source systems have delivered into `landing/`, as immutable Parquet with a
manifest.

A landed item is there whole or not at all, and is never written again. Landing decides nothing
about values: it keeps text as it came.
"""

import hashlib
import logging
import os
import re
import shutil
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from flows.errors import UsageError
from flows.landing.accounts import Account
from flows.landing.arrivals import arrivals
from flows.landing.contract_files import write_contracts
from flows.landing.items import MANIFEST, Manifest, landed_items
from flows.landing.reader import Reader, Unread
from flows.landing.reader_process import Rows, write_rejected
from flows.ledger import last_read
from flows.machine.files import fsync_folder
from flows.sources.base import Delivery, RejectedRow, Source
from flows.sources.pseudonyms import Pseudonyms
from settings import Settings, mask_secrets

log = logging.getLogger("shihyo.land")

_TEMPORARY = ".landing"


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
    landed: dict[str, list[Manifest]] = {}
    for item in landed_items(settings, source.name):
        landed.setdefault(item.manifest.item_key, []).append(item.manifest)
    pseudonyms = Pseudonyms(settings.pseudonym_key.get_secret_value().encode())
    _refuse_another_key(source, landed, pseudonyms)
    listing = reader.list_deliveries(source, configured.location)
    arrived = arrivals(listing, sorted(as_ofs))
    account = Account.of(listing, arrived)
    for as_of, delivery in arrived.found:
        latest = _latest_landing(landed.get(delivery.item_key, []), delivery, as_of)
        manifest = _land_if_new(settings, source, delivery, as_of, latest, reader)
        account.add(manifest is not None, arrived.undated.get(delivery.item_key))
        if manifest is not None:
            landed.setdefault(delivery.item_key, []).append(manifest)
            if account.landed % 250 == 0:
                log.info("%s: %d items landed, at %s", source.name, account.landed, as_of)
    account.read_by_earlier_contract = _read_by_earlier_contract(source, landed)
    return account


def _read_by_earlier_contract(source: Source, landed: dict[str, list[Manifest]]) -> int:
    """Return how many items stand as another version of the contract read them: the source no
    longer has them."""
    standing = [max(items, key=_order_of_landing) for items in landed.values()]
    count = sum(not manifest.was_read_by(source.contract) for manifest in standing)
    if count:
        message = (
            "%s: %d items stand as an earlier version of its contract read them: it no longer has"
            " them"
        )
        log.info(message, source.name, count)
    return count


def _order_of_landing(manifest: Manifest) -> tuple[str, str]:
    return manifest.known_from, manifest.landed_at


def _latest_landing(landed: list[Manifest], delivery: Delivery, as_of: date) -> Manifest | None:
    """Return the landing that a delivery may repeat: not one under another month, which was read
    out of the name wrongly.
    """
    earlier = [manifest for manifest in landed if manifest.known_from <= as_of.isoformat()]
    latest = max(earlier, key=_order_of_landing, default=None)
    if (
        latest
        and delivery.is_about == "month"
        and delivery.business_date
        and latest.business_date != delivery.business_date.isoformat()
    ):
        return None
    return latest


def staleness(settings: Settings, source: Source, as_of: date) -> tuple[str, bool]:
    """Say since when a source has not been reached, and whether a night as of that date may go on
    with what it last delivered.
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


def _land_if_new(
    settings: Settings,
    source: Source,
    delivery: Delivery,
    as_of: date,
    latest: Manifest | None,
    reader: Reader,
) -> Manifest | None:
    # What was read by another version of the contract, or by other columns, is read again: its
    # reading may have been mended. The same content was known since it first landed.
    known = latest if latest is not None and latest.was_read_by(source.contract) else None
    if known is not None and delivery.stamp is not None and delivery.stamp == known.stamp:
        return None
    temporary = settings.landing_dir / _TEMPORARY / uuid.uuid4().hex
    temporary.mkdir(parents=True)
    read = reader.land(delivery, known.sha256 if known else None, temporary)
    if read is None:
        temporary.rmdir()
        return None
    if isinstance(read, Unread):
        content, rows = read.content, _reject_item(temporary, source, read)
    else:
        content, rows = read
    manifest = Manifest(
        source_name=source.name,
        item_key=delivery.item_key,
        known_from=(
            latest.known_from if latest and content.sha256 == latest.sha256 else as_of.isoformat()
        ),
        landed_at=_after(latest).isoformat(timespec="microseconds"),
        business_date=delivery.business_date.isoformat() if delivery.business_date else None,
        origin=mask_secrets(delivery.origin),
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
    _move_into_place(temporary, _item_folder(settings, manifest))
    if rows.rejected:
        log.info(
            "%s %s: %d rows landed, %d rejected",
            source.name,
            delivery.item_key,
            rows.landed,
            rows.rejected,
        )
    return manifest


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


def _move_into_place(temporary: Path, folder: Path) -> None:
    for file in temporary.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    fsync_folder(temporary)
    folder.parent.mkdir(parents=True, exist_ok=True)
    place, attempt = folder, 1
    while place.exists():  # the same content twice on one day, with another in between
        attempt += 1
        place = folder.with_name(f"{folder.name}-{attempt}")
    temporary.rename(place)
    fsync_folder(folder.parent)


def _item_folder(settings: Settings, manifest: Manifest) -> Path:
    name = re.sub(r'[/\\:*?"<>|\x00-\x1f]|^\.', "_", manifest.item_key)
    if name != manifest.item_key or len(name.encode()) > 200:
        name = f"{name[:60]}-{hashlib.sha256(manifest.item_key.encode()).hexdigest()[:12]}"
    return (
        settings.landing_dir
        / manifest.source_name
        / name
        / f"{manifest.known_from}-{manifest.sha256[:12]}"
    )


def clear_leftovers(settings: Settings) -> None:
    """Remove what a killed run left half-landed."""
    shutil.rmtree(settings.landing_dir / _TEMPORARY, ignore_errors=True)

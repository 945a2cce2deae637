"""Erase one person: in everything that has landed, a pseudonym gives way to a number that stands
for nobody.

The rows stay, so that every count that was published stays true and nothing is lost; what is gone
is every way from the person to the rows, key or no key. It must never write down whom it erased.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.errors import UsageError
from flows.landing.items import MANIFEST, LandedItem, landed_items
from flows.landing.places import clear_leftovers, take_from_store, what_is_left
from flows.ledger import append
from flows.machine.files import fsync_folder, replace_file
from flows.machine.store import FOLDED, LANDING, store_of
from flows.sources import SOURCES
from flows.sources.pseudonyms import Pseudonyms
from published import Erasure
from settings import Settings

_NEW_DATA, _NEW_MANIFEST = ".data.parquet", f".{MANIFEST}"
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Erased:
    """How many landed items and rows named the person."""

    items: int
    rows: int


def erase_from_landing(settings: Settings, person: str) -> Erased:
    """Make a person unknown in every landed item; `person` is a pseudonym, or an identifier as the
    sources write it.

    All of the person's rows get one and the same random number, so that what belongs together stays
    together, also where an erasure that was killed is gone on with. The ledger records how many.
    Raises StoreUnavailable when what lies in a store cannot be reached, or, after all else is
    erased, cannot be understood.
    """
    if not person.strip():
        raise UsageError(
            "erase: nobody is named; expected a pseudonym, a staff number or a user name (- reads"
            " it from standard input)"
        )
    pseudonyms = Pseudonyms(settings.pseudonym_key.get_secret_value().encode())
    pseudonym = person.strip() if _PSEUDONYM.fullmatch(person.strip()) else pseudonyms.of(person)
    begun = settings.landing_dir / f".erasing-{pseudonyms.of(pseudonym)}"
    is_gone_on_with = begun.exists()
    nobody = _number_of_nobody(begun)
    _finish_items(settings)
    clear_leftovers(settings)
    store = store_of(settings.engine)
    left = {}
    if store:  # what a killed night left there would come here later
        for name in [source.name for source in SOURCES if source.contract.grows]:
            left[name] = take_from_store(settings, store, name, pseudonyms.key_id)
    personal = {
        source.name: [column.name for column in source.contract.columns if column.is_personal]
        for source in SOURCES
    }
    rows = [
        erased
        for item in landed_items(settings)
        if (columns := personal[item.manifest.source_name])
        and (erased := _erase_from_item(item, columns, pseudonym, nobody))
    ]
    found = Erased(len(rows), sum(rows))
    if found.rows or not is_gone_on_with:
        append(settings, Erasure(items=found.items, rows=found.rows).entry())
    if store:  # copies of what is here, and made again when they are wanted
        store.remove(FOLDED)
        store.remove(LANDING)
    for name in filter(left.get, left):
        raise what_is_left(name, left[name])
    begun.unlink()
    return found


def _number_of_nobody(begun: Path) -> str:
    """Return the number that stands for the person from now on; it is kept until all is erased."""
    if not begun.exists():
        replace_file(begun, secrets.token_hex(16).encode())
    return begun.read_text(encoding="ascii")


def _finish_items(settings: Settings) -> None:
    """Give the items their manifests that an erasure was killed in: with their rows in place, but
    not yet counted.
    """
    for rewritten in settings.landing_dir.glob(f"*/*/*/{_NEW_MANIFEST}"):
        if not rewritten.with_name(_NEW_DATA).exists():
            rewritten.replace(rewritten.with_name(MANIFEST))


def _erase_from_item(item: LandedItem, columns: list[str], pseudonym: str, nobody: str) -> int:
    file = item.folder / "data.parquet"
    named = pq.read_table(file, columns=columns)
    concerned = _rows_naming(named, pseudonym)
    if not concerned:
        return 0
    table = pq.read_table(file)
    for name in columns:
        values = table.column(name)
        erased = pc.if_else(
            pc.fill_null(pc.equal(values, pseudonym), fill_value=False), pa.scalar(nobody), values
        )
        table = table.set_column(
            table.schema.get_field_index(name), table.schema.field(name), erased
        )
    temporary, rewritten = item.folder / _NEW_DATA, item.folder / _NEW_MANIFEST
    pq.write_table(table, temporary, compression="zstd")
    manifest = item.manifest.model_copy(
        update={"rows_erased": item.manifest.rows_erased + concerned}
    )
    manifest.write(rewritten)
    for each in (temporary, rewritten):
        with each.open("rb") as written:
            os.fsync(written.fileno())
    temporary.replace(file)
    rewritten.replace(item.folder / MANIFEST)
    fsync_folder(item.folder)
    return concerned


def _rows_naming(named: pa.Table, pseudonym: str) -> int:
    matches = [
        pc.fill_null(pc.equal(column, pseudonym), fill_value=False) for column in named.columns
    ]
    anywhere = matches[0]
    for match in matches[1:]:
        anywhere = pc.or_(anywhere, match)
    return int(pc.sum(anywhere).as_py() or 0)

"""What has landed: a folder for each item, and what its manifest says."""

import json
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from flows.errors import ShihyoError
from flows.sources import SOURCES
from flows.sources.contracts import Contract
from flows.sources.entry_names import item_name
from settings import Settings

MANIFEST = "manifest.json"
FILES = ("data.parquet", "rejected.parquet")
_OF_A_DELIVERY = (
    *("source_name", "item_key", "known_from", "business_date", "origin", "stamp", "sha256"),
    *("contract_version", "contract_digest"),
)


def _read_by(read: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _known_as(name: str) -> str:
    """Return what an item is called that landed before: by whatever name, it is the same item."""
    return item_name(unicodedata.normalize("NFC", name))


ItemKey = Annotated[str, AfterValidator(_known_as)]
Day = Annotated[str, _read_by(date.fromisoformat)]
Instant = Annotated[str, _read_by(datetime.fromisoformat)]


class Manifest(BaseModel):
    """What landing says of one landed item; `rows_read` = `rows_landed` + `rows_rejected`.

    `notes` tells how the item differs from its contract without breaking it; of `rows_erased`
    landed rows the person was made unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_name: str
    item_key: ItemKey
    known_from: Day
    landed_at: Instant
    business_date: Day | None
    origin: str
    stamp: str | None
    sha256: str
    bytes: int
    encoding: str
    rows_read: int
    rows_landed: int
    rows_rejected: int
    contract_version: int
    pseudonym_key_id: str | None
    contract_digest: str | None = None
    notes: list[str] = []
    rows_erased: int = 0

    def was_read_by(self, contract: Contract) -> bool:
        """Return whether the item was read by the contract as it stands: by its version, and by its
        columns, which may have been edited without raising it. Earlier items have the version
        alone.
        """
        return self.contract_version == contract.version and self.contract_digest in (
            None,
            contract.digest,
        )

    def is_of_the_same(self, other: "Manifest") -> bool:
        """Return whether another is of the same content of the same item, known since the same
        day and read by the same contract: two landings of one delivery, however much of it could
        be read.
        """
        return all(getattr(self, name) == getattr(other, name) for name in _OF_A_DELIVERY)

    def write(self, path: Path) -> None:
        """Write the manifest as JSON for reading, too."""
        text = json.dumps(self.model_dump(), ensure_ascii=False, indent=1)
        path.write_text(text, encoding="utf-8")


def order_of_landing(manifest: Manifest) -> tuple[str, str]:
    """Return what tells which of two landings of an item is the later one."""
    return manifest.known_from, manifest.landed_at


@dataclass(frozen=True)
class LandedItem:
    """A landed item: its folder and its manifest."""

    folder: Path
    manifest: Manifest

    def damaged_files(self) -> list[str]:
        """Return the names of its files that do not end as Parquet does: with the length of a
        footer that lies within them, and a mark. What a file holds is not read.
        """
        return [name for name in FILES if not _ends_as_parquet(self.folder / name)]


def manifest_in(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None where there is none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def _ends_as_parquet(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            size = content.seek(0, os.SEEK_END)
            content.seek(max(0, size - 8))
            end = content.read()
    except OSError:
        return False
    footer = int.from_bytes(end[:4], "little")
    return end[4:] == b"PAR1" and footer + 12 <= size


def landed_items(settings: Settings, source_name: str | None = None) -> list[LandedItem]:
    """Return all that has landed, of one source or of all, by source, item and landing."""
    names = [source_name] if source_name else [source.name for source in SOURCES]
    items = [
        LandedItem(path.parent, _manifest(settings, path))
        for name in names
        for path in (settings.landing_dir / name).glob(f"*/*/{MANIFEST}")
    ]
    return sorted(items, key=lambda item: _order(item.manifest))


def _order(manifest: Manifest) -> tuple[str, str, str, str]:
    return manifest.source_name, manifest.item_key, manifest.known_from, manifest.landed_at


def _manifest(settings: Settings, path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ShihyoError(
            f"landing: {path.relative_to(settings.landing_dir)} is damaged ({_what(error)}); "
            "next: restore the item's folder from the backup, or move it away "
            "and run with --full-refresh"
        ) from None


def _what(error: ValidationError) -> str:
    """Say which field is wrong and how, and never what it holds."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ": ".join([*map(str, first["loc"]), first["type"]])

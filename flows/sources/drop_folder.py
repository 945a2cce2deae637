"""Drop folders: where source systems leave their files.

A file directly in the folder is there from the first night on. A file in a sub-folder named YYYY-MM-DD was delivered on that day, and a
file of the same name in a later one is a new delivery of the same item.
"""

import re
from datetime import date
from pathlib import Path

from flows.errors import SourceUnavailable
from flows.sources.base import Delivery

_COMPRESSED = ".gz"


def list_files(location: str, suffixes: tuple[str, ...]) -> list[Delivery]:
    """List a file, or the files of a folder and of its dated sub-folders, that end in one of `suffixes` (or in it and .gz).

    Returns them in order of delivery, undated ones first. Raises SourceUnavailable when the location is not there.
    """
    place = Path(location)
    if place.is_file():
        return [_delivery(place, None)]
    try:
        folders: list[tuple[Path, date | None]] = [(place, None)]
        folders += [(folder, day) for folder in sorted(place.iterdir()) if (day := _drop_day(folder)) is not None]
        return [
            _delivery(file, day)
            for folder, day in sorted(folders, key=lambda dated: dated[1] or date.min)
            for file in sorted(folder.iterdir())
            if _ends_in(file.name, suffixes) and file.is_file()
        ]
    except OSError as error:
        raise SourceUnavailable(
            f"location {location} cannot be read ({error.strerror}); expected a file or a folder; next: check the mount or the setting"
        ) from None


def _ends_in(name: str, suffixes: tuple[str, ...]) -> bool:
    # ~$ marks the file that Excel keeps beside an open workbook; it holds the name of whoever opened it.
    return not name.startswith((".", "~$")) and name.lower().removesuffix(_COMPRESSED).endswith(suffixes)


def _drop_day(folder: Path) -> date | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", folder.name) and folder.is_dir():
        try:
            return date.fromisoformat(folder.name)
        except ValueError:
            return None
    return None


def _delivery(file: Path, delivered_on: date | None) -> Delivery:
    status = file.stat()
    key = re.sub(r"\.gz$", "", file.name, flags=re.IGNORECASE)
    return Delivery(
        item_key=key,
        origin=str(file),
        delivered_on=delivered_on,
        business_date=business_date_of(key),
        stamp=f"{file}:{status.st_size}:{status.st_mtime_ns}",
    )


def business_date_of(item_key: str) -> date | None:
    """Return the day (or the first day of the month) that a file's name states: 20240331, 2024-03-31, 202403, 2024-03."""
    for digits in re.findall(r"(?<!\d)(\d{4}-?\d{2}-?\d{2}|\d{4}-?\d{2})(?!\d)", item_key):
        plain = digits.replace("-", "")
        try:
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:8] or 1))
        except ValueError:
            continue
    return None


def read_file(delivery: Delivery) -> bytes:
    """Read a delivered file whole; raise SourceUnavailable when it has gone."""
    try:
        return Path(delivery.origin).read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"{delivery.origin} cannot be read ({error.strerror}); next: check the drop folder") from None

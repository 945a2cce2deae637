"""The account of a source's place for one night: what landed, what was known, what is not yet
due, and what was not read and why.

It goes into the run ledger, the night's warnings, `shihyo sources` and the app, and is of bounded
length.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from flows.landing.arrivals import Arrivals
from flows.sources.base import Delivery, Listing, UnreadEntry, UnreadReason
from flows.sources.drop_folder import PACKED
from flows.sources.entry_names import safe_name

MOST_LISTED = 20
_NAMED_IN_WARNING = 3

# Why an entry is not read, or has no day; and what to do about it.
REASONS: dict[UnreadReason, tuple[str, str]] = {
    "unknown_ending": (
        "this source reads no file with this ending",
        "deliver it with one of {endings}, or take it out of the folder",
    ),
    "garbled_name": (
        "its name is no UTF-8",
        "rename it, or mount the folder with its file system's encoding",
    ),
    "same_item": ("another file beside it is the same item", "leave one of them in the folder"),
    "no_single_file": (
        "it is no whole .zip with a single file in it",
        "deliver one .zip for each file",
    ),
    "broken_link": (
        "it is a link that leads to nothing",
        "mend the link, or take it out of the folder",
    ),
    "no_rights": (
        "the user that runs the night may not read it",
        "give that user the right to read it",
    ),
    "special_file": (
        "it is no ordinary file",
        "deliver an ordinary file, and take this out of the folder",
    ),
    "office_lock": (
        "Excel keeps it beside an open workbook",
        "close the workbook; if nobody has it open, delete this file",
    ),
    "other_folder": (
        "it is a folder in which deliveries are not looked for",
        "name it YYYY-MM-DD, directly in the drop folder",
    ),
    "no_such_day": (
        "it is a folder named for a day that no calendar has",
        "rename it to the day of its delivery",
    ),
    "no_month": (
        "its name states no month, and its rows are about one",
        "rename it with its month, such as 202604",
    ),
    "several_months": (
        "its name states several months, and its rows are about one",
        "leave only the month that it is about in its name",
    ),
    "no_day": (
        "its name states no day that has come",
        "rename it with its day, such as 20260415",
    ),
    "several_days": (
        "its name states several days",
        "leave only the day that it is about in its name",
    ),
}
# A workbook that somebody has open is no fault of a delivery: it is listed, and warned of by
# nobody.
_EVERYDAY = "office_lock"


@dataclass
class Account:
    """What became of every entry that a source's place held in one night; `newest` is the item of
    the latest day. `read_by_earlier_contract` counts what it no longer holds, and what stands as an
    earlier version of the contract read it.
    """

    landed: int = 0
    known: int = 0
    replaced: int = 0
    not_yet_due: int = 0
    passed_over: int = 0
    read_by_earlier_contract: int = 0
    newest: str | None = None
    endings: tuple[str, ...] = ()
    unread: list[UnreadEntry] = field(default_factory=list)
    undated: list[UnreadEntry] = field(default_factory=list)
    landed_undated: list[UnreadEntry] = field(default_factory=list)

    @classmethod
    def of(cls, listing: Listing, arrived: Arrivals) -> "Account":
        """Begin the account of a night with what was there."""
        return cls(
            replaced=arrived.replaced,
            not_yet_due=arrived.not_yet_due,
            passed_over=listing.passed_over,
            newest=_newest([delivery for _, delivery in arrived.found]),
            endings=listing.endings,
            unread=[*listing.unread, *arrived.held_back],
            undated=list(arrived.undated.values()),
        )

    def add(self, has_landed: bool, undated: UnreadEntry | None) -> None:
        """Count a delivery that landed, or that was known already."""
        self.landed += has_landed
        self.known += not has_landed
        if has_landed and undated:
            self.landed_undated.append(undated)

    def describe(self, source_name: str) -> dict[str, Any]:
        """Return the account as the run ledger keeps it; of many entries the first are listed, and
        all are counted.
        """
        counts = (
            "landed",
            "known",
            "replaced",
            "not_yet_due",
            "passed_over",
            "newest",
            "read_by_earlier_contract",
        )
        return {
            **{name: getattr(self, name) for name in counts},
            "not_read": len(self.unread),
            "without_day": len(self.undated),
            "endings": list(self.endings),
            **{
                name: [asdict(each) for each in getattr(self, name)[:MOST_LISTED]]
                for name in ("unread", "undated", "landed_undated")
            },
            "warning": self.warning(source_name),
        }

    def warning(self, source_name: str) -> str | None:
        """Say in one line what was not read, and what landed tonight without its day; None when
        there is nothing to say.
        """
        unread = [each for each in self.unread if each.reason_code != _EVERYDAY]
        parts = [
            f"{len(entries)} of what was delivered {what}: {_named(entries)}"
            for entries, what in (
                (unread, "is not read"),
                (self.landed_undated, "landed without its day"),
            )
            if entries
        ]
        return (
            f"{source_name}: {'; '.join(parts)}; next: shihyo sources says what to do"
            if parts
            else None
        )


def explained(entry: dict[str, Any], endings: list[str]) -> dict[str, Any]:
    """Return an entry as the ledger keeps it, with why it is not read and what to do; a reason of
    another release has neither.
    """
    reason: Any = entry.get("reason_code")
    why, what_to_do = REASONS.get(reason, ("", ""))
    read = f"{', '.join(endings)} (packed with {', '.join(PACKED)}, or not)"
    return {**entry, "why": why, "next": what_to_do.format(endings=read)}


def _named(entries: list[UnreadEntry]) -> str:
    named = ", ".join(
        f"{each.name} ({REASONS[each.reason_code][0]})" for each in entries[:_NAMED_IN_WARNING]
    )
    more = len(entries) - _NAMED_IN_WARNING
    return f"{named} and {more} more" if more > 0 else named


def _newest(deliveries: list[Delivery]) -> str | None:
    def day(delivery: Delivery) -> date:
        return max(delivery.business_date or date.min, delivery.delivered_on or date.min)

    newest = max(deliveries, key=day, default=None)
    if newest is None:
        return None
    shown = safe_name(newest.item_key)
    return shown if day(newest) == date.min else f"{shown} of {day(newest)}"

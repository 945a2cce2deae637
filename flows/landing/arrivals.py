"""Which deliveries a night finds, and which day each is about: the one place in which names meet
the night's date.

A day in a name counts when it is no later than the day after the night or, of a list for a month,
not long after the day of its delivery. It must never guess: a name that states several days, or
several months where the month gives the rows their meaning, states none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from flows.sources.base import Delivery, Listing, UnreadEntry, UnreadReason
from flows.sources.entry_names import safe_name
from flows.sources.stated_days import days_meant, months_meant

# A name that states only later days is of an item to come, up to the end of the fiscal year after
# next. Further ahead it is no day at all.
_TO_COME = timedelta(days=3 * 365)
_EARLY = timedelta(days=62)


@dataclass
class Arrivals:
    """Deliveries with the dates on which nights find them, and what became of the others.

    `undated` holds what was found without the day that its name should state, by item.
    """

    found: list[tuple[date, Delivery]] = field(default_factory=list)
    held_back: list[UnreadEntry] = field(default_factory=list)
    undated: dict[str, UnreadEntry] = field(default_factory=dict)
    replaced: int = 0
    not_yet_due: int = 0


def arrivals(listing: Listing, as_ofs: Sequence[date]) -> Arrivals:
    """Give each delivery the first of the dates on which a night finds it, in order; of two on
    the same night, the later stands.
    """
    arrived = Arrivals()
    found: dict[tuple[date, str], Delivery] = {}
    for delivery in listing.deliveries if as_ofs else ():
        there_from = _there_from(delivery, as_ofs[-1])
        as_of = next((day for day in as_ofs if there_from <= day), None)
        if as_of is None:
            arrived.not_yet_due += 1
            continue
        dated, reason = _dated(delivery, as_ofs[-1])
        if reason in ("no_month", "several_months"):
            arrived.held_back.append(UnreadEntry(_shown(delivery), reason))
            continue
        arrived.replaced += (as_of, delivery.item_key) in found
        found[as_of, delivery.item_key] = dated
        arrived.undated.pop(delivery.item_key, None)
        if reason:
            arrived.undated[delivery.item_key] = UnreadEntry(_shown(delivery), reason)
    arrived.found = [
        (as_of, delivery)
        for (as_of, _), delivery in sorted(found.items(), key=lambda each: each[0])
    ]
    return arrived


def _there_from(delivery: Delivery, last_night: date) -> date:
    """Return the first day on which a delivery is there.

    One whose day of delivery is not stated cannot have come before the day that it is about.
    """
    if delivery.delivered_on is not None:
        return delivery.delivered_on
    tomorrow, ahead = last_night + timedelta(days=1), last_night + _TO_COME
    past = days_meant(delivery.stated_days, tomorrow)
    return max(past or days_meant(delivery.stated_days, ahead), default=date.min)


def _dated(delivery: Delivery, last_night: date) -> tuple[Delivery, UnreadReason | None]:
    """Return a delivery with the day that it is about, or the reason why it has none."""
    tomorrow = last_night + timedelta(days=1)
    if delivery.is_about == "month":
        # A list may be delivered some time before its month.
        early = delivery.delivered_on + _EARLY if delivery.delivered_on else tomorrow
        months = months_meant(delivery.stated_days, max(tomorrow, early))
        if len(months) == 1:
            return replace(delivery, business_date=months[0]), None
        return delivery, "several_months" if months else "no_month"
    days = days_meant(delivery.stated_days, tomorrow)
    if len(days) == 1:
        return replace(delivery, business_date=days[0]), None
    return delivery, "several_days" if days else "no_day" if delivery.is_about == "day" else None


def _shown(delivery: Delivery) -> str:
    name = safe_name(Path(delivery.origin).name)
    return f"{delivery.delivered_on}/{name}" if delivery.delivered_on else name

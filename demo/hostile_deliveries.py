"""The hostile variety's deliveries: the dirty demonstration's, and in the first half of June 2022 what nobody should have to read.

Three days of log, a roster and the milestone register come again with rows added; the catalogue always holds its hostile entries. That June
is early on purpose: a generation of three months has it all.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from demo import access_log, hostile, hostile_workbooks, milestones, policy_pages, procedures, specialists, staff_roster, training_rosters
from demo.access_log_files import file_style
from demo.city import City, Delivery
from demo.staff_roster import Person

# Days of log that come again, and when; the first two are UTF-8, the last is CP932.
LOGS_AGAIN: dict[date, date] = {
    date(2022, 5, 24): date(2022, 6, 6),
    date(2022, 5, 26): date(2022, 6, 7),
    date(2022, 5, 27): date(2022, 6, 8),
}
ROSTER_AGAIN = ("staff_roster_202205.csv", date(2022, 6, 10))
PAGES_ON = date(2022, 6, 6)
TRAINING_ON = date(2022, 6, 7)
SPECIALISTS_ON = date(2022, 6, 9)
MILESTONES_ON = date(2022, 6, 13)


def deliveries(usual: Iterable[Delivery], city: City, people: tuple[Person, ...], last_day: date) -> Iterator[Delivery]:
    """Yield the usual deliveries, the catalogue spoiled, and the hostile ones up to a day."""
    again = _again()
    for delivery in usual:
        yield replace(delivery, content=hostile.spoiled_catalogue(delivery.content)) if delivery.source == procedures.SOURCE else delivery
        if (delivery.source, delivery.name) in again:
            day, spoiled = again[delivery.source, delivery.name]
            if day <= last_day:
                yield replace(delivery, day=day, content=spoiled(delivery.content))
    yield from (delivery for delivery in _new_items(city, people) if delivery.day and delivery.day <= last_day)


def _again() -> dict[tuple[str, str], tuple[date, Callable[[bytes], bytes]]]:
    """Return when an item that is delivered once comes again, and what is done to its bytes."""
    found: dict[tuple[str, str], tuple[date, Callable[[bytes], bytes]]] = {
        (access_log.SOURCE, f"access_log_{day:%Y%m%d}.csv"): (again, _log_spoiler(day)) for day, again in LOGS_AGAIN.items()
    }
    name, again = ROSTER_AGAIN
    found[staff_roster.SOURCE, name] = (again, hostile.spoiled_roster)
    return found


def _log_spoiler(day: date) -> Callable[[bytes], bytes]:
    style = file_style(day)
    return lambda content: hostile.spoiled_log(content, day, style.encoding, style.newline)


def _new_items(city: City, people: tuple[Person, ...]) -> Iterator[Delivery]:
    for name, content in hostile.pages().items():
        yield Delivery(policy_pages.SOURCE, PAGES_ON, name, content)
    training = hostile_workbooks.training_workbook(city, people)
    yield Delivery(training_rosters.SOURCE, TRAINING_ON, hostile_workbooks.ROSTER_NAME, training)
    yield Delivery(specialists.SOURCE, SPECIALISTS_ON, specialists.file_name(2022), hostile.specialists_file())
    yield Delivery(milestones.SOURCE, MILESTONES_ON, milestones.NAME, hostile_workbooks.milestone_workbook(MILESTONES_ON))

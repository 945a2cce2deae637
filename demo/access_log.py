"""The visualisation environment's access log: a file a day as the product exports it, with the
faults such exports have.

A file covers one day of Japan's time but is stamped in UTC, so that it begins at 15:00 of the day
before; it names no department. Only `view` and `export` are use. Some files come late, and some
come twice, the first time incomplete; which ones is written below, so that a test can look for
them. How a file is written, and which rows are broken, is in access_log_files.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from demo.access_log_files import BROKEN_ROWS, WORKBOOKS, Event, file_style, written
from demo.adoption import users_by_unit
from demo.city import FIRST_DAY, City, Delivery, days, fingerprint, months, next_month, seeded
from demo.staff_roster import Person

SOURCE = "access_log"
JST_OFFSET = timedelta(hours=9)

# Days whose file came later than on the day after, by how many days.
LATE: dict[date, int] = {
    date(2022, 8, 10): 2,
    date(2023, 1, 17): 1,
    date(2023, 9, 5): 6,
    date(2024, 2, 6): 3,
    date(2024, 10, 22): 4,
    date(2025, 5, 13): 1,
    date(2025, 12, 9): 5,
    date(2026, 6, 16): 2,
}

# Days whose file came again, complete, and when. The first one lacked rows and named some
# dashboards wrongly.
DELIVERED_AGAIN: dict[date, date] = {
    date(2022, 11, 15): date(2022, 11, 21),
    date(2023, 6, 20): date(2023, 6, 23),
    date(2024, 3, 12): date(2024, 3, 18),
    date(2025, 2, 4): date(2025, 2, 12),
    date(2025, 6, 27): date(2025, 7, 3),
    date(2026, 1, 20): date(2026, 1, 27),
    date(2026, 9, 8): date(2026, 9, 14),
}

# First days of fiscal years on which a department newly in use looks before 09:00: in UTC that is
# still March.
EARLY_BIRDS: dict[date, str] = {
    date(2023, 4, 1): "B24",
    date(2024, 4, 1): "B19",
    date(2025, 4, 1): "271021",
    date(2026, 4, 1): "271144",
}
EARLY = time(6, 41, 7)


@dataclass(frozen=True)
class Month:
    """Who may do what in a month: those who use the environment, everybody, and what must happen by
    day.
    """

    users: tuple[Person, ...]
    weights: tuple[float, ...]
    everybody: tuple[Person, ...]
    planned: dict[date, list[tuple[Person, time]]]


def deliveries(
    city: City, people: tuple[Person, ...], last_day: date, *, is_dirty: bool = True
) -> Iterator[Delivery]:
    """Yield every file put into the drop folder up to the last day; the log of a day comes on the
    day after, unless late.
    """
    for month_start in months(FIRST_DAY, last_day):
        month = _month(city, people, month_start)
        for day in days(month_start, min(next_month(month_start), last_day) - timedelta(1)):
            yield from (
                delivery
                for delivery in _of_day(city, month, day, is_dirty=is_dirty)
                if delivery.day and delivery.day <= last_day
            )


def _of_day(city: City, month: Month, day: date, *, is_dirty: bool) -> list[Delivery]:
    style = file_style(day)
    events = _events(city, month, day)
    name = f"access_log_{day:%Y%m%d}.csv" + (".gz" if style.is_gzip else "")
    on_time = day + timedelta(1 + LATE.get(day, 0))
    content = written(events, style, day, is_dirty=is_dirty)
    if day not in DELIVERED_AGAIN:
        return [Delivery(SOURCE, on_time, name, content)]
    incomplete = written(_as_first_delivered(events, day), style, day, is_dirty=is_dirty)
    return [
        Delivery(SOURCE, on_time, name, incomplete),
        Delivery(SOURCE, DELIVERED_AGAIN[day], name, content),
    ]


def _month(city: City, people: tuple[Person, ...], month_start: date) -> Month:
    """Plan a month: two uses a department that hold whatever else is random, the first of them in
    the month's first half.
    """
    by_unit = users_by_unit(city, people, month_start)
    planned: dict[date, list[tuple[Person, time]]] = {}
    for code, users in by_unit.items():
        rng = seeded("planned use", code, month_start)
        open_days = [
            day
            for day in days(month_start, next_month(month_start) - timedelta(1))
            if _can_be_planned(city, day)
        ]
        for day in (rng.choice([day for day in open_days if day.day <= 16]), rng.choice(open_days)):
            planned.setdefault(day, []).append((users[0], _working_time(rng)))
        if EARLY_BIRDS.get(month_start) == code:
            planned.setdefault(month_start, []).append((users[0], EARLY))
    users_and_weights = [
        (person, 1 / rank)
        for users in by_unit.values()
        for rank, person in enumerate(users, start=1)
    ]
    return Month(
        tuple(person for person, _ in users_and_weights),
        tuple(weight for _, weight in users_and_weights),
        tuple(person for person in people if person.units_on(month_start)),
        planned,
    )


def _can_be_planned(city: City, day: date) -> bool:
    return city.is_open(day) and day not in DELIVERED_AGAIN and day not in BROKEN_ROWS


def _events(city: City, month: Month, day: date) -> list[Event]:
    """Make up a day: what is planned, then random views, exports, logins and subscriptions until
    the day's volume is reached.
    """
    rng = seeded("access log", day)
    is_open = city.is_open(day)
    events = [
        replace(_event(rng, day, at, person, rng.choice(("view", "export"))), is_planned=True)
        for person, at in month.planned.get(day, [])
    ]
    volume = _volume(rng, day, is_open=is_open)
    while len(events) < volume:
        events.append(_random_event(rng, month, day, is_open=is_open))
    return sorted(events, key=lambda event: (event.at_utc, event.number, event.event))


def _volume(rng: random.Random, day: date, *, is_open: bool) -> int:
    """Return how many rows a day has: growing from 36 to 136, a good third of that when closed, 15
    % more or less at most.
    """
    level = 36 + (day - FIRST_DAY).days * 0.06
    noise = max(-0.14, min(0.14, rng.gauss(0, 0.05)))
    return round(level * (1 if is_open else 0.375) * (1 + noise))


def _random_event(rng: random.Random, month: Month, day: date, *, is_open: bool) -> Event:
    kind = rng.choices(("view", "export", "login", "subscribe_email"), (58, 12, 26, 4))[0]
    if rng.random() < 0.004:  # a contractor, whom no roster knows
        person = Person(f"C9{rng.randint(1, 12):06d}", "")
    elif kind in ("view", "export") or rng.random() < 0.6:
        person = rng.choices(month.users, month.weights)[0]
    else:
        person = rng.choice(month.everybody)
    return _event(
        rng,
        day,
        _working_time(rng) if is_open or rng.random() < 0.9 else _odd_time(rng),
        person,
        kind,
    )


def _event(rng: random.Random, day: date, at: time, person: Person, kind: str) -> Event:
    if rng.random() < 0.05 and at != EARLY:
        at = _odd_time(rng)
    place = fingerprint("client address", person.number)
    address = f"10.{20 + place % 40}.{place // 40 % 250}.{1 + place // 10000 % 250}"
    workbook = min(int(rng.expovariate(0.25)), len(WORKBOOKS) - 1)
    return Event(datetime.combine(day, at) - JST_OFFSET, person.number, kind, workbook, address)


def _working_time(rng: random.Random) -> time:
    """Return a time between 08:30 and 18:30, Japan's time, mostly in the morning or the afternoon."""
    peak = rng.choice((10.5, 15.0))
    return _time_of(rng.triangular(8.5, 18.5, peak) * 3600)


def _odd_time(rng: random.Random) -> time:
    """Return a time of the night, the early morning or the evening."""
    return _time_of(rng.choice((rng.uniform(0, 8.5), rng.uniform(18.5, 23.99))) * 3600)


def _time_of(seconds: float) -> time:
    whole = int(seconds)
    return time(whole // 3600, whole // 60 % 60, whole % 60)


def _as_first_delivered(events: list[Event], day: date) -> list[Event]:
    """Leave out about one row in ten and misname about one dashboard in twelve."""
    rng = seeded("first delivery", day)
    kept = [event for event in events if event.is_planned or rng.random() > 0.1]
    return [
        replace(event, workbook=0) if event.workbook and rng.random() < 0.08 else event
        for event in kept
    ]

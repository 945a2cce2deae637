"""How people write days and numbers in a Japanese city's tables: by era, short or long, in
full-width characters.

The simulated tables share it, so that each notation is written in one way. It must never write a
day that its argument is not.
"""

from datetime import date

_WIDE = {
    code: code + 0xFEE0
    for code in (*range(ord("0"), ord("9") + 1), *range(ord("A"), ord("Z") + 1), ord("%"))
}
_WEEKDAYS = "月火水木金土日"


def full_width(text: str) -> str:
    """Write digits, capitals and the percent sign in full width: Ｓ００１２３４５."""
    return text.translate(_WIDE)


def era_year(day: date) -> int:
    """Return the day's year of 令和, which began in 2019."""
    return day.year - 2018


def long_day(day: date) -> str:
    """Write 令和5年10月1日."""
    return f"令和{era_year(day)}年{day.month}月{day.day}日"


def short_day(day: date) -> str:
    """Write R5.10.1."""
    return f"R{era_year(day)}.{day.month}.{day.day}"


def wide_day(day: date) -> str:
    """Write 令和５年１０月１日（日）."""
    return f"{full_width(long_day(day))}（{_WEEKDAYS[day.weekday()]}）"


def slashed_day(day: date) -> str:
    """Write 2023/10/1."""
    return f"{day.year}/{day.month}/{day.day}"

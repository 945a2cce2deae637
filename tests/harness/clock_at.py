"""Run `shihyo` under a clock of its own: `clock_at.py 2026-10-20T02:00:00 WORDS…`; the clock stands
there, in UTC, when the command begins, and goes on.
"""

import sys
from datetime import UTC, datetime


def _set_clock(begin: datetime) -> None:
    ahead = datetime.now(UTC) - begin

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - ahead

    import flows.landing.land  # noqa: F401

    for name, module in list(sys.modules.items()):
        if name.startswith("flows.") and getattr(module, "datetime", None) is datetime:
            module.datetime = Clock


if __name__ == "__main__":
    begin = datetime.fromisoformat(sys.argv[1]).replace(tzinfo=UTC)
    sys.argv = ["shihyo", *sys.argv[2:]]
    from flows import cli
    from flows.children.prefect_server import quiet_environment
    from settings import settings

    quiet_environment(settings())  # before anything imports Prefect
    _set_clock(begin)
    cli.main()

"""Run `shihyo` and damage the candidate where a function of the flows is about to begin:
`damage_at.py MODULE:FUNCTION WORDS…`. The night goes on and has to notice.
"""

import sys

from kill_at import target_of


def _damage() -> None:
    from flows.paths import candidate_file
    from settings import settings

    content = candidate_file(settings()).read_bytes()
    candidate_file(settings()).write_bytes(content[: len(content) // 3])


if __name__ == "__main__":
    place, sys.argv = sys.argv[1], ["shihyo", *sys.argv[2:]]
    from flows import cli
    from flows.children.prefect_server import quiet_environment
    from settings import settings

    quiet_environment(settings())  # before anything imports Prefect
    owner, name = target_of(place)
    original = getattr(owner, name)
    setattr(owner, name, lambda *given, **named: (_damage(), original(*given, **named))[1])
    cli.main()

"""The overview of a version as one file for each language, printed as JSON: `python -m app.one_page
FILE …`.

The night, which may not import the app, has it drawn by this process of its own. It is told all
that it needs, reads the version's file alone, and writes nothing.
"""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from app.drawing.words import LANGUAGES
from app.site import draw_one_page
from app.warehouse import Published
from published import version_as_of


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.one_page")
    parser.add_argument("file", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--published-at", type=datetime.fromisoformat, required=True)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--unreachable", nargs="*", default=[], metavar="SOURCE")
    return parser.parse_args(words)


def _run(words: list[str]) -> None:
    asked = _asked(words)
    published = Published(
        file=asked.file,
        version=asked.version,
        as_of=version_as_of(asked.version),
        published_at=asked.published_at,
        is_rolled_back=False,
    )
    drawn = {
        language: draw_one_page(
            published,
            language,
            is_demo=asked.demo,
            unreachable=frozenset(asked.unreachable),
        )
        for language in LANGUAGES
    }
    json.dump(drawn, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    _run(sys.argv[1:])

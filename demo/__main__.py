"""`python -m demo`: write the simulated sources' drop folders, unless they are there."""

import argparse
import os
import sys
from pathlib import Path
from typing import get_args

from demo.city import FIRST_DAY, LAST_DAY, REPOSITORY, Variety
from demo.generation import ForeignFolderError, generate


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0 when the sources are there, 2 when the folder is not ours to
    write.
    """
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Write the demonstration's simulated source systems."
    )
    parser.add_argument(
        "--to",
        type=Path,
        default=REPOSITORY / "data" / "demo_sources",
        metavar="DIR",
        help="default: data/demo_sources",
    )
    parser.add_argument(
        "--force", action="store_true", help="write them anew even if they are complete"
    )
    parser.add_argument(
        "--variety",
        choices=get_args(Variety),
        default="dirty",
        help=(
            "clean: no faulty rows; dirty: the faults such sources have (default); hostile: attacks"
            " and accidents besides"
        ),
    )
    options = parser.parse_args(arguments)
    try:
        counts = generate(options.to, force=options.force, variety=options.variety)
    except ForeignFolderError as error:
        print(error, file=sys.stderr)
        return 2
    if counts is None:
        print(
            f"Demo sources are complete in {options.to}; nothing to do (--force writes them anew)."
        )
    else:
        files = ", ".join(f"{source} {count}" for source, count in sorted(counts.items()))
        print(
            f"Demo sources from {FIRST_DAY} to {LAST_DAY} written to {options.to}: {files} files."
        )
    return 0


if __name__ == "__main__":
    os.umask(
        0o027
    )  # the demonstration's people are invented; its data folder is kept as a real one's
    sys.exit(main())

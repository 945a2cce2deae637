"""`make bench`: run the benchmarks and write their table into `bench/README.md`."""

import argparse
import dataclasses
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from bench.benchmarks import BENCHMARKS
from bench.lines import Line, Sizes
from bench.measure import ROOT

_BEGIN, _END = "<!-- results -->", "<!-- end of results -->"


def main(words: list[str] | None = None) -> int:
    """Run the command line; return 0 when the table is written."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Run the benchmarks and write their table."
    )
    parser.add_argument(
        "--only",
        nargs="*",
        choices=sorted(BENCHMARKS),
        default=sorted(BENCHMARKS),
        help="default: all of them",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / "data" / "bench",
        help="where files are generated; default: data/bench",
    )
    parser.add_argument(
        "--to",
        type=Path,
        default=ROOT / "bench" / "README.md",
        help="the document whose table is replaced",
    )
    for field in dataclasses.fields(Sizes):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, default=field.default)
    options = parser.parse_args(words)
    sizes = Sizes(
        **{field.name: getattr(options, field.name) for field in dataclasses.fields(Sizes)}
    )
    folder = options.folder.absolute()
    lines: list[Line] = []
    for name in options.only:
        print(f"bench: {name}", flush=True)
        (folder / name).mkdir(parents=True, exist_ok=True)
        for line in BENCHMARKS[name](folder / name, sizes):
            print(f"  {line.name}: {line.value} (bound {line.bound}; {line.details})", flush=True)
            lines.append(line)
        shutil.rmtree(folder / name)
    _write(options.to, lines, sizes)
    return 0


def _write(document: Path, lines: list[Line], sizes: Sizes) -> None:
    """Replace the table between the two marks."""
    before, _, rest = document.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    table = ["| what | measured | bound | in seconds |", "|---|---|---|---|"]
    table += [f"| {line.name} | {line.value} | {line.bound} | {line.details} |" for line in lines]
    heading = (
        f"{date.today()}, commit {_commit()}, {_machine()}; median of {sizes.runs} pairs"
        " (least–greatest)."
    )
    document.write_text(
        f"{before}{_BEGIN}\n\n{heading}\n\n" + "\n".join(table) + f"\n\n{_END}{after}",
        encoding="utf-8",
    )


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _machine() -> str:
    cpu = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return f"{len(cpu)} cores of {cpu[0] if cpu else 'an unknown processor'}, {memory:.0f} GiB"


if __name__ == "__main__":
    sys.exit(main())

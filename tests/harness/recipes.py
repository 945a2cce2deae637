"""The recipes of docs/editing, followed word for word: what a page tells a reader to write is
written.

A recipe is a section of a page, and each of its steps is a line that ends with a colon, and a
block:

    Append to `path`:        the block is added at the end of the file
    Create `path`:           the block is the new file
    In `path`:               a diff; its lines without a sign and those with - stand once in the file
    Copy `path` to `path`:   the same, applied to the copy

Blocks of other kinds (commands, what they print) are for readers alone.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from small_city import ROOT

_STEP = re.compile(r"(Append to|Create|In|Copy) `([^`]+)`(?: to `([^`]+)`)?[^:]*:$")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Step:
    """One thing to write, as a page tells it."""

    verb: str
    path: str
    copied_to: str | None
    block: str


def section(page: str, heading: str) -> str:
    """Return what stands under a heading of a page in docs/, up to the next of its level."""
    text = Path(ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.M)
    assert found, f"docs/{page} has no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", _without_blocks(rest), re.M)
    return rest[: end.start()] if end else rest


def _without_blocks(text: str) -> str:
    """Return a text of the same length in which blocks are blank: SQL and shell have lines with #."""
    return _BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)


def steps(text: str) -> Iterator[Step]:
    """Give the steps of a recipe in their order."""
    for block in _BLOCK.finditer(text):
        paragraph = text[: block.start()].rstrip().rsplit("\n\n", 1)[-1]
        step = _STEP.search(" ".join(paragraph.split()))
        if step:
            yield Step(step[1], step[2], step[3], block[2])


def follow(page: str, heading: str, root: Path) -> tuple[str, ...]:
    """Follow a recipe below `root`; return the files that it wrote."""
    followed = tuple(steps(section(page, heading)))
    assert followed, f"docs/{page}, {heading!r}: no step to follow"
    for step in followed:
        _take(step, root)
    return tuple(dict.fromkeys(step.copied_to or step.path for step in followed))


def _take(step: Step, root: Path) -> None:
    file = root / step.path
    if step.verb == "Create":
        assert not file.exists(), f"{step.path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.block, encoding="utf-8")
        return
    if step.verb == "Append to":
        before = file.read_text(encoding="utf-8")
        assert before.endswith("\n"), step.path
        file.write_text(before + step.block, encoding="utf-8")
        return
    if step.copied_to:
        assert not (root / step.copied_to).exists(), f"{step.copied_to} is there already"
        file = Path(shutil.copyfile(file, root / step.copied_to))
    text = file.read_text(encoding="utf-8")
    for old, new in _hunks(step.block):
        assert text.count(old) == 1, (
            f"{step.path}: these lines stand {text.count(old)} times:\n{old}"
        )
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def _hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Give what each hunk of a diff replaces and by what; a line @@ stands between two."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.M):
        lines = [line or " " for line in hunk.splitlines()]
        old = [line[1:] for line in lines if line[0] in " -"]
        new = [line[1:] for line in lines if line[0] in " +"]
        if lines:
            yield "".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new)

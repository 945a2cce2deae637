"""Names of files as they may be shown: what may be somebody's address or number in them is
covered, as it is in headings.
"""

import hashlib
import re

from flows.sources.contracts import COVERED

_LONGEST = 100
_MAIL = re.compile(r"[@＠]")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# Telephone numbers, a resident's number (個人番号) but no day with its time, and IP addresses.
_NUMBERS = re.compile(
    r"(?<![0-9])0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9０-９])(?!20[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-5][0-9])[0-9０-９]{12}(?![0-9０-９])"
    r"|(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])"
)


def safe_name(name: str) -> str:
    """Return a file's name as it may be shown, on one line and of bounded length."""
    plain = _covered("".join(each if each.isprintable() else "\ufffd" for each in name))
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 20]}…{plain[-19:]}"


def item_name(name: str) -> str:
    """Return a file's name as what lands is called by it: as it stands, but for what is covered,
    where a digest tells one such name from another.
    """
    covered = _covered(name)
    if covered == name:
        return name
    ending = _ENDING.search(covered)
    stem = covered[: ending.start()] if ending else covered
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{stem}-{digest}{ending[0] if ending else ''}"


def _covered(name: str) -> str:
    if _MAIL.search(name):
        ending = _ENDING.search(name)
        name = COVERED + (ending[0] if ending else "")
    return _NUMBERS.sub(COVERED, name)


def is_garbled(name: str) -> bool:
    """Tell a name whose bytes are no UTF-8: it cannot be written down."""
    return any("\ud800" <= each <= "\udfff" for each in name)
